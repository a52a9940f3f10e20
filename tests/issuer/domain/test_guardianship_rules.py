"""A type whose card a guardian may hold has to say so to every reader; start-up sees to it."""

from collections.abc import Callable

import pytest

from issuer.domain.configuration import build_configurations
from issuer.domain.problems import BadCredentialTypes
from tests.issuer.domain.type_folders import VCT_BASE, Members, changed, claim, without

Change = Callable[[Members], object]


def problems(folder: str, file: str, change: Change) -> list[str]:
    with pytest.raises(BadCredentialTypes) as caught:
        build_configurations(changed(folder, file, change), vct_base=VCT_BASE).require_all()
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("folder", "file", "change", "why"),
    [
        (
            "photo-card",
            "type.json",
            lambda m: m.update(guardian_may_hold=False),
            "guardian_may_hold: is false, and type-metadata.json has claims about a guardian",
        ),
        (
            "drivers-licence",
            "type.json",
            lambda m: m.update(guardian_may_hold=True),
            "needs ca.on.guardian.family_name, ca.on.guardian.given_name, ca.on.holder_role in type-metadata",
        ),
        (
            "photo-card",
            "type-metadata.json",
            lambda m: without(m, "ca.on.holder_role"),
            "guardian_may_hold: needs ca.on.holder_role in type-metadata.json",
        ),
        (
            "photo-card",
            "type-metadata.json",
            lambda m: claim(m, "ca.on.holder_role").update(sd="always"),
            "ca.on.holder_role can be withheld and must not",
        ),
        (
            "business-registration",
            "type.json",
            lambda m: m.update(guardian_may_hold=True),
            "guardian_may_hold: only a person has a guardian",
        ),
        (
            "photo-card",
            "type.json",
            lambda m: m.update(subject="business", guardian_may_hold=False),
            "nothing provides birthdate",
        ),
        ("photo-card", "type.json", lambda m: m.update(subject="dog"), "subject: Input should be 'person'"),
    ],
)
def test_2_28_a_type_that_hides_whose_hands_a_card_is_in_is_refused(
    folder: str, file: str, change: Change, why: str
) -> None:
    found = problems(folder, file, change)

    assert any(why in problem for problem in found), found

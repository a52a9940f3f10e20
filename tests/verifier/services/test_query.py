"""The query: the wallet is never trusted to have answered it, and no more than was asked leaves (5.27)."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from specs.sd_jwt import PlanPath
from tests.verifier.holder import NINETEEN, present, present_text
from tests.verifier.issuing import AGE, AGE_PLAN, PERSON, PHOTO_CARD, PLAN, PROOF_OF_AGE, SimulatedIssuer
from tests.verifier.services.checking import HONEST, Checker, codes
from verifier.domain.known_types import KnownTypes
from verifier.domain.preset import Preset
from verifier.domain.preset_file import parse_preset
from verifier.domain.verdict import Accepted, ClerkOutcome, Rejected

HONEST_ISSUER = SimulatedIssuer()
CREDENTIAL = HONEST_ISSUER.issue()
TEXTS = {"en-CA": "Test", "fr-CA": "Essai"}
WHO: tuple[PlanPath, ...] = (("given_name",), ("family_name",), ("birthdate",))
WHERE: tuple[PlanPath, ...] = (("address", "region"), ("address", "locality"))


def own_preset(*claims: dict[str, Any], **more: Any) -> Preset:
    credential = {
        "id": "photo_card",
        "format": "dc+sd-jwt",
        "meta": {"vct_values": ["photo-card"]},
        "claims": list(claims),
        **more,
    }
    content = {
        "names": TEXTS,
        "purposes": TEXTS,
        "subject_mode": "ephemeral",
        "status_max_age": {"sandbox": 0, "production": 60},
        "needs": needs_of(claims),
        "query": {"credentials": [credential]},
    }
    types = KnownTypes({"photo-card": [PHOTO_CARD]})
    return parse_preset("own", json.dumps(content).encode(), production=True).resolved(types)


def needs_of(claims: Sequence[dict[str, Any]]) -> list[object]:
    """Whatever is asked for is needed."""
    words = {
        "given_name": "name",
        "family_name": "name",
        "nationalities": "nationality",
        "address": "address",
    }
    names = [claim["path"][0] for claim in claims]
    own = [{"path": [name], "purposes": TEXTS} for name in names if name not in words]
    return [*dict.fromkeys(words[name] for name in names if name in words), *own]


def claims_in(verdict: object) -> dict[str, Any]:
    assert isinstance(verdict, Accepted)
    return {query_id: dict(claims) for query_id, claims in verdict.claims.items()}


async def not_answered(presentation: str, preset: Preset | str) -> None:
    verdict = await Checker().card(presentation, preset)
    assert isinstance(verdict, Rejected)
    assert codes(verdict) == ["query_not_answered"]
    assert verdict.outcome is ClerkOutcome.DOES_NOT_MEET_THE_REQUIREMENT


async def test_a_card_shows_what_was_asked_and_nothing_else() -> None:
    verdict = await Checker().card(present(CREDENTIAL, HONEST, *WHO), "identity")
    assert claims_in(verdict) == {"photo_card": {name: PERSON[name] for (name,) in WHO}}


async def test_claims_keep_their_places() -> None:
    verdict = await Checker().card(present(CREDENTIAL, HONEST, *WHERE), "ontario-resident")
    address = {"region": "ON", "locality": "Planted-Sudbury"}
    assert claims_in(verdict) == {"photo_card": {"address": address}}


@pytest.mark.parametrize("preset", ["age-19-or-over", "identity", "ontario-resident"])
async def test_over_disclosure_is_tolerated_and_not_passed_on(preset: str) -> None:
    verdict = await Checker().card(present_text(CREDENTIAL, HONEST), preset)
    shown = json.dumps(claims_in(verdict))
    unasked = {
        "age-19-or-over": ("Planted", "1994", "65", "18"),
        "identity": ("Sudbury", "Ave", "png", "age"),
        "ontario-resident": ("Maya", "Tremblay", "Ave", "1994", "age"),
    }[preset]
    assert not [word for word in unasked if word in shown]


async def test_either_card_answers_the_age_preset() -> None:
    proof = present(HONEST_ISSUER.issue_proof_of_age(), HONEST, NINETEEN)
    verdict = await Checker().decide({"proof_of_age": [proof]}, "age-19-or-over")
    assert claims_in(verdict) == {"proof_of_age": {"age_equal_or_over": {"19": True}}}
    both = {"proof_of_age": [proof], "photo_card": [present(CREDENTIAL, HONEST, NINETEEN)]}
    assert set(claims_in(await Checker().decide(both, "age-19-or-over"))) == set(both)


async def test_a_card_that_does_not_fit_is_discarded_when_another_answers() -> None:
    """OpenID4VP section 8.6: a failed presentation is discarded, and what remains has to be enough."""
    proof = present(HONEST_ISSUER.issue_proof_of_age(), HONEST, NINETEEN)
    both = {"proof_of_age": [proof], "photo_card": [present(CREDENTIAL, HONEST, ("given_name",))]}
    assert set(claims_in(await Checker().decide(both, "age-19-or-over"))) == {"proof_of_age"}


@pytest.mark.parametrize("value", [False, "true", 1, None, [True], "19"])
async def test_5_14_values_are_checked_again_by_type_and_value(value: object) -> None:
    minor = HONEST_ISSUER.issue({"age_equal_or_over": {"18": True, "19": value}}, AGE_PLAN)
    await not_answered(present(minor, HONEST, NINETEEN), "age-19-or-over")


async def test_another_province_does_not_meet_the_requirement() -> None:
    moved = HONEST_ISSUER.issue(PERSON | {"address": {**PERSON["address"], "region": "QC"}})
    await not_answered(present(moved, HONEST, *WHERE), "ontario-resident")


@pytest.mark.parametrize(
    ("preset", "paths"),
    [
        ("age-19-or-over", [("age_equal_or_over", "18")]),
        ("age-19-or-over", []),
        ("identity", [("given_name",), ("family_name",)]),
        ("identity", [("given_name",), ("birthdate",)]),
        ("ontario-resident", [("address", "region")]),
        ("ontario-resident", [("address",)]),
    ],
)
async def test_what_was_not_shown_does_not_count(preset: str, paths: list[PlanPath]) -> None:
    await not_answered(present(CREDENTIAL, HONEST, *paths), preset)


async def test_5_13_a_second_combination_of_claims_is_enough() -> None:
    verdict = await Checker().card(present(CREDENTIAL, HONEST, ("family_name",), ("birthdate",)), "identity")
    assert set(claims_in(verdict)["photo_card"]) == {"family_name", "birthdate"}


async def test_5_18_another_type_does_not_answer() -> None:
    """Trusted, genuine, with the claims: and still not the card that was asked for."""
    other = HONEST_ISSUER.issue(PERSON, PLAN, vct=PROOF_OF_AGE)
    await not_answered(present(other, HONEST, *WHO), "identity")
    swapped = {"proof_of_age": [present(CREDENTIAL, HONEST, NINETEEN)]}
    assert codes(await Checker().decide(swapped, "age-19-or-over")) == ["query_not_answered"]


async def test_entries_that_were_not_asked_for() -> None:
    good = present(CREDENTIAL, HONEST, NINETEEN)
    for token in ({"other": [good]}, {"photo_card": [good], "other": [good]}, {}, {"photo_card": []}):
        assert codes(await Checker().decide(token, "age-19-or-over")) == ["query_not_answered"]


async def test_two_presentations_where_one_was_asked_for() -> None:
    good = present(CREDENTIAL, HONEST, NINETEEN)
    verdict = await Checker().decide({"photo_card": [good, good]}, "age-19-or-over")
    assert codes(verdict) == ["query_not_answered"]


async def test_one_bad_presentation_refuses_the_good_one_beside_it() -> None:
    good = present(HONEST_ISSUER.issue_proof_of_age(AGE), HONEST, NINETEEN)
    bad = present(SimulatedIssuer().issue(), HONEST, NINETEEN)[:-4] + "AAAA"
    verdict = await Checker().decide({"proof_of_age": [good], "photo_card": [bad]}, "age-19-or-over")
    assert isinstance(verdict, Rejected)
    assert [(reason.kind.code, reason.query_id) for reason in verdict.reasons] == [
        ("bad_holder_binding", "photo_card")
    ]


@pytest.mark.parametrize(
    ("path", "shown", "expected"),
    [
        (["nationalities", None], [("nationalities", 0), ("nationalities", 1)], ["CA", "FR"]),
        (["nationalities", None], [("nationalities", 1)], ["FR"]),
        (["nationalities", 1], [("nationalities", 1)], ["FR"]),
        (["nationalities"], [("nationalities", 0)], ["CA"]),
    ],
    ids=["all", "those-that-are-shown", "one-by-index", "the-array"],
)
async def test_5_16_elements_of_arrays_stay_arrays(
    path: list[str | int | None], shown: list[PlanPath], expected: list[str]
) -> None:
    preset = own_preset({"path": path})
    verdict = await Checker().card(present(CREDENTIAL, HONEST, *shown), preset)
    assert claims_in(verdict) == {"photo_card": {"nationalities": expected}}


async def test_5_16_an_index_counts_as_issued() -> None:
    preset = own_preset({"path": ["nationalities", 0], "values": ["FR"]})
    await not_answered(present(CREDENTIAL, HONEST, ("nationalities", 1)), preset)


@pytest.mark.parametrize(
    "path", [["given_name", 0], ["nationalities", "0"], ["address", None, "locality"], ["nobody"]]
)
async def test_5_16_paths_of_another_type_are_not_matched(path: list[str | int | None]) -> None:
    await not_answered(present_text(CREDENTIAL, HONEST), own_preset({"path": path}))


async def test_5_17_a_wished_authority_grants_no_trust_and_fails_closed() -> None:
    wished = own_preset({"path": ["given_name"]}, trusted_authorities=[{"type": "aki", "values": ["AAAA"]}])
    await not_answered(present(CREDENTIAL, HONEST, ("given_name",)), wished)

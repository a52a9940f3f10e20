"""Type Metadata in a folder: claims of types, and types that answer for others (5.18)."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.verifier.holder import present
from tests.verifier.issuing import PERSON, PHOTO_CARD, PLAN, SimulatedIssuer
from tests.verifier.services.checking import HONEST, Checker, codes
from verifier.clients.presets import SHIPPED, read_preset_file
from verifier.clients.type_descriptions import read_type_descriptions
from verifier.domain.known_types import known_types
from verifier.domain.preset import Preset
from verifier.domain.trust import Trust
from verifier.domain.verdict import Accepted
from verifier.errors import BadTypeDescription, OverAsking

ISSUER = SimulatedIssuer()
SPECIAL = "https://issuer.example/types/enhanced-photo-card/1"
WHO = (("given_name",), ("family_name",), ("birthdate",))


def describe(folder: Path, vct: str, *claims: str, name: str = "", **more: Any) -> None:
    document = {"vct": vct, "claims": [{"path": [claim]} for claim in claims], **more}
    (folder / f"{name or vct.split('/')[-2]}.json").write_text(json.dumps(document))


def identity(folder: Path, trust: Trust) -> Preset:
    types = known_types(trust, read_type_descriptions(folder))
    return read_preset_file(SHIPPED / "identity.json", production=True).resolved(types)


def test_without_a_folder_no_type_is_described() -> None:
    assert read_type_descriptions(None) == ()


async def test_5_18_a_type_that_extends_the_asked_one_answers_for_it(tmp_path: Path) -> None:
    describe(tmp_path, PHOTO_CARD, "given_name", "family_name", "birthdate")
    describe(tmp_path, SPECIAL, "citizenship", extends=PHOTO_CARD)
    trust = Trust((ISSUER.trusted(PHOTO_CARD, SPECIAL),))
    preset = identity(tmp_path, trust)
    assert preset.query.credentials[0].types == (PHOTO_CARD, SPECIAL)
    card = present(ISSUER.issue(PERSON, PLAN, vct=SPECIAL), HONEST, *WHO)
    assert isinstance(await Checker(trust).card(card, preset), Accepted)


async def test_5_18_only_if_somebody_is_trusted_for_that_very_type(tmp_path: Path) -> None:
    describe(tmp_path, PHOTO_CARD, "given_name", "family_name", "birthdate")
    describe(tmp_path, SPECIAL, extends=PHOTO_CARD)
    trust = Trust((ISSUER.trusted(PHOTO_CARD),))
    preset = identity(tmp_path, trust)
    assert preset.query.credentials[0].types == (PHOTO_CARD,)
    card = present(ISSUER.issue(PERSON, PLAN, vct=SPECIAL), HONEST, *WHO)
    assert codes(await Checker(trust).card(card, preset)) == ["untrusted_issuer"]


async def test_5_18_what_is_not_known_to_extend_does_not_answer(tmp_path: Path) -> None:
    trust = Trust((ISSUER.trusted(PHOTO_CARD, SPECIAL),))
    preset = identity(tmp_path, trust)
    claims = PERSON | {"extends": PHOTO_CARD, "aka_vcts": [PHOTO_CARD]}
    card = present(ISSUER.issue(claims, PLAN, vct=SPECIAL), HONEST, *WHO)
    assert codes(await Checker(trust).card(card, preset)) == ["query_not_answered"]


def test_inherited_claims_count(tmp_path: Path) -> None:
    describe(tmp_path, PHOTO_CARD, "given_name", "family_name", "birthdate")
    describe(tmp_path, SPECIAL, extends=PHOTO_CARD)
    [card, special] = read_type_descriptions(tmp_path)[::-1]
    assert (card.vct, special.lineage) == (PHOTO_CARD, (SPECIAL, PHOTO_CARD))
    types = known_types(Trust((ISSUER.trusted(SPECIAL),)), (card, special))
    assert types.has_claim([SPECIAL], ("birthdate",))
    assert not types.has_claim([SPECIAL], ("portrait",))


def test_a_preset_that_asks_for_what_a_type_has_not(tmp_path: Path) -> None:
    describe(tmp_path, PHOTO_CARD, "given_name", "family_name")
    with pytest.raises(OverAsking) as refused:
        identity(tmp_path, Trust((ISSUER.trusted(PHOTO_CARD),)))
    assert [(one.kind, one.place) for one in refused.value.findings] == [
        ("unknown_claim", "photo_card.birthdate")
    ]


def test_a_type_whose_claims_nobody_describes_may_have_any(tmp_path: Path) -> None:
    describe(tmp_path, PHOTO_CARD)
    types = known_types(Trust((ISSUER.trusted(PHOTO_CARD),)), read_type_descriptions(tmp_path))
    assert types.has_claim([PHOTO_CARD], ("whatever",))


@pytest.mark.parametrize(
    ("path", "known"),
    [
        (("address", "locality"), True),
        (("address",), True),  # its parts are described
        (("address", "street"), False),  # and this is none of them
        (("note", "anything"), True),  # nobody says what is in it
        (("notes",), False),
        (("parents", None), True),
        (("parents", None, "name"), True),
        (("parents", None, "shoe"), False),
    ],
)
def test_claims_within_claims(tmp_path: Path, path: tuple[str | None, ...], known: bool) -> None:
    described = [["address", "locality"], ["note"], ["parents", None, "name"]]
    document = {"vct": PHOTO_CARD, "claims": [{"path": one} for one in described]}
    (tmp_path / "card.json").write_text(json.dumps(document))
    types = known_types(Trust((ISSUER.trusted(PHOTO_CARD),)), read_type_descriptions(tmp_path))
    assert types.has_claim([PHOTO_CARD], path) is known


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("not a description")
    assert read_type_descriptions(tmp_path) == ()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"vct": 7}', '{"vct": "a", "claims": [{"path": []}]}'])
def test_what_is_no_description_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "bad.json").write_text(content)
    with pytest.raises(BadTypeDescription):
        read_type_descriptions(tmp_path)


def test_descriptions_that_contradict_or_lack_something_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadTypeDescription):
        read_type_descriptions(tmp_path / "none")
    describe(tmp_path, SPECIAL, extends=PHOTO_CARD)
    with pytest.raises(BadTypeDescription):
        read_type_descriptions(tmp_path)
    describe(tmp_path, PHOTO_CARD, extends=SPECIAL)
    with pytest.raises(BadTypeDescription):
        read_type_descriptions(tmp_path)
    describe(tmp_path, PHOTO_CARD)
    assert len(read_type_descriptions(tmp_path)) == 2
    describe(tmp_path, PHOTO_CARD, name="again")
    with pytest.raises(BadTypeDescription):
        read_type_descriptions(tmp_path)

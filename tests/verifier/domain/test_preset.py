"""Presets: those that are shipped, and every way in which a file is refused (5.12, 5.19)."""

import json
from pathlib import Path
from typing import Any

import pytest

from specs.dcql import create_dcql_query
from tests.verifier.issuing import PHOTO_CARD, PROOF_OF_AGE, SimulatedIssuer
from verifier.clients.operator_files import read_presets, vcts_of
from verifier.domain.preset import MAX_PRESET_BYTES, SubjectMode, parse_preset
from verifier.domain.trust import Trust
from verifier.errors import BadPreset, OverAsking, UnknownCredentialType

VCTS = {"photo-card": [PHOTO_CARD], "proof-of-age": [PROOF_OF_AGE]}
NEVER_WITHHELD = ("iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "status", "aka_vcts")
SHIPPED = ("age-19-or-over", "identity", "ontario-resident")


def preset_file(**changed: Any) -> dict[str, Any]:
    names = {"en-CA": "Name", "fr-CA": "Nom"}
    members: dict[str, Any] = {
        "names": names,
        "purposes": names,
        "subject_mode": "ephemeral",
        "status_max_age": {"sandbox": 0, "production": 60},
        "query": query(),
    }
    return {name: value for name, value in (members | changed).items() if value is not None}


def query(**changed: Any) -> dict[str, Any]:
    credential = {
        "id": "card",
        "format": "dc+sd-jwt",
        "meta": {"vct_values": ["photo-card"]},
        "claims": [{"id": "a", "path": ["given_name"]}, {"id": "b", "path": ["family_name"]}],
    }
    members = {name: value for name, value in (credential | changed).items() if value is not None}
    return {"credentials": [members]}


def parse(content: object, *, production: bool = False) -> Any:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return parse_preset("test", data, vcts=VCTS, production=production)


@pytest.mark.parametrize("production", [False, True])
def test_the_shipped_presets_can_be_asked(production: bool) -> None:
    presets = read_presets(None, vcts=VCTS, production=production)
    assert tuple(presets) == SHIPPED
    for preset_id, preset in presets.items():
        assert preset.id == preset_id
        assert preset.status_max_age.total_seconds() == (60 if production else 0)
        assert all(preset.names[tag] and preset.purposes[tag] for tag in ("en-CA", "fr-CA"))


def test_the_age_preset_wants_true_from_either_card() -> None:
    preset = read_presets(None, vcts=VCTS, production=False)["age-19-or-over"]
    asked = create_dcql_query(preset.query)
    assert [one["meta"]["vct_values"] for one in asked["credentials"]] == [[PROOF_OF_AGE], [PHOTO_CARD]]
    for one in asked["credentials"]:
        assert one["claims"] == [{"path": ["age_equal_or_over", "19"], "values": [True]}]
    assert preset.subject_mode is SubjectMode.EPHEMERAL


def test_nothing_shipped_asks_for_a_street_or_a_register_number() -> None:
    asked = {
        claim.path
        for preset in read_presets(None, vcts=VCTS, production=False).values()
        for credential in preset.query.credentials
        for claim in credential.claims or ()
    }
    names = {name for path in asked for name in path}
    assert names.isdisjoint({"street_address", "personal_administrative_number", "document_number"})


def test_all_trusted_versions_of_a_type_are_asked_for() -> None:
    second = PHOTO_CARD.removesuffix("1") + "2"
    vcts = vcts_of(Trust((SimulatedIssuer().trusted(second, PHOTO_CARD),)))
    assert vcts == {"photo-card": [PHOTO_CARD, second]}
    preset = parse_preset("test", json.dumps(preset_file()).encode(), vcts=vcts, production=False)
    assert preset.query.credentials[0].types == (PHOTO_CARD, second)


def test_a_type_that_nobody_issues_is_refused_in_an_operators_file(tmp_path: Path) -> None:
    with pytest.raises(UnknownCredentialType):
        parse(preset_file(query=query(meta={"vct_values": ["driving-licence"]})))
    (tmp_path / "mine.json").write_text(json.dumps(preset_file()))
    with pytest.raises(BadPreset):
        read_presets(tmp_path, vcts={"proof-of-age": [PROOF_OF_AGE]}, production=False)


def test_shipped_presets_that_nobody_can_answer_are_left_out() -> None:
    assert tuple(read_presets(None, vcts={"photo-card": [PHOTO_CARD]}, production=False)) == (
        "identity",
        "ontario-resident",
    )
    assert not read_presets(None, vcts={}, production=False)


@pytest.mark.parametrize("name", NEVER_WITHHELD)
def test_5_19_claims_that_are_always_shown_cannot_be_asked_for(name: str) -> None:
    with pytest.raises(OverAsking):
        parse(preset_file(query=query(claims=[{"path": [name]}])))


@pytest.mark.parametrize(
    "asked",
    [
        query(claim_sets=[["a"]]),  # b is in no set
        query(claims=[{"path": ["address"]}, {"path": ["address", "locality"]}]),
        query(claims=[{"path": ["personal_administrative_number"]}]),
        {
            **query(),
            "credential_sets": [{"options": [["card"]]}],
            "credentials": [
                *query()["credentials"],
                *query(id="other")["credentials"],
            ],
        },
    ],
    ids=["claim-in-no-set", "claim-within-another", "stable-subject-claim", "query-in-no-set"],
)
def test_5_19_over_asking_is_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(OverAsking):
        parse(preset_file(query=asked))


BAD_FILES: dict[str, object] = {
    "empty": b"",
    "array": b"[]",
    "cut-short": b"{",
    "repeated-member": b'{"names": {}, "names": {}}',
    "too-large": b" " * (MAX_PRESET_BYTES + 1),
    "no-query": preset_file(query=None),
    "no-french-name": preset_file(names={"en-CA": "Name"}),
    "empty-french-name": preset_file(names={"en-CA": "Name", "fr-CA": ""}),
    "no-english-purpose": preset_file(purposes={"fr-CA": "Nom"}),
    "unknown-subject-mode": preset_file(subject_mode="forever"),
    "negative-age": preset_file(status_max_age={"sandbox": -1, "production": 60}),
    "no-production-age": preset_file(status_max_age={"sandbox": 0}),
    "age-as-text": preset_file(status_max_age={"sandbox": "0", "production": 60}),
    "unknown-member": preset_file(unknown_member=True),
    "empty-query": preset_file(query={}),
    "no-credentials": preset_file(query={"credentials": []}),
    "credentials-a-number": preset_file(query={"credentials": 5}),
    "credential-a-text": preset_file(query={"credentials": ["card"]}),
    "no-meta": preset_file(query=query(meta=None)),
    "meta-an-array": preset_file(query=query(meta=["photo-card"])),
    "no-type": preset_file(query=query(meta={"vct_values": []})),
    "type-an-array": preset_file(query=query(meta={"vct_values": [["photo-card"]]})),
    "no-claims": preset_file(query=query(claims=[])),
    "claim-twice": preset_file(query=query(claims=[{"path": ["a"]}, {"path": ["a"]}])),
    "mdoc": preset_file(query=query(format="mso_mdoc", meta={"doctype_value": "photo-card"}, claims=None)),
    "unknown-format": preset_file(query=query(format="unknown")),
    "several-of-one": preset_file(query=query(multiple=True)),
    "without-holder-binding": preset_file(query=query(require_cryptographic_holder_binding=False)),
}


@pytest.mark.parametrize("defect", BAD_FILES)
def test_bad_files_are_refused(defect: str) -> None:
    with pytest.raises(BadPreset):
        parse(BAD_FILES[defect])

"""Presets: those that are shipped, and every way in which a file is refused (5.12, 5.17, 5.18)."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from specs.dcql import create_dcql_query
from tests.verifier.domain.preset_files import LICENCE, TEXTS, TYPES, asking, parse, preset_file, query
from tests.verifier.issuing import PHOTO_CARD, PROOF_OF_AGE, SimulatedIssuer
from verifier.clients.presets import read_preset_file, read_preset_files
from verifier.domain.known_types import KnownTypes, known_types
from verifier.domain.policy import AllOf, HeldInPerson, IssuedBy, LastDayNotPassed
from verifier.domain.presentation import CrossDevice
from verifier.domain.preset import NOTHING_KEPT, Preset, Retention, SubjectMode
from verifier.domain.preset_file import MAX_PRESET_BYTES
from verifier.domain.same_holder import SameHolder
from verifier.domain.trust import Trust
from verifier.errors import BadPreset, UnknownCredentialType

SHIPPED = ("age-19-or-over", "business-authority", "identity", "licence-class", "ontario-resident", "sign-in")
ONE_CREDENTIAL = {"photo-card": [PHOTO_CARD]}


def shipped(*, production: bool = False, types: KnownTypes = TYPES) -> dict[str, Preset]:
    return dict(read_preset_files(None, production=production).resolved(types))


@pytest.mark.parametrize("production", [False, True])
def test_the_shipped_presets_can_be_asked(production: bool) -> None:
    presets = shipped(production=production)
    assert tuple(presets) == SHIPPED
    for preset_id, preset in presets.items():
        assert preset.id == preset_id
        assert preset.status_max_age.total_seconds() == (60 if production else 0)
        assert all(preset.names[tag] and preset.purposes[tag] for tag in ("en-CA", "fr-CA"))
        assert preset.needs
        assert preset.retention.days == 0
        assert preset.evidence is None
        assert preset.cross_device is CrossDevice.CODE


def test_the_age_preset_wants_true_from_either_card() -> None:
    preset = shipped()["age-19-or-over"]
    asked = create_dcql_query(preset.query)
    assert [one["meta"]["vct_values"] for one in asked["credentials"]] == [[PROOF_OF_AGE], [PHOTO_CARD]]
    for one in asked["credentials"]:
        assert one["claims"] == [{"path": ["age_equal_or_over", "19"], "values": [True]}]
    assert preset.subject_mode is SubjectMode.EPHEMERAL


def test_journey_2_residence_is_shown_by_either_card_without_the_street() -> None:
    asked = create_dcql_query(shipped()["ontario-resident"].query)
    assert [one["id"] for one in asked["credentials"]] == ["proof_of_residence", "photo_card"]
    for one in asked["credentials"]:
        assert [claim["path"] for claim in one["claims"]] == [["address", "region"], ["address", "locality"]]


def test_journey_4_a_licence_has_to_be_valid_itself() -> None:
    preset = shipped()["licence-class"]
    assert preset.query.credentials[0].types == (LICENCE,)
    last_day = LastDayNotPassed("drivers_licence", ("ca.on.licence_expires_on",))
    assert preset.policy == AllOf((HeldInPerson(), last_day))
    # Every combination of claims has the class and the last day.
    for alternative in preset.query.credentials[0].alternatives():
        assert {("ca.on.licence_class", "G"), ("ca.on.licence_expires_on",)} <= {
            one.path for one in alternative
        }


def test_journey_5_both_credentials_are_asked_for_and_have_to_be_one_persons() -> None:
    preset = shipped()["business-authority"]
    assert [one.id for one in preset.query.credentials] == ["person", "authority"]
    assert not preset.query.is_satisfied_by(frozenset({"authority"}))
    assert preset.policy == AllOf((HeldInPerson(), SameHolder(("person", "authority"))))


def test_nothing_shipped_asks_for_a_street_or_a_register_number() -> None:
    presets = shipped()
    assert presets.pop("sign-in").subject_mode is SubjectMode.STABLE
    assert {preset.subject_mode for preset in presets.values()} == {SubjectMode.EPHEMERAL}
    asked = {
        claim.path
        for preset in presets.values()
        for credential in preset.query.credentials
        for claim in credential.claims or ()
    }
    names = {name for path in asked for name in path}
    assert names.isdisjoint({"street_address", "personal_administrative_number", "document_number"})


def test_all_trusted_versions_of_a_type_are_asked_for() -> None:
    second = PHOTO_CARD.removesuffix("1") + "2"
    types = known_types(Trust((SimulatedIssuer().trusted(second, PHOTO_CARD),)))
    assert types.vcts["photo-card"] == [PHOTO_CARD, second]
    assert parse(preset_file(), types=types).query.credentials[0].types == (PHOTO_CARD, second)


def test_the_type_of_one_issuer_is_asked_for_by_its_whole_name() -> None:
    """Another issuer's type may have the same short name, and be worth much less."""
    clubs = "https://club.example/types/photo-card/1"
    types = known_types(Trust((SimulatedIssuer().trusted(PHOTO_CARD, clubs),)))
    assert set(parse(preset_file(), types=types).query.credentials[0].types) == {PHOTO_CARD, clubs}
    exactly = preset_file(query=query(meta={"vct_values": [PHOTO_CARD]}))
    assert parse(exactly, types=types).query.credentials[0].types == (PHOTO_CARD,)
    with pytest.raises(UnknownCredentialType):
        parse(preset_file(query=query(meta={"vct_values": ["https://x.example/types/photo-card/1"]})))


@pytest.mark.parametrize(
    "name",
    ["Age", "age 19", "19-or-over", "age_19", "âge", "age'", "a" * 65, "-age", "age\n", "age.v2"],
)
def test_a_preset_that_no_service_could_name_keeps_the_verifier_from_starting(
    tmp_path: Path, name: str
) -> None:
    """The API takes small letters, digits and hyphens; the name also stands in tokens and receipts."""
    (tmp_path / f"{name}.json").write_text(json.dumps(preset_file()))
    with pytest.raises(BadPreset, match="the file's name"):
        read_preset_files(tmp_path, production=False)


@pytest.mark.parametrize("name", ["a", "age-19-or-over", "a" * 64])
def test_a_preset_is_named_like_its_file(tmp_path: Path, name: str) -> None:
    (tmp_path / f"{name}.json").write_text(json.dumps(preset_file()))
    assert list(read_preset_files(tmp_path, production=False).unresolved) == [name]


@pytest.mark.parametrize("folder", ["missing", "empty", "file"])
def test_a_folder_without_presets_keeps_the_verifier_from_starting(tmp_path: Path, folder: str) -> None:
    """Mistyped, it would leave a verifier of which every service hears that it has no such preset."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "README.md").write_text("no preset")
    (tmp_path / "file").write_text("{}")
    with pytest.raises(BadPreset, match=folder):
        read_preset_files(tmp_path / folder, production=False)


def test_a_type_that_nobody_issues_is_refused_in_an_operators_file(tmp_path: Path) -> None:
    with pytest.raises(UnknownCredentialType):
        parse(preset_file(query=query(meta={"vct_values": ["driving-licence"]})))
    (tmp_path / "mine.json").write_text(json.dumps(preset_file()))
    files = read_preset_files(tmp_path, production=False)
    with pytest.raises(UnknownCredentialType):
        files.resolved(KnownTypes({"proof-of-age": [PROOF_OF_AGE]}))


def test_shipped_presets_ask_for_the_alternatives_that_somebody_issues() -> None:
    presets = shipped(types=KnownTypes(ONE_CREDENTIAL))
    assert tuple(presets) == ("age-19-or-over", "identity", "ontario-resident", "sign-in")
    assert [one.id for one in presets["age-19-or-over"].query.credentials] == ["photo_card"]
    assert presets["age-19-or-over"].query.is_satisfied_by(frozenset({"photo_card"}))
    assert not shipped(types=KnownTypes({}))


def test_what_is_kept_is_declared_with_a_purpose() -> None:
    kept = {"days": 30, "purposes": TEXTS}
    preset = parse(preset_file(retention=kept, evidence={"days": 400, "purposes": TEXTS}, cross_device="off"))
    assert preset.retention == Retention(30, TEXTS)
    assert preset.evidence == Retention(400, TEXTS)
    assert preset.cross_device is CrossDevice.OFF
    assert parse(preset_file()).retention == NOTHING_KEPT
    assert parse(preset_file()).status_max_age == timedelta(0)


def test_the_issuers_that_a_preset_accepts_are_a_policy() -> None:
    preset = parse(preset_file(accepted_issuers=["https://one.example"]))
    assert preset.policy == AllOf((HeldInPerson(), IssuedBy(frozenset({"https://one.example"}))))
    assert parse(preset_file(guardian_may_present=True)).policy == AllOf(())


BAD_FILES: dict[str, object] = {
    "empty": b"",
    "array": b"[]",
    "cut-short": b"{",
    "repeated-member": b'{"names": {}, "names": {}}',
    "too-large": b" " * (MAX_PRESET_BYTES + 1),
    "too-deep": b'{"names":' + b"[" * 40 + b"]" * 40 + b"}",
    "no-query": preset_file(query=None),
    "no-french-name": preset_file(names={"en-CA": "Name"}),
    "empty-french-name": preset_file(names={"en-CA": "Name", "fr-CA": ""}),
    "blank-french-name": preset_file(names={"en-CA": "Name", "fr-CA": " "}),
    "no-english-purpose": preset_file(purposes={"fr-CA": "Nom"}),
    "unknown-subject-mode": preset_file(subject_mode="forever"),
    "negative-age": preset_file(status_max_age={"sandbox": -1, "production": 60}),
    "age-of-more-than-a-week": preset_file(status_max_age={"sandbox": 0, "production": 604_801}),
    "age-beyond-all-time": preset_file(status_max_age={"sandbox": 10**18, "production": 60}),
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
    "claim-twice": preset_file(query=asking(["given_name"], ["given_name"])),
    "retention-without-purpose": preset_file(retention={"days": 1}),
    "retention-in-one-language": preset_file(retention={"days": 1, "purposes": {"en-CA": "Name"}}),
    "retention-negative": preset_file(retention={"days": -1}),
    "evidence-for-ever": preset_file(evidence={"days": 401, "purposes": TEXTS}),
    "evidence-for-no-day": preset_file(evidence={"days": 0, "purposes": TEXTS}),
    "evidence-without-purpose": preset_file(evidence={"days": 30, "purposes": {}}),
    "evidence-without-days": preset_file(evidence={"purposes": TEXTS}),
    "unknown-cross-device": preset_file(cross_device="sometimes"),
    "no-issuer-accepted": preset_file(accepted_issuers=[]),
    "no-needs": preset_file(needs=None),
    "unknown-need": preset_file(needs=["everything"]),
    "need-without-words": preset_file(needs=["name", {"path": ["ca.example"], "purposes": {}}]),
    "need-without-a-path": preset_file(needs=["name", {"path": [], "purposes": TEXTS}]),
    "need-around-a-registered-one": preset_file(needs=["name", {"path": ["birthdate"], "purposes": TEXTS}]),
    "need-around-part-of-one": preset_file(needs=["name", {"path": ["address", "house"], "purposes": TEXTS}]),
}


@pytest.mark.parametrize("defect", BAD_FILES)
def test_bad_files_are_refused(defect: str) -> None:
    with pytest.raises(BadPreset):
        parse(BAD_FILES[defect])


UNDECIDABLE: dict[str, tuple[dict[str, Any], str]] = {
    "mdoc": (
        query(
            format="mso_mdoc",
            meta={"doctype_value": "photo-card"},
            claims=[{"path": ["org.iso", "given_name"]}],
        ),
        "only dc+sd-jwt",
    ),
    "unknown-format": (query(format="unknown"), "only dc+sd-jwt"),
    "several-of-one": (query(multiple=True), "multiple"),
    "without-holder-binding": (query(require_cryptographic_holder_binding=False), "holder binding"),
    "etsi-trust-list": (
        query(trusted_authorities=[{"type": "etsi_tl", "values": ["https://tl.example"]}]),
        "accepted_issuers",
    ),
    "federation": (
        query(trusted_authorities=[{"type": "openid_federation", "values": ["https://ta.example"]}]),
        "accepted_issuers",
    ),
}


@pytest.mark.parametrize("defect", UNDECIDABLE)
def test_what_could_never_be_decided_is_refused_with_the_reason(defect: str) -> None:
    """5.17 and 5.12: a query that no answer can satisfy would only be told to people."""
    asked, why = UNDECIDABLE[defect]
    with pytest.raises(BadPreset) as refused:
        parse(preset_file(query=asked))
    assert why in refused.value.detail


def test_5_17_authorities_by_key_identifier_can_be_asked_for() -> None:
    wished = query(trusted_authorities=[{"type": "aki", "values": ["AAAA"]}])
    assert parse(preset_file(query=wished)).query.credentials[0].trusted_authorities


def test_a_refusal_says_where_and_repeats_nothing() -> None:
    with pytest.raises(BadPreset) as refused:
        parse(preset_file(subject_mode="Planted"))
    assert "subject_mode" in refused.value.detail
    assert "Planted" not in refused.value.detail


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadPreset):
        read_preset_file(tmp_path / "none.json", production=False)
    with pytest.raises(BadPreset):
        read_preset_file(tmp_path, production=False)

"""Evidence: its members, its end, and that nobody asks for it who could not read it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from specs.jose import public_jwk_of
from tests.verifier.issuing import private_key
from verifier.domain.event import EventName
from verifier.domain.evidence import (
    AskedRequest,
    EvidenceEnd,
    EvidenceEntry,
    EvidenceId,
    KeptEvidence,
    ProvedCredential,
    create_evidence,
    delete_at,
    evidence_deleted,
    evidence_kept,
    require_evidence_key,
)
from verifier.domain.presentation import RequestId
from verifier.domain.relying_service import ClientId, RelyingService
from verifier.errors import EvidenceKeyMissing

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
SHOP = RelyingService(ClientId("shop"), b"hash", (("en-CA", "Shop"),), ("licence-class",), NOW)
ENTRY = EvidenceEntry(
    EvidenceId("evidence"),
    RequestId("request"),
    b"hash",
    ClientId("shop"),
    "licence-class",
    NOW,
    NOW + timedelta(days=3),
    held_back=False,
)


def test_members_stand_in_the_order_of_the_presentations() -> None:
    proved = [
        ProvedCredential("person", "first~", ("leaf", "root"), "status 1"),
        ProvedCredential("business", "other~", (), None),
        ProvedCredential("person", "second~", ("leaf 2",), "status 2"),
    ]
    verdict = {"outcome": "accepted", "clerk_outcome": "valid"}
    evidence = create_evidence(
        AskedRequest("jws"), proved, verdict, preset="both", reference="file 7", now=NOW
    )
    assert evidence == {
        "request_object": "jws",
        "request": None,
        "vp_token": {"person": ["first~", "second~"], "business": ["other~"]},
        "status_tokens": {"person": ["status 1", "status 2"], "business": [None]},
        "chains": {"person": [["leaf", "root"], ["leaf 2"]], "business": [[]]},
        "verdict": verdict,
        "preset": "both",
        "reference": "file 7",
        "time": "2026-11-22T15:00:00+00:00",
    }


def test_a_service_without_a_key_for_it_cannot_have_evidence() -> None:
    with pytest.raises(EvidenceKeyMissing):
        require_evidence_key(SHOP)
    key = public_jwk_of(private_key("shop").public_key())
    assert require_evidence_key(replace(SHOP, evidence_key=key)) == key


def test_its_days_are_counted_from_acceptance() -> None:
    assert delete_at(NOW, 400) == datetime(2027, 12, 27, 15, 0, tzinfo=UTC)


def test_events_name_the_service_and_no_person() -> None:
    kept = evidence_kept(ENTRY)
    assert (kept.name, kept.actor, kept.at) == (EventName.EVIDENCE_KEPT, "system", NOW)
    assert (kept.client_id, kept.preset, kept.reason) == ("shop", "licence-class", "")
    gone = evidence_deleted(ClientId("shop"), "licence-class", EvidenceEnd.DUE, NOW)
    assert (gone.name, gone.actor, gone.reason) == (EventName.EVIDENCE_DELETED, "system", "due")


def test_what_is_kept_does_not_show_itself_in_a_log() -> None:
    assert "secret" not in repr(KeptEvidence(ENTRY, "secret"))
    assert "secret" not in repr(ProvedCredential("q", "secret", (), None))


def test_a_request_that_was_not_fetched_is_told_by_its_parameters() -> None:
    asked = AskedRequest(None, {"nonce": "n"})
    evidence = create_evidence(asked, [], {}, preset="both", reference=None, now=NOW)
    assert (evidence["request_object"], evidence["request"]) == (None, {"nonce": "n"})

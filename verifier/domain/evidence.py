"""Evidence: what a relying service must be able to show later, and only it can read (decisions.md, Verdicts).

Only for presets that declare it, with a purpose and a number of days that the person is shown beforehand. It
is encrypted to the service's own key the moment a presentation is accepted: the verifier keeps it until its
day comes, and cannot open it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple, NewType

from specs.jose import PublicJwk
from verifier.domain.event import Actor, Event, EventName
from verifier.domain.presentation import RequestId
from verifier.domain.relying_service import ClientId, RelyingService
from verifier.errors import EvidenceKeyMissing

EvidenceId = NewType("EvidenceId", str)
"""128 random bits, base64url."""

EVIDENCE_TYPE: Final = "trillium-evidence+jwe"
EVIDENCE_MEDIA_TYPE: Final = "application/jose"


@dataclass(frozen=True, slots=True)
class EvidenceEntry:
    """What the verifier knows of the evidence of one accepted presentation."""

    evidence_id: EvidenceId
    request_id: RequestId
    transaction_hash: bytes
    client_id: ClientId
    preset: str
    made_at: datetime
    delete_at: datetime
    held_back: bool
    """The browser that started it has not shown itself yet, so nobody may have it (5.29)."""

    @property
    def place(self) -> "EvidencePlace":
        """Where it stands among all evidence of its service, in order of time."""
        return EvidencePlace(self.made_at, self.evidence_id)


@dataclass(frozen=True, slots=True)
class KeptEvidence:
    """Evidence as it is kept: for its service alone to open."""

    entry: EvidenceEntry
    jwe: str = field(repr=False)


class EvidencePlace(NamedTuple):
    """The last one that a reader has seen: the next page begins behind it."""

    made_at: datetime
    evidence_id: EvidenceId


class EvidenceEnd(StrEnum):
    """Why evidence was deleted; the reason in its event."""

    DUE = "due"
    """Its days are over."""
    NOT_RELEASED = "not_released"
    """The result never reached the service, so there is nothing to prove."""
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class ProvedCredential:
    """What was presented to one query, and what it was judged by."""

    query_id: str
    presentation: str = field(repr=False)
    chain: Sequence[str]
    """Certificates that led to the issuer's key, base64 DER, leaf first; empty where the issuer publishes
    its keys in another way."""
    status_token: str | None
    """The status list token that decided, as it was received."""


@dataclass(frozen=True, slots=True)
class AskedRequest:
    """What was asked: the request object that the wallet fetched last, or where it fetched none (the request
    stood in a link, or went through a browser) the parameters that we asked with."""

    signed: str | None
    parameters: Mapping[str, Any] | None = None


def require_evidence_key(service: RelyingService) -> PublicJwk:
    """The key that a service's evidence is encrypted to.

    Raises:
        EvidenceKeyMissing: it has registered none, and must not ask for what it cannot keep.
    """
    if service.evidence_key is None:
        raise EvidenceKeyMissing
    return service.evidence_key


def create_evidence(
    asked: AskedRequest,
    proved: Sequence[ProvedCredential],
    verdict: Mapping[str, Any],
    *,
    preset: str,
    reference: str | None,
    now: datetime,
) -> dict[str, Any]:
    """The members of the evidence of an accepted presentation, before they are encrypted.

    Presentations (those that counted), chains and status tokens are by query id, in one order. With them
    whoever holds the trust list of that day can decide again, without the verifier.
    """
    presentations: dict[str, list[str]] = {}
    chains: dict[str, list[Any]] = {}
    tokens: dict[str, list[Any]] = {}
    for one in proved:
        presentations.setdefault(one.query_id, []).append(one.presentation)
        chains.setdefault(one.query_id, []).append(list(one.chain))
        tokens.setdefault(one.query_id, []).append(one.status_token)
    return {
        "request_object": asked.signed,
        "request": None if asked.parameters is None else dict(asked.parameters),
        "vp_token": presentations,
        "status_tokens": tokens,
        "chains": chains,
        "verdict": dict(verdict),
        "preset": preset,
        "reference": reference,
        "time": now.isoformat(timespec="seconds"),
    }


def delete_at(now: datetime, days: int) -> datetime:
    """When evidence has to be gone."""
    return now + timedelta(days=days)


def evidence_kept(entry: EvidenceEntry) -> Event:
    """The event of the moment it was made."""
    return Event(EventName.EVIDENCE_KEPT, Actor("system"), entry.made_at, entry.client_id, entry.preset)


def evidence_deleted(client_id: ClientId, preset: str, end: EvidenceEnd, now: datetime) -> Event:
    """The event of its end."""
    actor = Actor("cli" if end is EvidenceEnd.OPERATOR else "system")
    return Event(EventName.EVIDENCE_DELETED, actor, now, client_id, preset, end.value)

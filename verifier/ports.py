"""Every seam of the verifier: what its use cases need from outside, one Protocol each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from specs.jose import PublicJwk
from specs.jose.x5c import TrustAnchors
from specs.token_status_list import StatusOutcome, StatusReference
from verifier.domain.event import Event
from verifier.domain.presentation import Presentation, PresentationState, RequestId, SealedResult
from verifier.domain.relying_service import ClientId, RelyingService
from verifier.domain.trust import Trust, TrustedIssuer


class Clock(Protocol):
    def now(self) -> datetime:
        """The present moment, aware, UTC."""


class Randomness(Protocol):
    def token_bytes(self, count: int) -> bytes:
        """``count`` bytes from the operating system's generator."""


class PresentationStore(Protocol):
    async def add(self, presentation: Presentation, event: Event) -> None:
        """Keeps a new open presentation."""

    async def find_by_request(self, request_id: RequestId) -> Presentation | None:
        """By what the wallet knows."""

    async def find_by_transaction(self, transaction_hash: bytes) -> Presentation | None:
        """By the hash of what the relying service knows."""

    async def mark_retrieved(self, request_id: RequestId, now: datetime, event: Event) -> bool:
        """Requested or retrieved, and unexpired, becomes retrieved; the event is written the first time.

        ``False`` when the presentation is over.
        """

    async def conclude(
        self,
        request_id: RequestId,
        state: PresentationState,
        result: SealedResult,
        now: datetime,
        event: Event,
    ) -> bool:
        """Ends an open, unexpired presentation, once; ``False`` for everybody but the first."""

    async def take_result(
        self, transaction_hash: bytes, client_id: ClientId, now: datetime, event: Event
    ) -> SealedResult | None:
        """Hands out and deletes the result in one step; ``None`` for everybody but the first.

        Only for the relying service that started the presentation, and only while the result is kept.
        """

    async def expire(self, now: datetime) -> int:
        """Ends open presentations whose time has passed, each with its event; returns how many."""

    async def purge_results(self, concluded_before: datetime) -> int:
        """Deletes results (and their keys) that nobody fetched; returns how many."""


class RelyingServiceStore(Protocol):
    async def add_service(self, service: RelyingService, event: Event) -> None:
        """Registers a relying service."""

    async def change_service(self, service: RelyingService, event: Event) -> bool:
        """Keeps a changed relying service with its next ``version``; ``False`` when it was changed since."""

    async def find_service(self, client_id: ClientId) -> RelyingService | None:
        """One relying service."""

    async def services(self) -> Sequence[RelyingService]:
        """All of them, oldest first."""


class EventLog(Protocol):
    async def latest(self, limit: int) -> Sequence[Event]:
        """The newest events, newest first."""


@dataclass(frozen=True, slots=True)
class StatusAnswer:
    outcome: StatusOutcome
    detail: str = ""
    """For the log: why the list could not be used."""
    token: str | None = None
    """The status list token that decided, as it was received; nothing when none was fresh enough to decide."""


class StatusLists(Protocol):
    """Fetches whole lists, never one credential's status: the issuer learns nothing of who is checked."""

    async def status_of(
        self, reference: StatusReference, *, anchors: TrustAnchors, max_age: timedelta, now: datetime
    ) -> StatusAnswer:
        """Never raises for trouble with the list; that is an answer."""


class TrustSource(Protocol):
    """Whom to trust. It may change while the server runs: ask for every presentation, keep nothing."""

    def current(self, now: datetime) -> Trust:
        """Who may issue what at this moment; the same object until that changes.

        Raises:
            TrustUnavailable: there is no list, or none that can be used; nobody may be called untrusted then.
        """


class IssuerKeys(Protocol):
    """The keys of issuers that publish them under their own name (SD-JWT VC section 4)."""

    async def keys_of(self, issuer: TrustedIssuer, kid: str | None, now: datetime) -> Sequence[PublicJwk]:
        """The keys that a credential with this ``kid`` may be signed with; none: the issuer has no such key.

        ``issuer``: one of the trusted ones, with ``Mechanism.METADATA``; nobody else is ever asked.

        Raises:
            IssuerKeysUnavailable: they could not be had, which says nothing about the credential.
        """

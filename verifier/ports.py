"""Every seam of the verifier: what its use cases need from outside, one Protocol each."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from specs.jose import PublicJwk
from specs.jose.x5c import TrustAnchors
from specs.token_status_list import StatusAnswer, StatusReference
from verifier.domain.bundle import BundledList
from verifier.domain.event import Actor, Event
from verifier.domain.evidence import EvidenceEnd, EvidenceEntry, EvidenceId, EvidencePlace, KeptEvidence
from verifier.domain.kept import Kept
from verifier.domain.met_list import MetList
from verifier.domain.presentation import Presentation, PresentationState, RequestId, SealedResult
from verifier.domain.presentation_page import PresentationPage, Refusal, ReleaseWay
from verifier.domain.receipt import KeptReceipt
from verifier.domain.relying_service import ClientId, RelyingService
from verifier.domain.trust import Trust, TrustedIssuer
from verifier.domain.webhook import MessageId, WebhookMessage


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

    async def find_by_response_code(self, code_hash: bytes) -> Presentation | None:
        """By the hash of the code that the wallet got with the end (5.22)."""

    async def count_open(self, client_id: ClientId, now: datetime, *, at_most: int) -> int:
        """How many presentations of a relying service are open, unexpired; counting stops at ``at_most``."""

    async def mark_retrieved(
        self, request_id: RequestId, now: datetime, event: Event, *, request_object: str | None = None
    ) -> bool:
        """Requested or retrieved, and unexpired, becomes retrieved; the event is written the first time.

        ``request_object``: to be kept until the end, in place of one that was served before. ``False`` when
        the presentation is over.
        """

    async def conclude(
        self,
        request_id: RequestId,
        state: PresentationState,
        result: SealedResult,
        now: datetime,
        event: Event,
        *,
        response_code_hash: bytes | None = None,
        reasons: Sequence[str] = (),
        kept: Kept | None = None,
    ) -> bool:
        """Ends an open, unexpired presentation, once; ``False`` for everybody but the first.

        Its response key and request object are deleted with the same update (5.24). ``kept``: receipt and
        evidence, which begin to exist with it; those of a response that came second never do.
        """

    async def take_result(
        self, transaction_hash: bytes, client_id: ClientId, now: datetime, event: Event
    ) -> SealedResult | None:
        """Hands out and deletes the result in one step; ``None`` for everybody but the first.

        Only for the relying service that started the presentation, and only while the result is kept.
        """

    async def expire(self, now: datetime) -> int:
        """Ends open presentations whose time has passed, each with its event; returns how many.

        As with ``conclude``, keys and request objects go.
        """

    async def purge_results(self, concluded_before: datetime) -> int:
        """Deletes results (and their keys) that nobody fetched; returns how many."""

    async def forget(self, concluded_before: datetime) -> int:
        """Deletes presentations that ended before; returns how many. Events stay."""


class RelyingServiceStore(Protocol):
    async def add_service(self, service: RelyingService, event: Event) -> None:
        """Registers a relying service."""

    async def change_service(self, service: RelyingService, event: Event) -> bool:
        """Keeps a changed relying service with its next ``version``; ``False`` when it was changed since."""

    async def cancel_open(self, client_id: ClientId, now: datetime, actor: Actor) -> int:
        """Ends all open presentations of one relying service, each with its event; returns how many.

        As with ``conclude``, keys and request objects go. There is no result to fetch.
        """

    async def find_service(self, client_id: ClientId) -> RelyingService | None:
        """One relying service."""

    async def services(self) -> Sequence[RelyingService]:
        """All of them, oldest first."""


class WebhookStore(Protocol):
    """Messages that wait for the end of a presentation, or for a receiver that does not answer."""

    async def expect(self, message: WebhookMessage) -> None:
        """Keeps a message; it is claimed once it is due and its presentation has ended."""

    async def wake(self, concluded_since: datetime, now: datetime) -> int:
        """Makes messages due now whose presentations have ended since then; returns how many.

        So nobody has to look at all that wait: those that no one wakes are due when they were going to be.
        """

    async def hold_back(self, client_id: ClientId, now: datetime, until: datetime) -> None:
        """Makes everything that is due for a relying service due later: it does not answer."""

    async def claim(self, now: datetime, *, limit: int) -> Sequence[WebhookMessage]:
        """Due messages of ended presentations, oldest first, all of one relying service.

        They are the caller's for ``LEASE``; whatever befalls the caller, somebody else gets them after that.
        A relying service to which somebody is delivering is left out: a slow one holds up nobody else.
        """

    async def postpone(self, message: WebhookMessage) -> None:
        """Gives a claimed message back, with another time, number of attempts and state."""

    async def finish(self, message_id: MessageId, event: Event) -> bool:
        """Deletes a message with the event of its end; ``False`` when it was gone."""

    async def give_up(self, created_before: datetime, now: datetime) -> int:
        """Deletes messages that are too old, each with its event; returns how many."""


@dataclass(frozen=True, slots=True)
class DeliveryAnswer:
    delivered: bool
    detail: str = ""
    """For the log: why not; nothing of the address, which may hold a secret."""


class WebhookReceiver(Protocol):
    """The other end of a webhook."""

    async def deliver(self, url: str, message: str) -> DeliveryAnswer:
        """Posts a signed message; trouble with the receiver is an answer, never an error."""


class EventLog(Protocol):
    async def latest(self, limit: int) -> Sequence[Event]:
        """The newest events, newest first."""


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


class PageStore(Protocol):
    """Pages of presentations, and the response codes that browsers have brought back."""

    async def add_page(self, page: PresentationPage, event: Event) -> None:
        """Keeps a new page, which is nobody's yet."""

    async def find_page(self, page_hash: bytes) -> PresentationPage | None:
        """By the hash of what stands in its address."""

    async def page_of(self, request_id: RequestId) -> PresentationPage | None:
        """The page of a presentation."""

    async def bind(self, request_id: RequestId, session_hash: bytes, now: datetime, event: Event) -> bool:
        """Gives a page to the first browser that comes; ``False`` for everybody else."""

    async def show_code(self, request_id: RequestId, now: datetime, event: Event) -> bool:
        """The time for typing the characters begins; once, and only where a browser waits for them."""

    async def claim_attempt(
        self, request_id: RequestId, session_hash: bytes, now: datetime, event: Event
    ) -> int | None:
        """Takes one of the attempts before anything is compared; how many are left, ``None``: none was."""

    async def release(
        self, request_id: RequestId, session_hash: bytes, way: ReleaseWay, now: datetime, event: Event
    ) -> bool:
        """The result is released to this page's browser; once, and never after a refusal."""

    async def refuse(self, request_id: RequestId, refusal: Refusal, now: datetime, event: Event) -> bool:
        """The result is never released; once, and never after a release."""

    async def bring_code(
        self, response_code_hash: bytes, browser_hash: bytes, now: datetime, event: Event
    ) -> bool:
        """Whether this browser is the one that brought a response code first (5.29: single use)."""

    async def purge_pages(self, now: datetime, returned_before: datetime) -> int:
        """Forgets pages whose time is over, and old response codes; returns how many pages."""


class Releases(Protocol):
    """Whether a result may leave the verifier (5.29)."""

    async def is_released(self, request_id: RequestId) -> bool:
        """``True`` at once for presentations without a page; for the others when their browser has shown
        itself, or when they ended without an answer that would be worth protecting."""

    def is_return_code(self, request_id: RequestId, code: str) -> bool:
        """Whether this is what the page's browser took back to the relying service."""


class ReceiptStore(Protocol):
    """Receipts that wait for their one fetch; ``PresentationStore.conclude`` puts them there."""

    async def has_receipt(self, request_id: RequestId, now: datetime) -> bool:
        """Whether there is one to be taken."""

    async def take_receipt(self, request_id: RequestId, now: datetime, event: Event) -> KeptReceipt | None:
        """Hands out and deletes a receipt in one step; ``None`` for everybody but the first."""

    async def purge_receipts(self, now: datetime) -> int:
        """Deletes those whose time is over; returns how many."""


class EvidenceStore(Protocol):
    """Evidence until its day; ``PresentationStore.conclude`` puts it there."""

    async def evidence_of(self, transaction_hash: bytes) -> KeptEvidence | None:
        """By the hash of what the relying service knows of the presentation."""

    async def find_evidence(self, evidence_id: EvidenceId) -> KeptEvidence | None:
        """One, whosever it is."""

    async def evidence_since(
        self, client_id: ClientId, since: datetime, after: EvidencePlace | None, limit: int
    ) -> Sequence[EvidenceEntry]:
        """A service's own, oldest first, from a moment on and behind a place; none that is held back."""

    async def held_back(self, limit: int) -> Sequence[EvidenceEntry]:
        """Evidence of which it is not decided yet whether anybody gets it, oldest first."""

    async def hand_over(self, evidence_id: EvidenceId) -> None:
        """Its service may have it from now on."""

    async def record_reading(self, event: Event) -> None:
        """That evidence was handed out; it stays."""

    async def delete_evidence(self, evidence_id: EvidenceId, end: EvidenceEnd, now: datetime) -> bool:
        """Deletes one, with its event; ``False`` when it was not there."""

    async def delete_due_evidence(self, now: datetime) -> int:
        """Deletes all whose day has come, each with its event; returns how many."""


class MetListStore(Protocol):
    """Which status lists presentations have led to, by day: a memory that may be lost, so without events."""

    async def note_lists(self, lists: Collection[MetList]) -> None:
        """Remembers them; a day moves on and never back."""

    async def lists_met(self, anchors_version: str, limit: int) -> Sequence[MetList]:
        """Those below some anchors, the ones met last first."""

    async def forget_lists(self, met_before: date) -> int:
        """Deletes what was not met for long; returns how many."""


@dataclass(frozen=True, slots=True)
class CollectedLists:
    """Status list tokens for a bundle, each checked a moment ago; ``failed``: how many could not be had."""

    lists: tuple[BundledList, ...]
    failed: int = 0


class ListCollection(Protocol):
    async def collect(self, uris: Sequence[str], *, anchors: TrustAnchors, now: datetime) -> CollectedLists:
        """These lists, those at hand below the anchors, and those that they name as their siblings.

        A bad one does not stop the others (Token Status List section 9.3).
        """


class SignedTrust(Protocol):
    def signed_list(self, now: datetime) -> str:
        """The operator's signed trust list as it was received: what ``TrustSource`` goes by at this moment.

        Raises:
            TrustUnavailable: there is none, or none that can be used.
        """

"""Every seam of the wallet: what its use cases need from outside, one Protocol each."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from specs.jose import TrustAnchors
from specs.token_status_list import StatusOutcome, StatusReference
from wallet_api.domain.account import Account
from wallet_api.domain.event import AccountId, Event
from wallet_api.domain.held_credential import CardStatus, CredentialId, HeldCopy, HeldCredential
from wallet_api.domain.history import HistoryEntry, HistoryId
from wallet_api.domain.holder_key import HolderKey
from wallet_api.domain.operation import Operation, OperationId, OperationKind
from wallet_api.domain.trust import Trust


class Clock(Protocol):
    def now(self) -> datetime:
        """The present moment, aware, UTC."""


class Randomness(Protocol):
    def token_bytes(self, count: int) -> bytes:
        """``count`` bytes from the operating system's generator."""


class AccountStore(Protocol):
    async def open_account(self, account: Account, event: Event) -> None:
        """Keeps a new account."""

    async def find_account(self, token_hash: bytes) -> Account | None:
        """The account that a token opens."""


class OperationStore(Protocol):
    async def put_operation(self, operation: Operation, event: Event | None) -> None:
        """Keeps something that waits."""

    async def peek_operation(
        self, operation_id: OperationId, account_id: AccountId, kind: OperationKind, now: datetime
    ) -> Operation | None:
        """What waits, left in place; ``None`` for others' and for expired ones."""

    async def take_operation(
        self, operation_id: OperationId, account_id: AccountId, kind: OperationKind, now: datetime
    ) -> Operation | None:
        """What waits, removed; ``None`` for everybody but the first, for others' and for expired ones."""

    async def purge_operations(self, now: datetime) -> int:
        """Deletes what has expired; returns how many."""


class CredentialStore(Protocol):
    async def add_credential(
        self, credential: HeldCredential, copies: Sequence[HeldCopy], event: Event
    ) -> None:
        """Keeps a card with all its copies, which are numbered from 0."""

    async def credentials_of(self, account_id: AccountId) -> Sequence[HeldCredential]:
        """The cards of an account, newest first."""

    async def find_credential(
        self, account_id: AccountId, credential_id: CredentialId
    ) -> HeldCredential | None:
        """One card."""

    async def read_copy(self, account_id: AccountId, credential_id: CredentialId) -> HeldCopy | None:
        """A copy for the wallet itself to look into; nobody else sees it, so it counts as fresh as before."""

    async def draw_copy(self, account_id: AccountId, credential_id: CredentialId) -> HeldCopy | None:
        """The copy that was shown least, counted as shown by this; never the same fresh one twice.

        One conditional step: two draws at once get two copies while there are two.
        """

    async def note_status(
        self, account_id: AccountId, credential_id: CredentialId, status: CardStatus
    ) -> None:
        """Remembers how the card stood when its list was read."""

    async def delete_credential(
        self, account_id: AccountId, credential_id: CredentialId, event: Event
    ) -> bool:
        """Deletes a card with its keys; ``False`` when there is none."""


class HistoryStore(Protocol):
    async def add_history(self, entry: HistoryEntry, event: Event) -> None:
        """Keeps a record of a presentation; beyond the newest ``MAX_ENTRIES`` of an account none is kept."""

    async def replace_history(
        self, account_id: AccountId, entry_id: HistoryId, sealed: bytes, event: Event
    ) -> bool:
        """Puts something else in its place; ``False`` when it is gone."""

    async def history_of(self, account_id: AccountId) -> Sequence[HistoryEntry]:
        """The records of an account, newest first."""

    async def delete_history(self, account_id: AccountId, entry_id: HistoryId, event: Event) -> bool:
        """Deletes a record; ``False`` when there is none."""


class EventLog(Protocol):
    async def append(self, event: Event) -> None:
        """For what changes nothing else of ours: something was sent, something was refused."""

    async def latest(self, account_id: AccountId, limit: int) -> Sequence[Event]:
        """The newest events of an account, newest first."""


class HolderKeys(Protocol):
    """Server-held keys, wrapped under the resident's key. A device's keys never come here."""

    def create(self, account: Account, count: int) -> Sequence[HolderKey]:
        """Fresh P-256 keys."""

    async def sign(self, account: Account, wrapped: bytes, data: bytes) -> bytes:
        """The ES256 signature in JWS form with a key that ``create`` made."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What somebody out there answered; the body is bounded and nothing in it is believed yet."""

    status: int
    media_type: str
    """Lower case, without parameters; empty when there was none."""
    body: bytes = field(repr=False)
    etag: str = ""
    """Of the document, where it has one."""


class Internet(Protocol):
    """Calls to issuers and verifiers whose addresses come from offers and requests: strangers all.

    Every method raises ``wallet_api.errors.NoAnswer`` for whatever kept an answer from coming: an address
    that is not called, nobody there, too late, too large, a redirect that is not followed.
    """

    async def get(
        self, url: str, *, accept: str, max_bytes: int, follow: bool = False, known_etag: str = ""
    ) -> HttpAnswer:
        """A GET. ``follow``: up to three redirects, each hop checked anew.

        ``known_etag``: of the document at hand; the answer is 304 when it has not changed.
        """

    async def post_form(
        self, url: str, fields: Sequence[tuple[str, str]], *, accept: str, max_bytes: int
    ) -> HttpAnswer:
        """A POST of a form; redirects are never followed."""

    async def post_json(self, url: str, body: bytes, *, bearer: str | None, max_bytes: int) -> HttpAnswer:
        """A POST of JSON; redirects are never followed. An empty body is sent as none."""


class Delivery(Protocol):
    """How a response leaves for the verifier: OpenID4VP 1.0 section 8.2, ``direct_post`` and its ``.jwt``."""

    async def deliver(self, response_uri: str, fields: Sequence[tuple[str, str]]) -> HttpAnswer:
        """Posts the fields of the form. Raises NoAnswer as ``Internet`` does."""


class StatusLists(Protocol):
    """Whole status lists, as a verifier reads them."""

    async def status_of(
        self, reference: StatusReference, *, anchors: TrustAnchors, max_age: timedelta, now: datetime
    ) -> StatusOutcome:
        """Never raises for trouble with the list; that is an answer."""


class TrustSource(Protocol):
    """Whom to trust. It may change while the server runs: ask for every offer and request, keep nothing."""

    def current(self, now: datetime) -> Trust:
        """Who may issue what, and whose certificates name verifiers, at this moment.

        Raises:
            TrustUnavailable: there is no list, or none that can be used; nobody may be called untrusted then.
        """

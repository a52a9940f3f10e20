"""Every seam of the wallet: what its use cases need from outside, one Protocol each."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from specs.jose import PublicJwk, TrustAnchors
from specs.token_status_list import StatusOutcome, StatusReference
from wallet_api.domain.account import Account
from wallet_api.domain.event import AccountId, Event
from wallet_api.domain.held_credential import CredentialId, HeldCopy, HeldCredential
from wallet_api.domain.operation import Operation, OperationId, OperationKind


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

    async def get_account(self, account_id: AccountId) -> Account | None:
        """The account by its id."""


class OperationStore(Protocol):
    async def put_operation(self, operation: Operation, event: Event | None) -> None:
        """Keeps something that waits."""

    async def peek_operation(
        self, operation_id: OperationId, account_id: AccountId, kind: OperationKind, now: datetime
    ) -> Operation | None:
        """What waits, left in place; for showing it again."""

    async def take_operation(
        self, operation_id: OperationId, account_id: AccountId, kind: OperationKind, now: datetime
    ) -> Operation | None:
        """What waits, removed; ``None`` for everybody but the first, for others' and for expired ones."""

    async def purge_operations(self, now: datetime) -> int:
        """Deletes what has expired; returns how many."""


class CredentialStore(Protocol):
    async def add_credential(self, credential: HeldCredential, event: Event) -> None:
        """Keeps a card with all its copies."""

    async def credentials_of(self, account_id: AccountId) -> Sequence[HeldCredential]:
        """The cards of an account, newest first."""

    async def find_credential(
        self, account_id: AccountId, credential_id: CredentialId
    ) -> HeldCredential | None:
        """One card."""

    async def draw_copy(self, account_id: AccountId, credential_id: CredentialId) -> HeldCopy | None:
        """The copy that was shown least, counted as shown by this; never the same fresh one twice."""

    async def delete_credential(
        self, account_id: AccountId, credential_id: CredentialId, event: Event
    ) -> bool:
        """Deletes a card with its keys; ``False`` when there is none."""


class EventLog(Protocol):
    async def append(self, event: Event) -> None:
        """For what changes nothing else of ours: something was sent, something was refused."""

    async def latest(self, account_id: AccountId, limit: int) -> Sequence[Event]:
        """The newest events of an account, newest first."""


@dataclass(frozen=True, slots=True)
class HolderKey:
    """A holder key that the server keeps: the public part, and the private one wrapped."""

    public_jwk: PublicJwk
    wrapped: bytes = field(repr=False)


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
    body: bytes = field(repr=False)


class Internet(Protocol):
    """Calls to issuers and verifiers whose addresses come from offers and requests: strangers all."""

    async def get(self, url: str, *, accept: str, max_bytes: int, follow: bool = False) -> HttpAnswer:
        """A GET. ``follow``: up to three redirects, each hop checked anew.

        Raises:
            wallet_api.errors.IssuerUnreachable or VerifierUnreachable are raised by the callers; the port
            raises ``OSError`` for everything that kept an answer from coming.
        """

    async def post_form(
        self, url: str, fields: Sequence[tuple[str, str]], *, accept: str, max_bytes: int
    ) -> HttpAnswer:
        """A POST of a form; redirects are never followed."""

    async def post_json(self, url: str, body: bytes, *, bearer: str | None, max_bytes: int) -> HttpAnswer:
        """A POST of JSON; redirects are never followed."""


class StatusLists(Protocol):
    """Whole status lists, as a verifier reads them."""

    async def status_of(
        self, reference: StatusReference, *, anchors: TrustAnchors, max_age: timedelta, now: datetime
    ) -> StatusOutcome:
        """Never raises for trouble with the list; that is an answer."""

"""Every seam of the issuer: what its use cases need from outside, one Protocol each.

Each store method is one question or one state change, and one transaction; single use is a
conditional statement whose row count decides. The contract suites under ``tests/contracts`` run
over memory, SQLite and PostgreSQL and say what each method promises.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from issuer.domain.business import Business, BusinessNumber, NewBusiness
from issuer.domain.deferred import DeferralId, DeferredTransaction
from issuer.domain.event import Actor, Event, SubjectRef
from issuer.domain.login import LoginAttempt, SignedInAccount
from issuer.domain.notification import Notification
from issuer.domain.offer import ConfigurationId, CredentialOffer, OfferId
from issuer.domain.records import (
    IssuanceId,
    IssuanceRecord,
    IssuanceSummary,
    ListChange,
    ListId,
    PublishedToken,
    StatusEntry,
    StatusGroup,
    StatusListRow,
    UsedNonce,
)
from issuer.domain.resident import NewResident, PutCounts, RegisterNumber, Resident
from issuer.domain.status import StatusChange
from issuer.domain.subject import Holding, Subject
from issuer.domain.transaction_code_message import Contact, TransactionCodeMessage
from issuer.ports.authorization import AuthorizationStore, GrantStore


class Clock(Protocol):
    def now(self) -> datetime:
        """The present moment, aware, UTC."""


class Randomness(Protocol):
    def token_bytes(self, count: int) -> bytes:
        """``count`` bytes from the operating system's generator."""


class SubjectDirectory(Protocol):
    """The ministry's register of residents; the only place where claim values live."""

    async def get(self, subject_ref: SubjectRef) -> Resident | None:
        """The resident's record as it stands now; ``None`` when there is none.

        Raises:
            issuer.errors.DirectoryUnavailable: the register did not answer.
        """

    async def search(self, text: str, *, limit: int) -> Sequence[tuple[SubjectRef, Resident]]:
        """Residents whose register number is ``text`` or whose name contains it, at most ``limit``."""

    async def subject(self, subject_ref: SubjectRef) -> Subject | None:
        """Whom the reference names, as it stands now: a person, a child in a guardian's hands, a business,
        or a person who acts for one. ``None`` when there is none, or not in this capacity any more.

        Raises:
            issuer.errors.DirectoryUnavailable: the register did not answer.
        """

    async def holdings(self, subject_ref: SubjectRef) -> Sequence[Holding]:
        """All that a person may hold credentials about: first themselves, then the children they are the
        guardian of, their businesses, and what they are to each of these."""

    async def search_businesses(self, text: str, *, limit: int) -> Sequence[tuple[SubjectRef, Business]]:
        """Businesses whose number is ``text`` or one of whose names contains it, at most ``limit``."""


class Register(Protocol):
    """Filling the register: the ministry's side, present here because the sandbox has its own."""

    async def known(self) -> frozenset[RegisterNumber]:
        """Every register number that is there."""

    async def put(self, residents: Sequence[NewResident]) -> PutCounts:
        """Adds new residents and updates changed ones, all or nothing.

        A person who is there keeps ``subject_ref`` and ``personal_administrative_number``; the same guardian
        keeps the same ``guardian_subject_ref``, another one gets another.
        """

    async def known_businesses(self) -> frozenset[BusinessNumber]:
        """Every business that is there."""

    async def put_businesses(self, businesses: Sequence[NewBusiness]) -> PutCounts:
        """Adds new businesses and updates changed ones, all or nothing.

        A business that is there keeps its ``subject_ref``, and so does everybody in their capacity.
        """


@runtime_checkable
class ContactDirectory(Protocol):
    """Where residents want to be written to. A register may lack it: then nobody is written to."""

    async def contact(self, subject_ref: SubjectRef) -> Contact | None:
        """The contact of the person, or of the guardian who holds the card; ``None`` when there is none.

        Raises:
            issuer.errors.DirectoryUnavailable: the register did not answer.
        """


@runtime_checkable
class ContactRegister(Protocol):
    """Filling in where residents want to be written to: the ministry's side again."""

    async def put_contact(self, subject_ref: SubjectRef, contact: str | None) -> None:
        """Keeps the mail address of a person, or forgets it; of nobody it keeps nothing.

        Raises:
            issuer.errors.DirectoryUnavailable: the register did not answer.
        """


class TransactionCodeChannel(Protocol):
    """Another way to the resident than the one that the offer takes (OpenID4VCI section 4.1.1)."""

    @property
    def needs_address(self) -> bool:
        """Whether a message must have a contact."""

    async def send(self, message: TransactionCodeMessage) -> None:
        """Delivers, or hands over to somebody who answers for delivering.

        Raises:
            issuer.errors.TransactionCodeNotSent: not taken, or not surely; the offer is not made then.
        """


class OfferStore(Protocol):
    async def add(self, offer: CredentialOffer, event: Event) -> None:
        """Keeps a new open offer."""

    async def find(self, offer_id: OfferId) -> CredentialOffer | None:
        """The offer by the back office's handle."""

    async def find_by_reference(self, reference_hash: bytes) -> CredentialOffer | None:
        """The offer by the hash of the reference in its URI."""

    async def find_by_page(self, page_hash: bytes) -> CredentialOffer | None:
        """The offer by the hash of the secret in the address of the resident's page."""

    async def find_by_issuer_state(self, issuer_state_hash: bytes) -> CredentialOffer | None:
        """The offer by the hash of its ``issuer_state``, open or not."""

    async def offers_of(self, subject_ref: SubjectRef, limit: int) -> Sequence[CredentialOffer]:
        """The offers of a person, newest first."""

    async def claim_attempt(self, code_hash: bytes, now: datetime, event: Event) -> CredentialOffer | None:
        """Takes one attempt at an open, unexpired offer with attempts left; ``None`` otherwise.

        The attempt is spent before the transaction code is compared, so that guesses sent in
        parallel cannot outrun the limit (OpenID4VCI section 13.6.3). The returned offer shows the
        attempts that are left afterwards. An offer without a pre-authorized code has none to find.
        """

    async def redeem(self, code_hash: bytes, now: datetime, event: Event) -> bool:
        """Open to redeemed, once; ``False`` for everybody but the first."""

    async def redeem_authorization(
        self, offer_id: OfferId, subject_ref: SubjectRef, now: datetime, event: Event
    ) -> bool:
        """Open to redeemed, once, for an offer with an ``issuer_state`` that was made for this person.

        ``False`` for everybody but the first, and for everybody else.
        """

    async def mark_opened(self, offer_id: OfferId, now: datetime, event: Event) -> bool:
        """Notes the first time that an open offer was fetched; ``False`` every other time."""

    async def withdraw(self, offer_id: OfferId, now: datetime, event: Event) -> bool:
        """Open to withdrawn; ``False`` when it was not open any more."""

    async def purge_offers(self, ended_before: datetime) -> int:
        """Forgets offers whose time ended before a moment; returns how many."""


class IssuanceStore(Protocol):
    async def record_issuance(
        self, nonce: UsedNonce, records: Sequence[IssuanceRecord], event: Event
    ) -> bool:
        """Consumes the nonce and inserts one row per copy, all or nothing.

        ``False`` (and nothing written) when the nonce was used before.

        Raises:
            issuer.errors.StatusEntryTaken: an index is occupied; the backstop against double
                allocation (3.10).
        """

    async def mark_unsigned(self, issuance_id: IssuanceId, event: Event) -> None:
        """Notes that signing failed after recording; the indices are never used again."""

    async def issuances_of(self, subject_ref: SubjectRef) -> Sequence[IssuanceSummary]:
        """The cards of a person, newest first."""

    async def find_issuance(self, issuance_id: IssuanceId) -> IssuanceSummary | None:
        """One card."""

    async def renewal_allowed(
        self, subject_ref: SubjectRef, configuration_id: ConfigurationId, since: datetime
    ) -> bool:
        """Whether a grant that began at ``since`` may have the credential issued again.

        ``False`` when a card of this type that the person was given from then on is suspended or revoked:
        the refresh token of a stolen phone stays worthless after its owner has a new card.
        """

    async def purge_nonces(self, now: datetime) -> int:
        """Forgets nonces whose own expiry has passed; returns how many."""


class StatusStore(Protocol):
    async def open_lists(self, group: StatusGroup) -> Sequence[StatusListRow]:
        """The lists of a group that still have counters to lease."""

    async def add_list(self, row: StatusListRow, token: PublishedToken, event: Event) -> bool:
        """Opens a list together with its first token; ``False`` when (group, slot, generation) exists."""

    async def latest_generation(self, group: StatusGroup, slot: int) -> int:
        """The highest generation opened in a slot; -1 when there is none."""

    async def lease_block(self, list_id: ListId, count: int) -> range | None:
        """Takes up to ``count`` counters nobody else will ever get; ``None`` when the list is full."""

    async def change_status(
        self,
        issuance_ids: Sequence[IssuanceId],
        change: StatusChange,
        decoys: Sequence[IssuanceRecord],
        event: Event,
    ) -> Sequence[StatusEntry]:
        """Applies a change to every copy of the named cards that allows it, decoys included.

        New values, pending publication rows and the event are committed together; returns the
        entries that changed (empty when none did, and then no event is written). Decoys are
        inserted with the new value and follow their card from then on.
        """

    async def find_list(self, list_id: ListId) -> StatusListRow | None:
        """One list."""

    async def lists_of(self, issuance_id: IssuanceId) -> Sequence[StatusListRow]:
        """The lists that the copies of a card are on."""

    async def lists_with_changes(self) -> Sequence[ListId]:
        """Lists with committed changes that are not in their token yet."""

    async def lists_expiring(self, before: datetime, now: datetime) -> Sequence[ListId]:
        """Lists still needed at ``now`` whose token expires before a moment."""

    async def take_lease(self, list_id: ListId, holder: str, now: datetime, until: datetime) -> bool:
        """Makes ``holder`` the only publisher of the list until a moment.

        Somebody else's lease counts unless it has ended, or ends LEASE_SLACK or more after ``until``.
        """

    async def pending_changes(self, list_id: ListId) -> Sequence[ListChange]:
        """Changes to publish, oldest first."""

    async def entries(self, list_id: ListId) -> Sequence[tuple[int, int]]:
        """(index, value) of every entry that is not valid: enough to rebuild the list."""

    async def store_token(
        self, token: PublishedToken, published: Sequence[int], holder: str, now: datetime, until: datetime
    ) -> bool:
        """Replaces the token, deletes the published changes and lets the lease end at ``until``.

        ``False`` when the lease is not held any more or the version is not the successor of the
        stored one: a stale publisher never overwrites a newer list.
        """

    async def token(self, list_id: ListId) -> PublishedToken | None:
        """The current token."""

    async def token_versions(self) -> Sequence[tuple[ListId, int]]:
        """(list, version) of every published list, for servers that keep tokens in memory."""


class DeferredStore(Protocol):
    async def add(self, transaction: DeferredTransaction, nonce: UsedNonce, event: Event) -> bool:
        """Consumes the nonce and keeps a new transaction, both or neither.

        ``False`` (and nothing written) when the nonce was used before.
        """

    async def find(self, transaction_hash: bytes) -> DeferredTransaction | None:
        """A transaction by the hash of its ``transaction_id``."""

    async def find_by_id(self, deferral_id: DeferralId) -> DeferredTransaction | None:
        """A transaction by the back office's handle."""

    async def waiting(
        self, subject_ref: SubjectRef | None, now: datetime, limit: int
    ) -> Sequence[DeferredTransaction]:
        """Those that wait for a decision or to be fetched, oldest first; ``None``: of everybody."""

    async def approve(self, deferral_id: DeferralId, now: datetime, event: Event) -> bool:
        """Pending to approved; ``False`` when it was not pending any more."""

    async def deny(self, deferral_id: DeferralId, now: datetime, event: Event) -> bool:
        """Pending, or approved with no pick-up ever begun, to denied; the event's reason is kept with it."""

    async def claim(
        self, transaction_hash: bytes, now: datetime, until: datetime
    ) -> DeferredTransaction | None:
        """Gives an approved transaction to one pick-up until a moment; ``None`` for everybody else."""

    async def record_delivery(
        self, claimed: DeferredTransaction, records: Sequence[IssuanceRecord], event: Event
    ) -> bool:
        """Inserts one row per copy and notes the issuance with the transaction, all or nothing.

        What an earlier pick-up had recorded is marked unsigned. ``False`` (and nothing written) when the
        claim is not held any more.

        Raises:
            issuer.errors.StatusEntryTaken: an index is occupied.
        """

    async def recorded(self, issuance_id: IssuanceId) -> Sequence[IssuanceRecord]:
        """The copies of an issuance, without its decoys, in the order of their entries."""

    async def release(self, claimed: DeferredTransaction, event: Event) -> bool:
        """Ends a claim before its time, so that the next pick-up need not wait for it."""

    async def deliver(self, claimed: DeferredTransaction, event: Event) -> bool:
        """Claimed to delivered, and its keys forgotten; ``False`` when the claim is not held any more."""

    async def purge(self, ended_before: datetime) -> int:
        """Forgets transactions whose expiry lies before a moment; returns how many."""


class NotificationStore(Protocol):
    async def record(self, notification: Notification, event: Event) -> bool:
        """Keeps a notification; ``False`` (and nothing written) when the same one is there already."""

    async def of_issuance(self, issuance_id: IssuanceId) -> Sequence[Notification]:
        """What was told about a card, oldest first."""


class Login(Protocol):
    """Signing a resident in with an OpenID provider. Everything raises an ``issuer.errors.LoginFailed``."""

    async def begin(self, attempt: LoginAttempt, ui_locales: str) -> str:
        """Where to send the browser. ``ui_locales``: the person's languages, by preference."""

    async def finish(self, attempt: LoginAttempt, answer: Mapping[str, str]) -> SignedInAccount:
        """Who it was. ``answer``: the parameters with which the browser came back."""


class ReplayStore(Protocol):
    """Proofs that were accepted (DPoP, proofs of possession): by hash, for as long as they could be again."""

    async def first_use(self, key: bytes, until: datetime) -> bool:
        """Remembers ``key`` until a moment; ``False`` when it is there already.

        No event: nothing of the issuer's changes, and the request that brings the proof writes its own.
        """

    async def purge_replays(self, now: datetime) -> int:
        """Forgets what is remembered until a moment before ``now``; returns how many."""


class EventLog(Protocol):
    async def latest(self, limit: int) -> Sequence[Event]:
        """The newest events, newest first."""


__all__ = [
    "Actor",
    "AuthorizationStore",
    "Clock",
    "ContactDirectory",
    "ContactRegister",
    "EventLog",
    "GrantStore",
    "IssuanceStore",
    "Login",
    "OfferStore",
    "Randomness",
    "Register",
    "ReplayStore",
    "StatusStore",
    "SubjectDirectory",
    "TransactionCodeChannel",
]

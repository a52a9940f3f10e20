"""What is recorded of an issuance, before anything is signed: no claims, no tokens (4.44)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NewType

from issuer.domain.event import SubjectRef
from issuer.domain.offer import ConfigurationId

LEASE_SLACK: Final = timedelta(hours=1)
"""A lease that ends this much later than one taken now is of a clock that was ahead; it binds nobody."""

IssuanceId = NewType("IssuanceId", str)
"""One card in the resident's eyes: all copies of one batch share it, inside the issuer only."""

ListId = NewType("ListId", str)
"""The random last path segment of a status list's URI."""


@dataclass(frozen=True, slots=True)
class UsedNonce:
    """A verified ``c_nonce`` about to be consumed."""

    nonce_id: bytes
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class StatusEntry:
    """A place in a status list."""

    list_id: ListId
    index: int


@dataclass(frozen=True, slots=True)
class IssuanceRecord:
    """One copy: where its status lives and when it ends."""

    issuance_id: IssuanceId
    subject_ref: SubjectRef
    configuration_id: ConfigurationId
    entry: StatusEntry
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class IssuanceSummary:
    """One card as an administrator sees it: no claim, no index."""

    issuance_id: IssuanceId
    subject_ref: SubjectRef
    configuration_id: ConfigurationId
    copies: int
    decoys: int
    """Entries that were never issued and follow the card's status (3.14)."""
    status: int
    """Status type of the copies (Token Status List section 7): 0 valid, 1 revoked, 2 suspended."""
    issued_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class StatusGroup:
    """Credentials that may share a list: one type, one credential key, one span of expiry."""

    configuration_id: ConfigurationId
    key_id: str
    expiry_bucket: str


@dataclass(frozen=True, slots=True)
class StatusListRow:
    """A list as the store keeps it, without its token."""

    list_id: ListId
    group: StatusGroup
    slot: int
    generation: int
    bits: int
    size: int
    key_version: int
    """Version of the ``index_permutation`` secret; the list's own key is derived, never stored."""
    last_expiry: datetime
    """No credential on the list outlives this moment; the list is published until then."""


@dataclass(frozen=True, slots=True)
class ListChange:
    """A committed change that has not been published yet."""

    change_id: int
    index: int
    value: int


@dataclass(frozen=True, slots=True)
class PublishedToken:
    """The signed Status List Token that servers hand out, and which edition it is."""

    list_id: ListId
    version: int
    token: bytes
    """Compact JWS, ASCII."""
    signed_at: datetime
    expires_at: datetime

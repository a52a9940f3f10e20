"""One key, one purpose (requirement 7.07): what each is for, and the rules that follow from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import Final


class KeyPurpose(StrEnum):
    """What a key is for. No key has two, but CREDENTIAL stands in for STATUS_LIST until that is set."""

    # Issuer.
    CREDENTIAL = "credential"
    STATUS_LIST = "status_list"
    METADATA = "metadata"
    ACCESS_TOKEN = "access_token"
    REQUEST_DECRYPTION = "request_decryption"
    DIRECTORY_REQUEST = "directory_request"
    INDEX_PERMUTATION = "index_permutation"
    # Verifier. REQUEST_OBJECT also signs `verifier_info`.
    REQUEST_OBJECT = "request_object"
    ID_TOKEN = "id_token"
    RECEIPT = "receipt"
    BUNDLE = "bundle"
    WEBHOOK = "webhook"
    REGISTRATION = "registration"
    PAIRWISE_SUBJECT = "pairwise_subject"
    # Wallet.
    WALLET_ATTESTATION = "wallet_attestation"
    # Every app.
    AUDIT = "audit"
    WRAPPING = "wrapping"
    SESSION = "session"
    NONCE = "nonce"
    # The operator, offline.
    TRUST_LIST = "trust_list"


class KeyKind(Enum):
    """What can be done with a key."""

    SIGNING = "signing"
    AGREEMENT = "agreement"
    SECRET = "secret"


# Servers read the ring again every 5 s: after twice that every process knows a key that was prepared.
RING_LEAD: Final = timedelta(seconds=10)
# Relying parties keep a JWKS for at most 5 minutes; twice that has passed before a new key signs (7.07).
JWKS_LEAD: Final = timedelta(minutes=10)
# Longer than the tokens of our servers live, together with the caches of those who read them.
JWKS_RETENTION: Final = timedelta(days=1)
# Wrapped keys, audit chains and receipts are kept for years.
LONG_RETENTION: Final = timedelta(days=3650)


@dataclass(frozen=True, slots=True, kw_only=True)
class PurposeRules:
    """What follows from a purpose.

    `certificate`: signs nothing without a valid chain. `lead`: how long a next key is published before it is
    used. `retention`: how long a replaced key stays published (secrets: kept). `signs_lists`: a replaced key
    goes on signing the status lists that belong to it. `rotates`: False when everything derived would change.
    """

    kind: KeyKind
    certificate: bool = False
    lead: timedelta = RING_LEAD
    retention: timedelta = JWKS_RETENTION
    signs_lists: bool = False
    rotates: bool = True


_PLAIN: Final = PurposeRules(kind=KeyKind.SIGNING, lead=JWKS_LEAD)
# The chain travels with the signature, so nobody has to learn of a new key beforehand.
_CERTIFIED: Final = PurposeRules(kind=KeyKind.SIGNING, certificate=True)
_WITH_LISTS: Final = PurposeRules(kind=KeyKind.SIGNING, certificate=True, signs_lists=True)
_FOR_YEARS: Final = PurposeRules(kind=KeyKind.SIGNING, lead=JWKS_LEAD, retention=LONG_RETENTION)
_SECRET: Final = PurposeRules(kind=KeyKind.SECRET, retention=timedelta(days=30))
_SECRET_FOR_YEARS: Final = PurposeRules(kind=KeyKind.SECRET, retention=LONG_RETENTION)
_SECRET_FOR_EVER: Final = PurposeRules(kind=KeyKind.SECRET, rotates=False)

RULES: Final[Mapping[KeyPurpose, PurposeRules]] = MappingProxyType(
    {
        KeyPurpose.CREDENTIAL: _WITH_LISTS,
        KeyPurpose.STATUS_LIST: _WITH_LISTS,
        KeyPurpose.METADATA: _CERTIFIED,
        KeyPurpose.ACCESS_TOKEN: _PLAIN,
        KeyPurpose.REQUEST_DECRYPTION: PurposeRules(kind=KeyKind.AGREEMENT, lead=JWKS_LEAD),
        KeyPurpose.DIRECTORY_REQUEST: _PLAIN,
        KeyPurpose.REQUEST_OBJECT: _CERTIFIED,
        KeyPurpose.ID_TOKEN: _PLAIN,
        KeyPurpose.RECEIPT: _FOR_YEARS,
        KeyPurpose.BUNDLE: _PLAIN,
        KeyPurpose.WEBHOOK: _PLAIN,
        KeyPurpose.REGISTRATION: _PLAIN,
        KeyPurpose.WALLET_ATTESTATION: _CERTIFIED,
        KeyPurpose.TRUST_LIST: _PLAIN,
        KeyPurpose.AUDIT: _SECRET_FOR_YEARS,
        KeyPurpose.WRAPPING: _SECRET_FOR_YEARS,
        KeyPurpose.SESSION: _SECRET,
        KeyPurpose.NONCE: _SECRET,
        KeyPurpose.INDEX_PERMUTATION: _SECRET_FOR_EVER,
        KeyPurpose.PAIRWISE_SUBJECT: _SECRET_FOR_EVER,
    }
)

# Signed with the credential's key unless a key of their own is set: a widely used wallet insists on it.
ALIASES: Final[Mapping[KeyPurpose, KeyPurpose]] = MappingProxyType(
    {KeyPurpose.STATUS_LIST: KeyPurpose.CREDENTIAL}
)

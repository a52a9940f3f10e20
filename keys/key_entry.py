"""One key of the ring: what is known about it without holding it. Pure; time is an argument."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from keys.errors import (
    CertificateExpired,
    CertificateMissing,
    CertificateNotYetValid,
    NeverRotated,
    TransitionRefused,
)
from keys.purposes import RULES, KeyKind, KeyPurpose, PurposeRules
from specs.jose.algorithms import Algorithm
from specs.jose.jwk import PublicJwk


class KeyState(StrEnum):
    """PENDING: published, signs nothing yet. ACTIVE: signs. LIST_ONLY: signs its own lists and nothing else.

    RETIRED: signs nothing; still published, or (secrets) still opens what it made. DESTROYED: the private
    part is gone; the entry stays as a record.
    """

    PENDING = "pending"
    ACTIVE = "active"
    LIST_ONLY = "list-only"
    RETIRED = "retired"
    DESTROYED = "destroyed"


ALLOWED_TRANSITIONS: Final[Mapping[KeyState, frozenset[KeyState]]] = MappingProxyType(
    {
        KeyState.PENDING: frozenset({KeyState.ACTIVE, KeyState.RETIRED}),
        KeyState.ACTIVE: frozenset({KeyState.LIST_ONLY, KeyState.RETIRED}),
        KeyState.LIST_ONLY: frozenset({KeyState.RETIRED}),
        KeyState.RETIRED: frozenset({KeyState.DESTROYED}),
        KeyState.DESTROYED: frozenset(),
    }
)
# States whose private part may still be used for something.
LIVE_STATES: Final = frozenset({KeyState.PENDING, KeyState.ACTIVE, KeyState.LIST_ONLY})


@dataclass(frozen=True, slots=True)
class KeySpec:
    """What an app wants of a key. `hosts`, `uris`: names in its certificate (SAN dNSName, SAN URI).

    Hosts without port; URIs are the `iss` values it signs for. `algorithms`: one key is kept for each (an
    OpenID provider needs RS256 beside ES256); secrets and agreement keys ignore it.
    """

    hosts: tuple[str, ...] = ()
    uris: tuple[str, ...] = ()
    certificate: bool = False
    algorithms: tuple[Algorithm, ...] = (Algorithm.ES256,)


@dataclass(frozen=True, slots=True)
class CertificateChain:
    """A chain as it is sent (`x5c`: base64 DER, leaf first, no anchor) and what its leaf says.

    `key_id`: thumbprint of the leaf's key. Between `not_before` and `not_after` all of the chain is valid.
    """

    x5c: tuple[str, ...]
    key_id: str
    not_before: datetime
    not_after: datetime
    hosts: tuple[str, ...]
    uris: tuple[str, ...]

    def covers(self, hosts: tuple[str, ...], uris: tuple[str, ...]) -> bool:
        """Every wanted name is in the leaf."""
        return set(hosts) <= set(self.hosts) and set(uris) <= set(self.uris)


def secret_id(purpose: KeyPurpose, version: int) -> str:
    """The name of a secret in the ring; other keys are called by their thumbprint."""
    return f"{purpose.value}-{version}"


# One key at a time is active in a slot.
Slot: TypeAlias = tuple[KeyPurpose, Algorithm | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyEntry:
    """A key and its history. `key_id`: RFC 7638 thumbprint, for secrets `<purpose>-<version>`.

    `public_jwk`: None for secrets. `chain`: None without certificate. `hosts`, `uris`: the names asked for,
    which a certificate request repeats. `lists_until`: the expiry of the last credential signed with the key,
    None while unknown. `published_until`: set when it retires.
    """

    key_id: str
    purpose: KeyPurpose
    version: int
    state: KeyState
    created_at: datetime
    certificate_required: bool = False
    hosts: tuple[str, ...] = ()
    uris: tuple[str, ...] = ()
    public_jwk: PublicJwk | None = None
    chain: CertificateChain | None = None
    activated_at: datetime | None = None
    replaced_at: datetime | None = None
    lists_until: datetime | None = None
    published_until: datetime | None = None

    @property
    def rules(self) -> PurposeRules:
        """What follows from the purpose."""
        return RULES[self.purpose]

    @property
    def algorithm(self) -> Algorithm | None:
        """Of a signing key; None for secrets and agreement keys."""
        if self.public_jwk is None or self.rules.kind is not KeyKind.SIGNING:
            return None
        return self.public_jwk.algorithm

    @property
    def slot(self) -> Slot:
        """Keys of one slot replace each other."""
        return self.purpose, self.algorithm

    @property
    def certificate_chain(self) -> tuple[str, ...]:
        """As `Signer.certificate_chain`."""
        return self.chain.x5c if self.chain else ()

    def to_state(self, state: KeyState, **changes: Any) -> "KeyEntry":
        """The entry after a transition; TransitionRefused for one that does not exist."""
        if state not in ALLOWED_TRANSITIONS[self.state]:
            raise TransitionRefused(f"{self.purpose} {self.key_id}: {self.state} to {state}.")
        if state is KeyState.LIST_ONLY and not self.rules.signs_lists:
            raise TransitionRefused(f"{self.purpose} {self.key_id} has no lists.")
        if self.state is KeyState.ACTIVE and not self.rules.rotates:
            raise NeverRotated(f"{self.purpose} {self.key_id}.")
        return replace(self, state=state, **changes)

    def verify_certificate(self, now: datetime) -> None:
        """Nothing is ever signed under a certificate that is missing where one is due, expired or early.

        Both ends belong to the validity (RFC 5280 section 4.1.2.5).
        """
        if self.chain is None:
            if self.certificate_required or self.rules.certificate:
                raise CertificateMissing(f"{self.purpose} {self.key_id}.")
            return
        if now > self.chain.not_after:
            raise CertificateExpired(
                f"{self.purpose} {self.key_id} ended {self.chain.not_after.isoformat()}."
            )
        if now < self.chain.not_before:
            raise CertificateNotYetValid(
                f"{self.purpose} {self.key_id} begins {self.chain.not_before.isoformat()}."
            )

    def signs_lists_at(self, now: datetime) -> bool:
        """Active, or list-only until the last credential signed with it has expired."""
        if not self.rules.signs_lists:
            return False
        if self.state is KeyState.ACTIVE:
            return True
        return self.state is KeyState.LIST_ONLY and (self.lists_until is None or now < self.lists_until)

    def is_published(self, now: datetime) -> bool:
        """From before its first use until nothing it made can still be in use (7.07)."""
        if self.state is KeyState.RETIRED:
            return self.published_until is not None and now < self.published_until
        return self.state in LIVE_STATES

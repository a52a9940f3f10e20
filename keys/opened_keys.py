"""The keys of a ring that may be used at some moment, opened once and reused for every signature."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from keys.errors import KeyNotUsable
from keys.key_entry import LIVE_STATES, KeyEntry, KeyState
from keys.key_ring import RingState
from keys.provider import KeyProvider
from keys.purposes import KeyKind, KeyPurpose
from keys.signer import KeyAgreement, Secret, Signer
from specs.jose.jwk import PublicJwk

_K = TypeVar("_K")


@dataclass(frozen=True, slots=True)
class OpenedKeys:
    """A state and its keys by id; exchanged as a whole, so that a reader never sees half of a change."""

    state: RingState
    signers: Mapping[str, Signer] = field(default_factory=dict)
    agreements: Mapping[str, KeyAgreement] = field(default_factory=dict)
    secrets: Mapping[str, Secret] = field(default_factory=dict)
    secrets_in_use: Mapping[tuple[KeyPurpose, int | None], Secret] = field(default_factory=dict)
    """The same by what rows name, as `RingState.secret_entry` finds them; None is the active version."""

    def signer(self, entry: KeyEntry) -> Signer:
        """KeyNotUsable when the key was not opened."""
        return _find(self.signers, entry)

    def agreement(self, entry: KeyEntry) -> KeyAgreement:
        """KeyNotUsable when the key was not opened."""
        return _find(self.agreements, entry)

    def secret(self, entry: KeyEntry) -> Secret:
        """KeyNotUsable when the secret was not opened."""
        return _find(self.secrets, entry)


def open_keys(state: RingState, provider: KeyProvider, before: OpenedKeys, now: datetime) -> OpenedKeys:
    """Opens what may be used at `now`, all or nothing; what is open already is kept.

    PrivateKeyMissing, PrivateKeyMismatch, UnsafePermissions: better at start than at the first signature.
    """
    signers: dict[str, Signer] = {}
    agreements: dict[str, KeyAgreement] = {}
    secrets: dict[str, Secret] = {}
    secrets_in_use: dict[tuple[KeyPurpose, int | None], Secret] = {}
    for entry in state.entries:
        key_id, jwk = entry.key_id, entry.public_jwk
        if not _is_usable(entry, now):
            continue
        if jwk is None:
            secret = before.secrets.get(key_id) or provider.open_secret(key_id, entry.version)
            secrets[key_id] = secrets_in_use[entry.purpose, entry.version] = secret
            if entry.state is KeyState.ACTIVE:
                secrets_in_use[entry.purpose, None] = secret
        elif entry.rules.kind is KeyKind.AGREEMENT:
            agreements[key_id] = before.agreements.get(key_id) or provider.open_agreement(jwk)
        else:
            signers[key_id] = _open_signer(entry, jwk, provider, before)
    return OpenedKeys(state, signers, agreements, secrets, secrets_in_use)


def _open_signer(entry: KeyEntry, jwk: PublicJwk, provider: KeyProvider, before: OpenedKeys) -> Signer:
    known = before.signers.get(entry.key_id)
    if known is not None and known.certificate_chain == entry.certificate_chain:
        return known
    return provider.open_signer(jwk, entry.certificate_chain)


def _is_usable(entry: KeyEntry, now: datetime) -> bool:
    """The private part may still be needed: to sign, to decrypt what comes late, to open what is stored."""
    match entry.rules.kind:
        case KeyKind.SECRET:
            return entry.state is not KeyState.DESTROYED
        case KeyKind.AGREEMENT:
            return entry.is_published(now)
        case KeyKind.SIGNING if entry.state is KeyState.LIST_ONLY:
            return entry.signs_lists_at(now)
        case KeyKind.SIGNING:
            return entry.state in LIVE_STATES


def _find(keys: Mapping[str, _K], entry: KeyEntry) -> _K:
    try:
        return keys[entry.key_id]
    except KeyError:
        # It had ended when the ring was read, and the clock has gone back since.
        raise KeyNotUsable(f"{entry.purpose} {entry.key_id} is not open.") from None

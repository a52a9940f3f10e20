"""Making keys and certificates: what a first start, a renewal and an operator's rotation add to a ring.

What is missing is decided without touching anything, so that a ring that has all it needs is not even locked
(it may be mounted read-only). Then each step makes the key first and lists it afterwards: a crash in between
leaves a file nobody refers to, never an entry without a key.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from keys.certificate_chains import decode_anchors, read_chain
from keys.certificates import (
    LEAF_LIFETIME,
    RENEW_BEFORE,
    CertificateSubject,
    create_authority,
    create_leaf,
    create_request,
)
from keys.errors import CertificateRefused, NeverRotated, NoActiveKey
from keys.key_entry import LIVE_STATES, KeyEntry, KeySpec, KeyState, Slot, secret_id
from keys.key_ring import RingState
from keys.provider import KeyProvider
from keys.purposes import RULES, KeyKind, KeyPurpose
from specs.jose.algorithms import Algorithm
from specs.jose.jwk import public_jwk_of
from specs.jose.x5c import create_x5c

Wanted = Mapping[KeyPurpose, KeySpec]
_LABEL_CHARACTERS: Final = 8


class Step(Enum):
    """What can be missing."""

    CREATE = "create"
    CERTIFY = "certify"
    ACTIVATE = "activate"


@dataclass(frozen=True, slots=True)
class MissingPart:
    """One step for one slot. `key_id`: the key it is about, None for one that has to be made."""

    step: Step
    slot: Slot
    spec: KeySpec
    key_id: str | None = None


def missing_parts(state: RingState, wanted: Wanted, now: datetime) -> Iterator[MissingPart]:
    """The steps towards what an app wants. ValueError for a wish that the purpose forbids.

    CertificateRefused in production when a certificate in use lacks a name that is wanted: others would
    refuse what is signed under it.
    """
    for purpose, spec in wanted.items():
        _check_spec(purpose, spec)
        for slot in _slots(purpose, spec):
            entries = [one for one in state.entries if one.slot == slot and one.state in LIVE_STATES]
            for one in entries:
                if _lacks_certificate(state, one, spec, now):
                    yield MissingPart(Step.CERTIFY, slot, spec, one.key_id)
            yield from _missing_key(slot, spec, entries)


def provide(state: RingState, provider: KeyProvider, part: MissingPart, now: datetime) -> RingState:
    """The ring after one step."""
    if part.key_id is None:
        entry = _create_key(state, provider, part.slot, part.spec, now)
        state, entry = _certify(state, provider, entry, now)
        if not _awaits_certificate(entry):
            entry = entry.to_state(KeyState.ACTIVE, activated_at=now)
        return state.with_entries(entry)
    entry = state.entry(part.key_id)
    if part.step is Step.ACTIVATE:
        entry = entry.to_state(KeyState.ACTIVE, activated_at=now)
    else:
        named = replace(entry, hosts=part.spec.hosts, uris=part.spec.uris)
        state, entry = _certify(state, provider, named, now)
    return state.with_entries(entry)


def prepare_next(state: RingState, provider: KeyProvider, purpose: KeyPurpose, now: datetime) -> RingState:
    """A pending key beside every active one of a purpose that has none yet, with the same names.

    NoActiveKey before the first key; NeverRotated.
    """
    if not RULES[purpose].rotates:
        raise NeverRotated(purpose)
    active = [one for one in state.of_purpose(purpose) if one.state is KeyState.ACTIVE]
    if not active:
        raise NoActiveKey(purpose)
    pending = {one.slot for one in state.of_purpose(purpose) if one.state is KeyState.PENDING}
    for one in active:
        if one.slot not in pending:
            spec = KeySpec(one.hosts, one.uris, one.certificate_required)
            entry = _create_key(state, provider, one.slot, spec, now)
            state, entry = _certify(state, provider, entry, now)
            state = state.with_entries(entry)
    return state


def certificate_request(provider: KeyProvider, entry: KeyEntry) -> bytes:
    """PKCS #10 in PEM, for the authority of a production deployment. ValueError when none is needed."""
    if not entry.certificate_required:
        raise ValueError(f"{entry.purpose} {entry.key_id} needs no certificate")
    return provider.sign_request(entry.key_id, create_request(_subject(entry))).public_bytes(Encoding.PEM)


def _check_spec(purpose: KeyPurpose, spec: KeySpec) -> None:
    rules = RULES[purpose]
    if rules.certificate and not spec.certificate:
        raise ValueError(f"{purpose} signs under a certificate only")
    if spec.certificate and rules.kind is not KeyKind.SIGNING:
        raise ValueError(f"{purpose} has no certificate")
    if spec.certificate:
        CertificateSubject(_common_name(purpose), spec.hosts, spec.uris)


def _slots(purpose: KeyPurpose, spec: KeySpec) -> list[Slot]:
    if RULES[purpose].kind is KeyKind.SIGNING:
        return [(purpose, algorithm) for algorithm in spec.algorithms]
    return [(purpose, None)]


def _lacks_certificate(state: RingState, entry: KeyEntry, spec: KeySpec, now: datetime) -> bool:
    """A certificate is due, and the one it has is absent, about to end, or for other names."""
    if not spec.certificate:
        return False
    covered = entry.chain is not None and entry.chain.covers(spec.hosts, spec.uris)
    if state.sandbox:
        return not covered or (entry.chain is not None and entry.chain.not_after - now < RENEW_BEFORE)
    if entry.chain is None:
        return (entry.hosts, entry.uris) != (spec.hosts, spec.uris)
    if not covered and entry.state is KeyState.ACTIVE:
        raise CertificateRefused(f"{entry.purpose} must name {', '.join(spec.hosts + spec.uris)}.")
    return False


def _missing_key(slot: Slot, spec: KeySpec, entries: list[KeyEntry]) -> Iterator[MissingPart]:
    if any(one.state is KeyState.ACTIVE for one in entries):
        return
    pending = next((one for one in entries if one.state is KeyState.PENDING), None)
    if pending is None:
        yield MissingPart(Step.CREATE, slot, spec)
    elif not _awaits_certificate(pending):
        yield MissingPart(Step.ACTIVATE, slot, spec, pending.key_id)


def _awaits_certificate(entry: KeyEntry) -> bool:
    return entry.certificate_required and entry.chain is None


def _create_key(
    state: RingState, provider: KeyProvider, slot: Slot, spec: KeySpec, now: datetime
) -> KeyEntry:
    purpose, algorithm = slot
    version = state.next_version(slot)
    key_id, public_jwk = secret_id(purpose, version), None
    if RULES[purpose].kind is KeyKind.SECRET:
        provider.create_secret(key_id)
    elif algorithm is None:
        public_jwk = provider.create_agreement_key()
        key_id = public_jwk.thumbprint
    else:
        public_jwk = provider.create_signing_key(algorithm)
        key_id = public_jwk.thumbprint
    return KeyEntry(
        key_id=key_id,
        purpose=purpose,
        version=version,
        state=KeyState.PENDING,
        created_at=now,
        certificate_required=spec.certificate,
        hosts=spec.hosts,
        uris=spec.uris,
        public_jwk=public_jwk,
    )


def _certify(
    state: RingState, provider: KeyProvider, entry: KeyEntry, now: datetime
) -> tuple[RingState, KeyEntry]:
    """In a sandbox the development authority issues at once; in production the operator brings a chain."""
    if not (state.sandbox and entry.certificate_required) or entry.public_jwk is None:
        return state, entry
    state, authority_key_id, authority = _authority(state, provider, now)
    serial = x509.random_serial_number()
    leaf = create_leaf(entry.public_jwk.key, _subject(entry), authority, serial=serial, now=now)
    certificate = provider.sign_certificate(authority_key_id, leaf)
    return state, replace(entry, chain=read_chain(create_x5c([certificate])))


def _authority(
    state: RingState, provider: KeyProvider, now: datetime
) -> tuple[RingState, str, x509.Certificate]:
    """The development authority and the id of its key; a new one when it would end before a new leaf.

    The old anchor stays: what was issued below it is still in use.
    """
    for certificate in decode_anchors(state.anchors):
        key_id = public_jwk_of(certificate.public_key()).thumbprint
        if key_id == state.authority_key_id and certificate.not_valid_after_utc - now >= LEAF_LIFETIME:
            return state, key_id, certificate
    key = provider.create_signing_key(Algorithm.ES256)
    serial = x509.random_serial_number()
    label = key.thumbprint[:_LABEL_CHARACTERS]
    builder = create_authority(key.key, label=label, serial=serial, now=now)
    certificate = provider.sign_certificate(key.thumbprint, builder)
    anchors = (*state.anchors, *create_x5c([certificate]))
    return replace(state, anchors=anchors, authority_key_id=key.thumbprint), key.thumbprint, certificate


def _subject(entry: KeyEntry) -> CertificateSubject:
    return CertificateSubject(_common_name(entry.purpose), entry.hosts, entry.uris)


def _common_name(purpose: KeyPurpose) -> str:
    return f"Trillium {purpose.value.replace('_', ' ')}"

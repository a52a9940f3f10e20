"""Rings for tests: the same wishes and the same moment everywhere."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from keys import KeyEntry, KeyPurpose, KeyRing, KeySpec, KeyState, open_key_ring
from keys.key_ring import RingState
from keys.providers.local import generate_private_key
from keys.purposes import RULES, KeyKind
from specs.jose import Algorithm, public_jwk_of

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
ISSUER = "http://localhost:8000/issuer"
CERTIFIED = KeySpec(("localhost",), (ISSUER,), certificate=True)
PLAIN = KeySpec()
WANTED = {
    KeyPurpose.CREDENTIAL: CERTIFIED,
    KeyPurpose.ACCESS_TOKEN: PLAIN,
    KeyPurpose.REQUEST_DECRYPTION: PLAIN,
    KeyPurpose.WRAPPING: PLAIN,
    KeyPurpose.PAIRWISE_SUBJECT: PLAIN,
}
ALL_WANTED = {purpose: CERTIFIED if rules.certificate else PLAIN for purpose, rules in RULES.items()}


def memory_ring(wanted: dict[KeyPurpose, KeySpec] | None = None, *, sandbox: bool = True) -> KeyRing:
    """A ring with its keys made."""
    ring = open_key_ring("memory:", sandbox=sandbox, now=NOW)
    ring.ensure(WANTED if wanted is None else wanted, NOW)
    return ring


def file_ring(directory: Path, *, sandbox: bool = True) -> KeyRing:
    """A ring on disk, opened and not changed."""
    return open_key_ring(f"file:{directory}", sandbox=sandbox, now=NOW)


def entry(
    purpose: KeyPurpose = KeyPurpose.ACCESS_TOKEN,
    state: KeyState = KeyState.ACTIVE,
    version: int = 1,
    algorithm: Algorithm = Algorithm.ES256,
) -> KeyEntry:
    """An entry without a private part, for the rules."""
    made = KeyEntry(
        key_id=f"{purpose.value}-{version}",
        purpose=purpose,
        version=version,
        state=state,
        created_at=NOW,
        activated_at=None if state is KeyState.PENDING else NOW,
    )
    if RULES[purpose].kind is KeyKind.SECRET:
        return made
    jwk = public_jwk_of(generate_private_key(algorithm).public_key(), algorithm=algorithm)
    return replace(made, key_id=jwk.thumbprint, public_jwk=jwk)


def ring_of(*entries: KeyEntry) -> RingState:
    """A state with these entries."""
    return RingState(sandbox=True, entries=entries)

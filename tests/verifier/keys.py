"""The verifier's keys in memory, without the second that a new RSA key takes in every test."""

from datetime import datetime
from functools import cache

from keys import KeyRing, open_key_ring
from keys.providers.local import HeldKey, generate_private_key, hold_key
from keys.providers.memory import MemoryProvider, MemoryStore
from specs.jose import Algorithm, PublicJwk
from verifier.app.outside import ensure_keys
from verifier.settings import Settings


@cache
def _rsa_key() -> HeldKey:
    return hold_key(generate_private_key(Algorithm.RS256), Algorithm.RS256)


class QuickKeys(MemoryProvider):
    """Its first RSA key is the same for every test of a process; later ones, of rotations, are new."""

    def create_signing_key(self, algorithm: Algorithm) -> PublicJwk:
        key = _rsa_key()
        if algorithm is not Algorithm.RS256 or self.holds(key.key_id):
            return super().create_signing_key(algorithm)
        self._keys[key.key_id] = key
        return key.public_jwk


def quick_ring(settings: Settings, now: datetime) -> KeyRing:
    """As ``open_ring`` opens it; rings that are not in memory are opened as ever."""
    sandbox = not settings.is_production
    if settings.keys_uri == "memory:":
        ring = KeyRing.open(QuickKeys(), MemoryStore(), sandbox=sandbox, now=now)
    else:
        ring = open_key_ring(settings.keys_uri, sandbox=sandbox, now=now)
    ensure_keys(ring, settings, now)
    return ring

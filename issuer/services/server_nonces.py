"""Nonces for DPoP proofs and challenges for attestations: handed out freely, recognised without a table."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from issuer.ports import Clock, Randomness
from keys.signer import Secret
from specs.oauth import SERVER_NONCE_RANDOM_BYTES, NonceUse, create_server_nonce, verify_server_nonce

SERVER_NONCE_LIFETIME = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class ServerNonces:
    """``secret`` gives the current secret; every server of the issuer has the same."""

    secret: Callable[[], Secret]
    clock: Clock
    randomness: Randomness
    lifetime: timedelta = SERVER_NONCE_LIFETIME

    def __call__(self, use: NonceUse) -> str:
        """A fresh one."""
        random = self.randomness.token_bytes(SERVER_NONCE_RANDOM_BYTES)
        expires_at = self.clock.now() + self.lifetime
        return create_server_nonce(self.secret().mac, use=use, random=random, expires_at=expires_at)

    def recognises(self, nonce: str, *uses: NonceUse) -> bool:
        """Whether it is ours, for one of these uses, and not too old."""
        mac, now = self.secret().mac, self.clock.now()
        return any(verify_server_nonce(nonce, mac, use=use, now=now) for use in uses)

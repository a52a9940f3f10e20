"""The nonce endpoint (OpenID4VCI section 7): nothing is stored until a nonce is used."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from issuer.ports import Clock, Randomness
from keys.signer import Secret
from specs.openid4vci import NONCE_RANDOM_BYTES, NonceClaims, create_nonce, verify_nonce

NONCE_LIFETIME = timedelta(minutes=5)
CLOCK_DIFFERENCE = timedelta(minutes=5)
"""The most by which the clocks of our servers differ, and more."""


@dataclass(frozen=True, slots=True)
class IssueNonce:
    """Makes and recognises nonces. ``secret`` gives the current secret."""

    secret: Callable[[], Secret]
    clock: Clock
    randomness: Randomness
    lifetime: timedelta = NONCE_LIFETIME

    def __call__(self) -> str:
        """A fresh ``c_nonce``, good for one credential request."""
        expires_at = self.clock.now() + self.lifetime
        random = self.randomness.token_bytes(NONCE_RANDOM_BYTES)
        return create_nonce(self.secret().mac, random=random, expires_at=expires_at)

    def check(self, nonce: str) -> NonceClaims:
        """The nonce, known to be ours and in time.

        Raises:
            specs.openid4vci.InvalidNonce: another's, altered, or expired.
        """
        return verify_nonce(nonce, self.secret().mac, now=self.clock.now())


def forgettable_at(now: datetime) -> datetime:
    """Used nonces that expired before this moment may be forgotten.

    Not at their expiry: a server whose clock is behind would take one for valid and unused.
    """
    return now - CLOCK_DIFFERENCE

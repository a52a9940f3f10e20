"""What the rest of the product sees of a key: it can be used, and it cannot be read.

A `SigningInput` of `specs.jose` is signed in one line, whatever holds the key::

    token = prepared.attach(await signer.sign(prepared.data))
"""

from typing import Protocol

from specs.jose.algorithms import Algorithm
from specs.jose.jwk import PublicJwk


class Signer(Protocol):
    """A private key with its public face."""

    @property
    def algorithm(self) -> Algorithm:
        """The one algorithm of this key (RFC 8725 section 3.1)."""
        ...

    @property
    def key_id(self) -> str:
        """RFC 7638 thumbprint with SHA-256, base64url: the `kid` of its tokens and its name in the ring."""
        ...

    @property
    def public_jwk(self) -> PublicJwk: ...

    @property
    def certificate_chain(self) -> tuple[str, ...]:
        """The `x5c` header: base64 DER, leaf first, no trust anchor. Empty for a key without certificate."""
        ...

    async def sign(self, data: bytes) -> bytes:
        """The signature in JWS form (r and s side by side for ES*). Keys in memory never suspend here."""
        ...


class KeyAgreement(Protocol):
    """A private key that others encrypt to (ECDH-ES, RFC 7518 section 4.6)."""

    @property
    def key_id(self) -> str: ...

    @property
    def public_jwk(self) -> PublicJwk: ...

    async def agree(self, epk: PublicJwk) -> bytes:
        """The shared secret Z with the sender's ephemeral key: 32 bytes on P-256.

        ValueError for a key on another curve. The result is a secret, fit only as input of a key derivation.
        """
        ...


class Secret(Protocol):
    """32 random bytes that stay inside. `version` counts from 1; rows keep it beside what was derived."""

    @property
    def version(self) -> int: ...

    def mac(self, data: bytes) -> bytes:
        """HMAC-SHA-256 (RFC 2104), 32 bytes. Compare with hmac.compare_digest."""
        ...

    def derive(self, context: str, length: int = 32) -> bytes:
        """HKDF-SHA-256 (RFC 5869) without salt and with `context` as info: a key of its own for each context.

        `length` from 1 to 8160 bytes (ValueError).
        """
        ...

"""Encrypted credential requests and responses (OpenID4VCI section 10): our key opens, the wallet's closes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import ec

from issuer.ports import Clock, Randomness
from keys.errors import CustodyError
from keys.signer import KeyAgreement
from specs.openid4vci import (
    CredentialIssuerMetadata,
    ResponseEncryption,
    decrypt_request,
    encrypt_credential_response,
    parse_encrypted_request,
)
from specs.openid4vci.errors import InvalidEncryptionParameters

_IV_BYTES = 12


@dataclass(frozen=True, slots=True)
class EncryptMessages:
    """``key(kid, now)``: one of our keys for requests. ``ephemeral_key()``: a fresh one on P-256."""

    metadata: CredentialIssuerMetadata
    key: Callable[[str, datetime], KeyAgreement]
    ephemeral_key: Callable[[], ec.EllipticCurvePrivateKey]
    clock: Clock
    randomness: Randomness

    async def decrypt(self, body: bytes) -> bytes:
        """The JSON text of an encrypted request.

        Raises:
            InvalidEncryptionParameters: not a JWE, not for a key of ours, or changed on its way.
        """
        request = parse_encrypted_request(body, self.metadata)
        try:
            key = self.key(request.key_id, self.clock.now())
        except CustodyError as error:
            raise InvalidEncryptionParameters(type(error).__name__) from error
        return decrypt_request(request, await key.agree(request.epk))

    def encrypt(self, response: Mapping[str, object], encryption: ResponseEncryption) -> str:
        """The body of an answer that nobody but the wallet reads (4.40)."""
        return encrypt_credential_response(
            response,
            encryption,
            ephemeral=self.ephemeral_key(),
            iv=self.randomness.token_bytes(_IV_BYTES),
        )

"""The seam behind which private material lives: memory, files, and one day a hardware module.

Whatever stands behind it, `tests/contracts/test_key_provider.py` must pass. Only Signer.sign and
KeyAgreement.agree may suspend; the rest is called at start and by the operator.
"""

from typing import Protocol

from cryptography import x509

from keys.signer import KeyAgreement, Secret, Signer
from specs.jose.algorithms import Algorithm
from specs.jose.jwk import PublicJwk


class KeyProvider(Protocol):
    """Makes keys, uses them, forgets them. Never hands one out.

    A key is stored durably before the method that made it returns. `key_id`: thumbprint, or name of a secret.
    PrivateKeyMissing for a key that is not held; PrivateKeyMismatch when something else is held in its place.
    """

    def create_signing_key(self, algorithm: Algorithm) -> PublicJwk:
        """A new private key for one algorithm."""
        ...

    def create_agreement_key(self) -> PublicJwk:
        """A new private key on P-256 for ECDH-ES."""
        ...

    def create_secret(self, key_id: str) -> None:
        """32 random bytes. One that is there already stays: an interrupted start, or a restored manifest."""
        ...

    def open_signer(self, public_jwk: PublicJwk, certificate_chain: tuple[str, ...]) -> Signer: ...

    def open_agreement(self, public_jwk: PublicJwk) -> KeyAgreement: ...

    def open_secret(self, key_id: str, version: int) -> Secret: ...

    def sign_certificate(self, key_id: str, certificate: x509.CertificateBuilder) -> x509.Certificate:
        """For the development authority only."""
        ...

    def sign_request(
        self, key_id: str, request: x509.CertificateSigningRequestBuilder
    ) -> x509.CertificateSigningRequest: ...

    def holds(self, key_id: str) -> bool: ...

    def destroy(self, key_id: str) -> None:
        """Nothing happens when it is not held."""
        ...

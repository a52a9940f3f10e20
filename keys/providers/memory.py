"""Keys that end with the process: for tests and throw-away demonstrations. URI `memory:`."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from cryptography import x509

from keys.errors import PrivateKeyMissing
from keys.key_ring import RingState
from keys.providers.local import (
    HeldKey,
    LocalAgreement,
    LocalSecret,
    LocalSigner,
    generate_private_key,
    generate_secret,
    hold_key,
    hold_secret,
    open_agreement,
    open_signer,
)
from specs.jose.algorithms import Algorithm
from specs.jose.jwk import PublicJwk


class MemoryProvider:
    """A KeyProvider without a disk."""

    def __init__(self) -> None:
        self._keys: dict[str, HeldKey] = {}
        self._secrets: dict[str, LocalSecret] = {}

    def create_signing_key(self, algorithm: Algorithm) -> PublicJwk:
        """A new private key for one algorithm."""
        held = hold_key(generate_private_key(algorithm), algorithm)
        self._keys[held.key_id] = held
        return held.public_jwk

    def create_agreement_key(self) -> PublicJwk:
        """A new private key on P-256 for ECDH-ES."""
        return self.create_signing_key(Algorithm.ES256)

    def create_secret(self, key_id: str) -> None:
        """32 random bytes. One that is there already stays."""
        self._secrets.setdefault(key_id, hold_secret(generate_secret(), key_id, 0))

    def open_signer(self, public_jwk: PublicJwk, certificate_chain: tuple[str, ...]) -> LocalSigner:
        """PrivateKeyMissing."""
        return open_signer(self._held(public_jwk.thumbprint), public_jwk, certificate_chain)

    def open_agreement(self, public_jwk: PublicJwk) -> LocalAgreement:
        """PrivateKeyMissing."""
        return open_agreement(self._held(public_jwk.thumbprint), public_jwk)

    def open_secret(self, key_id: str, version: int) -> LocalSecret:
        """PrivateKeyMissing."""
        secret = self._secrets.get(key_id)
        if secret is None:
            raise PrivateKeyMissing(key_id)
        return LocalSecret(key_id, version, secret.mac, secret.derive)

    def sign_certificate(self, key_id: str, certificate: x509.CertificateBuilder) -> x509.Certificate:
        """For the development authority only."""
        return self._held(key_id).sign_certificate(certificate)

    def sign_request(
        self, key_id: str, request: x509.CertificateSigningRequestBuilder
    ) -> x509.CertificateSigningRequest:
        """PrivateKeyMissing."""
        return self._held(key_id).sign_request(request)

    def holds(self, key_id: str) -> bool:
        """A key or a secret."""
        return key_id in self._keys or key_id in self._secrets

    def destroy(self, key_id: str) -> None:
        """Forgets it."""
        self._keys.pop(key_id, None)
        self._secrets.pop(key_id, None)

    def _held(self, key_id: str) -> HeldKey:
        try:
            return self._keys[key_id]
        except KeyError:
            raise PrivateKeyMissing(key_id) from None


class MemoryStore:
    """A RingStore without a disk."""

    def __init__(self) -> None:
        self._state: RingState | None = None
        self._lock = threading.Lock()

    def read(self) -> RingState | None:
        """None before the first write."""
        return self._state

    def has_changed(self) -> bool:
        """Nobody else can write here."""
        return False

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """One thread at a time."""
        with self._lock:
            yield

    def write(self, state: RingState) -> None:
        """Replaces the state."""
        self._state = state

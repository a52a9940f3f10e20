"""Keys in files beside the manifest: `file:var/keys/issuer`. The default.

`key-<thumbprint>.pem` is PKCS #8 in PEM without passphrase, `secret-<purpose>-<version>.bin` is 32 bytes,
both mode 0600. A passphrase would have to stand beside them, so it would add nothing: the disk, the user and
the backup are what protects them. Good for a sandbox; production keys belong in a hardware module.
"""

import re
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from keys.errors import PrivateKeyMismatch, PrivateKeyMissing
from keys.private_files import read_private, remove_private, require_private_directory, write_private
from keys.providers.local import (
    HeldKey,
    LocalAgreement,
    LocalSecret,
    LocalSigner,
    PrivateKey,
    generate_private_key,
    generate_secret,
    hold_key,
    hold_secret,
    open_agreement,
    open_signer,
)
from specs.jose.algorithms import Algorithm
from specs.jose.jwk import PublicJwk, public_jwk_of

_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MAX_KEY_BYTES: Final = 16 * 1024


class FileProvider:
    """A KeyProvider whose keys are files of one directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def create_signing_key(self, algorithm: Algorithm) -> PublicJwk:
        """A new private key, on disk before this returns."""
        private_key = generate_private_key(algorithm)
        public_jwk = public_jwk_of(private_key.public_key(), algorithm=algorithm)
        pem = private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self._write(self._key_path(public_jwk.thumbprint), pem)
        return public_jwk

    def create_agreement_key(self) -> PublicJwk:
        """A new private key on P-256 for ECDH-ES."""
        return self.create_signing_key(Algorithm.ES256)

    def create_secret(self, key_id: str) -> None:
        """32 random bytes, on disk before this returns. One that is there already stays."""
        path = self._secret_path(key_id)
        if not path.exists():
            self._write(path, generate_secret())

    def open_signer(self, public_jwk: PublicJwk, certificate_chain: tuple[str, ...]) -> LocalSigner:
        """PrivateKeyMissing, PrivateKeyMismatch, UnsafePermissions."""
        held = self._load(public_jwk.thumbprint, public_jwk.algorithm)
        return open_signer(held, public_jwk, certificate_chain)

    def open_agreement(self, public_jwk: PublicJwk) -> LocalAgreement:
        """PrivateKeyMissing, PrivateKeyMismatch, UnsafePermissions."""
        return open_agreement(self._load(public_jwk.thumbprint, public_jwk.algorithm), public_jwk)

    def open_secret(self, key_id: str, version: int) -> LocalSecret:
        """PrivateKeyMissing, PrivateKeyMismatch, UnsafePermissions."""
        return hold_secret(self._read(self._secret_path(key_id)), key_id, version)

    def sign_certificate(self, key_id: str, certificate: x509.CertificateBuilder) -> x509.Certificate:
        """For the development authority only."""
        return self._load(key_id).sign_certificate(certificate)

    def sign_request(
        self, key_id: str, request: x509.CertificateSigningRequestBuilder
    ) -> x509.CertificateSigningRequest:
        """PrivateKeyMissing, PrivateKeyMismatch, UnsafePermissions."""
        return self._load(key_id).sign_request(request)

    def holds(self, key_id: str) -> bool:
        """A key or a secret."""
        return self._key_path(key_id).exists() or self._secret_path(key_id).exists()

    def destroy(self, key_id: str) -> None:
        """Deletes the file."""
        remove_private(self._key_path(key_id))
        remove_private(self._secret_path(key_id))

    def _load(self, key_id: str, algorithm: Algorithm | None = None) -> HeldKey:
        path = self._key_path(key_id)
        private_key = _parse_private_key(self._read(path), path)
        if algorithm is None:
            algorithm = public_jwk_of(private_key.public_key()).algorithm
        held = hold_key(private_key, algorithm)
        if held.key_id != key_id:
            raise PrivateKeyMismatch(str(path))
        return held

    def _read(self, path: Path) -> bytes:
        try:
            content, _ = read_private(path, max_bytes=_MAX_KEY_BYTES)
        except FileNotFoundError:
            raise PrivateKeyMissing(str(path)) from None
        except ValueError as error:
            raise PrivateKeyMismatch(str(error)) from None
        return content

    def _write(self, path: Path, content: bytes) -> None:
        require_private_directory(self._directory, create=True)
        write_private(path, content)

    def _key_path(self, key_id: str) -> Path:
        return self._directory / f"key-{_safe(key_id)}.pem"

    def _secret_path(self, key_id: str) -> Path:
        return self._directory / f"secret-{_safe(key_id)}.bin"


def _parse_private_key(pem: bytes, path: Path) -> PrivateKey:
    try:
        private_key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # The library's text may quote what it read.
        raise PrivateKeyMismatch(f"{path} is not a private key in PEM.") from None
    if not isinstance(
        private_key, ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey
    ):
        raise PrivateKeyMismatch(f"{path} is a key of another type.")
    return private_key


def _safe(key_id: str) -> str:
    """Ids come from the manifest and name files: they cannot leave the directory."""
    if not _ID.fullmatch(key_id):
        raise PrivateKeyMissing(f"{key_id!r} is not the id of a key.")
    return key_id

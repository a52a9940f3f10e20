"""Private keys and secrets inside this process: usable, not readable.

The key lives in the closures of its operations. No attribute holds it, so no log line, serializer, debugger
view or copied object shows it by accident. That is protection from mistakes, not from code in this process.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, NoReturn, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from keys.certificates import digest_for
from keys.errors import PrivateKeyMismatch
from specs.jose.algorithms import Algorithm
from specs.jose.jwk import PublicJwk, public_jwk_of
from specs.jose.signatures import signing_function

PrivateKey: TypeAlias = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey

SECRET_BYTES: Final = 32
_RSA_BITS: Final = 3072
_RSA_EXPONENT: Final = 65537
_DIGEST_BYTES: Final = 32
_BLOCK_BYTES: Final = 64
_INNER: Final = bytes(byte ^ 0x36 for byte in range(256))
_OUTER: Final = bytes(byte ^ 0x5C for byte in range(256))
_MAX_DERIVED_BYTES: Final = 255 * _DIGEST_BYTES  # RFC 5869 section 2.3
_CURVES: Final = {
    Algorithm.ES256: ec.SECP256R1(),
    Algorithm.ES384: ec.SECP384R1(),
    Algorithm.ES512: ec.SECP521R1(),
}


class Unreadable:
    """Cannot be copied or serialized, and shows nothing but its id."""

    __slots__ = ()
    key_id: str

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.key_id}>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("keys are not copied or serialized")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class HeldKey(Unreadable):
    """A private key as what it can do. `sign`: JWS form. `agree`: the shared secret with a public key."""

    key_id: str
    public_jwk: PublicJwk
    sign: Callable[[bytes], bytes]
    agree: Callable[[PublicJwk], bytes]
    sign_certificate: Callable[[x509.CertificateBuilder], x509.Certificate]
    sign_request: Callable[[x509.CertificateSigningRequestBuilder], x509.CertificateSigningRequest]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LocalSigner(Unreadable):
    """A Signer that never suspends: a signature costs less than a switch of tasks."""

    key_id: str
    public_jwk: PublicJwk
    algorithm: Algorithm
    certificate_chain: tuple[str, ...]
    sign_now: Callable[[bytes], bytes]

    async def sign(self, data: bytes) -> bytes:
        """The signature in JWS form."""
        return self.sign_now(data)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LocalAgreement(Unreadable):
    """A KeyAgreement that never suspends."""

    key_id: str
    public_jwk: PublicJwk
    agree_now: Callable[[PublicJwk], bytes]

    async def agree(self, epk: PublicJwk) -> bytes:
        """The shared secret Z."""
        return self.agree_now(epk)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LocalSecret(Unreadable):
    """A Secret in memory."""

    key_id: str
    version: int
    mac: Callable[[bytes], bytes]
    derive: Callable[..., bytes]


def generate_private_key(algorithm: Algorithm) -> PrivateKey:
    """From the operating system's random numbers. RSA keys have 3072 bits."""
    if algorithm in _CURVES:
        return ec.generate_private_key(_CURVES[algorithm])
    if algorithm is Algorithm.EDDSA:
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(public_exponent=_RSA_EXPONENT, key_size=_RSA_BITS)


def generate_secret() -> bytes:
    """32 bytes from the operating system."""
    return os.urandom(SECRET_BYTES)


def hold_key(private_key: PrivateKey, algorithm: Algorithm) -> HeldKey:
    """Closes over a private key. The caller forgets it."""
    public_jwk = public_jwk_of(private_key.public_key(), algorithm=algorithm)
    digest = digest_for(algorithm)
    signing = signing_function(private_key, algorithm)

    def sign(data: bytes) -> bytes:
        # Not `signing` itself: for some algorithms that is a method, which would show the key it belongs to.
        return signing(data)

    def agree(epk: PublicJwk) -> bytes:
        theirs = epk.key
        if not isinstance(private_key, ec.EllipticCurvePrivateKey):
            raise ValueError("not a key for ECDH")
        if not isinstance(theirs, ec.EllipticCurvePublicKey) or theirs.curve.name != private_key.curve.name:
            raise ValueError("the ephemeral key is on another curve")
        return private_key.exchange(ec.ECDH(), theirs)

    def sign_certificate(certificate: x509.CertificateBuilder) -> x509.Certificate:
        return certificate.sign(private_key, digest)

    def sign_request(request: x509.CertificateSigningRequestBuilder) -> x509.CertificateSigningRequest:
        return request.sign(private_key, digest)

    return HeldKey(
        key_id=public_jwk.thumbprint,
        public_jwk=public_jwk,
        sign=sign,
        agree=agree,
        sign_certificate=sign_certificate,
        sign_request=sign_request,
    )


def hold_secret(value: bytes, key_id: str, version: int) -> LocalSecret:
    """Closes over a secret. PrivateKeyMismatch unless it has 32 bytes."""
    if len(value) != SECRET_BYTES:
        raise PrivateKeyMismatch(f"{key_id} has {len(value)} bytes, not {SECRET_BYTES}.")

    mac = _keyed(value)
    # RFC 5869 section 2.2, without a salt; section 2.3 is what `derive` does.
    expand = _keyed(_keyed(bytes(_DIGEST_BYTES))(value))

    def derive(context: str, length: int = 32) -> bytes:
        if not 1 <= length <= _MAX_DERIVED_BYTES:
            raise ValueError(f"a key of {length} bytes cannot be derived")
        info, counter = context.encode(), 1
        derived = block = expand(info + b"\x01")
        while len(derived) < length:
            counter += 1
            block = expand(block + info + bytes((counter,)))
            derived += block
        return derived[:length]

    return LocalSecret(key_id=key_id, version=version, mac=mac, derive=derive)


def _keyed(key: bytes) -> Callable[[bytes], bytes]:
    """HMAC-SHA-256 (RFC 2104 section 4) with one key of at most a block, without the objects of `hmac`.

    What is closed over are two states of the digest that have taken the key in, so that not even a traceback
    with local variables shows the bytes.
    """
    padded = key.ljust(_BLOCK_BYTES, b"\0")
    inner, outer = sha256(padded.translate(_INNER)), sha256(padded.translate(_OUTER))

    def mac(data: bytes) -> bytes:
        inside, outside = inner.copy(), outer.copy()
        inside.update(data)
        outside.update(inside.digest())
        return outside.digest()

    return mac


def open_signer(held: HeldKey, public_jwk: PublicJwk, certificate_chain: tuple[str, ...]) -> LocalSigner:
    """A signer for one algorithm; PrivateKeyMismatch when the key is another one."""
    _require_same(held, public_jwk)
    return LocalSigner(held.key_id, public_jwk, public_jwk.algorithm, certificate_chain, held.sign)


def open_agreement(held: HeldKey, public_jwk: PublicJwk) -> LocalAgreement:
    """PrivateKeyMismatch when the key is another one."""
    _require_same(held, public_jwk)
    return LocalAgreement(held.key_id, public_jwk, held.agree)


def _require_same(held: HeldKey, public_jwk: PublicJwk) -> None:
    if held.public_jwk != public_jwk:
        raise PrivateKeyMismatch(public_jwk.thumbprint)

"""Keys and encrypted messages for the tests of this folder, some of which create_jwe would refuse to make."""

import os
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from specs.encoding import b64url_decode, b64url_encode, create_json
from specs.jose import (
    Algorithm,
    Encryption,
    PublicJwk,
    UnverifiedJwe,
    create_jwe,
    create_public_jwk,
    decrypt_jwe,
    parse_jwe,
    public_jwk_of,
)
from tests.specs.jose.material import private_key

MAX = 100_000
EVERY = frozenset(Encryption)
IV = bytes(range(12))
PAYLOAD = create_json({"credentials": [{"credential": "a~b~"}]})
_LENGTHS = {"A128GCM": 16, "A256GCM": 32}


def ours(number: int = 0) -> Any:
    return private_key(Algorithm.ES256, number)


def pem(number: int = 0) -> bytes:
    form = Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    found: bytes = ours(number).private_bytes(*form)
    return found


def recipient(number: int = 0, *, kid: str | None = "k1") -> PublicJwk:
    return public_jwk_of(ours(number).public_key(), kid=kid)


def ephemeral() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def encrypted(payload: bytes = PAYLOAD, encryption: Encryption = Encryption.A256GCM, **changes: Any) -> str:
    wanted: dict[str, Any] = {
        "recipient": recipient(),
        "encryption": encryption,
        "ephemeral": ephemeral(),
        "iv": os.urandom(12),
    }
    return create_jwe(payload, **(wanted | changes))


def agree(jwe: UnverifiedJwe, key: Any = None) -> bytes:
    epk = jwe.epk.key
    assert isinstance(epk, ec.EllipticCurvePublicKey)
    secret: bytes = (key or ours()).exchange(ec.ECDH(), epk)
    return secret


def decrypted(compact: str, key: Any = None) -> bytes:
    jwe = parse_jwe(compact, max_bytes=MAX)
    return decrypt_jwe(jwe, agree(jwe, key), encryptions=EVERY)


def derived(secret: bytes, enc: str, apu: bytes = b"", apv: bytes = b"") -> bytes:
    """The key by another implementation of the derivation."""
    size = _LENGTHS.get(enc, 16)
    named = b"".join(len(one).to_bytes(4, "big") + one for one in (enc.encode(), apu, apv))
    return ConcatKDFHash(SHA256(), size, named + (size * 8).to_bytes(4, "big")).derive(secret)


def forged(changes: Mapping[str, Any], *, encrypted_key: bytes = b"", payload: bytes = PAYLOAD) -> str:
    """A message that is well encrypted under the header it has, with members changed or, by None, removed."""
    key = ephemeral()
    header: dict[str, Any] = {
        "alg": "ECDH-ES",
        "enc": "A256GCM",
        "kid": "k1",
        "epk": create_public_jwk(key.public_key()),
    }
    header = {name: value for name, value in (header | dict(changes)).items() if value is not None}
    return forged_with(create_json(header), header, key, encrypted_key=encrypted_key, payload=payload)


def forged_with(
    raw: bytes,
    header: Mapping[str, Any],
    key: ec.EllipticCurvePrivateKey,
    *,
    encrypted_key: bytes = b"",
    payload: bytes = PAYLOAD,
) -> str:
    """The same with any bytes for a header that says `header`."""
    parties = [
        b64url_decode(header[name].rstrip("=")) if isinstance(header.get(name), str) else b""
        for name in ("apu", "apv")
    ]
    secret = key.exchange(ec.ECDH(), ours().public_key())
    encoded = b64url_encode(raw)
    sealed = AESGCM(derived(secret, str(header.get("enc")), *parties)).encrypt(IV, payload, encoded.encode())
    tail = [encrypted_key, IV, sealed[:-16], sealed[-16:]]
    return ".".join([encoded, *(b64url_encode(one) for one in tail)])

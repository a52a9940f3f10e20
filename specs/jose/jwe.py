"""Encrypted messages in compact form (RFC 7516 section 7.1): ECDH-ES on P-256 with AES-GCM.

Nothing else can be expressed: no key wrapping, no RSA, no passwords, no compression (RFC 7518 section 4.6 in
its direct mode, RFC 8725 sections 3.1 and 3.2). Reading takes three steps, so that nothing here holds a
private key: parse (trust nothing), agree on the secret with the key's owner, decrypt.
"""

import hashlib
from collections.abc import Collection, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from specs.encoding import (
    EncodingError,
    InvalidBase64Url,
    TooLarge,
    b64url_decode,
    b64url_encode,
    create_json,
    parse_json_object,
)
from specs.jose.algorithms import Algorithm
from specs.jose.encryption_jwk import CURVE, ECDH_ES
from specs.jose.errors import (
    DecryptionFailed,
    EncryptionNotAllowed,
    InvalidEphemeralKey,
    InvalidJwe,
    InvalidJwk,
    UnsupportedJweHeader,
)
from specs.jose.jwk import PRIVATE_MEMBERS, PublicJwk, ec_public_key, public_jwk_of

IV_BYTES: Final = 12  # RFC 7518 section 5.3
_TAG_BYTES: Final = 16
_IV_CHARACTERS: Final = 16
_TAG_CHARACTERS: Final = 22
_SECRET_BYTES: Final = 32
_MAX_HEADER_BYTES: Final = 8192
_HEADER_DEPTH: Final = 8
_UNSUPPORTED: Final = frozenset({"zip", "crit", "b64"})
_OURS: Final = frozenset({"alg", "enc", "epk", "apu", "apv", "kid"}) | _UNSUPPORTED


class Encryption(StrEnum):
    """`enc` of RFC 7518 section 5.3."""

    A128GCM = "A128GCM"
    A256GCM = "A256GCM"

    # That of the value, as Enum's own is of the equal name, but without a call of Python.
    __hash__ = str.__hash__

    @property
    def key_bytes(self) -> int:
        """Length of the content encryption key."""
        return _KEY_BYTES[self]


_KEY_BYTES: Final = {Encryption.A128GCM: 16, Encryption.A256GCM: 32}
_BY_NAME: Final[Mapping[str, Encryption]] = {one.value: one for one in Encryption}


class UnverifiedJwe(NamedTuple):
    """An encrypted message as it came.

    `epk`: the sender's ephemeral key, a point on the curve. `kid`: which of our keys it is for, as the sender
    says. `header`: all of it, of which nothing is known to be true.
    """

    header: Mapping[str, Any]
    encryption: Encryption
    epk: PublicJwk
    kid: str | None
    apu: bytes
    apv: bytes
    iv: bytes
    ciphertext: bytes
    tag: bytes
    additional_data: bytes


def create_jwe(
    payload: bytes,
    *,
    recipient: PublicJwk,
    encryption: Encryption,
    ephemeral: ec.EllipticCurvePrivateKey,
    iv: bytes,
    header: Mapping[str, Any] | None = None,
    apu: bytes = b"",
    apv: bytes = b"",
) -> str:
    """The compact JWE. `kid` is the recipient's when it has one.

    `ephemeral`: a fresh key on P-256; `iv`: 12 fresh bytes. Both are for this one message. `header`: further
    members. ValueError for other curves and lengths, and for members that are not the caller's to set.
    """
    theirs = recipient.key
    if not isinstance(theirs, ec.EllipticCurvePublicKey) or recipient.members["crv"] != CURVE:
        raise ValueError("the recipient's key is not on P-256")
    if not isinstance(ephemeral.curve, ec.SECP256R1) or len(iv) != IV_BYTES:
        raise ValueError("a key on P-256 and an IV of 12 bytes are needed")
    if header is not None and not _OURS.isdisjoint(header):
        raise ValueError("a header member that is set here, or that we would not accept ourselves")
    members: dict[str, Any] = {"alg": ECDH_ES, "enc": encryption.value}
    if recipient.kid is not None:
        members["kid"] = recipient.kid
    members["epk"] = dict(public_jwk_of(ephemeral.public_key()).members)
    if apu:
        members["apu"] = b64url_encode(apu)
    if apv:
        members["apv"] = b64url_encode(apv)
    if header is not None:
        members |= header
    encoded_header = b64url_encode(create_json(members))
    key = _derive(ephemeral.exchange(ec.ECDH(), theirs), encryption, apu, apv)
    sealed = AESGCM(key).encrypt(iv, payload, encoded_header.encode("ascii"))
    ciphertext, tag = sealed[:-_TAG_BYTES], sealed[-_TAG_BYTES:]
    # Between the first two dots: no encrypted key, because the agreed one is used directly.
    return f"{encoded_header}..{b64url_encode(iv)}.{b64url_encode(ciphertext)}.{b64url_encode(tag)}"


def parse_jwe(compact: str, *, max_bytes: int) -> UnverifiedJwe:
    """A compact JWE, taken apart. Raises TooLarge, or a subclass of JweError.

    Refused: other than five parts with the second one empty, another spelling of base64url than the
    canonical, `alg` other than ECDH-ES, `enc` other than A128GCM and A256GCM, `zip`, `crit`, `b64`, and an
    `epk` that is not a public point on P-256.
    """
    if len(compact) > max_bytes:
        raise TooLarge(f"{len(compact)} characters, {max_bytes} allowed")
    encoded_header, encrypted_key, encoded_iv, encoded_ciphertext, encoded_tag = _split(compact)
    header = _parse_header(encoded_header)
    # RFC 7518 section 4.6: in direct mode there is no encrypted key; what would be there would be ignored.
    if encrypted_key:
        raise InvalidJwe("an encrypted key in direct mode")
    # RFC 7518 section 5.3: a shorter tag would be a weaker one.
    if len(encoded_iv) != _IV_CHARACTERS or len(encoded_tag) != _TAG_CHARACTERS:
        raise InvalidJwe("length of IV or tag")
    try:
        # The IV fills its characters, so that what follows it is read as if it stood alone.
        iv_and_tag = b64url_decode(encoded_iv + encoded_tag)
        ciphertext = b64url_decode(encoded_ciphertext)
    except InvalidBase64Url as error:
        raise InvalidJwe("a part is not base64url") from error
    kid = header.get("kid")
    if kid is not None and not isinstance(kid, str):
        raise InvalidJwe("kid")
    return UnverifiedJwe(
        MappingProxyType(header),
        _BY_NAME[header["enc"]],
        _parse_epk(header.get("epk")),
        kid,
        _parse_party(header["apu"], "apu") if "apu" in header else b"",
        _parse_party(header["apv"], "apv") if "apv" in header else b"",
        iv_and_tag[:IV_BYTES],
        ciphertext,
        iv_and_tag[IV_BYTES:],
        encoded_header.encode("ascii"),
    )


def decrypt_jwe(jwe: UnverifiedJwe, shared_secret: bytes, *, encryptions: Collection[Encryption]) -> bytes:
    """The payload.

    `shared_secret`: what the key's owner agreed on with `jwe.epk` (`await KeyAgreement.agree(jwe.epk)`), 32
    bytes. Raises EncryptionNotAllowed when `enc` is none of `encryptions`, DecryptionFailed when the message
    is for another key or was changed.
    """
    if len(shared_secret) != _SECRET_BYTES:
        raise ValueError("not a secret agreed on with a key on P-256")
    if jwe.encryption not in encryptions:
        raise EncryptionNotAllowed(jwe.encryption)
    key = _derive(shared_secret, jwe.encryption, jwe.apu, jwe.apv)
    try:
        return AESGCM(key).decrypt(jwe.iv, jwe.ciphertext + jwe.tag, jwe.additional_data)
    except InvalidTag:
        # The library's error says nothing; from here on neither do we.
        raise DecryptionFailed from None


def _derive(shared_secret: bytes, encryption: Encryption, apu: bytes, apv: bytes) -> bytes:
    """The Concat KDF of RFC 7518 section 4.6.2: one round of SHA-256 is enough for both key lengths."""
    info = _other_info(encryption, apu, apv) if apu or apv else _NAMELESS[encryption]
    return hashlib.sha256(b"\0\0\0\1" + shared_secret + info).digest()[: _KEY_BYTES[encryption]]


def _other_info(encryption: Encryption, apu: bytes, apv: bytes) -> bytes:
    parts = (encryption.value.encode("ascii"), apu, apv)
    fields = b"".join(len(one).to_bytes(4, "big") + one for one in parts)
    return fields + (8 * _KEY_BYTES[encryption]).to_bytes(4, "big")


_NAMELESS: Final = {one: _other_info(one, b"", b"") for one in Encryption}


def _split(compact: str) -> tuple[str, str, str, str, str]:
    """The five parts, found from both ends: `split` looks at every character of the long one by one."""
    tag = compact.rfind(".")
    ciphertext = compact.rfind(".", 0, max(tag, 0))
    iv = compact.rfind(".", 0, max(ciphertext, 0))
    header = compact.find(".")
    # With fewer dots two of the searches find the same one, or nothing; with more, the second part has one.
    if not 0 <= header < iv:
        raise InvalidJwe("not five parts")
    return (
        compact[:header],
        compact[header + 1 : iv],
        compact[iv + 1 : ciphertext],
        compact[ciphertext + 1 : tag],
        compact[tag + 1 :],
    )


def _parse_header(encoded: str) -> dict[str, Any]:
    try:
        header = parse_json_object(
            b64url_decode(encoded), max_bytes=_MAX_HEADER_BYTES, max_depth=_HEADER_DEPTH
        )
    except EncodingError as error:
        raise InvalidJwe(f"header: {error.code}") from error
    # What we do not process we must not ignore (RFC 7516 section 4.1.13); compression leaks and inflates.
    if not _UNSUPPORTED.isdisjoint(header):
        raise UnsupportedJweHeader(", ".join(sorted(_UNSUPPORTED.intersection(header))))
    if header.get("alg") != ECDH_ES:
        raise EncryptionNotAllowed("alg")
    encryption = header.get("enc")
    if not isinstance(encryption, str) or encryption not in _BY_NAME:
        raise EncryptionNotAllowed("enc")
    return header


def _parse_epk(value: object) -> PublicJwk:
    """RFC 7518 section 4.6.1.1. A point off the curve would let its sender learn our key bit by bit."""
    if not isinstance(value, dict) or value.get("kty") != "EC" or value.get("crv") != CURVE:
        raise InvalidEphemeralKey("not a key on P-256")
    if not PRIVATE_MEMBERS.isdisjoint(value):
        raise InvalidEphemeralKey("private members")
    try:
        key = ec_public_key(value)
    except InvalidJwk as error:
        raise InvalidEphemeralKey(error.detail) from error
    members = {"kty": "EC", "crv": CURVE, "x": value["x"], "y": value["y"]}
    return PublicJwk(Algorithm.ES256, key, MappingProxyType(members))


def _parse_party(value: object, name: str) -> bytes:
    """`apu` or `apv` (RFC 7518 sections 4.6.1.2 and 4.6.1.3): mixed into the key, whatever they say."""
    if not isinstance(value, str):
        raise InvalidJwe(name)
    try:
        return b64url_decode(value)
    except InvalidBase64Url as error:
        raise InvalidJwe(name) from error

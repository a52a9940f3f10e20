"""Encrypted credential requests and responses (OpenID4VCI 1.0 section 10), on top of TLS.

One algorithm, ECDH-ES on P-256 with AES-GCM, and no compression (4.41). Errors are never encrypted
(section 8.3.1.2). The issuer's side of a request, with the private key elsewhere::

    request = parse_encrypted_request(body, metadata)
    ours = ring.agreement_for_key(request.key_id, now)  # UnknownKey: InvalidEncryptionParameters
    json = decrypt_request(request, await ours.agree(request.epk))
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec

from specs.encoding import EncodingError, create_json
from specs.jose.encryption_jwk import ECDH_ES, create_encryption_jwk, parse_encryption_jwk
from specs.jose.errors import InvalidJwk, JweError, UnsupportedJwk
from specs.jose.jwe import Encryption, UnverifiedJwe, create_jwe, decrypt_jwe, parse_jwe
from specs.jose.jwk import PublicJwk
from specs.openid4vci.errors import InvalidEncryptionParameters
from specs.openid4vci.issuer_metadata import CredentialIssuerMetadata
from specs.openid4vci.wallet_errors import InvalidCredentialResponse, InvalidIssuerMetadata

# Base64url makes a message longer by a third; the header is small.
MAX_ENCRYPTED_REQUEST_BYTES: Final = 1024 * 1024
MAX_ENCRYPTED_RESPONSE_BYTES: Final = 6 * 1024 * 1024
_ENCRYPTIONS: Final = frozenset(Encryption)


@dataclass(frozen=True, slots=True)
class ResponseEncryption:
    """How the wallet wants its answer: for `key`, with `encryption`."""

    key: PublicJwk
    encryption: Encryption


@dataclass(frozen=True, slots=True)
class RequestEncryption:
    """How the issuer wants its requests: for `key`, which has a `kid`, with `encryption`."""

    key: PublicJwk
    encryption: Encryption


@dataclass(frozen=True, slots=True)
class EncryptedRequest:
    """A request as it came. `key_id`: the key of ours that it says it is for; `epk`: the sender's."""

    key_id: str
    epk: PublicJwk
    jwe: UnverifiedJwe = field(repr=False)


def parse_response_encryption(value: object) -> ResponseEncryption:
    """The member `credential_response_encryption` of a request, known to be something we can do.

    Raises InvalidEncryptionParameters: unknown `alg` or `enc`, any `zip`, a private key, a point off the
    curve. Whether this issuer offers it is for verify_encryption.
    """
    if not isinstance(value, Mapping):
        raise InvalidEncryptionParameters("not an object")
    # Never announced, and our own size limits would mean nothing with it (4.41).
    if "zip" in value:
        raise InvalidEncryptionParameters("zip")
    encryption = value.get("enc")
    if not isinstance(encryption, str) or encryption not in _ENCRYPTIONS:
        raise InvalidEncryptionParameters("enc")
    try:
        key = parse_encryption_jwk(value.get("jwk"))
    except InvalidJwk as error:
        raise InvalidEncryptionParameters(f"jwk: {error.code}") from error
    return ResponseEncryption(key, Encryption(encryption))


def verify_encryption(
    *, encrypted: bool, response: ResponseEncryption | None, metadata: CredentialIssuerMetadata
) -> None:
    """Returns when a request and its answer are encrypted as our own metadata announces.

    `encrypted`: the request came as a JWE. Raises InvalidEncryptionParameters: an answer is to be encrypted
    whose request was not (an attacker could have put his key in), with what is not offered, or either of
    them is required and missing.
    """
    for_requests = metadata.credential_request_encryption
    for_responses = metadata.credential_response_encryption
    if for_requests is not None and for_requests.encryption_required and not encrypted:
        raise InvalidEncryptionParameters("request not encrypted")
    if response is None:
        if for_responses is not None and for_responses.encryption_required:
            raise InvalidEncryptionParameters("credential_response_encryption is missing")
        return
    # Section 8.2: in a request in the clear the key could be anybody's who was in between.
    if not encrypted:
        raise InvalidEncryptionParameters("credential_response_encryption in the clear")
    if for_responses is None or response.encryption not in for_responses.enc_values_supported:
        raise InvalidEncryptionParameters("enc is not offered")
    if ECDH_ES not in for_responses.alg_values_supported:
        raise InvalidEncryptionParameters("alg is not offered")


def parse_encrypted_request(body: bytes, metadata: CredentialIssuerMetadata) -> EncryptedRequest:
    """The body of a request of media type `application/jwt`.

    Raises InvalidEncryptionParameters, also when this issuer does not take encrypted requests.
    """
    offered = metadata.credential_request_encryption
    if offered is None:
        raise InvalidEncryptionParameters("requests are not encrypted here")
    try:
        jwe = _parse(body, MAX_ENCRYPTED_REQUEST_BYTES)
    except (JweError, EncodingError) as error:
        raise InvalidEncryptionParameters(error.code) from error
    if jwe.encryption not in offered.enc_values_supported:
        raise InvalidEncryptionParameters("enc is not offered")
    # Section 10: every key of ours has a `kid`, so the message must say which one it is for.
    if jwe.kid is None:
        raise InvalidEncryptionParameters("kid is missing")
    return EncryptedRequest(jwe.kid, jwe.epk, jwe)


def decrypt_request(request: EncryptedRequest, shared_secret: bytes) -> bytes:
    """The JSON text in an encrypted request, for the parsers with `encrypted=True`.

    `shared_secret`: our key's with `request.epk`. Raises InvalidEncryptionParameters.
    """
    try:
        return decrypt_jwe(request.jwe, shared_secret, encryptions=_ENCRYPTIONS)
    except JweError as error:
        raise InvalidEncryptionParameters(error.code) from error


def encrypt_credential_response(
    response: Mapping[str, Any],
    encryption: ResponseEncryption,
    *,
    ephemeral: ec.EllipticCurvePrivateKey,
    iv: bytes,
) -> str:
    """The body of a 200 or 202 answer, to be sent as `application/jwt` (4.40).

    `response`: from create_credential_response or create_deferred_response. `ephemeral` and `iv` (12 bytes)
    are fresh and for this one message.
    """
    return _encrypt(response, encryption.key, encryption.encryption, ephemeral, iv)


# The wallet's side.


def select_request_encryption(metadata: CredentialIssuerMetadata) -> RequestEncryption | None:
    """The issuer's first key that we can encrypt to, with A256GCM if that is offered. None: there is none.

    Raises InvalidIssuerMetadata for a key that is malformed or shows private members.
    """
    offered = metadata.credential_request_encryption
    if offered is None:
        return None
    for encryption in (Encryption.A256GCM, Encryption.A128GCM):
        if encryption in offered.enc_values_supported:
            key = _usable_key(offered.jwks.get("keys"))
            return None if key is None else RequestEncryption(key, encryption)
    return None


def encrypt_credential_request(
    request: Mapping[str, Any],
    encryption: RequestEncryption,
    *,
    ephemeral: ec.EllipticCurvePrivateKey,
    iv: bytes,
) -> str:
    """The body of a credential request or deferred credential request, to be sent as `application/jwt`."""
    return _encrypt(request, encryption.key, encryption.encryption, ephemeral, iv)


def create_response_encryption(encryption: ResponseEncryption) -> dict[str, Any]:
    """The member `credential_response_encryption` of a request."""
    return {"jwk": create_encryption_jwk(encryption.key), "enc": encryption.encryption.value}


def parse_encrypted_response(body: bytes, expected: ResponseEncryption) -> UnverifiedJwe:
    """The body of an answer of media type `application/jwt`, encrypted as was asked for.

    Raises InvalidCredentialResponse.
    """
    try:
        jwe = _parse(body, MAX_ENCRYPTED_RESPONSE_BYTES)
    except (JweError, EncodingError) as error:
        raise InvalidCredentialResponse(error.code) from error
    if jwe.encryption is not expected.encryption or jwe.kid != expected.key.kid:
        raise InvalidCredentialResponse("enc or kid is not what was asked for")
    return jwe


def decrypt_response(jwe: UnverifiedJwe, shared_secret: bytes) -> bytes:
    """The JSON text in it, for parse_credential_response. Raises InvalidCredentialResponse."""
    try:
        return decrypt_jwe(jwe, shared_secret, encryptions=_ENCRYPTIONS)
    except JweError as error:
        raise InvalidCredentialResponse(error.code) from error


def _parse(body: bytes, max_bytes: int) -> UnverifiedJwe:
    # What is not ASCII is not base64url; decoded this way each byte stays a character that parse_jwe refuses.
    return parse_jwe(body.decode("latin-1"), max_bytes=max_bytes)


def _encrypt(
    message: Mapping[str, Any],
    recipient: PublicJwk,
    encryption: Encryption,
    ephemeral: ec.EllipticCurvePrivateKey,
    iv: bytes,
) -> str:
    return create_jwe(
        create_json(dict(message)), recipient=recipient, encryption=encryption, ephemeral=ephemeral, iv=iv
    )


def _usable_key(keys: object) -> PublicJwk | None:
    for jwk in keys if isinstance(keys, Sequence) else ():
        try:
            return parse_encryption_jwk(jwk)
        except UnsupportedJwk:
            continue
        except InvalidJwk as error:
            raise InvalidIssuerMetadata(f"jwks: {error.code}") from error
    return None

"""Encrypted credential requests and responses (OpenID4VCI 1.0 section 10), on top of TLS.

One algorithm, ECDH-ES on P-256 with AES-GCM, and no compression (4.41). Errors are never encrypted
(section 8.3.1.2). The issuer's side of a request, with the private key elsewhere::

    jwe = parse_encrypted_request(body, metadata)
    body = decrypt_request(jwe, await ring.agreement_for_key(jwe.kid, now).agree(jwe.epk), metadata)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec

from specs.jose.encryption_jwk import ECDH_ES, parse_encryption_jwk
from specs.jose.errors import InvalidJwk
from specs.jose.jwe import Encryption, UnverifiedJwe
from specs.jose.jwk import PublicJwk
from specs.openid4vci.errors import InvalidEncryptionParameters
from specs.openid4vci.issuer_metadata import CredentialIssuerMetadata

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


def parse_encrypted_request(body: bytes, metadata: CredentialIssuerMetadata) -> UnverifiedJwe:
    """The body of a request of media type `application/jwt`. Its `kid` is that of one of our keys.

    Raises InvalidEncryptionParameters, also when this issuer does not take encrypted requests.
    """
    raise NotImplementedError


def decrypt_request(jwe: UnverifiedJwe, shared_secret: bytes, metadata: CredentialIssuerMetadata) -> bytes:
    """The JSON text in an encrypted request, for the parsers with `encrypted=True`.

    `shared_secret`: our key's with `jwe.epk`. Raises InvalidEncryptionParameters.
    """
    raise NotImplementedError


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
    raise NotImplementedError


# The wallet's side.


def select_request_encryption(metadata: CredentialIssuerMetadata) -> RequestEncryption | None:
    """The issuer's first key that we can encrypt to, with A256GCM if that is offered. None: there is none."""
    raise NotImplementedError


def encrypt_credential_request(
    request: Mapping[str, Any],
    encryption: RequestEncryption,
    *,
    ephemeral: ec.EllipticCurvePrivateKey,
    iv: bytes,
) -> str:
    """The body of a credential request or deferred credential request, to be sent as `application/jwt`."""
    raise NotImplementedError


def create_response_encryption(encryption: ResponseEncryption) -> dict[str, Any]:
    """The member `credential_response_encryption` of a request."""
    raise NotImplementedError


def parse_encrypted_response(body: bytes) -> UnverifiedJwe:
    """The body of an answer of media type `application/jwt`. Raises InvalidCredentialResponse."""
    raise NotImplementedError


def decrypt_response(jwe: UnverifiedJwe, shared_secret: bytes, expected: ResponseEncryption) -> bytes:
    """The JSON text in it, for parse_credential_response.

    Raises InvalidCredentialResponse, also when it is not encrypted as was asked for.
    """
    raise NotImplementedError

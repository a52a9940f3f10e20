"""What a verifier says about itself inside a request (OpenID4VP 1.0 sections 5.1, 8.3 and 11.1)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from specs.jose.encryption_jwk import create_encryption_jwk, parse_encryption_jwk
from specs.jose.errors import InvalidJwk, PrivateJwk
from specs.jose.jwe import Encryption
from specs.jose.jwk import PublicJwk
from specs.oauth.message import Message, Names, parse_message
from specs.openid4vp.errors import InvalidClientMetadata, NoUsableEncryptionKey

ALL_ENCRYPTIONS: Final = (Encryption.A128GCM, Encryption.A256GCM)
_DEFAULT_ENCRYPTION: Final = (Encryption.A128GCM.value,)
_MAX_KEYS: Final = 16


class ResponseEncryption(NamedTuple):
    """How an answer is encrypted: for `key` of the verifier, with `encryption`."""

    key: PublicJwk
    encryption: Encryption


class ClientMetadata(Message):
    """The three members that may be there; others are ignored.

    `jwks`: keys to encrypt the response to, never to verify the request with.
    """

    jwks: Mapping[str, Any] | None = None
    encrypted_response_enc_values_supported: Names | None = None
    vp_formats_supported: Mapping[str, Any] | None = None


def create_client_metadata(
    vp_formats_supported: Mapping[str, Any],
    *,
    jwks: Sequence[PublicJwk] = (),
    encryptions: Sequence[Encryption] = ALL_ENCRYPTIONS,
) -> dict[str, Any]:
    """The member `client_metadata`; for a response in the clear without `jwks`, and so without `enc` values.

    `jwks`: public keys on P-256 with a `kid` each, made for this one request (HAIP 1.0 section 5). ValueError
    when there are no formats, no `encryptions`, or a key without a `kid` of its own.
    """
    if not vp_formats_supported:
        raise ValueError("no formats")
    metadata: dict[str, Any] = {"vp_formats_supported": dict(vp_formats_supported)}
    if not jwks:
        return metadata
    if not encryptions or not all(one.kid for one in jwks) or len({one.kid for one in jwks}) != len(jwks):
        raise ValueError("no encryption, or a key without a kid of its own")
    metadata["jwks"] = {"keys": [create_encryption_jwk(one) for one in jwks]}
    metadata["encrypted_response_enc_values_supported"] = [one.value for one in encryptions]
    return metadata


def parse_client_metadata(value: object) -> ClientMetadata:
    """The metadata in a request object. Raises InvalidClientMetadata."""
    return parse_message(ClientMetadata, value, InvalidClientMetadata)


def choose_response_encryption(metadata: ClientMetadata | None) -> ResponseEncryption:
    """The verifier's first key that we can encrypt to; A256GCM when it is listed, A128GCM when nothing is.

    Keys of other types, curves, algorithms and uses are passed over (section 8.3). Raises
    NoUsableEncryptionKey, and InvalidClientMetadata for a malformed set of keys or one with private members:
    everybody could read what is encrypted to those.
    """
    if metadata is None or metadata.jwks is None:
        raise NoUsableEncryptionKey("no keys")
    listed = metadata.encrypted_response_enc_values_supported or _DEFAULT_ENCRYPTION
    encryption = next((one for one in reversed(ALL_ENCRYPTIONS) if one.value in listed), None)
    if encryption is None:
        raise NoUsableEncryptionKey("enc")
    keys = metadata.jwks.get("keys")
    if not isinstance(keys, list | tuple) or not 0 < len(keys) <= _MAX_KEYS:
        raise InvalidClientMetadata("jwks")
    for value in keys:
        try:
            return ResponseEncryption(parse_encryption_jwk(value), encryption)
        except PrivateJwk as error:
            raise InvalidClientMetadata("private members in jwks") from error
        except InvalidJwk:
            continue
    raise NoUsableEncryptionKey("no key on P-256 for ECDH-ES")

"""Encrypted responses (OpenID4VP 1.0 sections 8.3 and 8.3.1): `direct_post.jwt`, and the JWE of `dc_api.jwt`.

The verifier's side, with the private key elsewhere::

    jwe = parse_direct_post_jwt(form)  # or a VpErrorResponse: a refusal may come in the clear
    response = decrypt_response(jwe, await key.agree(jwe.epk), key_id=key.key_id)
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec

from specs.encoding import EncodingError, create_json, parse_json_object
from specs.errors import ProtocolError
from specs.jose.errors import JweError
from specs.jose.jwe import Encryption, UnverifiedJwe, create_jwe, decrypt_jwe, parse_jwe
from specs.openid4vp.client_metadata import ResponseEncryption
from specs.openid4vp.response import (
    MAX_VP_TOKEN_BYTES,
    VpErrorResponse,
    VpTokenResponse,
    create_error_members,
    create_vp_token,
    parse_refusal,
    parse_response_form,
    parse_state,
    parse_vp_token_object,
    without_nulls,
)
from specs.openid4vp.response_errors import (
    InvalidEncryptedResponse,
    InvalidResponse,
    UnencryptedResponse,
)

# Base64url makes a message longer by a third; the header is small.
MAX_ENCRYPTED_RESPONSE_LENGTH: Final = MAX_VP_TOKEN_BYTES * 4 // 3 + 16_384
_ENCRYPTIONS: Final = frozenset(Encryption)


def parse_direct_post_jwt(pairs: Iterable[tuple[str, str]]) -> UnverifiedJwe | VpErrorResponse:
    """The fields of the form that a wallet posted where an encrypted answer was asked for.

    Raises UnencryptedResponse for a presentation in the clear, InvalidResponse (neither or several,
    repeated, malformed), InvalidEncryptedResponse.
    """
    parameters = parse_response_form(pairs, max_value_length=MAX_ENCRYPTED_RESPONSE_LENGTH)
    if "vp_token" in parameters:
        raise UnencryptedResponse
    response = parameters.get("response")
    if ("error" in parameters) == (response is not None):
        raise InvalidResponse("neither or both of response and error")
    return parse_refusal(parameters) if response is None else parse_response_jwe(response)


def parse_response_jwe(compact: str) -> UnverifiedJwe:
    """The encrypted answer itself. Raises InvalidEncryptedResponse."""
    try:
        return parse_jwe(compact, max_bytes=MAX_ENCRYPTED_RESPONSE_LENGTH)
    except (JweError, EncodingError) as error:
        raise InvalidEncryptedResponse(error.code) from error


def decrypt_response(
    jwe: UnverifiedJwe, shared_secret: bytes, *, key_id: str
) -> VpTokenResponse | VpErrorResponse:
    """What the wallet encrypted for this request's key. Nothing in it is verified; anyone can encrypt.

    `shared_secret`: the key's with `jwe.epk`, 32 bytes. `key_id`: the `kid` of the key in the request, which
    the wallet repeats (section 8.3). Raises InvalidEncryptedResponse, and for what was inside
    InvalidResponse, InvalidVpToken, EmptyVpToken.
    """
    if jwe.kid != key_id:
        raise InvalidEncryptedResponse("kid")
    try:
        payload = decrypt_jwe(jwe, shared_secret, encryptions=_ENCRYPTIONS)
    except JweError as error:
        raise InvalidEncryptedResponse(error.code) from error
    try:
        members = without_nulls(parse_json_object(payload, max_bytes=MAX_ENCRYPTED_RESPONSE_LENGTH))
    except EncodingError as error:
        raise InvalidResponse(error.code) from error
    if ("error" in members) == ("vp_token" in members):
        raise InvalidResponse("neither or both of vp_token and error")
    if "error" in members:
        return parse_refusal(members)
    return VpTokenResponse(parse_vp_token_object(members["vp_token"]), parse_state(members))


# The wallet's side.


def create_direct_post_jwt(
    vp_token: Mapping[str, Sequence[str]],
    state: str | None,
    *,
    encryption: ResponseEncryption,
    ephemeral: ec.EllipticCurvePrivateKey,
    iv: bytes,
    apu: bytes = b"",
    apv: bytes = b"",
) -> list[tuple[str, str]]:
    """The fields of the form to post. `ephemeral` (P-256) and `iv` (12 bytes) are fresh, for this one answer.

    ValueError for an empty token or entry (D8).
    """
    members = {"vp_token": create_vp_token(vp_token)} | ({} if state is None else {"state": state})
    jwe = encrypt_response(members, encryption, ephemeral=ephemeral, iv=iv, apu=apu, apv=apv)
    return [("response", jwe)]


def create_direct_post_jwt_error(
    error: ProtocolError,
    state: str | None,
    *,
    encryption: ResponseEncryption,
    ephemeral: ec.EllipticCurvePrivateKey,
    iv: bytes,
) -> list[tuple[str, str]]:
    """The same for a refusal: on the way, only its length tells it from a presentation."""
    members = create_error_members(error, state)
    return [("response", encrypt_response(members, encryption, ephemeral=ephemeral, iv=iv))]


def encrypt_response(
    members: Mapping[str, Any],
    encryption: ResponseEncryption,
    *,
    ephemeral: ec.EllipticCurvePrivateKey,
    iv: bytes,
    apu: bytes = b"",
    apv: bytes = b"",
) -> str:
    """The compact JWE over the members of an answer, with the `kid` of the verifier's key."""
    return create_jwe(
        create_json(dict(members)),
        recipient=encryption.key,
        encryption=encryption.encryption,
        ephemeral=ephemeral,
        iv=iv,
        apu=apu,
        apv=apv,
    )

"""Responses through the Digital Credentials API (OpenID4VP 1.0 section A.3): the `data` of the credential.

There is no `state`: what binds an answer to its request is the page's own session, and the origin that every
presentation names (5.25, 5.35).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from specs.errors import ProtocolError
from specs.jose.jwe import UnverifiedJwe
from specs.openid4vp.client_metadata import ResponseEncryption
from specs.openid4vp.encrypted_response import encrypt_response, parse_response_jwe
from specs.openid4vp.response import (
    VpErrorResponse,
    VpTokenResponse,
    create_vp_token,
    parse_refusal,
    parse_vp_token_object,
    without_nulls,
)
from specs.openid4vp.response_errors import InvalidResponse, UnencryptedResponse, UnexpectedEncryption
from specs.openid4vp.response_mode import ResponseMode


def parse_browser_response(
    data: object, *, mode: ResponseMode
) -> VpTokenResponse | VpErrorResponse | UnverifiedJwe:
    """The member `data` (parsed JSON) of what the page was given. Unknown members are ignored.

    `mode`: that of the request. A refusal comes in the clear in either; a JWE is for decrypt_response. Raises
    InvalidResponse, UnencryptedResponse, UnexpectedEncryption, InvalidEncryptedResponse, InvalidVpToken,
    EmptyVpToken. ValueError for a mode that does not go through a browser.
    """
    if not mode.browser:
        raise ValueError("a mode of the Digital Credentials API is needed")
    if not isinstance(data, Mapping):
        raise InvalidResponse("data is not an object")
    data = without_nulls(data)
    if len([name for name in ("error", "vp_token", "response") if name in data]) != 1:
        raise InvalidResponse("not exactly one of response, vp_token and error")
    if "error" in data:
        return parse_refusal(data)
    if "vp_token" in data:
        if mode.encrypted:
            raise UnencryptedResponse
        return VpTokenResponse(parse_vp_token_object(data["vp_token"]), None)
    if not mode.encrypted:
        raise UnexpectedEncryption
    if not isinstance(data["response"], str):
        raise InvalidResponse("response")
    return parse_response_jwe(data["response"])


# The wallet's side.


def create_browser_response(vp_token: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The `data` for the mode `dc_api`. ValueError for an empty token or entry (D8)."""
    return {"vp_token": create_vp_token(vp_token)}


def create_encrypted_browser_response(
    vp_token: Mapping[str, Sequence[str]],
    *,
    encryption: ResponseEncryption,
    ephemeral: ec.EllipticCurvePrivateKey,
    iv: bytes,
) -> dict[str, Any]:
    """The `data` for the mode `dc_api.jwt`; `ephemeral` and `iv` are fresh, for this one answer."""
    members = {"vp_token": create_vp_token(vp_token)}
    return {"response": encrypt_response(members, encryption, ephemeral=ephemeral, iv=iv)}


def create_browser_error(error: ProtocolError) -> dict[str, Any]:
    """The `data` that says why there is no presentation: the code and nothing else (section A.3)."""
    return {"error": error.code}

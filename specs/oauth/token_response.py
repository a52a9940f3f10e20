"""Token responses (RFC 6749 section 5.1, OpenID4VCI 1.0 section 6.2)."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from specs.encoding import EncodingError, parse_json_object
from specs.oauth.errors import InvalidScope, InvalidTokenResponse, UnsupportedTokenType
from specs.oauth.scope import parse_scope

BEARER: Final = "Bearer"
DPOP: Final = "DPoP"
MAX_TOKEN_RESPONSE_BYTES: Final = 65_536
_MAX_SECONDS: Final = 10 * 366 * 24 * 3600
# RFC 6750 section 2.1, b64token: what an Authorization header can carry.
_ACCESS_TOKEN: Final = re.compile(r"[A-Za-z0-9\-._~+/]+=*")


@dataclass(frozen=True, slots=True)
class TokenResponse:
    """What the server granted. `expires_in`: seconds. `scope` empty: the server did not say.

    `token_type`: BEARER or DPOP, in that spelling.
    """

    access_token: str = field(repr=False)
    expires_in: int | None
    scope: tuple[str, ...] = ()
    refresh_token: str | None = field(default=None, repr=False)
    authorization_details: tuple[Mapping[str, Any], ...] = ()
    """As they came; OpenID4VCI reads them with parse_credential_authorizations."""
    token_type: str = BEARER


def create_token_response(
    *,
    access_token: str,
    expires_in: int,
    token_type: str = BEARER,
    refresh_token: str | None = None,
    scope: str | None = None,
    authorization_details: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """The body of a successful answer. ValueError when it could not be used.

    `token_type`: DPOP for a token bound to a key (RFC 9449 section 5), else BEARER.
    """
    if not _ACCESS_TOKEN.fullmatch(access_token) or expires_in <= 0 or token_type not in (BEARER, DPOP):
        raise ValueError("not a usable access token")
    body: dict[str, Any] = {"access_token": access_token, "token_type": token_type, "expires_in": expires_in}
    if refresh_token is not None:
        body["refresh_token"] = refresh_token
    if scope is not None:
        body["scope"] = scope
    if authorization_details:
        body["authorization_details"] = list(authorization_details)
    return body


def parse_token_response(body: bytes, *, token_types: Collection[str] = (BEARER,)) -> TokenResponse:
    """The answer of a token endpoint. Raises InvalidTokenResponse, UnsupportedTokenType.

    `token_types`: those that the client can use; without a DPoP proof in its request that is BEARER alone.
    Unknown members are ignored, among them the `c_nonce` that drafts of OpenID4VCI put here (4.28).
    """
    try:
        members = parse_json_object(body, max_bytes=MAX_TOKEN_RESPONSE_BYTES)
    except EncodingError as error:
        raise InvalidTokenResponse(error.code) from error
    access_token, token_type = members.get("access_token"), members.get("token_type")
    if not isinstance(access_token, str) or not _ACCESS_TOKEN.fullmatch(access_token):
        raise InvalidTokenResponse("access_token")
    if not isinstance(token_type, str):
        raise InvalidTokenResponse("token_type")
    # RFC 6749 section 5.1: compared without regard to case.
    known = {one.lower(): one for one in token_types}.get(token_type.lower())
    if known is None:
        raise UnsupportedTokenType
    return TokenResponse(
        access_token=access_token,
        expires_in=_parse_expires_in(members.get("expires_in")),
        scope=_parse_scope(members.get("scope")),
        refresh_token=_parse_refresh_token(members.get("refresh_token")),
        authorization_details=_parse_details(members.get("authorization_details")),
        token_type=known,
    )


def _parse_expires_in(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= _MAX_SECONDS:
        raise InvalidTokenResponse("expires_in")
    return value


def _parse_scope(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, str):
        raise InvalidTokenResponse("scope")
    try:
        return parse_scope(value)
    except InvalidScope as error:
        raise InvalidTokenResponse("scope") from error


def _parse_refresh_token(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not value:
        raise InvalidTokenResponse("refresh_token")
    return value


def _parse_details(value: object) -> tuple[Mapping[str, Any], ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not value or not all(isinstance(one, dict) for one in value):
        raise InvalidTokenResponse("authorization_details")
    return tuple(value)

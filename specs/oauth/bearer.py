"""Bearer tokens in requests (RFC 6750 section 2) and the challenge when one is missing or bad (section 3)."""

import re
from collections.abc import Collection, Sequence
from typing import Final

from specs.oauth.errors import (
    AccessTokenInQuery,
    InvalidAuthorization,
    MissingAccessToken,
    OAuthError,
)

_MAX_LENGTH: Final = 8192 + 16
_CREDENTIALS: Final = re.compile(r"[Bb][Ee][Aa][Rr][Ee][Rr] +([A-Za-z0-9\-._~+/]+=*)")
_SCHEME: Final = re.compile(r"bearer(?: |$)", re.IGNORECASE)


def parse_bearer(authorization: Sequence[str], *, query_names: Collection[str]) -> str:
    """The access token of a request.

    `authorization`: every `Authorization` header of the request. `query_names`: the names in its query.
    Raises AccessTokenInQuery (a token in the address ends up in logs, so it is refused and not merely
    ignored), MissingAccessToken when there is no bearer token, InvalidAuthorization for a repeated or
    malformed header.
    """
    if "access_token" in query_names:
        raise AccessTokenInQuery
    if len(authorization) > 1:
        raise InvalidAuthorization("repeated")
    if not authorization or not _SCHEME.match(authorization[0]):
        raise MissingAccessToken
    found = _CREDENTIALS.fullmatch(authorization[0]) if len(authorization[0]) <= _MAX_LENGTH else None
    if found is None:
        raise InvalidAuthorization("not a bearer token")
    return found[1]


def create_challenge(error: OAuthError) -> str:
    """The value of `WWW-Authenticate` for a refusal.

    RFC 6750 section 3.1: who sent no token at all learns no more than the scheme.
    """
    if isinstance(error, MissingAccessToken):
        return "Bearer"
    return f'Bearer error="{error.code}", error_description="{error.text}"'

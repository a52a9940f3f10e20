"""Access tokens in requests, and the challenge when one is missing or bad.

RFC 6750 sections 2 and 3 for bearer tokens, RFC 9449 section 7.1 for those that are bound to a key.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

from specs.oauth.dpop import DPOP_ALGORITHMS, dpop_proof_of
from specs.oauth.dpop_errors import BearerTokenAsDpop, BoundTokenAsBearer, InvalidDpopProof
from specs.oauth.errors import (
    AccessTokenInQuery,
    InvalidAuthorization,
    MissingAccessToken,
    OAuthError,
    ResourceError,
)
from specs.oauth.token_response import BEARER, DPOP

_MAX_LENGTH: Final = 8192 + 16
# RFC 9110 section 11.1: schemes have no case. The token is a token68.
_CREDENTIALS: Final = re.compile(r"(bearer|dpop) +([A-Za-z0-9\-._~+/]+=*)", re.IGNORECASE)
_SCHEME: Final = re.compile(r"(?:bearer|dpop)(?: |$)", re.IGNORECASE)
_SCHEMES: Final = {BEARER.lower(): BEARER, DPOP.lower(): DPOP}
_DPOP_DETAILS: Final = f'algs="{" ".join(DPOP_ALGORITHMS)}"'


@dataclass(frozen=True, slots=True)
class PresentedToken:
    """A token as it came. `scheme`: BEARER or DPOP, in that spelling."""

    scheme: str
    token: str = field(repr=False)


def parse_presented_token(authorization: Sequence[str], *, query_names: Collection[str]) -> PresentedToken:
    """The access token of a request, with the scheme it was sent under.

    `authorization`: every `Authorization` header of the request. `query_names`: the names in its query.
    Raises AccessTokenInQuery (a token in the address ends up in logs, so it is refused and not merely
    ignored), MissingAccessToken when there is no token of either scheme, InvalidAuthorization for a repeated
    or malformed header.
    """
    if "access_token" in query_names:
        raise AccessTokenInQuery
    if len(authorization) > 1:
        raise InvalidAuthorization("repeated")
    if not authorization or not _SCHEME.match(authorization[0]):
        raise MissingAccessToken
    found = _CREDENTIALS.fullmatch(authorization[0]) if len(authorization[0]) <= _MAX_LENGTH else None
    if found is None:
        raise InvalidAuthorization("not a token of its scheme")
    return PresentedToken(_SCHEMES[found[1].lower()], found[2])


def proof_for_token(presented: PresentedToken, jkt: str | None, dpop: Sequence[str]) -> str | None:
    """The DPoP proof that must come with a token; None for a bearer token (RFC 9449 section 7).

    `jkt`: of the key that the token was bound to when it was issued. `dpop`: every such header. Raises
    BoundTokenAsBearer, BearerTokenAsDpop, and InvalidDpopProof when there is not exactly one proof.
    """
    if presented.scheme != DPOP:
        # Section 7.2: else a stolen token would be good without its key.
        if jkt is not None:
            raise BoundTokenAsBearer
        return None
    if jkt is None:
        raise BearerTokenAsDpop
    proof = dpop_proof_of(dpop)
    if proof is None:
        raise InvalidDpopProof("missing")
    return proof


def create_challenge(error: OAuthError) -> str:
    """The value of `WWW-Authenticate` for a refusal.

    RFC 6750 section 3.1: who sent no token at all learns no more than the schemes.
    """
    if isinstance(error, MissingAccessToken):
        return f"{BEARER}, {DPOP} {_DPOP_DETAILS}"
    told = f'error="{error.code}", error_description="{error.text}"'
    if isinstance(error, ResourceError) and error.scheme == DPOP:
        return f"{DPOP} {told}, {_DPOP_DETAILS}"
    return f"{BEARER} {told}"

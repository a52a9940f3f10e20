"""Access tokens of our own authorization server for our own credential endpoint.

A signed JWT with `typ` `at+jwt` (RFC 9068), so that the credential endpoint needs no look-up. `sub` is an
opaque reference to the grant, never a person. A bearer token lives five minutes at most (OpenID4VCI 1.0
section 13.10).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from specs.encoding import EncodingError, create_json, from_numeric_date, to_numeric_date
from specs.jose.algorithms import Algorithm, Use
from specs.jose.errors import Expired, JoseError
from specs.jose.jwk import PublicJwk
from specs.jose.jws import SigningInput, parse_jws, prepare_jws, verify_jws
from specs.jose.jwt import verify_audience, verify_times
from specs.oauth.errors import ExpiredToken, InvalidToken

ACCESS_TOKEN_TYPE: Final = "at+jwt"
MAX_BEARER_LIFETIME: Final = timedelta(minutes=5)
MAX_ACCESS_TOKEN_LENGTH: Final = 8192
_CONFIGURATIONS: Final = "credential_configuration_ids"


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What a token says.

    `grant_id`: opaque reference to the grant, for `sub`. `client_id` None: the client was anonymous.
    """

    issuer: str
    audience: str
    grant_id: str
    credential_configuration_ids: tuple[str, ...]
    issued_at: datetime
    expires_at: datetime
    token_id: str
    client_id: str | None = None


@dataclass(frozen=True, slots=True)
class VerifiedAccessToken:
    """A token of ours, signed by one of our keys, for this audience, at this time."""

    claims: AccessToken


def prepare_access_token(token: AccessToken, *, algorithm: Algorithm, key_id: str) -> SigningInput:
    """The bytes to sign. ValueError when it would live longer than five minutes or allow nothing."""
    lifetime = token.expires_at - token.issued_at
    if not timedelta(0) < lifetime <= MAX_BEARER_LIFETIME:
        raise ValueError("a bearer token lives for up to five minutes")
    if not token.credential_configuration_ids:
        raise ValueError("a token that allows nothing")
    claims: dict[str, Any] = {
        "iss": token.issuer,
        "aud": token.audience,
        "sub": token.grant_id,
        "iat": to_numeric_date(token.issued_at),
        "exp": to_numeric_date(token.expires_at),
        "jti": token.token_id,
        _CONFIGURATIONS: list(token.credential_configuration_ids),
    }
    if token.client_id is not None:
        claims["client_id"] = token.client_id
    return prepare_jws({"alg": algorithm, "typ": ACCESS_TOKEN_TYPE, "kid": key_id}, create_json(claims))


def verify_access_token(
    token: str,
    keys: Mapping[str, PublicJwk],
    *,
    issuer: str,
    audience: str,
    now: datetime,
    leeway: timedelta,
) -> VerifiedAccessToken:
    """The token, known to be ours. `keys`: our own public keys by `kid`.

    Raises InvalidToken, and ExpiredToken when it is only too late (RFC 9068 section 4).
    """
    try:
        jws = parse_jws(token, max_bytes=MAX_ACCESS_TOKEN_LENGTH)
        kid = jws.header.get("kid")
        key = keys.get(kid) if isinstance(kid, str) else None
        if key is None:
            raise InvalidToken("kid")
        claims = verify_jws(jws, key, use=Use.ACCESS_TOKEN, typ=ACCESS_TOKEN_TYPE).claims()
        verify_audience(claims, audience, sole=True)
        verify_times(claims, now=now, leeway=leeway, require=("iat", "exp"))
    except Expired as error:
        raise ExpiredToken from error
    except (JoseError, EncodingError) as error:
        raise InvalidToken(error.code) from error
    if claims.get("iss") != issuer:
        raise InvalidToken("iss")
    return VerifiedAccessToken(_read(claims, audience))


def _read(claims: dict[str, Any], audience: str) -> AccessToken:
    issued_at, expires_at = from_numeric_date(claims["iat"]), from_numeric_date(claims["exp"])
    # Our own rule again, at the reader: a key in the wrong hands makes no token that lives for years.
    if expires_at - issued_at > MAX_BEARER_LIFETIME:
        raise InvalidToken("lifetime")
    configurations = claims.get(_CONFIGURATIONS)
    if not isinstance(configurations, list) or not configurations:
        raise InvalidToken(_CONFIGURATIONS)
    client_id = claims.get("client_id")
    if not all(isinstance(one, str) for one in configurations) or not isinstance(client_id, str | None):
        raise InvalidToken(f"{_CONFIGURATIONS} or client_id")
    if not isinstance(claims.get("sub"), str) or not isinstance(claims.get("jti"), str):
        raise InvalidToken("sub or jti")
    return AccessToken(
        issuer=claims["iss"],
        audience=audience,
        grant_id=claims["sub"],
        credential_configuration_ids=tuple(configurations),
        issued_at=issued_at,
        expires_at=expires_at,
        token_id=claims["jti"],
        client_id=client_id,
    )

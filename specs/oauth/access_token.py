"""Access tokens of our own authorization server for our own credential endpoint.

A signed JWT with `typ` `at+jwt` (RFC 9068), so that the credential endpoint needs no look-up. `sub` is an
opaque reference to the grant, never a person. A bearer token lives five minutes at most (OpenID4VCI 1.0
section 13.10), one that is bound to a key by `cnf.jkt` (RFC 9449 section 6.1) an hour.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
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
MAX_BOUND_LIFETIME: Final = timedelta(hours=1)
MAX_ACCESS_TOKEN_LENGTH: Final = 8192
_CONFIGURATIONS: Final = "credential_configuration_ids"
_IDENTIFIERS: Final = "credential_identifiers"
# RFC 7638 with SHA-256, base64url.
_THUMBPRINT: Final = re.compile(r"[A-Za-z0-9\-_]{43}")


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What a token says.

    `grant_id`: opaque reference to the grant, for `sub`. `client_id` None: the client was anonymous. `jkt`:
    thumbprint of the key it is bound to; None for a bearer token. `credential_identifiers`: by identifier,
    the configuration it belongs to (OpenID4VCI section 6.2); empty when the token response named none.
    """

    issuer: str
    audience: str
    grant_id: str
    credential_configuration_ids: tuple[str, ...]
    issued_at: datetime
    expires_at: datetime
    token_id: str
    client_id: str | None = None
    jkt: str | None = None
    credential_identifiers: Mapping[str, str] = field(default_factory=dict)

    @property
    def max_lifetime(self) -> timedelta:
        """How long such a token may live."""
        return MAX_BEARER_LIFETIME if self.jkt is None else MAX_BOUND_LIFETIME


@dataclass(frozen=True, slots=True)
class VerifiedAccessToken:
    """A token of ours, signed by one of our keys, for this audience, at this time."""

    claims: AccessToken


def prepare_access_token(token: AccessToken, *, algorithm: Algorithm, key_id: str) -> SigningInput:
    """The bytes to sign. ValueError when it would live too long or allow nothing."""
    if not timedelta(0) < token.expires_at - token.issued_at <= token.max_lifetime:
        raise ValueError("a bearer token lives for up to five minutes, a bound one for up to an hour")
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
    if token.jkt is not None:
        claims["cnf"] = {"jkt": token.jkt}
    if token.credential_identifiers:
        claims[_IDENTIFIERS] = dict(token.credential_identifiers)
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
    configurations = claims.get(_CONFIGURATIONS)
    if not isinstance(configurations, list) or not configurations:
        raise InvalidToken(_CONFIGURATIONS)
    client_id = claims.get("client_id")
    if not all(isinstance(one, str) for one in configurations) or not isinstance(client_id, str | None):
        raise InvalidToken(f"{_CONFIGURATIONS} or client_id")
    if not isinstance(claims.get("sub"), str) or not isinstance(claims.get("jti"), str):
        raise InvalidToken("sub or jti")
    token = AccessToken(
        issuer=claims["iss"],
        audience=audience,
        grant_id=claims["sub"],
        credential_configuration_ids=tuple(configurations),
        issued_at=from_numeric_date(claims["iat"]),
        expires_at=from_numeric_date(claims["exp"]),
        token_id=claims["jti"],
        client_id=client_id,
        jkt=_read_jkt(claims),
        credential_identifiers=_read_identifiers(claims, configurations),
    )
    # Our own rule again, at the reader: a key in the wrong hands makes no token that lives for years.
    if token.expires_at - token.issued_at > token.max_lifetime:
        raise InvalidToken("lifetime")
    return token


def _read_jkt(claims: dict[str, Any]) -> str | None:
    if "cnf" not in claims:
        return None
    # RFC 7800 section 3.1: a confirmation that we cannot check confirms nothing, so it is not ignored.
    confirmation = claims["cnf"]
    jkt = confirmation.get("jkt") if isinstance(confirmation, dict) and len(confirmation) == 1 else None
    if not isinstance(jkt, str) or not _THUMBPRINT.fullmatch(jkt):
        raise InvalidToken("cnf")
    return jkt


def _read_identifiers(claims: dict[str, Any], configurations: list[str]) -> dict[str, str]:
    identifiers = claims.get(_IDENTIFIERS, {})
    if not isinstance(identifiers, dict) or not all(one in configurations for one in identifiers.values()):
        raise InvalidToken(_IDENTIFIERS)
    return identifiers

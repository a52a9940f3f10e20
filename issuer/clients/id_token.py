"""An ID token of the sign-in provider, believed only after every check (OpenID Connect Core section 3.1.3.7).

The signature is checked by `specs.jose`: the algorithm belongs to the key, `none` and HMAC cannot be named,
`crit` is refused. What the claims have to say to one another is Authlib's part.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from authlib.oidc.core import CodeIDToken

from issuer.errors import LoginNotTrusted
from specs.errors import ProtocolError
from specs.jose import PublicJwk, UnverifiedJws, Use, VerifiedJws, parse_jws, verify_jws, verify_times

MAX_ID_TOKEN_BYTES: Final = 32 * 1024
LEEWAY: Final = timedelta(seconds=60)


class UnknownSigningKey(LoginNotTrusted):
    """None of the keys at hand is the one that the token names; perhaps the provider has a new one."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What the token has to say."""

    issuer: str
    client_id: str
    nonce: str = field(repr=False)
    access_token: str | None = field(default=None, repr=False)


def verify_id_token(
    id_token: str, keys: Sequence[PublicJwk], expected: Expected, *, now: datetime
) -> dict[str, Any]:
    """The claims. Raises UnknownSigningKey, and LoginNotTrusted for everything else that is wrong."""
    try:
        jws = parse_jws(id_token, max_bytes=MAX_ID_TOKEN_BYTES)
        verified = verify_jws(jws, _key(jws, keys), use=Use.ID_TOKEN, typ=None)
        claims = verified.claims()
        # All times by one rule of ours; Authlib looks at them again below.
        verify_times(claims, now=now, leeway=LEEWAY, require=("exp", "iat"))
    except LoginNotTrusted:
        raise
    except ProtocolError as error:
        raise LoginNotTrusted(f"ID token: {type(error).__name__}") from error
    _verify_claims(verified, claims, expected, now)
    return claims


def _key(jws: UnverifiedJws, keys: Sequence[PublicJwk]) -> PublicJwk:
    """The key that the token names; without a name, the only one of its algorithm."""
    name, algorithm = jws.header.get("kid"), jws.header["alg"]
    fitting = [key for key in keys if key.algorithm == algorithm and name in (None, key.kid)]
    if len(fitting) != 1:
        raise UnknownSigningKey(f"ID token: {len(fitting)} keys fit")
    return fitting[0]


def _verify_claims(
    verified: VerifiedJws, claims: Mapping[str, Any], expected: Expected, now: datetime
) -> None:
    """Issuer, audience, authorized party, nonce and `at_hash` (sections 3.1.3.7 and 3.1.3.8)."""
    options = {
        "iss": {"essential": True, "value": expected.issuer},
        "aud": {"essential": True, "value": expected.client_id},
        "sub": {"essential": True},
    }
    params = {
        "nonce": expected.nonce,
        "client_id": expected.client_id,
        "access_token": expected.access_token,
    }
    token = CodeIDToken(dict(claims), dict(verified.header), options, params)
    try:
        token.validate(now=int(now.timestamp()), leeway=int(LEEWAY.total_seconds()))
    except Exception as error:  # whatever a library makes of hostile claims, the token is not believed
        # The message may quote a value; the name of the claim is all that the log may have.
        claim = getattr(error, "claim", "") or ""
        raise LoginNotTrusted(f"ID token: {type(error).__name__} {claim}".strip()) from None

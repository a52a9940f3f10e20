"""ID tokens (OpenID Connect Core 1.0 section 2), and old ones that come back as a hint (section 3.1.2.1)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from specs.encoding import EncodingError, b64url_encode, create_json, to_numeric_date
from specs.jose.algorithms import ALLOWED, Algorithm, Use
from specs.jose.errors import JoseError
from specs.jose.jwk import PublicJwk
from specs.jose.jws import SigningInput, parse_jws, prepare_jws, verify_jws
from specs.openid_connect.errors import InvalidIdTokenHint
from specs.openid_connect.subject_identifier import MAX_SUBJECT_LENGTH

ID_TOKEN_TYPE: Final = "JWT"
"""Every other token of ours names another type: none passes for an ID token (RFC 8725 section 3.11)."""

MAX_ID_TOKEN_LENGTH: Final = 16_384
_HASHES: Final[Mapping[Algorithm, str]] = MappingProxyType(
    {
        Algorithm.ES256: "sha256",
        Algorithm.RS256: "sha256",
        Algorithm.PS256: "sha256",
    }
)
_OWN: Final = frozenset(
    {"iss", "sub", "aud", "exp", "iat", "nbf", "jti", "nonce", "auth_time", "acr", "amr", "azp"}
    | {"at_hash", "c_hash", "s_hash", "sid", "preset", "events", "cnf"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdToken:
    """What an ID token says. `audience`: the one client it is for.

    `access_token`: the one that is handed out with it, for `at_hash`. `preset`: our own claim, the id of what
    was asked of the person, for the client to compare (requirement 7.16). `claims`: those of the person that
    were asked for here.
    """

    issuer: str
    subject: str = field(repr=False)
    audience: str
    issued_at: datetime
    expires_at: datetime
    nonce: str | None = field(default=None, repr=False)
    auth_time: datetime | None = None
    acr: str | None = None
    amr: tuple[str, ...] = ()
    preset: str | None = None
    sid: str | None = field(default=None, repr=False)
    access_token: str | None = field(default=None, repr=False)
    claims: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class IdTokenHint:
    """Whom an ID token of ours was about, and for which client. It may have expired long ago."""

    subject: str = field(repr=False)
    audience: str
    sid: str | None = field(default=None, repr=False)


def prepare_id_token(token: IdToken, *, algorithm: Algorithm, key_id: str) -> SigningInput:
    """The bytes to sign. ValueError: over before it begins, a bad subject, a claim of the token's own."""
    if algorithm not in ALLOWED[Use.ID_TOKEN]:
        raise ValueError("not an algorithm of ID tokens")
    if token.expires_at <= token.issued_at:
        raise ValueError("over before it begins")
    if not (0 < len(token.subject) <= MAX_SUBJECT_LENGTH and token.subject.isascii()):
        raise ValueError("a subject has up to 255 ASCII characters")
    if not _OWN.isdisjoint(token.claims):
        raise ValueError("a claim about the person in the place of one about the token")
    members: dict[str, Any] = {
        "iss": token.issuer,
        "sub": token.subject,
        "aud": token.audience,
        "exp": to_numeric_date(token.expires_at),
        "iat": to_numeric_date(token.issued_at),
        "auth_time": None if token.auth_time is None else to_numeric_date(token.auth_time),
        "nonce": token.nonce,
        "acr": token.acr,
        "amr": list(token.amr) or None,
        "preset": token.preset,
        "sid": token.sid,
        "at_hash": None if token.access_token is None else half_hash(token.access_token, algorithm),
    }
    present = {name: value for name, value in members.items() if value is not None}
    header = {"alg": algorithm, "typ": ID_TOKEN_TYPE, "kid": key_id}
    return prepare_jws(header, create_json(present | dict(token.claims)))


def half_hash(value: str, algorithm: Algorithm) -> str:
    """`at_hash` and `c_hash`: the left half of the hash that the algorithm uses (section 3.1.3.6)."""
    digest = hashlib.new(_HASHES[algorithm], value.encode("ascii")).digest()
    return b64url_encode(digest[: len(digest) // 2])


def verify_id_token_hint(text: str, keys: Mapping[str, PublicJwk], *, issuer: str) -> IdTokenHint:
    """Whom the hint is about. `keys`: our ID token keys by `kid`, also those that sign no more.

    That it has expired does not matter (section 3.1.2.1; RP-Initiated Logout section 4); who signed it does,
    or anybody could end anybody's session. Raises InvalidIdTokenHint.
    """
    try:
        jws = parse_jws(text, max_bytes=MAX_ID_TOKEN_LENGTH)
        kid = jws.header.get("kid")
        key = keys.get(kid) if isinstance(kid, str) else None
        if key is None:
            raise InvalidIdTokenHint("kid")
        claims = verify_jws(jws, key, use=Use.ID_TOKEN, typ=ID_TOKEN_TYPE).claims()
    except (JoseError, EncodingError) as error:
        raise InvalidIdTokenHint(error.code) from error
    if claims.get("iss") != issuer:
        raise InvalidIdTokenHint("iss")
    subject, audience, sid = claims.get("sub"), claims.get("aud"), claims.get("sid")
    if not isinstance(subject, str) or not isinstance(audience, str) or not isinstance(sid, str | None):
        raise InvalidIdTokenHint("sub, aud or sid")
    return IdTokenHint(subject, audience, sid)

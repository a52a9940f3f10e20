"""How a client says who it is at the token and pushed request endpoints.

RFC 6749 section 2.3 (a secret in the header or in the form), RFC 7521 section 4.2 and RFC 7523 section 3 (a
signed assertion, OpenID Connect Core section 9 `private_key_jwt`), or by name only. Which of them a client
registered is compared by whoever knows the client.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias
from urllib.parse import unquote_plus

from specs.encoding import EncodingError, create_json, from_numeric_date, parse_json_object, to_numeric_date
from specs.jose.algorithms import ALLOWED, Use
from specs.jose.errors import JoseError, WrongAudience
from specs.jose.jwk import PublicJwk
from specs.jose.jws import SigningInput, UnverifiedJws, VerifiedJws, parse_jws, prepare_jws, verify_jws
from specs.jose.jwt import verify_audience, verify_times
from specs.oauth.errors import InvalidClient, InvalidRequest, MalformedParameter
from specs.oauth.form import check_visible, parse_parameters
from specs.oauth.token_request import MAX_CLIENT_ID_LENGTH

CLIENT_SECRET_BASIC: Final = "client_secret_basic"
CLIENT_SECRET_POST: Final = "client_secret_post"
PRIVATE_KEY_JWT: Final = "private_key_jwt"
NO_AUTHENTICATION: Final = "none"

CLIENT_ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
CLIENT_ASSERTION_ALGORITHMS: Final = tuple(sorted(ALLOWED[Use.CLIENT_ASSERTION]))
MAX_ASSERTION_LENGTH: Final = 8192
MAX_ASSERTION_LIFETIME: Final = timedelta(hours=1)
_MAX_JTI_LENGTH: Final = 512
_MAX_BASIC_LENGTH: Final = 4096
# RFC 8707 section 2: the one parameter that a client may repeat.
_REPEATABLE: Final = frozenset({"resource"})
_BASIC: Final = re.compile(r"basic +([A-Za-z0-9+/]+={0,2})", re.IGNORECASE)
_BAD_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")


class SeveralAuthentications(InvalidRequest):
    """More than one way at once: readers might believe different ones."""

    text = "The request uses more than one method to authenticate the client."
    section = "RFC 6749 section 2.3"


class InvalidClientAssertion(InvalidClient):
    """Not an assertion by this client, for this server, for now."""

    text = "The client assertion is not valid."
    section = "RFC 7523 section 3"


@dataclass(frozen=True, slots=True)
class ClientSecretBasic:
    """A secret in the `Authorization` header."""

    client_id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ClientSecretPost:
    """A secret in the form."""

    client_id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ClientAssertion:
    """A signed assertion. `client_id`: whom to look the keys up for; nothing is verified yet."""

    client_id: str
    assertion: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PublicClient:
    """A name without proof."""

    client_id: str


ClientAuthentication: TypeAlias = ClientSecretBasic | ClientSecretPost | ClientAssertion | PublicClient

METHOD_NAMES: Final[dict[type, str]] = {
    ClientSecretBasic: CLIENT_SECRET_BASIC,
    ClientSecretPost: CLIENT_SECRET_POST,
    ClientAssertion: PRIVATE_KEY_JWT,
    PublicClient: NO_AUTHENTICATION,
}
"""The registered name of each, to compare with what the client registered."""


@dataclass(frozen=True, slots=True)
class VerifiedClientAssertion:
    """The client's own assertion. `replay_key`: to be remembered until `replay_until`, and refused again."""

    client_id: str
    replay_key: bytes
    replay_until: datetime


def parse_client_authentication(
    authorization: Sequence[str], pairs: Iterable[tuple[str, str]]
) -> ClientAuthentication:
    """Who the client says to be, and by which method.

    `authorization`: every `Authorization` header of the request; `pairs`: the fields of its form. Raises
    InvalidClient when no client is named or the header is not one of the scheme Basic, and of InvalidRequest
    SeveralAuthentications and what parse_parameters raises.
    """
    parameters = parse_parameters(pairs, repeatable=_REPEATABLE)
    client_id = _visible(parameters, "client_id", MAX_CLIENT_ID_LENGTH)
    ways = [bool(authorization), "client_secret" in parameters]
    ways.append("client_assertion" in parameters or "client_assertion_type" in parameters)
    if sum(ways) > 1:
        raise SeveralAuthentications
    if authorization:
        found: ClientAuthentication = _basic(authorization)
    elif "client_assertion" in parameters or "client_assertion_type" in parameters:
        found = _assertion(parameters)
    elif client_id is None:
        raise InvalidClient("no client")
    elif "client_secret" in parameters:
        found = ClientSecretPost(client_id, parameters["client_secret"])
    else:
        found = PublicClient(client_id)
    if client_id is not None and client_id != found.client_id:
        # RFC 7521 section 4.2: where both are there, they name the same client.
        raise InvalidClient("two clients")
    return found


def prepare_client_assertion(
    client_id: str, *, audience: str, key: PublicJwk, jti: str, issued_at: datetime, expires_at: datetime
) -> SigningInput:
    """The bytes a client signs with `key` (OpenID Connect Core section 9)."""
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": audience,
        "jti": jti,
        "iat": to_numeric_date(issued_at),
        "exp": to_numeric_date(expires_at),
    }
    header: dict[str, Any] = {"alg": key.algorithm}
    if key.kid is not None:
        header["kid"] = key.kid
    return prepare_jws(header, create_json(claims))


def verify_client_assertion(
    found: ClientAssertion,
    keys: Sequence[PublicJwk],
    *,
    audiences: Collection[str],
    now: datetime,
    leeway: timedelta,
) -> VerifiedClientAssertion:
    """The assertion, known to be the client's (RFC 7523 section 3). `keys`: those the client registered.

    `audiences`: our issuer identifier and what else we go by; one of them has to be the only audience, or the
    assertion could be meant for, and be replayed from, another server. Not known: that it was not sent
    before. Raises InvalidClientAssertion.
    """
    try:
        jws = parse_jws(found.assertion, max_bytes=MAX_ASSERTION_LENGTH)
        claims = _verify_signature(jws, keys).claims()
        _check_audience(claims, audiences)
        verify_times(claims, now=now, leeway=leeway, require=("exp",))
    except (JoseError, EncodingError) as error:
        raise InvalidClientAssertion(error.code) from error
    if not claims.get("iss") == claims.get("sub") == found.client_id:
        raise InvalidClientAssertion("iss or sub")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= _MAX_JTI_LENGTH:
        raise InvalidClientAssertion("jti")
    expires_at = from_numeric_date(claims["exp"])
    if expires_at - now > MAX_ASSERTION_LIFETIME + leeway:
        # It would have to be remembered for as long.
        raise InvalidClientAssertion("lives too long")
    spelled = f"client assertion {len(found.client_id)} {found.client_id} {jti}"
    replay_key = hashlib.sha256(spelled.encode("utf-8", "surrogatepass")).digest()
    return VerifiedClientAssertion(found.client_id, replay_key, expires_at + leeway)


def _basic(authorization: Sequence[str]) -> ClientSecretBasic:
    header = authorization[0]
    found = _BASIC.fullmatch(header) if len(header) <= _MAX_BASIC_LENGTH else None
    if found is None or len(authorization) > 1:
        raise InvalidClient("Authorization is not one header of the scheme Basic")
    try:
        spelled = base64.b64decode(found[1], validate=True).decode("utf-8")
    except (binascii.Error, ValueError) as error:
        raise InvalidClient("Basic") from error
    client_id, colon, secret = spelled.partition(":")
    if not colon or not client_id:
        raise InvalidClient("Basic without user or colon")
    try:
        checked = check_visible(_form_decoded(client_id), "client_id", max_length=MAX_CLIENT_ID_LENGTH)
    except MalformedParameter as error:
        raise InvalidClient("client_id") from error
    return ClientSecretBasic(checked, _form_decoded(secret))


def _form_decoded(text: str) -> str:
    # RFC 6749 section 2.3.1: both parts are form-encoded first. Clients that forget it are read too, as far
    # as their text cannot be taken for the encoding of another.
    return text if _BAD_ESCAPE.search(text) else unquote_plus(text)


def _assertion(parameters: dict[str, str]) -> ClientAssertion:
    assertion = parameters.get("client_assertion")
    if assertion is None or parameters.get("client_assertion_type") != CLIENT_ASSERTION_TYPE:
        raise InvalidClientAssertion("type, or no assertion")
    named = parameters.get("client_id")
    if named is None:
        # RFC 7521 section 4.2: `client_id` is not needed, the subject of the assertion says whose it is.
        try:
            claims = parse_json_object(
                parse_jws(assertion, max_bytes=MAX_ASSERTION_LENGTH).payload, max_bytes=MAX_ASSERTION_LENGTH
            )
            named = check_visible(str(claims.get("sub", "")), "sub", max_length=MAX_CLIENT_ID_LENGTH)
        except (JoseError, EncodingError, MalformedParameter) as error:
            raise InvalidClientAssertion(error.code) from error
    if not named:
        raise InvalidClientAssertion("sub")
    return ClientAssertion(named, assertion)


def _verify_signature(jws: UnverifiedJws, keys: Sequence[PublicJwk]) -> VerifiedJws:
    kid = jws.header.get("kid")
    fitting = [key for key in keys if key.algorithm == jws.header["alg"]]
    if kid is not None and any(key.kid == kid for key in fitting):
        fitting = [key for key in fitting if key.kid == kid]
    if not fitting:
        raise InvalidClientAssertion("no key for it")
    for key in fitting[:-1]:
        try:
            return verify_jws(jws, key, use=Use.CLIENT_ASSERTION, typ=None)
        except JoseError:
            continue
    return verify_jws(jws, fitting[-1], use=Use.CLIENT_ASSERTION, typ=None)


def _check_audience(claims: dict[str, Any], audiences: Collection[str]) -> None:
    found = claims.get("aud")
    named = found[0] if isinstance(found, list) and found else found
    if not isinstance(named, str) or named not in audiences:
        raise WrongAudience
    verify_audience(claims, named, sole=True)


def _visible(parameters: dict[str, str], name: str, max_length: int) -> str | None:
    value = parameters.get(name)
    return None if value is None else check_visible(value, name, max_length=max_length)

"""Signing out: asked for by the client in the browser, and told to other clients behind it.

OpenID Connect RP-Initiated Logout 1.0 and Back-Channel Logout 1.0.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from specs.encoding import create_json, to_numeric_date
from specs.jose.algorithms import ALLOWED, Algorithm, Use
from specs.jose.jws import SigningInput, prepare_jws
from specs.oauth import check_redirect_uri, parse_parameters
from specs.oauth.form import check_visible
from specs.oauth.token_request import MAX_CLIENT_ID_LENGTH
from specs.openid_connect.errors import InvalidLogoutRequest
from specs.openid_connect.id_token import MAX_ID_TOKEN_LENGTH

LOGOUT_TOKEN_TYPE: Final = "logout+jwt"
LOGOUT_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
_MAX_STATE_LENGTH: Final = 2048
_MAX_WORDS_LENGTH: Final = 512
_MAX_LOGOUT_HINT_LENGTH: Final = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutRequest:
    """What a logout request says (RP-Initiated Logout section 2); nothing is known to be true."""

    id_token_hint: str | None = field(default=None, repr=False)
    client_id: str | None = None
    post_logout_redirect_uri: str | None = None
    state: str | None = field(default=None, repr=False)
    ui_locales: tuple[str, ...] = ()
    logout_hint: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutToken:
    """What is told to a client (Back-Channel Logout section 2.4): `subject`, `sid`, or both."""

    issuer: str
    audience: str
    issued_at: datetime
    expires_at: datetime
    token_id: str
    subject: str | None = field(default=None, repr=False)
    sid: str | None = field(default=None, repr=False)


def parse_logout_request(pairs: Iterable[tuple[str, str]]) -> LogoutRequest:
    """The parameters of a logout request, from the query or the form. Unknown ones are ignored.

    Raises of InvalidRequest: RepeatedParameter, MalformedParameter, TooManyParameters, InvalidRedirectUri.
    All of them are shown to the person: nothing says yet where a redirect may lead.
    """
    parameters = parse_parameters(pairs, max_value_length=MAX_ID_TOKEN_LENGTH)

    def visible(name: str, max_length: int) -> str | None:
        value = parameters.get(name)
        return None if value is None else check_visible(value, name, max_length=max_length)

    target = parameters.get("post_logout_redirect_uri")
    hint = parameters.get("logout_hint")
    if hint is not None and (len(hint) > _MAX_LOGOUT_HINT_LENGTH or not hint.isprintable()):
        raise InvalidLogoutRequest("logout_hint")
    return LogoutRequest(
        id_token_hint=visible("id_token_hint", MAX_ID_TOKEN_LENGTH),
        client_id=visible("client_id", MAX_CLIENT_ID_LENGTH),
        post_logout_redirect_uri=None if target is None else check_redirect_uri(target),
        state=visible("state", _MAX_STATE_LENGTH),
        ui_locales=tuple((visible("ui_locales", _MAX_WORDS_LENGTH) or "").split()),
        logout_hint=hint,
    )


def create_logout_response(post_logout_redirect_uri: str, state: str | None) -> str:
    """Where the browser goes afterwards; `state` as it came (RP-Initiated Logout section 3).

    Only for a URI that is known to be the client's: else this is an open redirect.
    """
    check_redirect_uri(post_logout_redirect_uri)
    if state is None:
        return post_logout_redirect_uri
    separator = "&" if "?" in post_logout_redirect_uri else "?"
    return f"{post_logout_redirect_uri}{separator}{urlencode({'state': state})}"


def prepare_logout_token(token: LogoutToken, *, algorithm: Algorithm, key_id: str) -> SigningInput:
    """The bytes to sign. ValueError when it is about nobody, or over before it begins.

    Never a `nonce` (section 2.4), and a type of its own: it must not pass for an ID token.
    """
    if algorithm not in ALLOWED[Use.LOGOUT_TOKEN]:
        raise ValueError("not an algorithm of logout tokens")
    if token.subject is None and token.sid is None:
        raise ValueError("about nobody")
    if token.expires_at <= token.issued_at:
        raise ValueError("over before it begins")
    claims: dict[str, Any] = {
        "iss": token.issuer,
        "aud": token.audience,
        "iat": to_numeric_date(token.issued_at),
        "exp": to_numeric_date(token.expires_at),
        "jti": token.token_id,
        "events": {LOGOUT_EVENT: {}},
    }
    if token.subject is not None:
        claims["sub"] = token.subject
    if token.sid is not None:
        claims["sid"] = token.sid
    return prepare_jws({"alg": algorithm, "typ": LOGOUT_TOKEN_TYPE, "kid": key_id}, create_json(claims))

"""Authentication requests (OpenID Connect Core 1.0 section 3.1.2.1), through the browser or pushed.

Read in two steps like every authorization request: what `specs.oauth.parse_client_and_redirect` refuses is
shown to the person; when the client is known and the redirect URI is the client's, what
`parse_authentication_request` refuses goes back to the client.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from specs.oauth import (
    MalformedParameter,
    MissingCodeChallenge,
    MissingParameter,
    PushedReference,
    PushedRequestUri,
    RequestObjectNotSupported,
    UnsupportedResponseMode,
    UnsupportedResponseType,
    parse_client_and_redirect,
    parse_parameters,
    parse_pushed_reference,
    parse_scope,
)
from specs.oauth.form import check_visible
from specs.oauth.par import REQUEST_URI_PREFIX
from specs.oauth.pkce import CODE_CHALLENGE_METHOD, is_code_challenge
from specs.openid_connect.claims_parameter import ClaimsRequest, parse_claims_parameter
from specs.openid_connect.errors import (
    ContradictingPrompt,
    MissingOpenidScope,
    RegistrationNotSupported,
    RequestUriNotSupported,
)

OPENID_SCOPE: Final = "openid"
STANDARD_SCOPES: Final = ("openid", "profile", "email", "address", "phone")
"""Section 5.4. What they stand for is decided by the preset here; `offline_access` is ignored."""

PROMPT_NONE: Final = "none"
PROMPT_LOGIN: Final = "login"
PROMPT_CONSENT: Final = "consent"
PROMPT_SELECT_ACCOUNT: Final = "select_account"
PROMPTS: Final = (PROMPT_NONE, PROMPT_LOGIN, PROMPT_CONSENT, PROMPT_SELECT_ACCOUNT)
DISPLAYS: Final = ("page", "popup", "touch", "wap")

CODE: Final = "code"
QUERY: Final = "query"
MAX_NONCE_LENGTH: Final = 1024
MAX_HINT_LENGTH: Final = 8192
_MAX_STATE_LENGTH: Final = 2048
_MAX_WORDS_LENGTH: Final = 2048
_MAX_LOGIN_HINT_LENGTH: Final = 512
_REPEATABLE: Final = frozenset({"resource"})
_SECONDS: Final = re.compile(r"[0-9]{1,10}")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticationRequest:
    """What a client asks for; nothing of it is known to be allowed.

    `code_challenge` None: without PKCE. `max_age`: in seconds. `display` None: absent or unknown to us.
    """

    client_id: str
    redirect_uri: str
    scope: tuple[str, ...]
    response_type: str = CODE
    state: str | None = field(default=None, repr=False)
    nonce: str | None = field(default=None, repr=False)
    code_challenge: str | None = None
    prompt: frozenset[str] = frozenset()
    max_age: int | None = None
    claims: ClaimsRequest = field(default_factory=ClaimsRequest)
    acr_values: tuple[str, ...] = ()
    ui_locales: tuple[str, ...] = ()
    claims_locales: tuple[str, ...] = ()
    id_token_hint: str | None = field(default=None, repr=False)
    login_hint: str | None = field(default=None, repr=False)
    display: str | None = None
    dpop_jkt: str | None = None


def parse_reference_to_pushed(pairs: Iterable[tuple[str, str]]) -> PushedReference | None:
    """The reference to a request that was pushed here; None when there is none of our form.

    A `request_uri` of another form is not refused here but by parse_authentication_request, which can be
    told to the client: section 6.2 has an error of its own for it. Raises MissingParameter without
    `client_id`, RepeatedParameter, MalformedParameter, TooManyParameters.
    """
    pairs = list(pairs)
    ours = any(name == "request_uri" and value.startswith(REQUEST_URI_PREFIX) for name, value in pairs)
    return parse_pushed_reference(pairs) if ours else None


def parse_authentication_request(
    pairs: Iterable[tuple[str, str]], *, pushed: bool = False
) -> AuthenticationRequest:
    """The whole request. Unknown parameters are ignored, and so is their order (section 3.1.2.2).

    `pushed`: it came to the pushed request endpoint. Raises what parse_client_and_redirect raises, then
    RequestObjectNotSupported, RequestUriNotSupported, RegistrationNotSupported, UnsupportedResponseType,
    InvalidScope, MissingOpenidScope, and of InvalidRequest: RepeatedParameter, MissingParameter,
    MalformedParameter, UnsupportedResponseMode, MissingCodeChallenge (a method other than S256),
    PushedRequestUri, InvalidClaimsRequest, ContradictingPrompt.
    """
    pairs = list(pairs)
    origin = parse_client_and_redirect(pairs)
    parameters = parse_parameters(pairs, repeatable=_REPEATABLE)
    _check_form(parameters, pushed=pushed)
    return AuthenticationRequest(
        client_id=origin.client_id,
        redirect_uri=origin.redirect_uri,
        scope=_scope(parameters),
        state=_visible(parameters, "state", _MAX_STATE_LENGTH),
        nonce=_visible(parameters, "nonce", MAX_NONCE_LENGTH),
        code_challenge=_code_challenge(parameters),
        prompt=_prompt(parameters),
        max_age=_max_age(parameters.get("max_age")),
        claims=parse_claims_parameter(parameters.get("claims")),
        acr_values=_words(parameters, "acr_values"),
        ui_locales=_words(parameters, "ui_locales"),
        claims_locales=_words(parameters, "claims_locales"),
        id_token_hint=_visible(parameters, "id_token_hint", MAX_HINT_LENGTH),
        login_hint=_login_hint(parameters.get("login_hint")),
        display=parameters["display"] if parameters.get("display") in DISPLAYS else None,
        dpop_jkt=_thumbprint(parameters.get("dpop_jkt")),
    )


def _check_form(parameters: dict[str, str], *, pushed: bool) -> None:
    # Sections 6 and 7.2.1: never ignored, what is in them would be lost.
    if "request" in parameters:
        raise RequestObjectNotSupported
    if "request_uri" in parameters:
        if pushed:
            raise PushedRequestUri
        raise RequestUriNotSupported
    if "registration" in parameters:
        raise RegistrationNotSupported
    response_type = parameters.get("response_type")
    if response_type is None:
        raise MissingParameter("response_type")
    if response_type != CODE:
        raise UnsupportedResponseType
    if parameters.get("response_mode", QUERY) != QUERY:
        raise UnsupportedResponseMode


def _scope(parameters: dict[str, str]) -> tuple[str, ...]:
    scope = parse_scope(parameters["scope"]) if "scope" in parameters else ()
    if OPENID_SCOPE not in scope:
        raise MissingOpenidScope
    return scope


def _code_challenge(parameters: dict[str, str]) -> str | None:
    challenge, method = parameters.get("code_challenge"), parameters.get("code_challenge_method")
    if challenge is None and method is None:
        return None
    # RFC 7636 section 4.3: no method means `plain`, whose challenge is the secret itself.
    if challenge is None or method != CODE_CHALLENGE_METHOD:
        raise MissingCodeChallenge
    if not is_code_challenge(challenge):
        raise MalformedParameter("code_challenge")
    return challenge


def _prompt(parameters: dict[str, str]) -> frozenset[str]:
    found = frozenset(_words(parameters, "prompt"))
    # A client that asks for something we do not know of would believe that it happened.
    if not found.issubset(PROMPTS) or (PROMPT_NONE in found and len(found) > 1):
        raise ContradictingPrompt
    return found


def _max_age(value: str | None) -> int | None:
    if value is None:
        return None
    if not _SECONDS.fullmatch(value):
        raise MalformedParameter("max_age")
    return int(value)


def _words(parameters: dict[str, str], name: str) -> tuple[str, ...]:
    value = _visible(parameters, name, _MAX_WORDS_LENGTH)
    return tuple(dict.fromkeys(value.split())) if value else ()


def _visible(parameters: dict[str, str], name: str, max_length: int) -> str | None:
    value = parameters.get(name)
    return None if value is None else check_visible(value, name, max_length=max_length)


def _login_hint(value: str | None) -> str | None:
    if value is not None and (len(value) > _MAX_LOGIN_HINT_LENGTH or not value.isprintable()):
        raise MalformedParameter("login_hint")
    return value


def _thumbprint(value: str | None) -> str | None:
    # RFC 9449 section 10: a SHA-256 thumbprint, which has the form of a challenge.
    if value is not None and not is_code_challenge(value):
        raise MalformedParameter("dpop_jkt")
    return value

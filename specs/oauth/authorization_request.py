"""Authorization requests, pushed or through the browser.

RFC 6749 section 4.1.1, RFC 7636, RFC 8707, RFC 9126, RFC 9396, RFC 9449 section 10, OpenID4VCI 1.0
section 5.1.

A request through the browser is read in two steps. What `parse_client_and_redirect` refuses is shown to the
person: nobody knows yet where a redirect would lead. When the client is known and the redirect URI is the
client's, what `parse_authorization_request` refuses goes back to the client in a redirect. A pushed request
takes both steps in a row, and every refusal is a JSON answer.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from specs.oauth.authorization_details_parameter import (
    AuthorizationDetails,
    create_details_parameter,
    parse_details_parameter,
)
from specs.oauth.authorization_errors import (
    InvalidRedirectUri,
    InvalidRequestUri,
    InvalidTarget,
    MissingCodeChallenge,
    PushedRequestUri,
    RequestObjectNotSupported,
    UnsupportedResponseMode,
    UnsupportedResponseType,
)
from specs.oauth.errors import (
    InvalidUrl,
    MalformedParameter,
    RepeatedParameter,
    TooManyParameters,
)
from specs.oauth.form import (
    MAX_PARAMETERS,
    check_visible,
    parse_parameters,
    require_parameter,
)
from specs.oauth.par import REQUEST_URI_PREFIX
from specs.oauth.pkce import CODE_CHALLENGE_METHOD, is_code_challenge
from specs.oauth.redirect_uri import check_redirect_uri
from specs.oauth.scope import create_scope, parse_scope
from specs.oauth.token_request import MAX_CLIENT_ID_LENGTH
from specs.oauth.url import check_url

CODE_RESPONSE_TYPE: Final = "code"
MAX_STATE_LENGTH: Final = 2048
_MAX_HINT_LENGTH: Final = 512
_MAX_RESOURCES: Final = 10
_REPEATABLE: Final = frozenset({"resource"})


@dataclass(frozen=True, slots=True)
class ClientAndRedirect:
    """Who says to ask, and where the answer is to go: nothing is known to be true.

    `state` None: absent, or not to be repeated to anybody.
    """

    client_id: str
    redirect_uri: str
    state: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """What a client asks for. `scope` and `authorization_details` may both be empty.

    `issuer_state`: from an offer, or from an attacker (OpenID4VCI section 5.1.3). `dpop_jkt`: of
    the key that the code is to be bound to.
    """

    client_id: str
    redirect_uri: str
    code_challenge: str
    state: str | None = field(default=None, repr=False)
    scope: tuple[str, ...] = ()
    authorization_details: AuthorizationDetails = ()
    issuer_state: str | None = field(default=None, repr=False)
    dpop_jkt: str | None = None
    resource: tuple[str, ...] = ()
    ui_locales: tuple[str, ...] = ()
    login_hint: str | None = field(default=None, repr=False)
    prompt: tuple[str, ...] = ()
    response_type: str = CODE_RESPONSE_TYPE
    code_challenge_method: str = CODE_CHALLENGE_METHOD


@dataclass(frozen=True, slots=True)
class PushedReference:
    """A request that was pushed before, by its `request_uri`."""

    client_id: str
    request_uri: str = field(repr=False)


def parse_pushed_reference(pairs: Iterable[tuple[str, str]]) -> PushedReference | None:
    """The reference of a request through the browser; None when the parameters themselves are there.

    Every other parameter is ignored, whatever it says (RFC 9126 section 4: only what was pushed counts).
    Raises MissingParameter without `client_id`, RepeatedParameter, and InvalidRequestUri for a reference that
    is not of our form: nothing is ever fetched from one.
    """
    found = _pick(pairs, ("client_id", "request_uri"))
    if "request_uri" not in found:
        return None
    client_id = check_visible(
        require_parameter(found, "client_id"), "client_id", max_length=MAX_CLIENT_ID_LENGTH
    )
    request_uri = check_visible(found["request_uri"], "request_uri", max_length=512)
    if not request_uri.startswith(REQUEST_URI_PREFIX):
        raise InvalidRequestUri("not one of ours")
    return PushedReference(client_id, request_uri)


def parse_client_and_redirect(pairs: Iterable[tuple[str, str]]) -> ClientAndRedirect:
    """Client and redirect URI, whatever else is wrong with the request.

    Raises MissingParameter, RepeatedParameter, MalformedParameter, TooManyParameters, InvalidRedirectUri: all
    of them are for the person's eyes, none for a redirect.
    """
    pairs = list(pairs)
    found = _pick(pairs, ("client_id", "redirect_uri"))
    client_id = check_visible(
        require_parameter(found, "client_id"), "client_id", max_length=MAX_CLIENT_ID_LENGTH
    )
    if "redirect_uri" not in found:
        # FAPI 2.0 section 5.3.2.2: always there, even for a client with one address only.
        raise InvalidRedirectUri("missing")
    return ClientAndRedirect(client_id, check_redirect_uri(found["redirect_uri"]), _state(pairs))


def parse_authorization_request(pairs: Iterable[tuple[str, str]]) -> AuthorizationRequest:
    """The whole request. Unknown parameters are ignored, and so is their order.

    Raises what parse_client_and_redirect raises, then of InvalidRequest: RepeatedParameter, MissingParameter,
    MalformedParameter, MissingCodeChallenge, UnsupportedResponseMode, PushedRequestUri; and
    UnsupportedResponseType, RequestObjectNotSupported, InvalidScope, InvalidAuthorizationDetails,
    InvalidTarget. Whether scopes and details mean anything here is not asked.
    """
    pairs = list(pairs)
    origin = parse_client_and_redirect(pairs)
    parameters = parse_parameters(pairs, repeatable=_REPEATABLE)
    _check_form(parameters)
    return AuthorizationRequest(
        client_id=origin.client_id,
        redirect_uri=origin.redirect_uri,
        code_challenge=_code_challenge(parameters),
        state=_visible(parameters, "state", MAX_STATE_LENGTH),
        scope=parse_scope(parameters["scope"]) if "scope" in parameters else (),
        authorization_details=parse_details_parameter(parameters.get("authorization_details")),
        issuer_state=_visible(parameters, "issuer_state", MAX_STATE_LENGTH),
        dpop_jkt=_thumbprint(parameters.get("dpop_jkt")),
        resource=_resources(pairs),
        ui_locales=_words(parameters, "ui_locales"),
        login_hint=_hint(parameters.get("login_hint")),
        prompt=_words(parameters, "prompt"),
    )


def create_authorization_request(request: AuthorizationRequest) -> list[tuple[str, str]]:
    """The parameters of a request, for the body of a pushed one or a query."""
    fields = [
        ("response_type", request.response_type),
        ("client_id", request.client_id),
        ("redirect_uri", request.redirect_uri),
        ("code_challenge", request.code_challenge),
        ("code_challenge_method", request.code_challenge_method),
    ]
    optional = {
        "state": request.state,
        "scope": create_scope(request.scope) if request.scope else None,
        "issuer_state": request.issuer_state,
        "dpop_jkt": request.dpop_jkt,
        "ui_locales": " ".join(request.ui_locales),
        "login_hint": request.login_hint,
        "prompt": " ".join(request.prompt),
    }
    fields += [(name, value) for name, value in optional.items() if value]
    if request.authorization_details:
        fields.append(("authorization_details", create_details_parameter(request.authorization_details)))
    return fields + [("resource", one) for one in request.resource]


def _pick(pairs: Iterable[tuple[str, str]], names: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for count, (name, value) in enumerate(pairs, start=1):
        if count > MAX_PARAMETERS:
            raise TooManyParameters
        if name in names and value:
            if name in found:
                raise RepeatedParameter(name)
            found[name] = value
    return found


def _state(pairs: Iterable[tuple[str, str]]) -> str | None:
    # A state that could be understood in two ways is not repeated; the request is refused later anyway.
    try:
        return _visible(_pick(pairs, ("state",)), "state", MAX_STATE_LENGTH)
    except (RepeatedParameter, MalformedParameter):
        return None


def _check_form(parameters: dict[str, str]) -> None:
    if "request_uri" in parameters:
        raise PushedRequestUri
    if "request" in parameters:
        raise RequestObjectNotSupported
    if require_parameter(parameters, "response_type") != CODE_RESPONSE_TYPE:
        raise UnsupportedResponseType
    if parameters.get("response_mode", "query") != "query":
        raise UnsupportedResponseMode


def _code_challenge(parameters: dict[str, str]) -> str:
    # RFC 7636 section 4.3: no method means `plain`, whose challenge is the secret itself.
    challenge = parameters.get("code_challenge")
    if challenge is None or parameters.get("code_challenge_method") != CODE_CHALLENGE_METHOD:
        raise MissingCodeChallenge
    if not is_code_challenge(challenge):
        raise MalformedParameter("code_challenge")
    return challenge


def _visible(parameters: dict[str, str], name: str, max_length: int) -> str | None:
    value = parameters.get(name)
    return None if value is None else check_visible(value, name, max_length=max_length)


def _thumbprint(value: str | None) -> str | None:
    # RFC 9449 section 10: a SHA-256 thumbprint, which has the form of a challenge.
    if value is not None and not is_code_challenge(value):
        raise MalformedParameter("dpop_jkt")
    return value


def _resources(pairs: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(value for name, value in pairs if name == "resource" and value))
    if len(found) > _MAX_RESOURCES:
        raise InvalidTarget("too many")
    try:
        for resource in found:
            check_url(resource, insecure_allow_http=True)
    except InvalidUrl as error:
        raise InvalidTarget(error.detail) from error
    return found


def _words(parameters: dict[str, str], name: str) -> tuple[str, ...]:
    value = _visible(parameters, name, _MAX_HINT_LENGTH)
    return tuple(value.split()) if value else ()


def _hint(value: str | None) -> str | None:
    if value is not None and (len(value) > _MAX_HINT_LENGTH or not value.isprintable()):
        raise MalformedParameter("login_hint")
    return value

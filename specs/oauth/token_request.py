"""Token requests (RFC 6749 sections 4.1.3 and 6; for the pre-authorized code, OpenID4VCI 1.0 section 6.1)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from specs.oauth.authorization_details_parameter import (
    AuthorizationDetails,
    create_details_parameter,
    parse_details_parameter,
)
from specs.oauth.errors import MalformedParameter, MissingParameter, UnsupportedGrantType
from specs.oauth.form import check_visible, parse_parameters, require_parameter
from specs.oauth.scope import create_scope, parse_scope

PRE_AUTHORIZED_CODE_GRANT: Final = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
AUTHORIZATION_CODE_GRANT: Final = "authorization_code"
REFRESH_TOKEN_GRANT: Final = "refresh_token"

MAX_CODE_LENGTH: Final = 1024
MAX_TX_CODE_LENGTH: Final = 64
MAX_CLIENT_ID_LENGTH: Final = 512
_MAX_REDIRECT_URI_LENGTH: Final = 2048
_MAX_VERIFIER_LENGTH: Final = 256
# RFC 8707 section 2: the one parameter that a client may repeat.
_REPEATABLE: Final = frozenset({"resource"})


@dataclass(frozen=True, slots=True)
class PreAuthorizedCodeRequest:
    """With the pre-authorized code of an offer. `client_id` None: the client did not name itself."""

    pre_authorized_code: str = field(repr=False)
    tx_code: str | None = field(default=None, repr=False)
    client_id: str | None = None
    authorization_details: AuthorizationDetails = ()


@dataclass(frozen=True, slots=True)
class AuthorizationCodeRequest:
    """With the code of an authorization response. `client_id` None: only authentication names the client.

    `code_verifier` None: the client did without PKCE, for which it has to be registered.

    `redirect_uri`: RFC 6749 section 4.1.3 wants the one of the authorization request; OAuth 2.1 has dropped
    it, PKCE does its work.
    """

    code: str = field(repr=False)
    code_verifier: str | None = field(repr=False)
    redirect_uri: str | None = None
    client_id: str | None = None
    authorization_details: AuthorizationDetails = ()


@dataclass(frozen=True, slots=True)
class RefreshTokenRequest:
    """With a refresh token. `scope`: a narrower one than before; empty for the same."""

    refresh_token: str = field(repr=False)
    scope: tuple[str, ...] = ()
    client_id: str | None = None
    authorization_details: AuthorizationDetails = ()


# One class per grant that we accept.
TokenRequest: TypeAlias = PreAuthorizedCodeRequest | AuthorizationCodeRequest | RefreshTokenRequest


def parse_token_request(
    pairs: Iterable[tuple[str, str]], *, code_verifier_required: bool = True
) -> TokenRequest:
    """The request in the fields of a form. Unknown parameters, the drafts' `user_pin` too, are ignored.

    `code_verifier_required`: False where clients may be registered without PKCE; check_code_verifier then
    has to be asked.

    Raises UnsupportedGrantType, InvalidScope, InvalidAuthorizationDetails, and of InvalidRequest:
    MissingParameter, RepeatedParameter, MalformedParameter, TooManyParameters. Whether the code is any good
    is asked later.
    """
    parameters = parse_parameters(pairs, repeatable=_REPEATABLE)
    read = _GRANTS.get(require_parameter(parameters, "grant_type"))
    if read is None:
        raise UnsupportedGrantType
    found = read(parameters)
    if code_verifier_required and isinstance(found, AuthorizationCodeRequest) and found.code_verifier is None:
        # RFC 7636 section 4.5. Every code was asked for with a challenge.
        raise MissingParameter("code_verifier")
    return found


def create_token_request(request: TokenRequest) -> list[tuple[str, str]]:
    """The fields of the form to post."""
    if isinstance(request, PreAuthorizedCodeRequest):
        fields: dict[str, str | None] = {
            "grant_type": PRE_AUTHORIZED_CODE_GRANT,
            "pre-authorized_code": request.pre_authorized_code,
            "tx_code": request.tx_code,
        }
    elif isinstance(request, AuthorizationCodeRequest):
        fields = {
            "grant_type": AUTHORIZATION_CODE_GRANT,
            "code": request.code,
            "code_verifier": request.code_verifier,
            "redirect_uri": request.redirect_uri,
        }
    else:
        fields = {
            "grant_type": REFRESH_TOKEN_GRANT,
            "refresh_token": request.refresh_token,
            "scope": create_scope(request.scope) if request.scope else None,
        }
    fields["client_id"] = request.client_id
    if request.authorization_details:
        fields["authorization_details"] = create_details_parameter(request.authorization_details)
    return [(name, value) for name, value in fields.items() if value is not None]


def _parse_pre_authorized_code(parameters: dict[str, str]) -> PreAuthorizedCodeRequest:
    return PreAuthorizedCodeRequest(
        pre_authorized_code=_secret(parameters, "pre-authorized_code"),
        tx_code=_parse_tx_code(parameters.get("tx_code")),
        client_id=_client_id(parameters),
        authorization_details=parse_details_parameter(parameters.get("authorization_details")),
    )


def _parse_authorization_code(parameters: dict[str, str]) -> AuthorizationCodeRequest:
    return AuthorizationCodeRequest(
        code=_secret(parameters, "code"),
        code_verifier=_optional(parameters, "code_verifier", _MAX_VERIFIER_LENGTH),
        redirect_uri=_optional(parameters, "redirect_uri", _MAX_REDIRECT_URI_LENGTH),
        client_id=_client_id(parameters),
        authorization_details=parse_details_parameter(parameters.get("authorization_details")),
    )


def _parse_refresh_token(parameters: dict[str, str]) -> RefreshTokenRequest:
    return RefreshTokenRequest(
        refresh_token=_secret(parameters, "refresh_token"),
        scope=parse_scope(parameters["scope"]) if "scope" in parameters else (),
        client_id=_client_id(parameters),
        authorization_details=parse_details_parameter(parameters.get("authorization_details")),
    )


_GRANTS: Final[Mapping[str, Callable[[dict[str, str]], TokenRequest]]] = {
    PRE_AUTHORIZED_CODE_GRANT: _parse_pre_authorized_code,
    AUTHORIZATION_CODE_GRANT: _parse_authorization_code,
    REFRESH_TOKEN_GRANT: _parse_refresh_token,
}


def _secret(parameters: dict[str, str], name: str) -> str:
    return check_visible(require_parameter(parameters, name), name, max_length=MAX_CODE_LENGTH)


def _client_id(parameters: dict[str, str]) -> str | None:
    return _optional(parameters, "client_id", MAX_CLIENT_ID_LENGTH)


def _optional(parameters: dict[str, str], name: str, max_length: int) -> str | None:
    value = parameters.get(name)
    return None if value is None else check_visible(value, name, max_length=max_length)


def _parse_tx_code(value: str | None) -> str | None:
    # OpenID4VCI section 4.1.1: input mode `text` allows any characters; those that can be typed, we say.
    if value is not None and (len(value) > MAX_TX_CODE_LENGTH or not value.isprintable()):
        raise MalformedParameter("tx_code")
    return value

"""OAuth 2.0, as far as issuing credentials needs it.

RFC 6749 (sections 3.1 to 3.3, 5, appendix A), RFC 6750 (sections 2.1, 2.3, 3), RFC 8414, RFC 9068 (as the
form of our own access tokens). Of OpenID4VCI 1.0 the token endpoint's messages (section 6).
"""

from specs.oauth.access_token import (
    ACCESS_TOKEN_TYPE,
    MAX_BEARER_LIFETIME,
    AccessToken,
    VerifiedAccessToken,
    prepare_access_token,
    verify_access_token,
)
from specs.oauth.bearer import create_challenge, parse_bearer
from specs.oauth.error_response import ErrorResponse, create_error_response, parse_error_response
from specs.oauth.errors import (
    AccessTokenInQuery,
    ExpiredToken,
    InsufficientScope,
    InvalidAuthorization,
    InvalidClient,
    InvalidErrorResponse,
    InvalidGrant,
    InvalidRequest,
    InvalidScope,
    InvalidServerMetadata,
    InvalidToken,
    InvalidTokenResponse,
    InvalidUrl,
    MalformedParameter,
    MissingAccessToken,
    MissingParameter,
    OAuthError,
    RepeatedParameter,
    ResourceError,
    TooManyParameters,
    UnauthorizedClient,
    UnsupportedGrantType,
    UnsupportedTokenType,
    WrongServerIssuer,
)
from specs.oauth.form import parse_parameters
from specs.oauth.message import Message, parse_message
from specs.oauth.metadata import (
    AuthorizationServerMetadata,
    authorization_server_metadata_url,
    create_authorization_server_metadata,
    parse_authorization_server_metadata,
)
from specs.oauth.scope import create_scope, parse_scope
from specs.oauth.token_request import (
    PRE_AUTHORIZED_CODE_GRANT,
    PreAuthorizedCodeRequest,
    TokenRequest,
    create_token_request,
    parse_token_request,
)
from specs.oauth.token_response import TokenResponse, create_token_response, parse_token_response
from specs.oauth.url import check_identifier, check_url

__all__ = [
    "ACCESS_TOKEN_TYPE",
    "MAX_BEARER_LIFETIME",
    "PRE_AUTHORIZED_CODE_GRANT",
    "AccessToken",
    "AccessTokenInQuery",
    "AuthorizationServerMetadata",
    "ErrorResponse",
    "ExpiredToken",
    "InsufficientScope",
    "InvalidAuthorization",
    "InvalidClient",
    "InvalidErrorResponse",
    "InvalidGrant",
    "InvalidRequest",
    "InvalidScope",
    "InvalidServerMetadata",
    "InvalidToken",
    "InvalidTokenResponse",
    "InvalidUrl",
    "MalformedParameter",
    "Message",
    "MissingAccessToken",
    "MissingParameter",
    "OAuthError",
    "PreAuthorizedCodeRequest",
    "RepeatedParameter",
    "ResourceError",
    "TokenRequest",
    "TokenResponse",
    "TooManyParameters",
    "UnauthorizedClient",
    "UnsupportedGrantType",
    "UnsupportedTokenType",
    "VerifiedAccessToken",
    "WrongServerIssuer",
    "authorization_server_metadata_url",
    "check_identifier",
    "check_url",
    "create_authorization_server_metadata",
    "create_challenge",
    "create_error_response",
    "create_scope",
    "create_token_request",
    "create_token_response",
    "parse_authorization_server_metadata",
    "parse_bearer",
    "parse_error_response",
    "parse_message",
    "parse_parameters",
    "parse_scope",
    "parse_token_request",
    "parse_token_response",
    "prepare_access_token",
    "verify_access_token",
]

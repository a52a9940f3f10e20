"""The registered errors of OAuth 2.0 (RFC 6749 section 5.2, RFC 6750 section 3.1), a class per cause.

Below them: what a client refuses in the answers of a server. Those never travel, so their codes are ours.
"""

from specs.errors import ProtocolError


class OAuthError(ProtocolError):
    """Base of the refusals of this package."""


class InvalidRequest(OAuthError):
    """A parameter is missing, repeated or malformed."""

    code = "invalid_request"
    text = "The request is not valid."
    section = "RFC 6749 section 5.2"


class MissingParameter(InvalidRequest):
    """A required parameter is absent, or present without a value."""

    text = "A required parameter is missing."


class RepeatedParameter(InvalidRequest):
    """One parameter twice: two readers could take different ones."""

    text = "A parameter is included more than once."
    section = "RFC 6749 section 3.2"


class MalformedParameter(InvalidRequest):
    """A parameter with characters or a length that it cannot have."""

    text = "A parameter is malformed."


class TooManyParameters(InvalidRequest):
    """More parameters than any request needs."""

    text = "The request has too many parameters."


class InvalidClient(OAuthError):
    """The client is unknown, or did not prove who it is."""

    code = "invalid_client"
    text = "The client could not be identified."
    section = "RFC 6749 section 5.2"


class InvalidGrant(OAuthError):
    """The code is wrong, expired, used, or somebody else's."""

    code = "invalid_grant"
    text = "The code is not valid."
    section = "RFC 6749 section 5.2"


class UnauthorizedClient(OAuthError):
    """The client may not use this grant."""

    code = "unauthorized_client"
    text = "The client is not authorized to use this grant type."
    section = "RFC 6749 section 5.2"


class UnsupportedGrantType(OAuthError):
    """No such grant here."""

    code = "unsupported_grant_type"
    text = "The grant type is not supported."
    section = "RFC 6749 section 5.2"


class InvalidScope(OAuthError):
    """Not a list of scope tokens."""

    code = "invalid_scope"
    text = "The scope is not valid."
    section = "RFC 6749 section 3.3"


class ResourceError(OAuthError):
    """Base of what a protected resource refuses (RFC 6750 section 3.1).

    `scheme`: in whose challenge it is told, of the class or of the one request (RFC 9449 section 7.1).
    """

    code = "invalid_token"
    text = "The access token is not valid."
    section = "RFC 6750 section 3.1"
    scheme: str = "Bearer"


class MissingAccessToken(ResourceError):
    """No access token at all. The challenge then names no error (RFC 6750 section 3.1)."""

    text = "The request has no access token."


class InvalidToken(ResourceError):
    """Not a token of ours, or not for this resource."""


class ExpiredToken(InvalidToken):
    """Presented at or after its end."""

    text = "The access token has expired."


class InsufficientScope(ResourceError):
    """The token does not reach this far."""

    code = "insufficient_scope"
    text = "The access token does not allow this request."


class InvalidAuthorization(InvalidRequest):
    """An `Authorization` header that is repeated or not of its scheme's form."""

    text = "The Authorization header is malformed."
    section = "RFC 6750 section 2.1"


class AccessTokenInQuery(InvalidRequest):
    """An access token in the address, where logs and referrers would keep it."""

    text = "An access token in the query is not accepted."
    section = "RFC 6750 section 2.3"


class InvalidUrl(OAuthError):
    """Not an absolute https URL of the form that is asked for."""

    code = "invalid_url"
    text = "A URL is not an absolute https URL of the required form."
    section = "RFC 9700 section 2.6"


class InvalidServerMetadata(OAuthError):
    """A metadata document with missing or malformed members."""

    code = "invalid_authorization_server_metadata"
    text = "The metadata of the authorization server is not valid."
    section = "RFC 8414 section 3.2"


class WrongServerIssuer(InvalidServerMetadata):
    """The document speaks for another authorization server than the one asked."""

    code = "wrong_authorization_server_issuer"
    text = "The metadata belongs to another authorization server."
    section = "RFC 8414 section 3.3"


class InvalidTokenResponse(OAuthError):
    """A token response with missing or malformed members."""

    code = "invalid_token_response"
    text = "The answer of the token endpoint is not valid."
    section = "RFC 6749 section 5.1"


class UnsupportedTokenType(InvalidTokenResponse):
    """A token that we cannot use: RFC 6749 section 7.1 says that a client must not try."""

    code = "unsupported_token_type"
    text = "The type of the access token is not supported."
    section = "RFC 6749 section 7.1"


class InvalidErrorResponse(OAuthError):
    """An error answer that is not one."""

    code = "invalid_error_response"
    text = "The error answer of the server is not valid."
    section = "RFC 6749 section 5.2"

"""Refusals of the authorization endpoint and of pushed requests, each under its registered code.

RFC 6749 section 4.1.2.1, RFC 9126 section 2.3, RFC 9396 section 5, RFC 8707 section 2, RFC 9101 section 6.3.
"""

from specs.oauth.errors import InvalidGrant, InvalidRequest, OAuthError


class UnsupportedResponseType(OAuthError):
    """Anything but a code: tokens never travel in an address."""

    code = "unsupported_response_type"
    text = "The response type is not supported."
    section = "RFC 6749 section 4.1.2.1"


class UnsupportedResponseMode(InvalidRequest):
    """The code comes back in the query only."""

    text = "The response mode is not supported."
    section = "OAuth 2.0 Multiple Response Type Encoding Practices section 2.1"


class AccessDenied(OAuthError):
    """The person said no."""

    code = "access_denied"
    text = "The request was denied."
    section = "RFC 6749 section 4.1.2.1"


class ServerError(OAuthError):
    """A fault of ours, told in a redirect, where no status code can tell it."""

    code = "server_error"
    text = "Something went wrong on our side."
    section = "RFC 6749 section 4.1.2.1"


class TemporarilyUnavailable(OAuthError):
    """Overloaded, or something we need does not answer."""

    code = "temporarily_unavailable"
    text = "The service is not available at the moment."
    section = "RFC 6749 section 4.1.2.1"


class InvalidRedirectUri(InvalidRequest):
    """Missing, malformed, or not one of the client's. Never redirected to."""

    text = "The redirect URI is not valid."
    section = "RFC 6749 section 3.1.2"


class InvalidAuthorizationDetails(OAuthError):
    """Not an array of objects with a type, or of a type or with members that are not known here."""

    code = "invalid_authorization_details"
    text = "The authorization details are not valid."
    section = "RFC 9396 section 5"


class InvalidTarget(OAuthError):
    """A `resource` that is no absolute URI, or none of ours."""

    code = "invalid_target"
    text = "The resource is not valid."
    section = "RFC 8707 section 2"


class InvalidRequestUri(OAuthError):
    """A reference to a pushed request that is unknown, used, expired, or another client's."""

    code = "invalid_request_uri"
    text = "The request URI is not valid any more."
    section = "RFC 9126 section 4"


class RequestObjectNotSupported(OAuthError):
    """Parameters in a signed object: requests are pushed instead."""

    code = "request_not_supported"
    text = "Request objects are not supported."
    section = "OpenID Connect Core 1.0 section 6.1"


class PushedRequestUri(InvalidRequest):
    """A pushed request that points to another request."""

    text = "A pushed request must not have a request URI."
    section = "RFC 9126 section 2.1"


class PushedRequestRequired(InvalidRequest):
    """The parameters came through the browser, where anybody can change them."""

    text = "The authorization request must be pushed first."
    section = "RFC 9126 section 5"


class MissingCodeChallenge(InvalidRequest):
    """No PKCE, or the method that protects nothing."""

    text = "A code challenge with the method S256 is required."
    section = "RFC 7636 section 4.4.1"


class WrongCodeVerifier(InvalidGrant):
    """Whoever redeems the code did not start the flow."""

    text = "The code verifier does not match."
    section = "RFC 7636 section 4.6"


class InvalidPushedResponse(OAuthError):
    """For the client: the answer to a pushed request is not one."""

    code = "invalid_pushed_authorization_response"
    text = "The answer to the pushed authorization request is not valid."
    section = "RFC 9126 section 2.2"


class InvalidAuthorizationResponse(OAuthError):
    """For the client: the redirect does not belong to its request, or is not one."""

    code = "invalid_authorization_response"
    text = "The answer of the authorization endpoint is not valid."
    section = "RFC 6749 section 4.1.2"


class WrongResponseIssuer(InvalidAuthorizationResponse):
    """For the client: another server answered (mix-up)."""

    code = "wrong_response_issuer"
    text = "The answer comes from another authorization server."
    section = "RFC 9207 section 2.4"


class WrongState(InvalidAuthorizationResponse):
    """For the client: an answer to another request, or to none."""

    code = "wrong_state"
    text = "The answer does not belong to this request."
    section = "RFC 6749 section 10.12"

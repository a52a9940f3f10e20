"""What a wallet refuses in a request, under registered codes (OpenID4VP 1.0 section 8.5, RFC 9101 section 7).

A refusal may be sent to the verifier only once the request is known to be the verifier's own: see
specs.openid4vp.request_object. What a verifier refuses in a response is in response_errors.py.
"""

from specs.errors import ProtocolError


class RequestError(ProtocolError):
    """Base of a wallet's refusals."""

    code = "invalid_request"
    text = "The authorization request is not valid."
    section = "OpenID4VP 1.0 section 8.5"


class InvalidAuthorizationRequest(RequestError):
    """A parameter is missing or malformed."""


# The link.


class RequestTwice(InvalidAuthorizationRequest):
    """Both `request` and `request_uri`: two wallets could answer two different requests."""

    text = "The parameters request and request_uri must not be used together."
    section = "RFC 9101 section 5"


class SignedRequestRequired(InvalidAuthorizationRequest):
    """Parameters in the clear from a client that a signature would have to identify."""

    text = "A request of this client must be signed."
    section = "OpenID4VP 1.0 section 5.9.3"


class InvalidRequestUri(RequestError):
    """A `request_uri` that is no https address."""

    code = "invalid_request_uri"
    text = "The request_uri is not valid."
    section = "RFC 9101 section 7"


class InvalidRequestUriMethod(RequestError):
    """Neither `get` nor `post`, which are compared as written."""

    code = "invalid_request_uri_method"
    text = "The request_uri_method must be get or post."


# The signed request object.


class InvalidRequestObject(RequestError):
    """Not a signed request object."""

    code = "invalid_request_object"
    text = "The request object is not valid."
    section = "RFC 9101 section 7"


class WrongRequestObjectType(InvalidRequestObject):
    """`typ` is missing or not `oauth-authz-req+jwt`."""

    text = "The request object does not have the type oauth-authz-req+jwt."
    section = "OpenID4VP 1.0 section 5"


class InvalidRequestObjectSignature(InvalidRequestObject):
    """Not signed by the key of its certificate, or with an algorithm that is not accepted."""

    text = "The signature of the request object is not valid."
    section = "RFC 9101 section 6.2"


class RequestObjectNotCurrent(InvalidRequestObject):
    """Expired, or not valid yet."""

    text = "The request object has expired or is not valid yet."
    section = "RFC 9101 section 6.1"


class WrongRequestObjectAudience(InvalidRequestObject):
    """Made for another wallet."""

    text = "The request object is meant for another wallet."
    section = "OpenID4VP 1.0 section 5.8"


class UntrustedVerifier(InvalidRequestObject):
    """The certificate chain is missing, broken, or ends at nobody we trust."""

    text = "The certificate of the verifier is not trusted."
    section = "OpenID4VP 1.0 section 5.9.3"


class ClientIdChanged(InvalidAuthorizationRequest):
    """The request object names another client than the link did."""

    text = "The client_id of the request object is not that of the request."
    section = "OpenID4VP 1.0 section 5.10.1"


class WrongWalletNonce(InvalidAuthorizationRequest):
    """The request object does not repeat the wallet's nonce: it may be an old one."""

    text = "The request object does not contain the nonce of the wallet."
    section = "OpenID4VP 1.0 section 5.10.1"


# The client identifier.


class ClientIdRefused(InvalidAuthorizationRequest):
    """Base of what can be wrong with a client identifier; itself: malformed."""

    text = "The client_id is not valid."
    section = "OpenID4VP 1.0 section 5.9"


class OriginClientId(ClientIdRefused):
    """`origin:` is reserved; a request that uses it wants to pass for a web page."""

    text = "The client_id prefix origin is reserved."
    section = "OpenID4VP 1.0 section 5.9.3"


class UnsupportedClientIdPrefix(ClientIdRefused):
    """A prefix of the specification that this wallet does not support."""

    text = "The prefix of the client_id is not supported."


class SignedRequestNotAllowed(ClientIdRefused):
    """`redirect_uri:` in a signed request: there is no key that could be trusted for it."""

    text = "A request with the client_id prefix redirect_uri cannot be signed."
    section = "OpenID4VP 1.0 section 5.9.3"


class UnknownClient(RequestError):
    """No known prefix, so a client registered beforehand; we have none by that name."""

    code = "invalid_client"
    text = "The client is not known."
    section = "OpenID4VP 1.0 section 5.9.2"


class ClientIdMismatch(ClientIdRefused):
    """The client identifier is not the certificate's."""

    text = "The client_id does not belong to the certificate of the request."
    section = "OpenID4VP 1.0 section 5.9.3"


class ResponseUriNotAllowed(ClientIdRefused):
    """The answer would go to a host that the certificate does not stand for."""

    text = "The response_uri does not belong to the client_id."
    section = "OpenID4VP 1.0 section 5.9.3"


# The parameters.


class UnsupportedResponseType(RequestError):
    """Something else than `vp_token`."""

    code = "unsupported_response_type"
    text = "The response_type must be vp_token."
    section = "OpenID4VP 1.0 section 5.6"


class UnsupportedResponseMode(InvalidAuthorizationRequest):
    """Missing, or a way to answer that this wallet does not support."""

    text = "The response_mode is missing or not supported."
    section = "OpenID4VP 1.0 section 5.2"


class InvalidResponseUri(InvalidAuthorizationRequest):
    """Missing, or no https address."""

    text = "The response_uri is missing or not valid."
    section = "OpenID4VP 1.0 section 8.2"


class RedirectUriWithDirectPost(InvalidAuthorizationRequest):
    """`redirect_uri` beside `response_uri`: two places to answer to."""

    text = "The parameter redirect_uri must not be used with the response mode direct_post."
    section = "OpenID4VP 1.0 section 8.2"


class InvalidRequestNonce(InvalidAuthorizationRequest):
    """Missing, or not of URL-safe characters."""

    text = "The nonce is missing or not valid."
    section = "OpenID4VP 1.0 section 5.2"


class InvalidState(InvalidAuthorizationRequest):
    """Not of URL-safe characters."""

    text = "The state is not valid."
    section = "OpenID4VP 1.0 section 5.2"


class MissingQuery(InvalidAuthorizationRequest):
    """Neither or both of `dcql_query` and `scope`."""

    text = "Exactly one of dcql_query and scope is required."
    section = "OpenID4VP 1.0 section 5.1"


class ScopeNotSupported(RequestError):
    """A query by name; this wallet knows none."""

    code = "invalid_scope"
    text = "A scope in place of a query is not supported."
    section = "OpenID4VP 1.0 section 5.5"


class InvalidClientMetadata(InvalidAuthorizationRequest):
    """`client_metadata` with malformed members."""

    text = "The client_metadata is not valid."
    section = "OpenID4VP 1.0 section 5.1"


class NoUsableEncryptionKey(InvalidClientMetadata):
    """An encrypted answer is asked for, without a key and algorithm that this wallet can encrypt with."""

    text = "The client_metadata has no key and algorithm to encrypt the response with."
    section = "OpenID4VP 1.0 section 8.3"


class InvalidVerifierInfo(InvalidAuthorizationRequest):
    """`verifier_info` that is no array of objects with a format and data."""

    text = "The verifier_info is not valid."
    section = "OpenID4VP 1.0 section 5.1"


class InvalidExpectedOrigins(InvalidAuthorizationRequest):
    """A signed request through the browser that does not say from which pages it may come."""

    text = "The expected_origins are missing or not valid."
    section = "OpenID4VP 1.0 section A.2"


class UnexpectedOrigin(InvalidAuthorizationRequest):
    """The page that brings the request is none of its verifier's: somebody replays it."""

    text = "The request does not come from one of its expected_origins."
    section = "OpenID4VP 1.0 section A.2"


class VpFormatsNotSupported(RequestError):
    """No format or algorithm in common."""

    code = "vp_formats_not_supported"
    text = "The wallet supports none of the requested formats."


class InvalidTransactionData(RequestError):
    """Transaction data that we do not fully understand: nobody signs what cannot be shown."""

    code = "invalid_transaction_data"
    text = "The transaction data is not supported or not valid."


class UnknownTransactionDataType(InvalidTransactionData):
    """A type that this wallet does not know."""

    text = "The type of the transaction data is not supported."


# The holder.


class AccessDenied(RequestError):
    """No matching credential, no consent, or nobody there to give it; the verifier does not learn which."""

    code = "access_denied"
    text = "The request was not answered."


class WalletUnavailable(RequestError):
    """There is no wallet to answer."""

    code = "wallet_unavailable"
    text = "The wallet is not available."

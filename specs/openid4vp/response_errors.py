"""What a verifier refuses in a response, and a wallet in the answer (OpenID4VP 1.0 sections 8.1, 8.2)."""

from specs.errors import ProtocolError


class ResponseError(ProtocolError):
    """Base of a verifier's refusals of a response."""

    code = "invalid_request"
    text = "The authorization response is not valid."
    section = "OpenID4VP 1.0 section 8.2"


class InvalidResponse(ResponseError):
    """Neither a presentation nor an error, or both."""


class UnexpectedEncryption(ResponseError):
    """`response`, although an answer in the clear was asked for."""

    text = "An encrypted response was not asked for."
    section = "OpenID4VP 1.0 section 8.3.1"


class UnencryptedResponse(ResponseError):
    """A presentation in the clear, although an encrypted answer was asked for."""

    text = "The response must be encrypted."
    section = "OpenID4VP 1.0 section 8.3.1"


class InvalidEncryptedResponse(ResponseError):
    """No JWE, one for another key than that of the request, or one that was changed on its way."""

    text = "The encrypted response is not valid."
    section = "OpenID4VP 1.0 section 8.3"


class InvalidVpToken(ResponseError):
    """Not an object of arrays of presentations."""

    text = "The vp_token must be an object with a non-empty array of presentations for each credential query."
    section = "OpenID4VP 1.0 section 8.1"


class EmptyVpToken(InvalidVpToken):
    """An object without entries: an error response is how a wallet says no (conflict D8)."""

    text = "The vp_token is empty."


class UnknownCredentialQuery(InvalidVpToken):
    """An entry for an id that the query does not have."""

    text = "The vp_token has an entry that was not asked for."


class TooManyPresentations(InvalidVpToken):
    """Several presentations where one was asked for."""

    text = "The vp_token has more presentations than were asked for."


class WrongState(ResponseError):
    """Not the `state` of the request."""

    text = "The state is not that of the request."
    section = "OpenID4VP 1.0 section 5.3"


class WrongTransactionData(ResponseError):
    """The holder signed other transaction data than was sent, or none."""

    text = "The presentation is not bound to the transaction data of the request."
    section = "OpenID4VP 1.0 section B.3.3.1"


class InvalidResponseAnswer(ProtocolError):
    """A verifier's answer to a response that is not a JSON object, or sends the person nowhere good."""

    code = "invalid_response_answer"
    text = "The answer of the verifier is not valid."
    section = "OpenID4VP 1.0 section 8.2"

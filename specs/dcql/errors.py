"""What can be wrong with a DCQL query and with a choice made for it; for an answer see check_answer."""

from typing import ClassVar

from specs.errors import ProtocolError


class DcqlError(ProtocolError):
    """Base of the refusals of this package."""

    code: ClassVar[str] = "invalid_request"
    text: ClassVar[str] = "The query for credentials is not valid."
    section: ClassVar[str] = "OpenID4VP 1.0 section 6"


# The query (all of them `invalid_request` to the other side, OpenID4VP 1.0 section 8.5)


class InvalidQuery(DcqlError):
    """The query breaks the grammar of section 6: a verifier must not send it, a wallet must not answer it."""


class MalformedMember(InvalidQuery):
    """A known member is missing, empty, or of the wrong type."""

    text = "A member of the query is missing, empty or of the wrong type."


class InvalidIdentifier(InvalidQuery):
    """An id that is missing where it is needed, or not made of letters, digits, `_` and `-`."""

    text = "An id in the query is missing or uses other characters than letters, digits, _ and -."


class RepeatedIdentifier(InvalidQuery):
    text = "Two parts of the query have the same id."


class UnknownIdentifier(InvalidQuery):
    text = "The query refers to an id that it does not define."


class InvalidClaimsPath(InvalidQuery):
    text = "A claims path is empty or has a component that is no string, null or non-negative integer."
    section = "OpenID4VP 1.0 section 7"


class RepeatedClaim(InvalidQuery):
    text = "The query asks for the same claim twice."
    section = "OpenID4VP 1.0 section 6.3"


class ClaimSetsWithoutClaims(InvalidQuery):
    text = "The query has claim sets but no claims."
    section = "OpenID4VP 1.0 section 6.1"


class QueryTooLarge(InvalidQuery):
    """More of something than any honest query needs; refused before work is done on it."""

    text = "The query is larger than this service accepts."


# The holder's choice


class QueryNotSatisfied(DcqlError):
    """The wallet has nothing that answers the query; then nothing at all is sent (section 6.4.2)."""

    code = "access_denied"
    text = "There is no credential in the wallet that answers the request."
    section = "OpenID4VP 1.0 section 6.4.2"


class InvalidChoice(DcqlError):
    """A choice that the query or the wallet does not allow."""

    code = "invalid_choice"
    text = "The chosen credentials do not answer the request."
    section = "OpenID4VP 1.0 section 6.4"

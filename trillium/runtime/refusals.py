"""What the runtime itself refuses, before or after an application sees the request, and what is answered."""

from http import HTTPStatus

from specs.errors import ProtocolError
from trillium.runtime.answers import Answer, Answers, answer_for
from trillium.runtime.bodies import BodyError, WrongContentType
from trillium.runtime.database_errors import DatabaseError
from trillium.runtime.issuer_keys import KeysNotAvailable
from trillium.runtime.outgoing_errors import OutgoingCallFailed, RefusedUrl
from trillium.runtime.trust_list.errors import TrustListError


class MalformedRequest(ProtocolError):
    """Parameters are missing, unknown in form or of the wrong type."""

    code = "invalid_request"
    text = "The request is missing something, or a part of it has the wrong form."
    section = "RFC 6749 section 5.2"


class BodyTooLarge(ProtocolError):
    """The body is longer than this endpoint reads."""

    code = "invalid_request"
    text = "The request is too large."
    section = "RFC 9110 section 15.5.14"


class BodyTooSlow(ProtocolError):
    """The body did not arrive in time."""

    code = "invalid_request"
    text = "The request took too long to arrive."
    section = "RFC 9110 section 15.5.9"


class ContentEncodingRefused(ProtocolError):
    """A compressed body: what is small on the wire need not be small in memory."""

    code = "invalid_request"
    text = "Request bodies must not be compressed."
    section = "RFC 9110 section 15.5.16"


class TooManyRequests(ProtocolError):
    """One address asks more often than the limit allows."""

    code = "too_many_requests"
    text = "Too many requests. Please wait a moment and try again."
    section = "RFC 6585 section 4"

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"try again after {retry_after} s")
        self.retry_after = retry_after


class NotAuthenticated(ProtocolError):
    """No credentials, or wrong ones; the answer does not tell which."""

    code = "not_authenticated"
    text = "Credentials are missing or not valid."
    section = "RFC 9110 section 15.5.2"


UNEXPECTED = Answer(
    500,
    "server_error",
    "Something went wrong on our side. Please try again later.",
    "Une erreur s'est produite de notre côté. Veuillez réessayer plus tard.",
)

_UNAVAILABLE = Answer(
    503,
    "temporarily_unavailable",
    "The service is not available right now. Please try again in a moment.",
    "Le service n'est pas disponible pour le moment. Veuillez réessayer dans un instant.",
    {"Retry-After": "5"},
)

_TOO_MANY_FR = "Trop de demandes. Veuillez patienter un instant, puis réessayer."


def _too_many(error: TooManyRequests) -> Answer:
    return answer_for(TooManyRequests, 429, _TOO_MANY_FR, {"Retry-After": str(error.retry_after)})


RUNTIME_ANSWERS: Answers = {
    MalformedRequest: answer_for(
        MalformedRequest, 400, "Il manque un élément à la demande, ou une partie n'a pas la bonne forme."
    ),
    BodyTooLarge: answer_for(BodyTooLarge, 413, "La demande est trop volumineuse.", {"Connection": "close"}),
    BodyTooSlow: answer_for(
        BodyTooSlow, 408, "La demande a mis trop de temps à arriver.", {"Connection": "close"}
    ),
    ContentEncodingRefused: answer_for(
        ContentEncodingRefused,
        415,
        "Le corps de la demande ne doit pas être compressé.",
        {"Accept-Encoding": "identity"},
    ),
    TooManyRequests: _too_many,
    NotAuthenticated: answer_for(
        NotAuthenticated, 401, "Les informations d'authentification sont absentes ou non valides."
    ),
    DatabaseError: _UNAVAILABLE,
    BodyError: answer_for(BodyError, 400, "Le corps de la demande ne peut pas être lu."),
    WrongContentType: answer_for(
        WrongContentType, 415, "Le corps de la demande n'est pas du type de média attendu."
    ),
    RefusedUrl: answer_for(
        RefusedUrl, 400, "Une adresse dans la demande n'est pas de celles que ce service appelle."
    ),
    KeysNotAvailable: answer_for(
        KeysNotAvailable, 502, "Les clés de l'émetteur ne sont pas accessibles pour le moment."
    ),
    TrustListError: answer_for(TrustListError, 503, "La liste de confiance n'est pas utilisable."),
    OutgoingCallFailed: answer_for(
        OutgoingCallFailed, 502, "Un autre service nécessaire ici n'a pas répondu comme prévu."
    ),
}

_BY_STATUS = {
    401: RUNTIME_ANSWERS[NotAuthenticated],
    404: Answer(404, "not_found", "There is nothing at this address.", "Il n'y a rien à cette adresse."),
    405: Answer(
        405,
        "method_not_allowed",
        "This address does not answer that kind of request.",
        "Cette adresse ne répond pas à ce type de demande.",
    ),
    413: RUNTIME_ANSWERS[BodyTooLarge],
    503: _UNAVAILABLE,
}


def answer_for_status(status: int) -> Answer:
    """The answer to an error that the framework raised with nothing but a status."""
    known = _BY_STATUS.get(status)
    if isinstance(known, Answer):
        return known
    if 400 <= status < 500:
        text_fr = "La demande n'est pas valide."
        return Answer(
            status, "invalid_request", f"The request was refused: {HTTPStatus(status).phrase}.", text_fr
        )
    return UNEXPECTED

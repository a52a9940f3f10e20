"""What callers are told about each error: status, code and a sentence in both languages.

The code and the English sentence belong to the error's own class; the table adds the status and the French.
"""

from collections.abc import Callable, Mapping
from typing import Any

from specs.dcql import DcqlError
from specs.encoding import EncodingError
from specs.errors import ProtocolError
from specs.jose import JoseError
from specs.oauth.errors import OAuthError
from specs.openid4vp.errors import RequestError
from specs.openid4vp.response_errors import ResponseError
from specs.sd_jwt import SdJwtError
from specs.sd_jwt_vc.credential_errors import CredentialError
from specs.token_status_list import StatusListError
from trillium.runtime.answers import Answer, answer_for
from trillium.runtime.bodies import BodyError
from trillium.runtime.outgoing_errors import OutgoingCallFailed
from verifier import errors

Entry = Answer | Callable[[Any], Answer]


def _told(status: int, french: str) -> Callable[[ProtocolError], Answer]:
    """The answer of a family: each error keeps its own code and text."""
    return lambda error: answer_for(type(error), status, french)


_BAD_REQUEST_FR = "La demande n'est pas valide."
_SERVER_FR = "Une erreur s'est produite de notre côté. Veuillez réessayer plus tard."

ANSWERS: Mapping[type[Exception], Entry] = {
    # what a wallet sends
    OAuthError: _told(400, _BAD_REQUEST_FR),
    RequestError: _told(400, _BAD_REQUEST_FR),
    ResponseError: _told(400, "La réponse n'est pas valide."),
    BodyError: _told(400, _BAD_REQUEST_FR),
    EncodingError: _told(400, _BAD_REQUEST_FR),
    JoseError: _told(400, _BAD_REQUEST_FR),
    SdJwtError: _told(400, "Le justificatif n'est pas valide."),
    CredentialError: _told(400, "Le justificatif n'est pas valide."),
    DcqlError: _told(400, "La réponse ne correspond pas à la demande."),
    StatusListError: _told(502, "La liste d'états n'est pas utilisable."),
    OutgoingCallFailed: _told(502, "Un autre service n'a pas répondu comme prévu."),
    # the verifier's own
    errors.VerifierError: _told(400, _BAD_REQUEST_FR),
    errors.UnknownRelyingService: _told(401, "Le service n'est pas connu ou son secret est faux."),
    errors.UnknownPreset: _told(400, "Le service n'est pas inscrit pour ce préréglage."),
    errors.UnknownPresentation: _told(404, "Cette présentation n'existe pas."),
    errors.PresentationOpen: _told(409, "La présentation n'est pas encore terminée."),
    errors.ResultGone: _told(410, "Le résultat a été remis ou a expiré. Il n'est pas conservé."),
    errors.RequestGone: _told(
        400, "Cette demande n'est pas ouverte. Elle a pu recevoir une réponse ou expirer."
    ),
    errors.ResponseNotForThisRequest: _told(400, "La réponse n'appartient pas à cette demande."),
    errors.PresentationNotGenuine: _told(400, "La présentation n'est pas authentique."),
    errors.DrillsRefused: _told(403, "Les exercices ne sont pas offerts en production."),
    errors.OverAsking: _told(500, _SERVER_FR),
    errors.BadPreset: _told(500, _SERVER_FR),
    errors.BadTrust: _told(500, _SERVER_FR),
    errors.TrustUnavailable: _told(503, _SERVER_FR),
    errors.IssuerKeysUnavailable: _told(503, _SERVER_FR),
}

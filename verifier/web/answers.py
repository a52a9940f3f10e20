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
from verifier.web.openid.answers import OPENID_ANSWERS

Entry = Answer | Callable[[Any], Answer]


def _told(status: int, french: str) -> Callable[[ProtocolError], Answer]:
    """The answer of a family: each error keeps its own code and text."""
    return lambda error: answer_for(type(error), status, french)


def _later(french: str) -> Callable[[ProtocolError], Answer]:
    """Too many at once; trying again in a while is the way (RFC 6585 section 4)."""
    return lambda error: answer_for(type(error), 429, french, {"Retry-After": "10"})


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
    errors.UnknownClient: _told(404, "Ce service n'existe pas."),
    errors.ChangedMeanwhile: _told(
        409, "Le service vient d'être modifié par quelqu'un d'autre. Veuillez le consulter de nouveau."
    ),
    errors.BadServiceAddress: _told(400, "Une adresse du service ne peut pas être inscrite."),
    errors.BadSite: _told(
        400, "Le site doit être une origine https : protocole, hôte, éventuellement un port, rien de plus."
    ),
    errors.BadReturnUrl: _told(
        400, "Chaque adresse de retour doit être une adresse https du site du service, sans fragment."
    ),
    errors.BadWebhookUrl: _told(
        400,
        "Le point d'appel doit être une adresse https sans fragment, chez un hôte public autre que nous.",
    ),
    errors.BadEvidenceKey: _told(
        400, "La clé des preuves doit être une JWK publique sur P-256 avec alg ECDH-ES."
    ),
    errors.PresentationOver: _told(409, "La présentation est déjà terminée."),
    errors.TooManyPresentations: _later(
        "Le service a trop de présentations ouvertes. Veuillez attendre que certaines se terminent."
    ),
    errors.TooManyStreams: _later("Le service a trop de flux d'événements ouverts."),
    errors.UnknownPreset: _told(400, "Le service n'est pas inscrit pour ce préréglage."),
    errors.PrefixNotAvailable: _told(400, "Le vérificateur n'a pas d'identifiant client de ce genre."),
    errors.BadTransactionData: _told(
        400,
        "Les données de transaction ne sont pas valides : type, texte en anglais et en français,"
        " justificatifs du préréglage.",
    ),
    errors.ReturnUrlNotRegistered: _told(
        400, "L'adresse de retour n'est pas de celles que le service a inscrites."
    ),
    errors.CrossDeviceNotAllowed: _told(
        400, "Le préréglage ne permet pas cette façon de répondre depuis un autre appareil."
    ),
    errors.BadLifetime: _told(
        400, "La durée doit être d'au moins 30 secondes et ne pas dépasser ce que permet le vérificateur."
    ),
    errors.BadReference: _told(400, "La référence doit avoir de 1 à 64 caractères ASCII imprimables."),
    errors.UnknownPresentation: _told(404, "Cette présentation n'existe pas."),
    errors.PresentationOpen: _told(409, "La présentation n'est pas encore terminée."),
    errors.ResultGone: _told(410, "Le résultat a été remis ou a expiré. Il n'est pas conservé."),
    errors.RequestGone: _told(
        400, "Cette demande n'est pas ouverte. Elle a pu recevoir une réponse ou expirer."
    ),
    errors.ResponseNotForThisRequest: _told(400, "La réponse n'appartient pas à cette demande."),
    errors.PresentationNotGenuine: _told(400, "La présentation n'est pas authentique."),
    errors.UnknownPage: _told(
        404,
        "Cette page n'existe pas ou son temps est écoulé. Retournez au service et recommencez.",
    ),
    errors.PageOfAnotherBrowser: _told(
        403,
        "Cette page appartient à un autre navigateur. Retournez au service et recommencez dans celui-ci.",
    ),
    errors.ResponseCodeGone: _told(
        410,
        "Cette adresse a déjà servi ou son temps est écoulé. L'ouvrir n'a rien transmis.",
    ),
    errors.ReturnCodeWrong: _told(403, "La personne n'est pas revenue avec le code de cette présentation."),
    errors.PageFormRefused: _told(
        403,
        "Ce formulaire ne vient pas de notre page. Rouvrez la page et répétez votre geste.",
    ),
    errors.ReceiptGone: _told(
        404, "Il n'y a pas de reçu pour ce code, ou il a été remis ou a expiré. Il n'est pas conservé."
    ),
    errors.BadReceipt: _told(400, "Ce reçu n'a pas été signé par ce vérificateur."),
    errors.EvidenceKeyMissing: _told(
        409, "Le préréglage exige de conserver des preuves, et le service n'a pas inscrit de clé pour cela."
    ),
    errors.UnknownEvidence: _told(404, "Cette preuve n'existe pas. Elle a pu être supprimée à sa date."),
    errors.DrillsRefused: _told(403, "Les exercices ne sont pas offerts en production."),
    errors.BadBundle: _told(500, _SERVER_FR),
    errors.OverAsking: _told(500, _SERVER_FR),
    errors.BadPreset: _told(500, _SERVER_FR),
    errors.BadTypeDescription: _told(500, _SERVER_FR),
    errors.BadTrust: _told(500, _SERVER_FR),
    errors.TrustUnavailable: _told(503, _SERVER_FR),
    errors.IssuerKeysUnavailable: _told(503, _SERVER_FR),
    **OPENID_ANSWERS,
}

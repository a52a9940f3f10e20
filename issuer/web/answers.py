"""What callers are told about each error: status, code and a sentence in both languages.

The code and the English sentence belong to the error's own class; the table adds the status and the French.
"""

from collections.abc import Callable, Mapping
from typing import Any

from issuer import errors
from keys.errors import CustodyError
from specs import oauth, openid4vci
from specs.encoding import EncodingError
from specs.errors import ProtocolError
from specs.jose import JoseError
from specs.oauth.bearer import create_challenge
from specs.oauth.errors import OAuthError, ResourceError
from specs.openid4vci.errors import CredentialRequestError
from specs.sd_jwt import SdJwtError
from specs.sd_jwt_vc import errors as type_errors
from specs.token_status_list import StatusListError
from trillium.runtime.answers import Answer, answer_for
from trillium.runtime.bodies import BodyError

Entry = Answer | Callable[[Any], Answer]


def _told(status: int, french: str) -> Callable[[ProtocolError], Answer]:
    """The answer of a family: each error keeps its own code and text."""
    return lambda error: answer_for(type(error), status, french)


def _challenged(status: int, french: str) -> Callable[[OAuthError], Answer]:
    """With the challenge of RFC 6750 section 3."""

    def answer(error: OAuthError) -> Answer:
        return answer_for(type(error), status, french, {"WWW-Authenticate": create_challenge(error)})

    return answer


def _with_dpop_nonce(error: oauth.UseDpopNonce) -> Answer:
    """RFC 9449 section 8."""
    return answer_for(type(error), 400, _NONCE_FR, {oauth.DPOP_NONCE_HEADER: error.nonce})


def _challenged_with_dpop_nonce(error: oauth.DpopNonceNeeded) -> Answer:
    """RFC 9449 section 9."""
    headers = {"WWW-Authenticate": create_challenge(error), oauth.DPOP_NONCE_HEADER: error.nonce}
    return answer_for(type(error), 401, _NONCE_FR, headers)


def _with_attestation_challenge(error: oauth.UseAttestationChallenge) -> Answer:
    """Attestation-based client authentication, draft -10 section 8.4."""
    return answer_for(type(error), 400, _NONCE_FR, {oauth.ATTESTATION_CHALLENGE_HEADER: error.challenge})


_NONCE_FR = "La preuve doit porter la valeur à usage limité de cette réponse."
_BAD_REQUEST_FR = "La demande n'est pas valide."
_SERVER_FR = "Une erreur s'est produite de notre côté. Rien n'a été délivré."

ANSWERS: Mapping[type[Exception], Entry] = {
    # the token endpoint and the credential endpoint
    OAuthError: _told(400, _BAD_REQUEST_FR),
    oauth.UseDpopNonce: _with_dpop_nonce,
    oauth.DpopNonceNeeded: _challenged_with_dpop_nonce,
    oauth.InvalidClientAttestation: _told(400, "L'attestation du portefeuille n'est pas valide."),
    oauth.UseAttestationChallenge: _with_attestation_challenge,
    oauth.InvalidClient: _told(401, "Le client n'est pas reconnu."),
    ResourceError: _challenged(401, "Le jeton d'accès est absent ou n'est pas valide."),
    oauth.InsufficientScope: _challenged(403, "Le jeton d'accès ne permet pas cette demande."),
    CredentialRequestError: _told(400, "La demande de justificatif n'est pas valide."),
    openid4vci.errors.NotificationError: _told(400, "La notification n'est pas valide."),
    openid4vci.errors.CredentialRequestDenied: _told(400, "Le justificatif ne sera pas délivré."),
    BodyError: _told(400, _BAD_REQUEST_FR),
    EncodingError: _told(400, _BAD_REQUEST_FR),
    JoseError: _told(400, _BAD_REQUEST_FR),
    # our own documents and credentials: a fault of ours when one of these gets out
    SdJwtError: _told(500, _SERVER_FR),
    type_errors.TypeMetadataError: _told(500, _SERVER_FR),
    type_errors.RenderingError: _told(500, _SERVER_FR),
    type_errors.IssuerMetadataError: _told(500, _SERVER_FR),
    StatusListError: _told(500, _SERVER_FR),
    # the issuer's own
    errors.IssuerError: _told(400, _BAD_REQUEST_FR),
    errors.UnknownSubject: _told(404, "Le registre ne connaît pas cette personne."),
    errors.ClaimsDoNotFit: _told(400, "Le registre n'a pas ce que ce justificatif demande."),
    errors.CredentialNotForSubject: _told(
        400, "Ce justificatif n'est pas délivré à ce sujet ou ne peut être détenu à ce titre."
    ),
    errors.DirectoryUnavailable: lambda error: answer_for(
        errors.DirectoryUnavailable,
        503,
        "Le registre des résidents est injoignable pour le moment.",
        {"Retry-After": str(error.retry_after)},
    ),
    errors.RegisterIsElsewhere: _told(409, "Le registre est tenu par un ministère. Rien n'est importé ici."),
    errors.UnknownConfiguration: _told(400, "Nommez au moins un justificatif offert ici, une fois chacun."),
    errors.OfferNeedsTransactionCode: _told(
        400, "Ce justificatif n'est offert qu'avec un code de transaction."
    ),
    errors.OfferLifetimeRefused: _told(
        400, "Une offre dure d'une minute à une heure, ou une semaine quand la personne doit se connecter."
    ),
    errors.TransactionCodeWithoutUse: _told(
        400, "Une offre qui demande à la personne de se connecter n'a pas de code de transaction."
    ),
    errors.NotAMailAddress: _told(
        400, "Ce n'est pas une adresse de courriel à laquelle il est possible d'écrire."
    ),
    errors.ResidentNotReachable: _told(
        409, "Le code de transaction ne peut pas être envoyé à cette personne. Remettez-le en main propre."
    ),
    errors.TransactionCodeNotSent: _told(
        502, "Le code de transaction n'a pas pu être envoyé. Aucune offre n'a été faite."
    ),
    errors.UnknownOfferPage: _told(
        404, "Il n'y a pas d'offre à cette adresse. Vérifiez que l'adresse est complète."
    ),
    errors.UnknownOffer: _told(
        404, "Il n'y a pas d'offre ouverte ici. Elle a pu être utilisée, retirée ou expirer."
    ),
    errors.UnknownIssuance: _told(404, "Ce justificatif n'existe pas."),
    errors.StatusChangeRefused: _told(409, "L'état du justificatif ne permet pas ce changement."),
    errors.BatchTooLarge: lambda error: Answer(
        400,
        error.code,
        f"At most {error.most} copies of this credential are issued at once.",
        f"Ce justificatif est délivré en {error.most} copies au plus.",
    ),
    errors.UnknownDeferral: _told(404, "Cette demande différée n'existe pas."),
    errors.DeferralDecided: _told(409, "Cette demande différée n'attend plus de décision."),
    errors.UnknownStatusList: _told(404, "Il n'y a pas de liste d'états à cette adresse."),
    errors.UnknownType: _told(404, "Il n'y a pas de type de justificatif à cette adresse."),
    errors.StatusListFormNotOffered: _told(
        406, "Les listes d'états sont servies en application/statuslist+jwt."
    ),
    errors.HistoryNotOffered: _told(501, "Les états antérieurs d'une liste ne sont pas offerts."),
    errors.StatusEntryTaken: _told(500, _SERVER_FR),
    errors.CredentialNotSigned: _told(500, _SERVER_FR),
    errors.LoginFailed: _told(502, "La connexion n'a pas fonctionné."),
    errors.LoginNotTrusted: _told(
        502, "Le service de connexion a donné une réponse non fiable. Rien n'a été délivré."
    ),
    errors.LoginUnavailable: _told(503, "Le service de connexion ne répond pas pour le moment."),
    errors.LoginCancelled: _told(403, "Vous ne vous êtes pas connecté. Rien n'a été délivré."),
    errors.LoginUnknownPerson: _told(403, "Le registre n'a personne pour le compte de cette connexion."),
    errors.LoginNotStartedHere: _told(
        400, "Cette connexion n'a pas commencé dans ce navigateur, ou il y a trop longtemps."
    ),
    errors.PageFormRefused: _told(403, "Ce formulaire ne vient pas de la page montrée ici. Réessayez."),
    # no key, or no valid certificate: nothing is recorded, and an operator is told at /readyz
    CustodyError: Answer(
        503,
        "temporarily_unavailable",
        "The keys of the issuer cannot be used at the moment. Nothing was issued.",
        "Les clés de l'émetteur sont inutilisables pour le moment. Rien n'a été délivré.",
        {"Retry-After": "60"},
    ),
    errors.UnknownClient: _told(400, "Ce portefeuille n'est pas inscrit ici."),
    errors.UnregisteredRedirectUri: _told(
        400, "Le portefeuille demande une réponse à une adresse qui n'est pas inscrite pour lui."
    ),
    errors.AuthorizationSessionOver: _told(
        410, "Cette demande est terminée. Recommencez dans le portefeuille."
    ),
    errors.NothingAgreed: _told(400, "Choisissez au moins un des justificatifs que le portefeuille demande."),
}

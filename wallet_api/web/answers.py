"""What callers are told about each error: status, code and a sentence in both languages.

The code and the English sentence belong to the error's own class; the table adds the status and the French.
What an issuer or verifier did wrong is 502: asking the wallet again in other words would not help.
"""

from collections.abc import Callable, Mapping
from typing import Any

from specs import dcql, sd_jwt
from specs.encoding import EncodingError
from specs.errors import ProtocolError
from specs.jose import JoseError
from specs.oauth import OAuthError
from specs.openid4vci import errors as issuance_errors
from specs.openid4vci import wallet_errors
from specs.openid4vp import errors as request_errors
from specs.openid4vp import response_errors
from specs.sd_jwt_vc import errors as type_errors
from specs.sd_jwt_vc.credential_errors import CredentialError
from specs.token_status_list import StatusListError
from specs.well_known import InvalidIdentifier
from trillium.runtime.answers import Answer, answer_for
from wallet_api import errors

Entry = Answer | Callable[[Any], Answer]


def _told(status: int, french: str) -> Callable[[ProtocolError], Answer]:
    """The answer of a family: each error keeps its own code and text."""
    return lambda error: answer_for(type(error), status, french)


def _issuer_refused(error: errors.IssuerRefused) -> Answer:
    """The issuer's registered code; a wrong transaction code (`invalid_grant`) is the resident's to mend."""
    status = 400 if error.code_to_show == "invalid_grant" else 502
    return Answer(status, error.code_to_show, error.text, "L'émetteur a refusé la demande.")


_BAD_REQUEST_FR = "La demande n'est pas valide."
_BAD_OFFER_FR = "L'offre de justificatif n'est pas valide."
_BAD_ASKING_FR = "La demande du service n'est pas valide. Rien n'a été montré."
_ISSUER_FR = "L'émetteur n'a pas répondu comme il le doit. Rien n'a été conservé."
_VERIFIER_FR = "Le service qui demande n'a pas répondu comme il le doit."
_GONE_FR = "Rien n'est en attente ici. L'opération a pu être terminée ou expirer."

ANSWERS: Mapping[type[Exception], Entry] = {
    # what stands in offers, and what issuers answer
    wallet_errors.IssuerMessageError: _told(502, _ISSUER_FR),
    wallet_errors.InvalidCredentialOffer: _told(400, _BAD_OFFER_FR),
    OAuthError: _told(502, _ISSUER_FR),
    issuance_errors.CredentialRequestError: _told(502, _ISSUER_FR),
    InvalidIdentifier: _told(502, _ISSUER_FR),
    # what credentials are refused for, when it is not wrapped
    sd_jwt.SdJwtError: _told(502, _ISSUER_FR),
    CredentialError: _told(502, _ISSUER_FR),
    type_errors.TypeMetadataError: _told(502, _ISSUER_FR),
    type_errors.RenderingError: _told(502, _ISSUER_FR),
    type_errors.IssuerMetadataError: _told(502, _ISSUER_FR),
    StatusListError: _told(502, _ISSUER_FR),
    JoseError: _told(502, _ISSUER_FR),
    # what stands in requests, and what verifiers answer
    request_errors.RequestError: _told(400, _BAD_ASKING_FR),
    dcql.DcqlError: _told(400, _BAD_ASKING_FR),
    dcql.QueryNotSatisfied: _told(409, "Rien dans ce portefeuille ne répond à la demande."),
    response_errors.ResponseError: _told(502, _VERIFIER_FR),
    response_errors.InvalidResponseAnswer: _told(502, _VERIFIER_FR),
    EncodingError: _told(400, _BAD_REQUEST_FR),
    # the wallet's own
    errors.WalletError: _told(400, _BAD_REQUEST_FR),
    errors.UnknownAccount: _told(401, "Les informations d'authentification sont absentes ou non valides."),
    errors.UnknownOperation: _told(404, _GONE_FR),
    errors.UnknownCredential: _told(404, "Ce justificatif n'est pas dans ce portefeuille."),
    errors.UnknownHistoryEntry: _told(404, "Cette trace n'est pas dans ce portefeuille."),
    errors.WrongSignatures: _told(400, "Les signatures ne correspondent pas à ce qui était à signer."),
    errors.NoAnswer: _told(502, "Un autre service nécessaire ici n'a pas répondu comme prévu."),
    errors.IssuerUnreachable: _told(502, "L'émetteur est injoignable ou ne répond pas comme il le doit."),
    errors.IssuerRefused: _issuer_refused,
    errors.IssuanceDeferred: _told(
        502, "L'émetteur ne remet pas le justificatif tout de suite. Ce portefeuille ne peut pas attendre."
    ),
    errors.OfferNotSupported: _told(422, "Ce portefeuille ne peut pas recevoir ce qui est offert."),
    errors.TransactionCodeNeeded: _told(
        400, "Cette offre exige exactement le code de transaction qu'elle demande."
    ),
    errors.CredentialRefused: _told(
        502, "L'émetteur a envoyé un justificatif qui ne peut pas être accepté. Il n'a pas été conservé."
    ),
    errors.UntrustedCredentialIssuer: _told(403, "L'émetteur de cette offre n'est pas reconnu."),
    errors.ServerHeldKeysNotAllowed: _told(403, "Ce justificatif exige une clé sur votre propre appareil."),
    errors.VerifierUnreachable: _told(
        502, "Le service qui demande est injoignable ou ne répond pas comme il le doit."
    ),
    errors.VerifierRefused: _told(422, "Le service n'a pas accepté la présentation."),
    errors.NothingToShow: _told(409, "Rien dans ce portefeuille ne répond à la demande."),
    errors.UnsupportedBrowserProtocol: _told(400, "Le protocole de la demande n'est pas pris en charge."),
    errors.BadRegisteredVerifiers: _told(500, "Les vérificateurs configurés ne sont pas valables."),
    errors.ConsentBroken: _told(
        409, "Ce qui serait montré n'est pas ce qui a été accepté. Rien n'a été envoyé."
    ),
    errors.TrustUnavailable: _told(
        503, "Impossible de vérifier maintenant à qui se fier. Veuillez réessayer."
    ),
}

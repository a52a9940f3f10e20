"""Every reason that can stand in a verdict: a code, what a clerk acts on, a sentence in each language.

The sentences are for the person at the counter or at the screen; what exactly failed goes to the log.
"""

from collections.abc import Mapping
from typing import Final

from specs import dcql, sd_jwt
from specs.errors import ProtocolError
from specs.jose import (
    Expired,
    InvalidCertificateChain,
    InvalidClaims,
    IssuedInTheFuture,
    NotYetValid,
    WrongAudience,
)
from specs.sd_jwt import SdJwtError
from specs.token_status_list import UnsupportedStatusMechanism
from verifier.domain.verdict import ClerkOutcome, ReasonKind

MALFORMED: Final = ReasonKind(
    "malformed",
    ClerkOutcome.NOT_GENUINE,
    "The credential is damaged or is not a credential.",
    "Le justificatif est endommagé ou n'en est pas un.",
)
BAD_SIGNATURE: Final = ReasonKind(
    "bad_signature",
    ClerkOutcome.NOT_GENUINE,
    "The credential was changed, or was not made by the issuer it names.",
    "Le justificatif a été modifié ou ne vient pas de l'émetteur qu'il nomme.",
)
BAD_DISCLOSURE: Final = ReasonKind(
    "bad_disclosure",
    ClerkOutcome.NOT_GENUINE,
    "The credential shows information that its issuer did not sign.",
    "Le justificatif montre des renseignements que son émetteur n'a pas signés.",
)
BAD_HOLDER_BINDING: Final = ReasonKind(
    "bad_holder_binding",
    ClerkOutcome.NOT_GENUINE,
    "The person did not prove that the credential is theirs.",
    "La personne n'a pas prouvé que le justificatif est le sien.",
)
REPLAYED: Final = ReasonKind(
    "replayed",
    ClerkOutcome.NOT_GENUINE,
    "This proof was made for another request. It may have been copied.",
    "Cette preuve a été faite pour une autre demande. Elle a peut-être été copiée.",
)
WRONG_AUDIENCE: Final = ReasonKind(
    "wrong_audience",
    ClerkOutcome.NOT_GENUINE,
    "This proof was made for another service.",
    "Cette preuve a été faite pour un autre service.",
)
UNTRUSTED_ISSUER: Final = ReasonKind(
    "untrusted_issuer",
    ClerkOutcome.NOT_TRUSTED,
    "The issuer of the credential is not trusted for this kind of credential.",
    "L'émetteur du justificatif n'est pas reconnu pour ce type de justificatif.",
)
EXPIRED: Final = ReasonKind(
    "expired",
    ClerkOutcome.EXPIRED,
    "The credential has expired. The person can renew it.",
    "Le justificatif est expiré. La personne peut le renouveler.",
)
NOT_YET_VALID: Final = ReasonKind(
    "not_yet_valid",
    ClerkOutcome.DOES_NOT_MEET_THE_REQUIREMENT,
    "The credential is not valid yet.",
    "Le justificatif n'est pas encore valide.",
)
REVOKED: Final = ReasonKind(
    "revoked",
    ClerkOutcome.REVOKED,
    "The credential was revoked by its issuer.",
    "Le justificatif a été révoqué par son émetteur.",
)
SUSPENDED: Final = ReasonKind(
    "suspended",
    ClerkOutcome.SUSPENDED,
    "The credential is suspended. It may become valid again.",
    "Le justificatif est suspendu. Il pourra redevenir valide.",
)
NO_STATUS: Final = ReasonKind(
    "no_status",
    ClerkOutcome.NOT_TRUSTED,
    "The credential does not say where its status can be checked.",
    "Le justificatif n'indique pas où vérifier son état.",
)
QUERY_NOT_ANSWERED: Final = ReasonKind(
    "query_not_answered",
    ClerkOutcome.DOES_NOT_MEET_THE_REQUIREMENT,
    "The credential does not show what was asked for.",
    "Le justificatif ne montre pas ce qui était demandé.",
)
STATUS_UNKNOWN: Final = ReasonKind(
    "status_unknown",
    ClerkOutcome.CANNOT_TELL,
    "It could not be checked whether the credential was revoked. Please try again.",
    "Impossible de vérifier si le justificatif a été révoqué. Veuillez réessayer.",
)
STATUS_STALE: Final = ReasonKind(
    "status_stale",
    ClerkOutcome.CANNOT_TELL,
    "The list of revoked credentials is too old to tell. Please try again.",
    "La liste des justificatifs révoqués est trop ancienne. Veuillez réessayer.",
)
TRUST_UNAVAILABLE: Final = ReasonKind(
    "trust_unavailable",
    ClerkOutcome.CANNOT_TELL,
    "The list of trusted issuers is not available. Please try again.",
    "La liste des émetteurs reconnus n'est pas disponible. Veuillez réessayer.",
)

ALL: Final = (
    MALFORMED,
    BAD_SIGNATURE,
    BAD_DISCLOSURE,
    BAD_HOLDER_BINDING,
    REPLAYED,
    WRONG_AUDIENCE,
    UNTRUSTED_ISSUER,
    EXPIRED,
    NOT_YET_VALID,
    REVOKED,
    SUSPENDED,
    NO_STATUS,
    QUERY_NOT_ANSWERED,
    STATUS_UNKNOWN,
    STATUS_STALE,
    TRUST_UNAVAILABLE,
)

_KINDS: Final[Mapping[type[ProtocolError], ReasonKind]] = {
    sd_jwt.KeyBindingNonceWrong: REPLAYED,
    sd_jwt.KeyBindingTimeWrong: REPLAYED,
    sd_jwt.KeyBindingAudienceWrong: WRONG_AUDIENCE,
    sd_jwt.KeyBindingError: BAD_HOLDER_BINDING,
    sd_jwt.KeyBindingMissing: BAD_HOLDER_BINDING,
    sd_jwt.ConfirmationKeyMissing: BAD_HOLDER_BINDING,
    sd_jwt.ConfirmationKeyInvalid: BAD_HOLDER_BINDING,
    sd_jwt.MalformedKeyBinding: BAD_HOLDER_BINDING,
    sd_jwt.IssuerSignatureInvalid: BAD_SIGNATURE,
    sd_jwt.IssuerAlgorithmNotAllowed: BAD_SIGNATURE,
    sd_jwt.UnreferencedDisclosure: BAD_DISCLOSURE,
    sd_jwt.DuplicateDigest: BAD_DISCLOSURE,
    sd_jwt.DuplicateClaimName: BAD_DISCLOSURE,
    sd_jwt.ForbiddenClaimName: BAD_DISCLOSURE,
    sd_jwt.MalformedDisclosure: BAD_DISCLOSURE,
    sd_jwt.RepeatedDisclosure: BAD_DISCLOSURE,
    SdJwtError: MALFORMED,
    InvalidCertificateChain: UNTRUSTED_ISSUER,
    Expired: EXPIRED,
    NotYetValid: NOT_YET_VALID,
    IssuedInTheFuture: NOT_YET_VALID,
    WrongAudience: WRONG_AUDIENCE,
    InvalidClaims: MALFORMED,
    UnsupportedStatusMechanism: NO_STATUS,
    dcql.QueryNotAnswered: QUERY_NOT_ANSWERED,
    ProtocolError: MALFORMED,
}


def kind_of(error: ProtocolError) -> ReasonKind:
    """The reason that an error of a protocol core stands for; the nearest class decides."""
    return next(_KINDS[cls] for cls in type(error).__mro__ if cls in _KINDS)

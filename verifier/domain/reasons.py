"""Every reason that can stand in a verdict: a code, what a clerk acts on, and in each language a sentence and
what to do.

The sentences are for the person at the counter or at the screen; what exactly failed goes to the log.
"""

from collections.abc import Iterable
from typing import Final

from verifier.domain.verdict import ClerkOutcome, ReasonKind, Texts

_START_AGAIN: Final = Texts(
    "Start a new check. If it fails again, do not accept the credential.",
    "Recommencez la vérification. En cas de nouvel échec, n'acceptez pas le justificatif.",
)
_NOT_ACCEPTED: Final = Texts(
    "Do not accept it. Refer the person to the issuer for a new credential.",
    "Ne l'acceptez pas. Dirigez la personne vers l'émetteur pour obtenir un nouveau justificatif.",
)
_OTHER_ISSUER: Final = Texts(
    "Ask for a credential from an issuer that is recognized for this.",
    "Demandez un justificatif d'un émetteur reconnu à cette fin.",
)
_TRY_AGAIN: Final = Texts(
    "Try again in a few minutes. Until then, check in another way.",
    "Réessayez dans quelques minutes. D'ici là, vérifiez autrement.",
)
_ASK_ISSUER: Final = Texts(
    "Do not accept it. The issuer can tell the person why.",
    "Ne l'acceptez pas. L'émetteur peut en donner la raison à la personne.",
)

MALFORMED: Final = ReasonKind(
    "malformed",
    ClerkOutcome.NOT_GENUINE,
    "The credential is damaged or is not a credential.",
    "Le justificatif est endommagé ou n'en est pas un.",
    _START_AGAIN,
)
BAD_SIGNATURE: Final = ReasonKind(
    "bad_signature",
    ClerkOutcome.NOT_GENUINE,
    "The credential was changed, or was not made by the issuer it names.",
    "Le justificatif a été modifié ou ne vient pas de l'émetteur qu'il nomme.",
    _NOT_ACCEPTED,
)
BAD_DISCLOSURE: Final = ReasonKind(
    "bad_disclosure",
    ClerkOutcome.NOT_GENUINE,
    "The credential shows information that its issuer did not sign.",
    "Le justificatif montre des renseignements que son émetteur n'a pas signés.",
    _NOT_ACCEPTED,
)
BAD_HOLDER_BINDING: Final = ReasonKind(
    "bad_holder_binding",
    ClerkOutcome.NOT_GENUINE,
    "The person did not prove that the credential is theirs.",
    "La personne n'a pas prouvé que le justificatif est le sien.",
    _START_AGAIN,
)
REPLAYED: Final = ReasonKind(
    "replayed",
    ClerkOutcome.NOT_GENUINE,
    "This proof was made for another request. It may have been copied.",
    "Cette preuve a été faite pour une autre demande. Elle a peut-être été copiée.",
    _START_AGAIN,
)
WRONG_TIME: Final = ReasonKind(
    "wrong_time",
    ClerkOutcome.NOT_GENUINE,
    "The proof was not made just now. The time on the device that answered may be wrong.",
    "La preuve n'a pas été faite à l'instant. L'heure de l'appareil qui a répondu est peut-être fausse.",
    Texts(
        "Make sure that the date and time of the person's device, and of this computer, are right. Then "
        "start a new check. If it fails again, do not accept the credential.",
        "Assurez-vous que la date et l'heure de l'appareil de la personne, et de cet ordinateur, sont "
        "justes, puis recommencez la vérification. En cas de nouvel échec, n'acceptez pas le justificatif.",
    ),
    Texts(
        "Let your device set its date and time by itself. Then go back to the service and start again.",
        "Laissez votre appareil régler lui-même sa date et son heure. Retournez ensuite au service et "
        "recommencez.",
    ),
)
WRONG_AUDIENCE: Final = ReasonKind(
    "wrong_audience",
    ClerkOutcome.NOT_GENUINE,
    "This proof was made for another service.",
    "Cette preuve a été faite pour un autre service.",
    Texts(
        "Start a new check here, and make sure that the person answers this one.",
        "Recommencez ici, et assurez-vous que la personne répond bien à cette demande.",
    ),
)
NOT_AGREED: Final = ReasonKind(
    "not_agreed",
    ClerkOutcome.NOT_GENUINE,
    "The person did not agree to what was put to them.",
    "La personne n'a pas donné son accord à ce qui lui était soumis.",
    Texts(
        "Do not carry out the transaction. Put it to the person again in a new check.",
        "N'effectuez pas l'opération. Soumettez-la de nouveau à la personne dans une nouvelle vérification.",
    ),
)
UNTRUSTED_ISSUER: Final = ReasonKind(
    "untrusted_issuer",
    ClerkOutcome.NOT_TRUSTED,
    "The issuer of the credential is not trusted for this kind of credential.",
    "L'émetteur du justificatif n'est pas reconnu pour ce type de justificatif.",
    _OTHER_ISSUER,
)
ISSUER_NOT_ACCEPTED: Final = ReasonKind(
    "issuer_not_accepted",
    ClerkOutcome.NOT_TRUSTED,
    "This service does not accept credentials from this issuer.",
    "Ce service n'accepte pas les justificatifs de cet émetteur.",
    _OTHER_ISSUER,
)
EXPIRED: Final = ReasonKind(
    "expired",
    ClerkOutcome.EXPIRED,
    "The credential has expired. The person can renew it.",
    "Le justificatif est expiré. La personne peut le renouveler.",
    Texts(
        "Ask the person to renew it in their wallet, then check again.",
        "Demandez à la personne de le renouveler dans son portefeuille, puis vérifiez de nouveau.",
    ),
)
LAST_DAY_PASSED: Final = ReasonKind(
    "last_day_passed",
    ClerkOutcome.EXPIRED,
    "The last day of what the credential stands for, such as a licence, has passed.",
    "Le dernier jour de ce que le justificatif atteste, par exemple un permis, est passé.",
    Texts(
        "Do not accept it. The person has to renew the licence or permission itself.",
        "Ne l'acceptez pas. La personne doit renouveler le permis ou l'autorisation en question.",
    ),
    Texts(
        "Renew the licence or permission itself, and get a credential for the new one. Then go back to the "
        "service and start again.",
        "Renouvelez le permis ou l'autorisation en question, et obtenez un justificatif du nouveau. "
        "Retournez ensuite au service et recommencez.",
    ),
)
NOT_YET_VALID: Final = ReasonKind(
    "not_yet_valid",
    ClerkOutcome.DOES_NOT_MEET_THE_REQUIREMENT,
    "The credential is not valid yet.",
    "Le justificatif n'est pas encore valide.",
    Texts(
        "Check again once it is valid; make sure that the clock of this computer is right.",
        "Vérifiez de nouveau lorsqu'il sera valide; assurez-vous que l'horloge de cet ordinateur est juste.",
    ),
)
REVOKED: Final = ReasonKind(
    "revoked",
    ClerkOutcome.REVOKED,
    "The credential was revoked by its issuer.",
    "Le justificatif a été révoqué par son émetteur.",
    _ASK_ISSUER,
)
SUSPENDED: Final = ReasonKind(
    "suspended",
    ClerkOutcome.SUSPENDED,
    "The credential is suspended. It may become valid again.",
    "Le justificatif est suspendu. Il pourra redevenir valide.",
    Texts(
        "Do not accept it now. The issuer can tell the person why and until when.",
        "Ne l'acceptez pas pour l'instant. L'émetteur peut dire à la personne pourquoi et jusqu'à quand.",
    ),
)
_ANOTHER: Final = Texts(
    "Do not accept it. Ask for another credential.",
    "Ne l'acceptez pas. Demandez un autre justificatif.",
)
NO_EXPIRY: Final = ReasonKind(
    "no_expiry",
    ClerkOutcome.NOT_TRUSTED,
    "The credential does not say until when it is valid.",
    "Le justificatif n'indique pas jusqu'à quand il est valide.",
    _ANOTHER,
)
NO_STATUS: Final = ReasonKind(
    "no_status",
    ClerkOutcome.NOT_TRUSTED,
    "The credential does not say where its status can be checked.",
    "Le justificatif n'indique pas où vérifier son état.",
    _ANOTHER,
)
QUERY_NOT_ANSWERED: Final = ReasonKind(
    "query_not_answered",
    ClerkOutcome.DOES_NOT_MEET_THE_REQUIREMENT,
    "The credential does not show what was asked for.",
    "Le justificatif ne montre pas ce qui était demandé.",
    Texts(
        "The person can try again with another credential, if they have one that fits.",
        "La personne peut réessayer avec un autre justificatif, si elle en a un qui convient.",
    ),
)
REQUIREMENT_NOT_MET: Final = ReasonKind(
    "requirement_not_met",
    ClerkOutcome.DOES_NOT_MEET_THE_REQUIREMENT,
    "What the credential says is not what this service requires.",
    "Ce que dit le justificatif ne répond pas à ce que ce service exige.",
    Texts(
        "Do not go on. The person may have another credential that fits.",
        "Ne donnez pas suite. La personne a peut-être un autre justificatif qui convient.",
    ),
)
HELD_BY_GUARDIAN: Final = ReasonKind(
    "held_by_guardian",
    ClerkOutcome.DOES_NOT_MEET_THE_REQUIREMENT,
    "The credential is a child's, held by a guardian. This service asks about the person who shows it.",
    "Le justificatif est celui d'un enfant, détenu par un tuteur. Ce service s'informe de la personne qui le "
    "présente.",
    Texts(
        "Ask the person for a credential of their own.",
        "Demandez à la personne un justificatif à son nom.",
    ),
)
HOLDERS_DIFFER: Final = ReasonKind(
    "holders_differ",
    ClerkOutcome.DOES_NOT_MEET_THE_REQUIREMENT,
    "The credentials shown together are not about the same person.",
    "Les justificatifs présentés ensemble ne portent pas sur la même personne.",
    Texts(
        "Do not go on. All credentials have to be the person's own, under the same name.",
        "Ne donnez pas suite. Tous les justificatifs doivent être ceux de la personne, au même nom.",
    ),
)
HOLDERS_NOT_CERTAIN: Final = ReasonKind(
    "holders_not_certain",
    ClerkOutcome.CANNOT_TELL,
    "The credentials do not show enough to tell that they are about the same person.",
    "Les justificatifs n'en montrent pas assez pour établir qu'ils portent sur la même personne.",
    Texts(
        "Ask the person to share the whole name from each credential. If they have only one name, check in "
        "another way.",
        "Demandez à la personne de communiquer son nom au complet à partir de chaque justificatif. Si elle "
        "n'a qu'un seul nom, vérifiez autrement.",
    ),
    Texts(
        "Go back to the service, start again, and share your whole name from each credential. If you have "
        "only one name, ask the service for another way.",
        "Retournez au service, recommencez et communiquez votre nom au complet à partir de chaque "
        "justificatif. Si vous n'avez qu'un seul nom, demandez une autre façon de faire au service.",
    ),
)
SAME_NAME_ONLY: Final = ReasonKind(
    "same_name_only",
    ClerkOutcome.CANNOT_TELL,
    "The credentials carry the same name, but two people can have it: nothing else shows that they are about "
    "one person.",
    "Les justificatifs portent le même nom, mais deux personnes peuvent l'avoir : rien d'autre n'établit "
    "qu'ils portent sur la même personne.",
    Texts(
        "Ask the person to share the date of birth from each credential. If a credential does not have it, "
        "check in another way.",
        "Demandez à la personne de communiquer sa date de naissance à partir de chaque justificatif. Si un "
        "justificatif ne l'a pas, vérifiez autrement.",
    ),
)
STATUS_UNKNOWN: Final = ReasonKind(
    "status_unknown",
    ClerkOutcome.CANNOT_TELL,
    "It could not be checked whether the credential was revoked. Please try again.",
    "Impossible de vérifier si le justificatif a été révoqué. Veuillez réessayer.",
    _TRY_AGAIN,
)
STATUS_STALE: Final = ReasonKind(
    "status_stale",
    ClerkOutcome.CANNOT_TELL,
    "The list of revoked credentials is too old to tell. Please try again.",
    "La liste des justificatifs révoqués est trop ancienne. Veuillez réessayer.",
    _TRY_AGAIN,
)
TRUST_UNAVAILABLE: Final = ReasonKind(
    "trust_unavailable",
    ClerkOutcome.CANNOT_TELL,
    "The list of trusted issuers is not available. Please try again.",
    "La liste des émetteurs reconnus n'est pas disponible. Veuillez réessayer.",
    _TRY_AGAIN,
)
ISSUER_KEYS_UNAVAILABLE: Final = ReasonKind(
    "issuer_keys_unavailable",
    ClerkOutcome.CANNOT_TELL,
    "The keys of the issuer are not available, so its signature could not be checked. Please try again.",
    "Les clés de l'émetteur ne sont pas disponibles; sa signature n'a pas pu être vérifiée. Veuillez "
    "réessayer.",
    _TRY_AGAIN,
)

ALL: Final = tuple(one for one in list(globals().values()) if isinstance(one, ReasonKind))
"""The whole table, in the order above."""

_BY_CODE: Final = {kind.code: kind for kind in ALL}


def kinds_of(codes: Iterable[str]) -> tuple[ReasonKind, ...]:
    """The reasons behind stored codes; a code that no version of ours knows any more is left out."""
    return tuple(_BY_CODE[code] for code in codes if code in _BY_CODE)

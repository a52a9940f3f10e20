"""What the linter says: what is wrong with a request, and what to ask instead, in both languages."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from specs.dcql import ClaimsPath
from verifier.domain.verdict import Texts


class FindingKind(StrEnum):
    """Everything that the linter knows."""

    NEVER_WITHHELD = "never_withheld"
    CLAIM_IN_NO_SET = "claim_in_no_set"
    QUERY_IN_NO_SET = "query_in_no_set"
    CLAIM_TWICE = "claim_twice"
    BEYOND_PURPOSE = "beyond_purpose"
    STABLE_SUBJECT = "stable_subject"
    WHOLE_OBJECT = "whole_object"
    AGE_WITHOUT_VALUE = "age_without_value"
    AGE_NOT_TRUE = "age_not_true"
    SEVERAL_AGES = "several_ages"
    AGE_IS_ENOUGH = "age_is_enough"
    NEED_WITHIN_ANOTHER = "need_within_another"
    KEPT_TOO_LONG = "kept_too_long"
    KEPT_LONG = "kept_long"  # a warning, no reason to refuse
    UNUSED_NEED = "unused_need"
    UNKNOWN_CLAIM = "unknown_claim"


TEXTS: Final[Mapping[FindingKind, Texts]] = {
    FindingKind.NEVER_WITHHELD: Texts(
        "Every presentation shows this claim; asking for it asks the person about nothing.",
        "Toute présentation montre cette donnée; la demander n'a pas de sens pour la personne.",
    ),
    FindingKind.CLAIM_IN_NO_SET: Texts(
        "The claim is in no claim set, so no wallet would ever send it.",
        "La donnée n'est dans aucun ensemble de données; aucun portefeuille ne l'enverrait.",
    ),
    FindingKind.QUERY_IN_NO_SET: Texts(
        "The credential is in no credential set, so it is not requested.",
        "Le justificatif n'est dans aucun ensemble de justificatifs; il n'est donc pas demandé.",
    ),
    FindingKind.CLAIM_TWICE: Texts(
        "The claim lies within another one that is asked for as well.",
        "La donnée fait partie d'une autre qui est demandée aussi.",
    ),
    FindingKind.BEYOND_PURPOSE: Texts(
        "The registered purpose does not need this claim.",
        "La fin enregistrée n'exige pas cette donnée.",
    ),
    FindingKind.STABLE_SUBJECT: Texts(
        "This number follows a person everywhere. Only signing in uses it, and it is never passed on.",
        "Ce numéro suit une personne partout. Seule l'ouverture de session l'utilise, et il n'est jamais "
        "transmis.",
    ),
    FindingKind.WHOLE_OBJECT: Texts(
        "This asks for every part at once, although each can be shown alone.",
        "Cette demande vise toutes les parties à la fois, alors que chacune peut être montrée seule.",
    ),
    FindingKind.AGE_WITHOUT_VALUE: Texts(
        "Without the value that is wanted, somebody too young would be made to show that they are.",
        "Sans la valeur voulue, une personne trop jeune serait amenée à montrer qu'elle l'est.",
    ),
    FindingKind.SEVERAL_AGES: Texts(
        "Several ages narrow the date of birth down, together or as alternatives: the one that is answered "
        "tells.",
        "Plusieurs âges permettent de cerner la date de naissance, ensemble ou au choix : la réponse "
        "retenue en dit autant.",
    ),
    FindingKind.AGE_NOT_TRUE: Texts(
        "Values other than true make somebody too young show that they are.",
        "D'autres valeurs que true amènent une personne trop jeune à montrer qu'elle l'est.",
    ),
    FindingKind.AGE_IS_ENOUGH: Texts(
        "The purpose speaks of being old enough; that does not take the date of birth.",
        "La fin parle d'un âge à atteindre; la date de naissance n'y est pas nécessaire.",
    ),
    FindingKind.NEED_WITHIN_ANOTHER: Texts(
        "This need says all that another registered one says, and more.",
        "Ce besoin dit tout ce que dit un autre besoin enregistré, et davantage.",
    ),
    FindingKind.KEPT_TOO_LONG: Texts(
        "An answer that lets somebody in is kept for more than 400 days.",
        "Une réponse qui ne sert qu'à donner accès est conservée plus de 400 jours.",
    ),
    FindingKind.KEPT_LONG: Texts(
        "What was shown is kept for more than 400 days.",
        "Ce qui a été montré est conservé plus de 400 jours.",
    ),
    FindingKind.UNUSED_NEED: Texts(
        "A need is registered that nothing asks for; a later change could use it unnoticed.",
        "Un besoin est enregistré sans que rien ne le demande; une modification pourrait s'en servir "
        "inaperçue.",
    ),
    FindingKind.UNKNOWN_CLAIM: Texts(
        "No type that is asked for has this claim, by its published description.",
        "Aucun des types demandés n'a cette donnée, selon leur description publiée.",
    ),
}

SUGGESTIONS: Final[Mapping[FindingKind, Texts]] = {
    FindingKind.NEVER_WITHHELD: Texts(
        "Leave it out; it is checked anyway.", "Retirez-la; elle est vérifiée."
    ),
    FindingKind.CLAIM_IN_NO_SET: Texts(
        "Leave it out, or put its id into a claim set.",
        "Retirez-la, ou ajoutez son identifiant à un ensemble.",
    ),
    FindingKind.QUERY_IN_NO_SET: Texts(
        "Leave it out, or put its id into an option.", "Retirez-le, ou ajoutez son identifiant à une option."
    ),
    FindingKind.CLAIM_TWICE: Texts("Ask for the smaller of the two.", "Demandez la plus petite des deux."),
    FindingKind.BEYOND_PURPOSE: Texts(
        "Leave it out, or register the need that it serves and say so in the purpose.",
        "Retirez-la, ou enregistrez le besoin auquel elle répond et indiquez-le dans la fin.",
    ),
    FindingKind.STABLE_SUBJECT: Texts(
        "Leave it out. To recognize a visitor, use sign-in: it gives each service an identifier of its own.",
        "Retirez-le. Pour reconnaître une personne, utilisez l'ouverture de session : elle donne à chaque "
        "service son propre identifiant.",
    ),
    FindingKind.WHOLE_OBJECT: Texts(
        "Name the parts that are needed, for example address.locality or age_equal_or_over.19.",
        "Nommez les parties nécessaires, par exemple address.locality ou age_equal_or_over.19.",
    ),
    FindingKind.AGE_WITHOUT_VALUE: Texts('Add "values": [true].', 'Ajoutez "values": [true].'),
    FindingKind.AGE_NOT_TRUE: Texts(
        'Write "values": [true] and nothing else.', 'Écrivez "values": [true] et rien d\'autre.'
    ),
    FindingKind.AGE_IS_ENOUGH: Texts(
        "Register the need age instead, and ask for age_equal_or_over with the age that matters and the "
        "value true. Where the date itself is needed, say in the purpose what for.",
        "Enregistrez plutôt le besoin age et demandez age_equal_or_over avec l'âge voulu et la valeur true. "
        "Si la date elle-même est nécessaire, dites à quoi elle sert dans la fin.",
    ),
    FindingKind.NEED_WITHIN_ANOTHER: Texts("Keep the smaller of the two.", "Gardez le plus petit des deux."),
    FindingKind.KEPT_TOO_LONG: Texts(
        "Keep it for 400 days at most, or not at all.",
        "Conservez-la 400 jours au plus, ou pas du tout.",
    ),
    FindingKind.KEPT_LONG: Texts(
        "Keep it for 400 days at most, unless a law says otherwise; then name it in the retention's "
        "purposes.",
        "Conservez-le 400 jours au plus, sauf si une loi en dispose autrement; nommez-la alors dans les "
        "fins de la conservation.",
    ),
    FindingKind.SEVERAL_AGES: Texts(
        "Ask for the one age that decides.", "Demandez le seul âge qui est déterminant."
    ),
    FindingKind.UNUSED_NEED: Texts("Take the need out.", "Retirez le besoin."),
    FindingKind.UNKNOWN_CLAIM: Texts(
        "Check the spelling of the path against the type's description.",
        "Vérifiez l'orthographe du chemin dans la description du type.",
    ),
}

_BY_CLAIM: Final[Mapping[ClaimsPath, Texts]] = {
    ("birthdate",): Texts(
        "Ask for age_equal_or_over with the age that matters and the value true; the date stays hidden. "
        "Where the date itself is needed, register the need birthdate.",
        "Demandez age_equal_or_over avec l'âge voulu et la valeur true; la date reste cachée. Si la date "
        "elle-même est nécessaire, enregistrez le besoin birthdate.",
    ),
    ("address", "street_address"): Texts(
        "Ask for address.locality or ca.on.postal_prefix; the street stays hidden. Where mail is sent there, "
        "register the need address.",
        "Demandez address.locality ou ca.on.postal_prefix; la rue reste cachée. Si du courrier y est envoyé, "
        "enregistrez le besoin address.",
    ),
    ("address", "postal_code"): Texts(
        "Ask for ca.on.postal_prefix or address.locality: six characters can point at one house.",
        "Demandez ca.on.postal_prefix ou address.locality : six caractères peuvent désigner une maison.",
    ),
    ("address",): Texts(
        "Ask for address.region or address.locality, and register the need residence.",
        "Demandez address.region ou address.locality, et enregistrez le besoin residence.",
    ),
    ("family_name",): Texts(
        "Leave the names out: the wallet proves that the credential is the person's own without them.",
        "Retirez les noms : le portefeuille prouve sans eux que le justificatif est celui de la personne.",
    ),
    ("portrait",): Texts(
        "Leave the photo out: it is for somebody who looks the person in the face.",
        "Retirez la photo : elle sert à qui voit la personne en face.",
    ),
    ("document_number",): Texts(
        "Leave the number out: the status of the credential is checked without it.",
        "Retirez le numéro : l'état du justificatif est vérifié sans lui.",
    ),
    ("nationalities",): Texts(
        "Leave it out; residence does not depend on nationality.",
        "Retirez-la; la résidence ne dépend pas de la nationalité.",
    ),
}
_SAME_AS: Final[Mapping[ClaimsPath, ClaimsPath]] = {
    ("given_name",): ("family_name",),
    ("birth_family_name",): ("family_name",),
    ("ca.on.licence_number",): ("document_number",),
    ("ca.on.health_number",): ("document_number",),
    ("place_of_birth",): ("nationalities",),
}


def suggestion_for(path: ClaimsPath) -> Texts:
    """What to ask instead of a claim that the purpose does not need; the nearest one that is known."""
    for length in range(len(path), 0, -1):
        known = _BY_CLAIM.get(_SAME_AS.get(path[:length], path[:length]))
        if known is not None:
            return known
    return SUGGESTIONS[FindingKind.BEYOND_PURPOSE]


_BY_NEED: Final[Mapping[str, Texts]] = {
    "birthdate": Texts(
        "Keep age: age_equal_or_over answers, and the date stays hidden. Where the date itself is needed, "
        "keep birthdate alone; the age follows from it.",
        "Gardez age : age_equal_or_over répond, et la date reste cachée. Si la date elle-même est "
        "nécessaire, gardez seulement birthdate; l'âge en découle.",
    ),
    "address": Texts(
        "Keep residence: address.region or address.locality answers, and the street stays hidden. Where mail "
        "is sent there, keep address alone; the place follows from it.",
        "Gardez residence : address.region ou address.locality répond, et la rue reste cachée. Si du "
        "courrier y est envoyé, gardez seulement address; la localité en découle.",
    ),
}


def suggestion_for_need(word: str) -> Texts:
    """What to register instead of a need that answers a smaller one as well."""
    return _BY_NEED.get(word, SUGGESTIONS[FindingKind.NEED_WITHIN_ANOTHER])

"""The eight things that a clerk can be told, and what to do about each (product.md, journey 6)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from verifier.domain.verdict import ClerkOutcome, ReasonKind, Texts, outcome_of


@dataclass(frozen=True, slots=True)
class OutcomeTexts:
    """One outcome in words."""

    name: Texts
    advice: Texts


OUTCOME_TEXTS: Final[Mapping[ClerkOutcome, OutcomeTexts]] = {
    ClerkOutcome.VALID: OutcomeTexts(
        Texts("Valid", "Valide"),
        Texts("Go on. Nothing else is needed.", "Continuez. Rien d'autre n'est requis."),
    ),
    ClerkOutcome.DOES_NOT_MEET_THE_REQUIREMENT: OutcomeTexts(
        Texts("Does not meet the requirement", "Ne répond pas à l'exigence"),
        Texts(
            "Do not go on with this credential. The person may have another one that fits.",
            "Ne donnez pas suite avec ce justificatif. La personne en a peut-être un autre qui convient.",
        ),
    ),
    ClerkOutcome.EXPIRED: OutcomeTexts(
        Texts("Expired", "Expiré"),
        Texts(
            "Ask the person to renew the credential in their wallet, then check again.",
            "Demandez à la personne de renouveler le justificatif dans son portefeuille, puis vérifiez de "
            "nouveau.",
        ),
    ),
    ClerkOutcome.REVOKED: OutcomeTexts(
        Texts("Revoked", "Révoqué"),
        Texts(
            "Do not accept it. Refer the person to the issuer of the credential.",
            "Ne l'acceptez pas. Dirigez la personne vers l'émetteur du justificatif.",
        ),
    ),
    ClerkOutcome.SUSPENDED: OutcomeTexts(
        Texts("Suspended", "Suspendu"),
        Texts(
            "Do not accept it now. The issuer can tell the person why and until when.",
            "Ne l'acceptez pas pour l'instant. L'émetteur peut dire à la personne pourquoi et jusqu'à quand.",
        ),
    ),
    ClerkOutcome.NOT_GENUINE: OutcomeTexts(
        Texts("Not genuine", "Non authentique"),
        Texts(
            "Do not accept it. Start a new check once; if it fails again, follow your rules for fraud.",
            "Ne l'acceptez pas. Recommencez une seule fois; en cas de nouvel échec, suivez vos règles en "
            "matière de fraude.",
        ),
    ),
    ClerkOutcome.NOT_TRUSTED: OutcomeTexts(
        Texts("Not trusted", "Émetteur non reconnu"),
        Texts(
            "Do not accept it. Ask for a credential from an issuer that is recognized for this.",
            "Ne l'acceptez pas. Demandez un justificatif d'un émetteur reconnu à cette fin.",
        ),
    ),
    ClerkOutcome.CANNOT_TELL: OutcomeTexts(
        Texts("Cannot tell", "Impossible de se prononcer"),
        Texts(
            "This is neither a yes nor a no. Try again; if that does not help, check in another way.",
            "Ce n'est ni un oui ni un non. Réessayez; si cela n'aide pas, vérifiez autrement.",
        ),
    ),
}


def advice_of(kinds: Iterable[ReasonKind]) -> Texts:
    """What to do about everything that was found; nothing found is accepted.

    Of one reason the way on may be another than that of its outcome: then the reason has the last word.
    """
    found = tuple(kinds)
    if not found:
        return OUTCOME_TEXTS[ClerkOutcome.VALID].advice
    own = own_way_of(found)
    return OUTCOME_TEXTS[outcome_of(found)].advice if own is None else own.advice


def own_way_of(kinds: Iterable[ReasonKind]) -> ReasonKind | None:
    """The reason that decides the outcome and does not go the outcome's usual way, if there is one.

    What else is not genuine has no harmless way on: a clock that is wrong as well explains no forgery.
    """
    found = tuple(dict.fromkeys(kinds))
    outcome = outcome_of(found)
    decisive = [kind for kind in found if kind.outcome is outcome]
    if outcome is ClerkOutcome.NOT_GENUINE and len(decisive) > 1:
        return None
    return next((kind for kind in decisive if kind.next_step is not None), None)

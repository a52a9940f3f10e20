"""What can be needed, in words for whoever fills in a form; by the words of ``needs.py``."""

from collections.abc import Mapping
from typing import Final

from verifier.domain.verdict import Texts

NEED_WORDS: Final[Mapping[str, Texts]] = {
    "age": Texts("Whether people are old enough", "Si les personnes ont l’âge voulu"),
    "residence": Texts("Where people live, without street", "Où vivent les personnes, sans la rue"),
    "address": Texts("The whole address", "L’adresse complète"),
    "name": Texts("Names", "Les noms"),
    "birthdate": Texts("The date of birth", "La date de naissance"),
    "portrait": Texts("The portrait", "Le portrait"),
    "sex": Texts("The sex", "Le sexe"),
    "nationality": Texts("Nationalities", "Les nationalités"),
    "document": Texts("The number of the document", "Le numéro du document"),
    "licence": Texts("What the driver’s licence allows", "Ce que le permis de conduire autorise"),
    "licence_number": Texts("The number of the driver’s licence", "Le numéro du permis de conduire"),
    "health_coverage": Texts("The health number", "Le numéro de carte Santé"),
    "birth": Texts("Birth and place of birth", "La naissance et son lieu"),
    "parents": Texts("The parents", "Les parents"),
    "business": Texts("The business", "L’entreprise"),
    "directors": Texts("Directors and officers", "La direction de l’entreprise"),
    "signing_authority": Texts("Who signs for the business", "Qui signe pour l’entreprise"),
    "guardian": Texts("For whom a guardian acts", "Pour qui agit la personne qui a la garde"),
    "recognition": Texts("To recognize people who come back", "Reconnaître les personnes qui reviennent"),
}


def need_word(word: str, *, french: bool) -> str:
    """The words; an operator's own need goes by its name."""
    texts = NEED_WORDS.get(word)
    if texts is None:
        return word
    return texts.french if french else texts.english

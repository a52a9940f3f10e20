"""The form with which a service registers: from its fields to a registration, and back with what is wrong."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from trillium.runtime.i18n import Language
from verifier.domain.needs import NEEDS
from verifier.domain.openid.client import AuthMethod
from verifier.domain.openid.registration import RegistrationProblem
from verifier.domain.preset import Preset
from verifier.domain.verdict import Texts
from verifier.web.openid.need_words import need_word

SERVER: Final = "server"
APP: Final = "app"
MAX_FIELD: Final = 8192

_PLACES: Final[Mapping[str, str]] = {
    "client_name": "name-en",
    "purpose": "purpose-en",
    "redirect_uris": "redirect-uris",
    "sector_identifier_uri": "redirect-uris",
    "post_logout_redirect_uris": "post-logout-redirect-uris",
    "needs": "needs",
    "contacts": "contact",
}
"""Where on the form a member of the registration is entered; everything else follows from the presets."""

_PLAINER: Final[Mapping[str, Texts]] = {
    "client_name": Texts(
        "Give the name in English and in French, in at most 100 characters each.",
        "Donnez le nom en anglais et en français, en 100 caractères au plus chacun.",
    ),
    "purpose": Texts(
        "Say in English and in French why people sign in, in at most 500 characters each.",
        "Dites en anglais et en français pourquoi les gens se connectent, en 500 caractères au plus chacun.",
    ),
    "needs": Texts("Choose what you have to know.", "Choisissez ce que vous devez savoir."),
    "presets": Texts(
        "Choose at least one way in which people sign in.",
        "Choisissez au moins une façon de se connecter.",
    ),
    "contacts": Texts("Give an e-mail address.", "Donnez une adresse électronique."),
    "sector_identifier_uri": Texts(
        "All addresses must have the same host. Otherwise register with the API.",
        "Toutes les adresses doivent avoir le même hôte. Sinon, inscrivez le service par l’interface.",
    ),
}


@dataclass(frozen=True, slots=True)
class ServiceForm:
    """What was typed, to be shown again when something is wrong with it."""

    name_en: str = ""
    name_fr: str = ""
    purpose_en: str = ""
    purpose_fr: str = ""
    needs: tuple[str, ...] = ()
    presets: tuple[str, ...] = ()
    kind: str = SERVER
    redirect_uris: str = ""
    post_logout_redirect_uris: str = ""
    contact: str = ""

    def members(self) -> dict[str, Any]:
        """As a registration has them (RFC 7591 section 2)."""
        method = AuthMethod.NONE if self.kind == APP else AuthMethod.BASIC
        given = {
            "client_name#en-CA": self.name_en,
            "client_name#fr-CA": self.name_fr,
            "purpose#en-CA": " ".join(self.purpose_en.split()),
            "purpose#fr-CA": " ".join(self.purpose_fr.split()),
            "needs": list(self.needs),
            "presets": list(self.presets),
            "token_endpoint_auth_method": method.value,
            "post_logout_redirect_uris": self.post_logout_redirect_uris.split(),
            "contacts": [self.contact] if self.contact else [],
        }
        return {name: value for name, value in given.items() if value} | {
            "redirect_uris": self.redirect_uris.split()
        }


def form_from(pairs: Iterable[tuple[str, str]]) -> ServiceForm:
    """What a browser has sent; what is too long is cut off, so that it fits on the page again."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value.strip()[:MAX_FIELD])

    def one(name: str) -> str:
        return found.get(name, [""])[0]

    return ServiceForm(
        name_en=one("name_en"),
        name_fr=one("name_fr"),
        purpose_en=one("purpose_en"),
        purpose_fr=one("purpose_fr"),
        needs=tuple(found.get("need", ())),
        presets=tuple(found.get("preset", ())),
        kind=APP if one("kind") == APP else SERVER,
        redirect_uris=one("redirect_uris"),
        post_logout_redirect_uris=one("post_logout_redirect_uris"),
        contact=one("contact"),
    )


def offered_needs(presets: Mapping[str, Preset], language: Language) -> list[dict[str, str]]:
    """What the presets can answer, in the order of the registered words."""
    needed = {word for preset in presets.values() for word in preset.needs}
    french = language is Language.FRENCH
    return [{"id": word, "text": need_word(word, french=french)} for word in NEEDS if word in needed]


def offered_presets(presets: Mapping[str, Preset], language: Language) -> list[dict[str, str]]:
    """What may be asked for, and how people are told why."""
    tag = language.locale
    return [
        {
            "id": preset.id,
            "name": preset.names[tag].replace("'", "’"),
            "purpose": preset.purposes[tag].replace("'", "’"),
        }
        for preset in presets.values()
    ]


def told_problems(problems: Sequence[RegistrationProblem], language: Language) -> list[dict[str, str]]:
    """Each problem with the field that it is about; a text that would stand there twice stands once."""
    told: dict[tuple[str, str], str] = {}
    for one in problems:
        texts = _PLAINER.get(one.place, one.text)
        text = texts.french if language is Language.FRENCH else texts.english
        told.setdefault((_PLACES.get(one.place, "presets"), text.replace("'", "’")), one.place)
    return [
        {"field": field, "text": text if place in _PLACES or place == "presets" else f"{place}: {text}"}
        for (field, text), place in told.items()
    ]

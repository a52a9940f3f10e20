"""What a wallet asks for, in words for the person who is asked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from issuer.domain.configuration import CredentialConfiguration
from issuer.domain.offer import ConfigurationId
from issuer.services.finish_authorization import ShownSession
from specs.sd_jwt_vc.display_metadata import TypeDisplay
from trillium.runtime.i18n import Language, parse_language

Configurations: TypeAlias = Mapping[ConfigurationId, CredentialConfiguration]


@dataclass(frozen=True, slots=True)
class AskedCredential:
    """One credential on a page."""

    id: ConfigurationId
    name: str
    description: str
    copies: int
    """At most so many."""


@dataclass(frozen=True, slots=True)
class AskingWallet:
    """``name`` is empty for a wallet that nobody registered: then ``client_id`` is all it says of itself."""

    name: str
    client_id: str


def asked_credentials(
    configurations: Configurations,
    ids: Iterable[ConfigurationId],
    language: Language,
) -> list[AskedCredential]:
    """Each in the wallet's order, named as its type metadata names it.

    A type that has been stopped since the session began is left out.
    """
    found = []
    for configuration_id in ids:
        configuration = configurations.get(configuration_id)
        if configuration is None:
            continue
        display = _in_language(configuration.metadata.display, language)
        name = display.name if display else configuration_id
        description = display.description if display and display.description else ""
        found.append(AskedCredential(configuration_id, name, description, configuration.batch_size))
    return found


def asking_wallet(session: ShownSession, language: Language) -> AskingWallet:
    """Whoever is registered has a name in both languages; nobody else is believed about theirs."""
    name = ""
    if session.registered:
        name = session.client_name.get(language.value) or session.client_id
    return AskingWallet(name, session.client_id)


def _in_language(displays: Iterable[TypeDisplay], language: Language) -> TypeDisplay | None:
    known = list(displays)
    fitting = [one for one in known if parse_language(one.locale) is language]
    return next(iter(fitting or known), None)

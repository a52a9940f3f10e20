"""Pages for people and what stands behind them, wired."""

from dataclasses import dataclass

from keys import KeyPurpose, KeyRing
from verifier.app.outside import Outside
from verifier.services.browser_sessions import BrowserSessions
from verifier.services.carried_codes import CarriedCodes
from verifier.services.page_secrets import PageSecrets
from verifier.settings import Settings


@dataclass(frozen=True, slots=True)
class PageServices:
    """``sessions`` opens pages for relying services, and tells what is released (``ports.Releases``)."""

    sessions: BrowserSessions
    codes: CarriedCodes
    secrets: PageSecrets


def build_pages(settings: Settings, ring: KeyRing, outside: Outside) -> PageServices:
    """Wires the services."""
    clock = outside.clock
    secrets = PageSecrets(lambda: ring.secret_for(KeyPurpose.SESSION))
    sessions = BrowserSessions(outside.pages, outside.store, clock, outside.randomness, settings.public_url)
    return PageServices(sessions, CarriedCodes(sessions, secrets), secrets)

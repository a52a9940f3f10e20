"""What the OpenID provider is built on: the verifier's own parts."""

from collections.abc import Mapping
from dataclasses import dataclass

from keys import KeyRing
from verifier.app.openid.outside import OpenIdOutside
from verifier.app.outside import Outside
from verifier.app.pages import PageServices
from verifier.domain.preset import Preset
from verifier.services.get_result import GetResult
from verifier.services.results import ResultSeals
from verifier.services.start_presentation import StartPresentation
from verifier.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIdParts:
    """Handed to each piece's ``build_…``."""

    settings: Settings
    ring: KeyRing
    outside: Outside
    presets: Mapping[str, Preset]
    seals: ResultSeals
    start: StartPresentation
    results: GetResult
    pages: PageServices

    @property
    def stores(self) -> OpenIdOutside:
        """The provider's own stores, and its way to other people's servers."""
        return self.outside.openid

"""The three applications in one process, on one port: the laptop's way to run Trillium.

Nothing else differs from three servers: the applications reach one another over HTTP by their public URLs.
What an operator configures for separate servers is filled in here: whom the verifier and the wallet trust,
and that they may call back to this very process.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp

import issuer.app
import issuer.settings
import verifier.app
import verifier.settings
import wallet_api.app
import wallet_api.domain.trust
import wallet_api.settings
from issuer.clients.credential_types import read_configurations
from issuer.settings import DEMONSTRATION_PATH
from keys.certificate_chains import load_anchors
from trillium.demonstration_sign_in.part import create_demonstration_part
from trillium.runtime.clock import SystemClock
from trillium.runtime.mounting import Part, mount
from trillium.runtime.settings import (
    ProductionRefusal,
    SharedSettings,
    check_origins_differ,
    origin_of,
    refuse_in_production,
)
from trillium.start_page import create_start_page
from verifier.domain.trust import Trust, TrustedIssuer
from wallet_api.domain.trust import TrustedCredentialIssuer

DEFAULT_BASE = "http://localhost:8000"


@dataclass(frozen=True, slots=True)
class CombinedSettings:
    """Settings of all three, derived from one base URL."""

    base_url: str
    issuer: issuer.settings.Settings
    verifier: verifier.settings.Settings
    wallet: wallet_api.settings.Settings


def combined_settings(base_url: str = DEFAULT_BASE, **shared: Any) -> CombinedSettings:
    """Each application below the base; each may call this process although it is local.

    ``shared``: fields that all three get, such as ``var_dir``.
    """
    common: Mapping[str, Any] = {"loopback_origins": (origin_of(base_url),), **shared}
    return CombinedSettings(
        base_url,
        _with_demonstration(
            issuer.settings.Settings(**{"public_url": f"{base_url}/issuer", **common}), base_url
        ),
        verifier.settings.Settings(**{"public_url": f"{base_url}/verifier", **common}),
        wallet_api.settings.Settings(**{"public_url": f"{base_url}/wallet", **common}),
    )


def _with_demonstration(settings: issuer.settings.Settings, base_url: str) -> issuer.settings.Settings:
    """The embedded sign-in as the issuer's provider, where that is allowed and no other is configured."""
    if settings.login_issuer or not settings.login_demonstration:
        return settings
    return settings.model_copy(update={"login_issuer": f"{base_url}{DEMONSTRATION_PATH}"})


def create_parts(settings: CombinedSettings) -> list[Part]:
    """The three applications and the start page.

    Raises:
        ProductionRefusal: production keeps applications apart, on an origin each.
    """
    refuse_in_production(
        settings.issuer.profile,
        [
            check_origins_differ(
                {
                    "ISSUER_PUBLIC_URL": settings.issuer.public_url,
                    "VERIFIER_PUBLIC_URL": settings.verifier.public_url,
                    "WALLET_PUBLIC_URL": settings.wallet.public_url,
                }
            )
        ],
    )
    issuing = issuer.app.create_part(settings.issuer)
    checking = verifier.app.create_part(settings.verifier, trust=trust_in(settings.issuer))
    holding = wallet_api.app.create_part(settings.wallet, trust=holder_trust_in(settings))
    apps = {"issuer": issuing, "verifier": checking, "wallet": holding}
    demonstration = (
        [create_demonstration_part(settings.issuer)] if settings.issuer.uses_demonstration_login else []
    )
    return [*apps.values(), *demonstration, _start_page(settings, apps)]


def _start_page(settings: CombinedSettings, apps: Mapping[str, Part]) -> Part:
    described = {name: (part.public_url, part.app) for name, part in apps.items()}
    page = create_start_page(
        described,
        https=settings.issuer.https,
        sandbox=not settings.issuer.is_production,
        default_language=settings.issuer.default_locale,
    )
    return Part(settings.base_url, page)


def create_combined(base_url: str = DEFAULT_BASE, **shared: Any) -> ASGIApp:
    """What the server serves."""
    return mount(create_parts(combined_settings(base_url, **shared)))


def anchors_file(settings: SharedSettings, app: str) -> Path:
    """Where a file key ring keeps the authorities above its certificates."""
    return settings.var_dir / "keys" / app / "anchors.pem"


def trust_for(settings: CombinedSettings) -> Trust:
    """The same for the command line, which may be the first to ask for the issuer's keys."""
    issuer.app.open_ring(settings.issuer, SystemClock().now())
    return trust_in(settings.issuer)


def trust_in(settings: issuer.settings.Settings) -> Trust:
    """The issuer of this process, for every type it issues."""
    anchors = load_anchors(anchors_file(settings, "issuer").read_bytes())
    configurations = read_configurations(settings.credential_types_dir, vct_base=settings.type_base).good
    vcts = frozenset(configuration.vct for configuration in configurations.values())
    return Trust((TrustedIssuer(settings.public_url, anchors, vcts),))


def holder_trust_in(settings: CombinedSettings) -> wallet_api.domain.trust.Trust:
    """The issuer and the verifier of this process, as a wallet trusts them."""
    issuers = tuple(
        TrustedCredentialIssuer(one.issuer, one.anchors, one.vcts)
        for one in trust_in(settings.issuer).issuers
    )
    anchors = load_anchors(anchors_file(settings.verifier, "verifier").read_bytes())
    return wallet_api.domain.trust.Trust(issuers, anchors)


__all__ = ["CombinedSettings", "ProductionRefusal", "combined_settings", "create_combined", "create_parts"]

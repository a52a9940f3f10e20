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
from keys.certificate_chains import load_anchors
from trillium.runtime.mounting import Part, mount
from trillium.runtime.settings import (
    ProductionRefusal,
    SharedSettings,
    check_origins_differ,
    origin_of,
    refuse_in_production,
)
from verifier.domain.trust import Trust, TrustedIssuer

DEFAULT_BASE = "http://localhost:8000"


@dataclass(frozen=True, slots=True)
class CombinedSettings:
    """Settings of all three, derived from one base URL."""

    base_url: str
    issuer: issuer.settings.Settings
    verifier: verifier.settings.Settings


def combined_settings(base_url: str = DEFAULT_BASE, **shared: Any) -> CombinedSettings:
    """Each application below the base; each may call this process although it is local.

    ``shared``: fields that all three get, such as ``var_dir``.
    """
    common: Mapping[str, Any] = {"loopback_origins": (origin_of(base_url),), **shared}
    return CombinedSettings(
        base_url,
        issuer.settings.Settings(**{"public_url": f"{base_url}/issuer", **common}),
        verifier.settings.Settings(**{"public_url": f"{base_url}/verifier", **common}),
    )


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
                }
            )
        ],
    )
    issuing = issuer.app.create_part(settings.issuer)
    checking = verifier.app.create_part(settings.verifier, trust=trust_in(settings.issuer))
    return [issuing, checking]


def create_combined(base_url: str = DEFAULT_BASE, **shared: Any) -> ASGIApp:
    """What the server serves."""
    return mount(create_parts(combined_settings(base_url, **shared)))


def anchors_file(settings: SharedSettings, app: str) -> Path:
    """Where a file key ring keeps the authorities above its certificates."""
    return settings.var_dir / "keys" / app / "anchors.pem"


def trust_in(settings: issuer.settings.Settings) -> Trust:
    """The issuer of this process, for every type it issues."""
    anchors = load_anchors(anchors_file(settings, "issuer").read_bytes())
    configurations = issuer.app.read_configurations(
        settings.credential_types_dir, vct_base=settings.type_base
    )
    vcts = frozenset(configuration.vct for configuration in configurations.values())
    return Trust((TrustedIssuer(settings.public_url, anchors, vcts),))


__all__ = ["CombinedSettings", "ProductionRefusal", "combined_settings", "create_combined", "create_parts"]

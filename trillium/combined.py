"""The three applications in one process, on one port: the laptop's way to run Trillium.

Nothing else differs from three servers: the applications reach one another over HTTP by their public URLs.
What an operator configures for separate servers is filled in here: a trust list with the issuer and the
verifier of this process, and that they may call back to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from starlette.types import ASGIApp

import issuer.app
import issuer.settings
import verifier.app
import verifier.settings
import wallet_api.app
import wallet_api.settings
from issuer.clients.credential_types import read_configurations
from issuer.domain.configuration import CredentialConfiguration
from issuer.settings import DEMONSTRATION_PATH
from keys.certificate_chains import load_anchors
from keys.private_files import PRIVATE_DIRECTORY, PUBLIC_FILE, write_private
from specs.jose import TrustAnchors
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
from trillium.runtime.trust_list import TrustListSettings
from trillium.runtime.trust_list.own import OwnList, OwnListPlace, own_list_place, sign_own_list
from trillium.start_page import create_start_page

S = TypeVar("S", bound=SharedSettings)

DEFAULT_BASE = "http://localhost:8000"
TYPES_FOLDER = "types"


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
    return CombinedSettings(
        base_url,
        _with_demonstration(_below(base_url, issuer.settings.Settings, "issuer", shared), base_url),
        _below(base_url, verifier.settings.Settings, "verifier", shared),
        _below(base_url, wallet_api.settings.Settings, "wallet", shared),
    )


def _below(base_url: str, kind: type[S], name: str, shared: Mapping[str, Any]) -> S:
    # What the environment adds stays, such as the origin of a relying service on the same laptop.
    reached = dict.fromkeys((origin_of(base_url), *kind().loopback_origins))
    return kind(**{"public_url": f"{base_url}/{name}", "loopback_origins": tuple(reached), **shared})


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
    settings = with_own_trust(settings)
    checking = verifier.app.create_part(settings.verifier)
    holding = wallet_api.app.create_part(settings.wallet)
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


def with_own_trust(settings: CombinedSettings) -> CombinedSettings:
    """A trust list of this process, where the operator has configured none.

    It is signed by a key of its own below ``var``: the applications read it as they would read anybody's.
    """
    if settings.verifier.trust_list and settings.wallet.trust_list:
        return settings
    now = SystemClock().now()
    issuer.app.open_ring(settings.issuer, now)
    verifier.app.open_ring(settings.verifier, now)
    sign_own_list(_own_list(settings), settings.issuer.var_dir, now)
    _describe_own_types(settings)
    return as_started(settings)


def as_started(settings: CombinedSettings) -> CombinedSettings:
    """The settings with the list of this process, as ``with_own_trust`` has left it; nothing is made."""
    place = own_list_place(settings.issuer.var_dir)
    if not place.trust_list.exists():
        return settings
    types = {} if settings.verifier.types_dir else {"types_dir": _types_folder(settings)}
    return replace(
        settings,
        verifier=settings.verifier.model_copy(update=_unless_configured(settings.verifier, place) | types),
        wallet=settings.wallet.model_copy(update=_unless_configured(settings.wallet, place)),
    )


def _unless_configured(settings: TrustListSettings, place: OwnListPlace) -> dict[str, Any]:
    if settings.trust_list:
        return {}
    return {"trust_list": str(place.trust_list), "trust_list_keys": place.keys}


def _types_folder(settings: CombinedSettings) -> Path | None:
    folder = settings.issuer.var_dir / TYPES_FOLDER
    return folder if folder.is_dir() else None


def _describe_own_types(settings: CombinedSettings) -> None:
    """The documents that the issuer of this process publishes, where its verifier looks for them."""
    folder = settings.issuer.var_dir / TYPES_FOLDER
    folder.mkdir(mode=PRIVATE_DIRECTORY, parents=True, exist_ok=True)
    configurations = _configurations(settings)
    for one in configurations.values():
        write_private(folder / f"{one.id}.json", one.type_metadata, mode=PUBLIC_FILE)
    for file in folder.glob("*.json"):
        if file.stem not in configurations:
            file.unlink(missing_ok=True)


def _configurations(settings: CombinedSettings) -> Mapping[str, CredentialConfiguration]:
    read = read_configurations(settings.issuer.credential_types_dir, vct_base=settings.issuer.type_base)
    return {str(name): one for name, one in read.good.items()}


def _own_list(settings: CombinedSettings) -> OwnList:
    """The issuer of this process for every type it issues, and its verifier."""
    return OwnList(
        issuer=settings.issuer.public_url,
        issuer_anchors=_anchors(settings.issuer, "issuer"),
        vcts=tuple(sorted(configuration.vct for configuration in _configurations(settings).values())),
        verifier_anchors=_anchors(settings.verifier, "verifier"),
    )


def _anchors(settings: SharedSettings, app: str) -> TrustAnchors:
    """Where a file key ring keeps the authorities above its certificates."""
    return load_anchors((settings.var_dir / "keys" / app / "anchors.pem").read_bytes())


__all__ = [
    "CombinedSettings",
    "ProductionRefusal",
    "as_started",
    "combined_settings",
    "create_combined",
    "create_parts",
    "with_own_trust",
]

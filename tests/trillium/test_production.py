"""Production refuses to start with what belongs to the sandbox, and names the setting."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

import issuer.app
import issuer.settings
import verifier.app
import verifier.settings
import wallet_api.app
import wallet_api.settings
from keys.errors import WrongEnvironment
from trillium.combined import combined_settings, create_parts, with_own_trust
from trillium.runtime.clock import SystemClock
from trillium.runtime.settings import ProductionRefusal, Profile, SharedSettings

SETTINGS = {
    "issuer": issuer.settings.Settings,
    "verifier": verifier.settings.Settings,
    "wallet_api": wallet_api.settings.Settings,
}
CREATE: dict[str, Callable[..., object]] = {
    "issuer": issuer.app.create_app,
    "verifier": verifier.app.create_app,
    "wallet_api": wallet_api.app.create_app,
}
PREFIX = {"issuer": "ISSUER", "verifier": "VERIFIER", "wallet_api": "WALLET"}


def settings_of(app: str, folder: Path, **changed: object) -> SharedSettings:
    fields = {
        "profile": Profile.PRODUCTION,
        "public_url": f"https://{app}.example",
        "var_dir": folder,
        **changed,
    }
    return SETTINGS[app](**fields)


def refused(app: str, settings: SharedSettings, **more: object) -> set[str]:
    with pytest.raises(ProductionRefusal) as refusal:
        CREATE[app](settings, **more)
    return {one.setting for one in refusal.value.refusals}


@pytest.mark.parametrize("app", SETTINGS)
def test_a_public_url_without_tls_is_refused(app: str, tmp_path: Path) -> None:
    settings = settings_of(app, tmp_path, public_url=f"http://{app}.example")
    assert refused(app, settings) == {f"{PREFIX[app]}_PUBLIC_URL"}


@pytest.mark.parametrize("app", SETTINGS)
def test_loopback_origins_are_refused(app: str, tmp_path: Path) -> None:
    settings = settings_of(app, tmp_path, loopback_origins=("http://localhost:8000",))
    assert f"{PREFIX[app]}_LOOPBACK_ORIGINS" in refused(app, settings)


@pytest.mark.parametrize("app", SETTINGS)
def test_everything_that_is_wrong_is_named_at_once(app: str, tmp_path: Path) -> None:
    settings = settings_of(
        app, tmp_path, public_url="http://a.example", loopback_origins=("http://localhost:8000",)
    )
    prefix = PREFIX[app]
    assert refused(app, settings) == {f"{prefix}_PUBLIC_URL", f"{prefix}_LOOPBACK_ORIGINS"}


def test_a_sandbox_authority_is_refused_as_anchor(tmp_path: Path) -> None:
    """The list that a laptop signs for itself is none for production."""
    sandbox = with_own_trust(combined_settings(var_dir=tmp_path / "sandbox"))
    trust = {"trust_list": sandbox.verifier.trust_list, "trust_list_keys": sandbox.verifier.trust_list_keys}
    for app in ("verifier", "wallet_api"):
        settings = settings_of(app, tmp_path / "production", **trust)
        assert refused(app, settings) == {f"{PREFIX[app]}_TRUST_LIST"}


def test_keys_of_the_sandbox_are_refused(tmp_path: Path) -> None:
    issuer.app.open_ring(issuer.settings.Settings(var_dir=tmp_path), _now())
    with pytest.raises(WrongEnvironment):
        issuer.app.create_app(settings_of("issuer", tmp_path))


def test_applications_on_one_origin_are_refused(tmp_path: Path) -> None:
    settings = combined_settings(
        "https://trillium.example", var_dir=tmp_path, profile=Profile.PRODUCTION, loopback_origins=()
    )
    with pytest.raises(ProductionRefusal) as refusal:
        create_parts(settings)
    assert {one.setting for one in refusal.value.refusals} == {"VERIFIER_PUBLIC_URL", "WALLET_PUBLIC_URL"}


@pytest.mark.parametrize("app", SETTINGS)
def test_the_sandbox_is_the_default(app: str, tmp_path: Path) -> None:
    assert SETTINGS[app](var_dir=tmp_path).profile is Profile.SANDBOX


def _now() -> datetime:
    return SystemClock().now()

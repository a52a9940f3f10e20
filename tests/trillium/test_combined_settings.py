"""The combined server's settings: what it fills in, and what the environment adds."""

from pathlib import Path

import pytest

from trillium.combined import combined_settings

BASE = "http://localhost:8123"
SHOP = "http://localhost:9000"


def test_each_application_may_call_the_process_it_runs_in(tmp_path: Path) -> None:
    settings = combined_settings(BASE, var_dir=tmp_path)
    for app, name in (
        (settings.issuer, "issuer"),
        (settings.verifier, "verifier"),
        (settings.wallet, "wallet"),
    ):
        assert app.public_url == f"{BASE}/{name}"
        assert app.loopback_origins == (BASE,)
        assert app.var_dir == tmp_path


def test_a_relying_service_on_the_same_laptop_can_be_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VERIFIER_LOOPBACK_ORIGINS", f"{SHOP},{BASE}")
    settings = combined_settings(BASE, var_dir=tmp_path)
    assert settings.verifier.loopback_origins == (BASE, SHOP)
    assert settings.issuer.loopback_origins == settings.wallet.loopback_origins == (BASE,)

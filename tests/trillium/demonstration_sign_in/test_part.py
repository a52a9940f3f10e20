"""When the combined server has its sign-in without passwords, and when it must not."""

from pathlib import Path
from typing import Any

import pytest

from issuer.settings import DEMONSTRATION_PATH, Settings
from trillium.combined import combined_settings
from trillium.demonstration_sign_in.part import create_demonstration_part

BASE = "http://localhost:8000"


def test_a_laptop_has_it(tmp_path: Path) -> None:
    settings = combined_settings(BASE, var_dir=tmp_path).issuer
    assert settings.login_issuer == f"{BASE}{DEMONSTRATION_PATH}"
    assert settings.uses_demonstration_login
    part = create_demonstration_part(settings)
    assert (part.public_url, part.base_path) == (settings.login_issuer, DEMONSTRATION_PATH)


@pytest.mark.parametrize(
    "members",
    [
        {"login_issuer": "https://login.example"},
        {"login_demonstration": False},
        {"profile": "production"},
    ],
)
def test_whoever_has_another_provider_or_switches_it_off_has_not(
    members: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in members.items():
        alias = Settings.setting_name(name)
        monkeypatch.setenv(alias, str(value))
    settings = combined_settings(BASE, var_dir=tmp_path).issuer
    assert not settings.uses_demonstration_login
    assert settings.login_issuer == members.get("login_issuer", "")

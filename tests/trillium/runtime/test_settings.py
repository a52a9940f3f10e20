"""Settings: laptop defaults, the environment, and everything that production refuses."""

from pathlib import Path

import pytest
from pydantic import ValidationError
from pydantic_settings import SettingsConfigDict
from structlog.testing import capture_logs

from trillium.runtime.i18n import Language
from trillium.runtime.settings import (
    ProductionRefusal,
    Profile,
    Refusal,
    SharedSettings,
    check_off,
    check_origins_differ,
    check_shared,
    insecure_fields,
    origin_of,
    parse_public_url,
    refuse_in_production,
    warn_of_insecure,
)


class DemoSettings(SharedSettings):
    model_config = SettingsConfigDict(env_prefix="DEMO_")

    public_url: str = "http://localhost:8000/demo"
    embedded_sign_in: bool = True
    insecure_allow_private_network: bool = False


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TRILLIUM_PROFILE", "TRILLIUM_VAR_DIR", "DEMO_PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)


def test_everything_has_a_default_for_a_laptop() -> None:
    settings = DemoSettings()
    assert settings.profile is Profile.SANDBOX
    assert settings.public_url == "http://localhost:8000/demo"
    assert settings.database_url == "sqlite:///var/trillium.db"
    assert (settings.https, settings.base_path, settings.default_locale) == (False, "/demo", Language.ENGLISH)


def test_the_environment_sets_own_and_shared_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRILLIUM_PROFILE", "production")
    monkeypatch.setenv("TRILLIUM_VAR_DIR", "/srv/trillium")
    monkeypatch.setenv("TRILLIUM_DEFAULT_LOCALE", "fr-CA")
    monkeypatch.setenv("DEMO_PUBLIC_URL", "https://issuer.example/")
    monkeypatch.setenv("DEMO_LOOPBACK_ORIGINS", "http://localhost:8000, http://127.0.0.1:9000")
    settings = DemoSettings()
    assert settings.is_production
    assert settings.public_url == "https://issuer.example"
    assert (settings.var_dir, settings.database_url) == (
        Path("/srv/trillium"),
        "sqlite:////srv/trillium/trillium.db",
    )
    assert settings.loopback_origins == ("http://localhost:8000", "http://127.0.0.1:9000")
    assert settings.default_locale is Language.FRENCH


def test_a_password_in_the_database_url_is_not_shown() -> None:
    assert "hunter2" not in repr(DemoSettings(database_url="postgresql://u:hunter2@h/d"))


def test_settings_cannot_be_changed_afterwards() -> None:
    with pytest.raises(ValidationError):
        DemoSettings().public_url = "http://elsewhere"  # type: ignore[misc]  # that it is read-only is the point


@pytest.mark.parametrize(
    "url",
    [
        "issuer.example",
        "ftp://issuer.example",
        "https://",
        "https://u@h",
        "https://h?a",
        "https://h#a",
        "https://H",
        " https://h",
    ],
)
def test_public_urls_that_cannot_begin_an_address(url: str) -> None:
    with pytest.raises(ValueError, match="public URL"):
        parse_public_url(url)


@pytest.mark.parametrize(
    "origin", ["http://localhost:8000/", "localhost:8000", "http://a/b", "https://h:443", "*"]
)
def test_only_exact_origins_are_exempt(origin: str) -> None:
    with pytest.raises(ValidationError, match="not an origin"):
        DemoSettings(loopback_origins=(origin,))


def test_origins_are_compared_as_browsers_do() -> None:
    assert origin_of("https://Issuer.example:443/a?b") == "https://issuer.example"
    assert origin_of("http://[::1]:8000/a") == "http://[::1]:8000"


def production(**fields: object) -> DemoSettings:
    return DemoSettings(profile=Profile.PRODUCTION, **fields)  # type: ignore[arg-type]  # by keyword


def refusals_of(settings: DemoSettings) -> list[Refusal]:
    checks = [
        check_shared(settings),
        check_off(settings, "embedded_sign_in", settings.embedded_sign_in, "must be off"),
        check_origins_differ(
            {"DEMO_PUBLIC_URL": settings.public_url, "OTHER_URL": "https://a.example/other"}
        ),
    ]
    try:
        refuse_in_production(settings.profile, checks)
    except ProductionRefusal as refusal:
        return list(refusal.refusals)
    return []


def test_production_names_everything_it_refuses_at_once() -> None:
    settings = production(
        public_url="http://a.example",
        loopback_origins=("http://localhost:1",),
        insecure_allow_private_network=True,
    )
    with pytest.raises(ProductionRefusal) as caught:
        refuse_in_production(settings.profile, [check_shared(settings)])
    text = str(caught.value)
    names = ("DEMO_PUBLIC_URL", "DEMO_LOOPBACK_ORIGINS", "DEMO_INSECURE_ALLOW_PRIVATE_NETWORK")
    assert [name for name in names if name in text] == list(names)


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"public_url": "http://b.example", "embedded_sign_in": False}, ["DEMO_PUBLIC_URL"]),
        ({"public_url": "https://b.example"}, ["DEMO_EMBEDDED_SIGN_IN"]),
        ({"public_url": "https://a.example/demo", "embedded_sign_in": False}, ["OTHER_URL"]),
        (
            {
                "public_url": "https://b.example",
                "embedded_sign_in": False,
                "loopback_origins": ("http://localhost:8000",),
            },
            ["DEMO_LOOPBACK_ORIGINS"],
        ),
        ({"public_url": "https://b.example", "embedded_sign_in": False}, []),
    ],
)
def test_each_refusal_alone(fields: dict[str, object], refused: list[str]) -> None:
    assert [refusal.setting for refusal in refusals_of(production(**fields))] == refused


def test_the_sandbox_refuses_nothing() -> None:
    assert refusals_of(DemoSettings()) == []


def test_insecure_settings_are_warned_of_at_every_start() -> None:
    settings = DemoSettings(insecure_allow_private_network=True)
    assert insecure_fields(settings) == ["insecure_allow_private_network"]
    with capture_logs() as logs:
        warn_of_insecure(settings)
    assert [entry["setting"] for entry in logs] == ["DEMO_INSECURE_ALLOW_PRIVATE_NETWORK"]
    assert SharedSettings.setting_name("profile") == "TRILLIUM_PROFILE"

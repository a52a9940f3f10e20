"""Starting the wallet: settings, what production refuses, and what is public."""

from pathlib import Path
from typing import Any

import pytest

from keys import KeyPurpose
from tests.simulators.issuer import VCT
from tests.simulators.wallet import NOW
from tests.trillium.trust_list.material import files, list_of_today, sandbox_anchors, signed
from tests.wallet_api.web.running import running
from trillium.runtime.settings import ProductionRefusal
from trillium.runtime.trust_list import ListedAuthority, TrustListError
from wallet_api.app import create_app, create_part, open_ring
from wallet_api.settings import Settings

PRODUCTION = {"profile": "production", "public_url": "https://wallet.example"}


def production(var_dir: Path, **changes: Any) -> Settings:
    return Settings(var_dir=var_dir, **(PRODUCTION | changes))


def test_every_setting_has_a_default_for_a_laptop() -> None:
    settings = Settings()

    assert settings.public_url == "http://localhost:8000/wallet"
    assert settings.keys_uri == "file:var/keys/wallet"
    assert not settings.trust_list
    assert not settings.allow_http


@pytest.mark.parametrize(
    ("origins", "allowed"),
    [((), False), (("https://localhost:8443",), False), (("http://localhost:8000",), True)],
)
def test_http_is_thought_of_only_where_an_exempt_origin_has_it(
    origins: tuple[str, ...], *, allowed: bool
) -> None:
    assert Settings(loopback_origins=origins).allow_http is allowed


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WALLET_SERVER_HELD_VCTS", "https://a.example/1, https://b.example/1")
    monkeypatch.setenv("WALLET_CLIENT_ID", "trillium-wallet")
    monkeypatch.setenv("WALLET_PUBLIC_URL", "https://wallet.example/")

    settings = Settings()

    assert settings.server_held_vcts == ("https://a.example/1", "https://b.example/1")
    assert (settings.client_id, settings.public_url) == ("trillium-wallet", "https://wallet.example")


def test_nothing_connects_and_nothing_is_asked_before_the_start(tmp_path: Path) -> None:
    part = create_part(Settings(var_dir=tmp_path))

    assert (part.public_url, part.base_path, list(part.well_known)) == (
        "http://localhost:8000/wallet",
        "/wallet",
        [],
    )
    assert (tmp_path / "management.token").is_file()


def test_production_refuses_http_and_loopback_origins(tmp_path: Path) -> None:
    settings = production(
        tmp_path, public_url="http://wallet.example", loopback_origins=("http://localhost:8000",)
    )

    with pytest.raises(ProductionRefusal) as refused:
        create_app(settings)
    assert {one.setting for one in refused.value.refusals} == {
        "WALLET_PUBLIC_URL",
        "WALLET_LOOPBACK_ORIGINS",
    }


def test_production_refuses_a_development_authority(tmp_path: Path) -> None:
    made = list_of_today(verifiers=(ListedAuthority({}, sandbox_anchors()),))

    with pytest.raises(ProductionRefusal) as refused:
        create_app(production(tmp_path, **files(tmp_path, signed(made))))
    assert [one.setting for one in refused.value.refusals] == ["WALLET_TRUST_LIST"]
    create_app(production(tmp_path, **files(tmp_path, signed(list_of_today()))))


def test_a_list_without_a_readable_key_of_its_operator_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(TrustListError):
        create_app(Settings(var_dir=tmp_path, trust_list="list.jwt"))


def test_the_ring_holds_secrets_and_no_signing_key(tmp_path: Path) -> None:
    """The wallet vouches for nothing: until it attests wallets, it has nothing to sign with."""
    ring = open_ring(Settings(var_dir=tmp_path), NOW)

    assert {entry.purpose for entry in ring.state.entries} == {
        KeyPurpose.WRAPPING,
        KeyPurpose.SESSION,
        KeyPurpose.AUDIT,
    }
    assert not any(entry.public_jwk for entry in ring.state.entries)


@pytest.mark.parametrize(("listed", "status"), [("", 403), (VCT, 200)])
async def test_in_production_the_server_holds_keys_only_where_the_operator_says_so(
    tmp_path: Path, listed: str, status: int
) -> None:
    held = tuple(one for one in [listed] if one)
    async with running(tmp_path, **{**PRODUCTION, "server_held_vcts": held}) as server:
        offer = await server.call("POST", "/offers", {"credential_offer": server.world.issuer.link()})
        answer = await server.call("POST", f"/offers/{offer.json()['operation_id']}/accept", {})

    assert answer.status_code == status
    if status == 403:
        assert answer.json()["code"] == "device_key_required"

"""Starting the wallet: settings, what production refuses, and what is public."""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from keys import KeyPurpose, KeySpec, open_key_ring
from tests.simulators.issuer import ISSUER, VCT
from tests.simulators.wallet import NOW, World
from tests.wallet_api.web.running import running
from trillium.runtime.settings import ProductionRefusal
from wallet_api.app import create_app, create_part, open_ring
from wallet_api.domain.trust import Trust
from wallet_api.errors import BadTrust
from wallet_api.settings import Settings

PRODUCTION = {"profile": "production", "public_url": "https://wallet.example"}


def production(var_dir: Path, **changes: Any) -> Settings:
    return Settings(var_dir=var_dir, **(PRODUCTION | changes))


def test_every_setting_has_a_default_for_a_laptop() -> None:
    settings = Settings()

    assert settings.public_url == "http://localhost:8000/wallet"
    assert settings.keys_uri == "file:var/keys/wallet"
    assert settings.trust_file is None
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
    ring = open_key_ring("memory:", sandbox=True, now=NOW)
    ring.ensure({KeyPurpose.CREDENTIAL: KeySpec(("localhost",), certificate=True)}, NOW)

    with pytest.raises(ProductionRefusal) as refused:
        create_app(production(tmp_path), trust=Trust(verifier_anchors=ring.anchors()))
    assert [one.setting for one in refused.value.refusals] == ["WALLET_TRUST_FILE"]
    create_app(production(tmp_path), trust=World().trust())


def test_the_trust_file_is_read_at_start(tmp_path: Path) -> None:
    pem = World().issuer.root.certificate.public_bytes(Encoding.PEM)
    (tmp_path / "a.pem").write_bytes(pem)
    file = tmp_path / "trust.json"
    issuer = {"issuer": ISSUER, "mechanism": "x5c", "anchors": "a.pem", "types": ["x"], "vct_base": "y"}
    file.write_text(json.dumps({"issuers": [issuer]}))
    create_app(Settings(var_dir=tmp_path, trust_file=file))

    file.write_text("{")
    with pytest.raises(BadTrust):
        create_app(Settings(var_dir=tmp_path, trust_file=file))


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

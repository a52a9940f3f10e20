"""The file of registered wallets: what it says, and each way to get it wrong."""

import json
from pathlib import Path
from typing import Any

import pytest

from issuer.clients.wallets import WalletsFileError, read_wallets
from issuer.domain.authorization import ClientAuthentication

ENTRY = {
    "client_id": "https://wallet.example",
    "name": {"en": "Wallet", "fr": "Portefeuille"},
    "redirect_uris": ["https://wallet.example/cb", "com.example.wallet:/cb"],
}


def written(folder: Path, *entries: Any) -> Path:
    file = folder / "wallets.json"
    file.write_text(json.dumps({"wallets": list(entries)}))
    return file


def test_a_wallet_authenticates_itself_unless_the_file_says_otherwise(tmp_path: Path) -> None:
    public = {**ENTRY, "client_id": "public", "authentication": "none"}
    found = read_wallets(written(tmp_path, ENTRY, public))
    assert found["https://wallet.example"].authentication is ClientAuthentication.ATTESTATION
    assert found["public"].authentication is ClientAuthentication.NONE
    assert found["public"].redirect_uris == frozenset(ENTRY["redirect_uris"])
    assert found["public"].name["fr"] == "Portefeuille"


def test_without_a_file_there_are_none() -> None:
    assert not read_wallets(None)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"client_id": "with space"}, "client_id"),
        ({"client_id": ""}, "client_id"),
        ({"name": {"en": "Wallet"}}, "name"),
        ({"redirect_uris": []}, "redirect_uris"),
        ({"redirect_uris": ["http://wallet.example/cb"]}, "redirect_uris"),
        ({"redirect_uris": ["javascript:alert(1)"]}, "redirect_uris"),
        ({"redirect_uris": ["https://wallet.example/cb#x"]}, "redirect_uris"),
        ({"authentication": "client_secret_basic"}, "authentication"),
        ({"redirect_uri": "https://wallet.example/cb"}, "redirect_uri"),
    ],
)
def test_what_is_wrong_is_named_by_its_place(tmp_path: Path, change: dict[str, Any], place: str) -> None:
    with pytest.raises(WalletsFileError, match=rf"wallets\.json: wallets\.1\.{place}"):
        read_wallets(written(tmp_path, {**ENTRY, "client_id": "first"}, {**ENTRY, **change}))


def test_a_wallet_twice_no_json_and_no_file_are_told(tmp_path: Path) -> None:
    with pytest.raises(WalletsFileError, match="twice"):
        read_wallets(written(tmp_path, ENTRY, ENTRY))
    (tmp_path / "text").write_text("wallets")
    for file in (tmp_path / "text", tmp_path / "nowhere", tmp_path):
        with pytest.raises(WalletsFileError):
            read_wallets(file)

"""``trillium verifier client``: what an administrator does with relying services."""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from typer.testing import CliRunner

from specs.jose import public_jwk_of
from specs.jose.encryption_jwk import create_encryption_jwk
from trillium.cli import app

KEY = create_encryption_jwk(public_jwk_of(ec.generate_private_key(ec.SECP256R1()).public_key()))


@pytest.fixture(autouse=True)
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["verifier", "client", *arguments])


def told(*arguments: str) -> Any:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def added(*more: str) -> dict[str, str]:
    names = ("--name-en", "Shop", "--name-fr", "Boutique", "--preset", "identity")
    found: dict[str, str] = told("add", *names, *more, "--json")
    return found


def test_the_life_of_a_relying_service(tmp_path: Path) -> None:
    key = tmp_path / "evidence.jwk"
    key.write_text(json.dumps(KEY))
    addresses = ("--return-url", "https://shop.example/back", "--webhook-url", "https://hook.example/")
    one = added(*addresses, "--evidence-key", str(key))
    client_id = one["client_id"]
    shown = told("show", client_id)
    assert shown["site"] == "https://shop.example"
    assert shown["evidence_key"] == KEY
    changed = told(
        "update", client_id, "--name-fr", "Dépanneur", "--webhook-url", "-", "--preset", "identity"
    )
    assert changed["names"]["fr-CA"] == "Dépanneur"
    assert (changed["webhook_url"], changed["return_urls"]) == (None, ["https://shop.example/back"])
    assert told("update", client_id, "--return-url", "-", "--site", "-")["return_urls"] == []
    new = told("rotate-secret", client_id, "--old-hours", "2", "--json")
    assert new["client_secret"] != one["client_secret"]
    assert run("disable", client_id).exit_code == 0
    [listed] = told("list", "--json")
    assert listed["disabled_at"] is not None
    assert listed["old_secret_until"] is not None
    assert run("enable", client_id).exit_code == 0
    assert told("show", client_id)["disabled_at"] is None
    assert new["client_secret"] not in run("list").output


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["show", "rs-nobody"], 1, "unknown_client"),
        (["show", "-bRUvyc"], 1, "unknown_client"),
        (["update", "rs-nobody", "--name-en", "A"], 1, "unknown_client"),
        (["rotate-secret", "rs-nobody"], 1, "unknown_client"),
        (["rotate-secret", "rs-nobody", "--old-hours", "169"], 2, "Usage"),
        (["disable", "rs-nobody"], 1, "unknown_client"),
        (["enable", "rs-nobody"], 1, "unknown_client"),
    ],
)
def test_a_mistake_is_told_in_one_line(arguments: list[str], code: int, text: str) -> None:
    result = run(*arguments)
    assert (result.exit_code, text in result.stderr) == (code, True)
    assert "Traceback" not in result.output


def test_bad_addresses_and_keys_are_told(tmp_path: Path) -> None:
    names = ("add", "--name-en", "A", "--name-fr", "B", "--preset", "identity")
    bad = tmp_path / "key.jwk"
    bad.write_text(json.dumps({**KEY, "d": "AA"}))
    for wrong, text in (
        (("--return-url", "http://shop.example/"), "bad_return_url"),
        (("--site", "shop"), "bad_site"),
        (("--webhook-url", "http://10.0.0.1/"), "bad_webhook_url"),
        (("--evidence-key", str(bad)), "key.jwk"),
    ):
        result = run(*names, *wrong)
        assert result.exit_code == 1
        assert text in result.stderr.replace("\n", "")  # long paths are broken into lines
    assert told("list", "--json") == []

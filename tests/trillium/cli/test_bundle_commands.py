"""``trillium verifier bundle`` as an operator types it, in an installation of its own."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from keys import KeyPurpose
from trillium.cli import app
from trillium.cli.local import verifier_settings
from verifier.app import opened_verifier
from verifier.domain.met_list import MetList


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRILLIUM_VAR_DIR", str(tmp_path / "var"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["verifier", "bundle", *arguments])


def run_json(*arguments: str) -> Any:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout[result.stdout.index("{") :])


async def _note(path: str) -> dict[str, Any]:
    async with opened_verifier(verifier_settings()) as verifier:
        now = verifier.outside.clock.now()
        [issuer] = verifier.trust.current(now).issuers
        met = MetList(f"{issuer.issuer}/{path}", issuer.anchors.version, now.date())
        await verifier.outside.offline.met.note_lists([met])
        return verifier.ring.jwks([KeyPurpose.BUNDLE], now)


def test_a_bundle_is_made_and_stands_the_check(own_folder: Path) -> None:
    made = run_json("create", "--out", "b.jwt", "--days", "2")
    assert (made["file"], made["lists"], made["missing"]) == ("b.jwt", 0, 0)
    assert (own_folder / "b.jwt").read_text(encoding="ascii").count(".") == 2
    found = run_json("check", "b.jwt")
    assert found["issuers"] == ["http://localhost:8000/issuer"]
    assert (found["created_at"], found["valid_until"]) == (made["created_at"], made["valid_until"])
    assert found["lists"] == []
    assert "Genuine" in run("check", "b.jwt").stdout


def test_lists_that_cannot_be_had_are_told_and_stop_nothing() -> None:
    jwks = asyncio.run(_note("status-lists/nobody-serves-it"))
    assert len(jwks["keys"]) == 1
    result = run("create", "--out", "b.jwt")
    assert result.exit_code == 0
    assert "1 status lists could not be had and are missing." in result.stdout


def test_it_is_checked_elsewhere_with_keys_that_were_handed_over(own_folder: Path) -> None:
    jwks = asyncio.run(_note("x"))
    (own_folder / "keys.json").write_text(json.dumps(jwks), encoding="utf-8")
    run_json("create", "--out", "b.jwt")
    told = ("--jwks", "keys.json", "--issuer")
    assert run_json("check", "b.jwt", *told, "http://localhost:8000/verifier")["lists"] == []
    refused = run("check", "b.jwt", *told, "http://localhost:8000/other")
    assert refused.exit_code == 1
    assert "untrusted_bundle" in refused.stderr


def test_what_is_no_bundle_is_refused(own_folder: Path) -> None:
    (own_folder / "b.jwt").write_bytes(b"\xff rubbish")
    refused = run("check", "b.jwt")
    assert (refused.exit_code, "untrusted_bundle" in refused.stderr) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("check", "nowhere.jwt"), 1, "nowhere.jwt: No such file"),
        (("create", "--out", "nowhere/b.jwt"), 1, "nowhere/b.jwt: No such file"),
        (("check", "b.jwt", "--issuer", "https://v.example"), 2, "--jwks and --issuer go together"),
        (("create", "--out", "b.jwt", "--days", "8"), 2, "--days"),
    ],
)
def test_what_is_told_when_it_does_not_work(arguments: tuple[str, ...], code: int, said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == code
    assert said in result.stderr

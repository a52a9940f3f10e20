"""``trillium verifier client openid``: what an operator does with OpenID clients."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from trillium.cli import app

NAMES = ("--name-en", "Shop", "--name-fr", "Boutique")
BACK = ("--redirect-uri", "https://shop.example/back")


@pytest.fixture(autouse=True)
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["verifier", "client", "openid", *arguments])


def told(*arguments: str) -> Any:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_the_life_of_a_client() -> None:
    added = told("add", *NAMES, *BACK, "--preset", "sign-in", "--preset", "age-19-or-over", "--json")
    assert added["issuer"].endswith("/openid")
    client_id = added["client_id"]
    shown = told("show", client_id)
    assert (shown["approval"], shown["needs"], shown["subject_mode"]) == (
        "approved",
        ["recognition", "age"],
        "stable",
    )
    assert shown["purposes"]["fr-CA"]
    new = told("rotate-secret", client_id, "--old-hours", "2", "--json")
    assert new["client_secret"] != added["client_secret"]
    assert run("set-window", client_id, "--minutes", "30").exit_code == 0
    assert told("show", client_id)["reauthentication_minutes"] == 30
    assert run("refuse", client_id, "--reason", "Complaints.").exit_code == 0
    [listed] = told("list", "--approval", "refused", "--json")
    assert listed["refusal"] == "Complaints."
    assert told("list", "--approval", "approved", "--json") == []
    stale = run("approve", client_id, "--version", "1")
    assert (stale.exit_code, "changed_meanwhile" in stale.stderr) == (1, True)
    assert (
        run("approve", client_id, "--version", str(listed["version"]), "--preset", "sign-in").exit_code == 0
    )
    assert told("show", client_id)["presets"] == ["sign-in"]
    assert new["client_secret"] not in run("list").output
    assert run("remove", client_id).exit_code == 0
    assert told("list", "--json") == []


def test_a_file_has_what_has_no_option(tmp_path: Path) -> None:
    file = tmp_path / "shop.json"
    words = {"purpose#en-CA": "Wine.", "purpose#fr-CA": "Du vin."}
    file.write_text(json.dumps({"contacts": ["desk@shop.example"], **words}))
    added = told("add", *NAMES, *BACK, "--preset", "age-19-or-over", "--metadata", str(file), "--json")
    shown = told("show", added["client_id"])
    assert shown["metadata"]["contacts"] == ["desk@shop.example"]
    assert shown["purposes"] == {"en-CA": "Wine.", "fr-CA": "Du vin."}


def test_an_app_without_secret_is_told_none() -> None:
    result = run("add", *NAMES, *BACK, "--preset", "age-19-or-over", "--auth-method", "none")
    assert result.exit_code == 0
    assert "client_secret" not in result.output
    assert "registration_access_token" in result.output


def test_everything_that_is_wrong_is_told_line_by_line() -> None:
    result = run(
        "add", "--name-en", "Shop", "--redirect-uri", "https://*.shop.example/", "--preset", "identity"
    )
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["client_name", "redirect_uris", "trillium"]
    assert "Traceback" not in result.output


def test_a_mistake_is_told() -> None:
    """In one installation: making one takes longer than all of these."""
    mistakes: list[tuple[list[str], int, str]] = [
        (["show", "oc-nobody"], 1, "unknown_client"),
        (["approve", "oc-nobody", "--version", "1"], 1, "unknown_client"),
        (["refuse", "oc-nobody", "--reason", "No."], 1, "unknown_client"),
        (["rotate-secret", "oc-nobody"], 1, "unknown_client"),
        (["set-window", "oc-nobody", "--minutes", "721"], 2, "Usage"),
        (["remove", "oc-nobody"], 1, "unknown_client"),
        (["add", *NAMES, *BACK, "--preset", "no-such"], 1, "presets"),
        (["add", *NAMES, "--preset", "identity"], 1, "redirect_uris"),
    ]
    for arguments, code, text in mistakes:
        result = run(*arguments)
        assert (result.exit_code, text in result.stderr) == (code, True), arguments
        assert "Traceback" not in result.output

"""``trillium trust``: an operator makes a list, signs it, looks at it, is warned in time."""

import json
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from typer.testing import CliRunner, Result

from tests.trillium.trust_list.material import files, issuer, list_of_today, sandbox_anchors, signed
from tests.verifier.issuing import ISSUER, authority
from trillium.cli import app
from trillium.combined import combined_settings, with_own_trust
from trillium.runtime.clock import SystemClock
from trillium.runtime.trust_list import read_operator_keys, verify_trust_list

PEM = authority("issuer").certificate.public_bytes(Encoding.PEM).decode()


@pytest.fixture(autouse=True)
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in list(os.environ):
        if name.startswith(("TRILLIUM_", "ISSUER_", "VERIFIER_", "WALLET_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("TRILLIUM_VAR_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "var"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["trust", *map(str, arguments)])


@pytest.fixture
def operator(tmp_path: Path) -> Path:
    """A folder with a draft that names one issuer."""
    folder = tmp_path / "operator"
    assert run("init", folder).exit_code == 0
    write(folder, id="urn:test:list")
    return folder


def write(folder: Path, **changed: Any) -> None:
    named = {
        "issuer": ISSUER,
        "names": {"en-CA": "Ministry", "fr-CA": "Ministère"},
        "mechanism": "x5c",
        "anchors": PEM,
        "vct_base": f"{ISSUER}/types",
        "types": ["photo-card", {"type": "licence/2", "valid_until": "2099-01-01"}],
    }
    draft = {"id": "urn:test:list", "valid_days": 30, "issuers": [named]} | changed
    (folder / "trust-list.json").write_text(json.dumps(draft))


def version_in(folder: Path) -> int:
    keys = read_operator_keys(folder / "operator.jwks.json")
    return verify_trust_list((folder / "trust-list.jwt").read_bytes(), keys, now=now()).version


def now() -> datetime:
    return SystemClock().now()


def test_init_makes_a_key_and_a_draft_and_replaces_neither(operator: Path) -> None:
    before = (operator / "operator.jwks.json").read_bytes()
    draft = (operator / "trust-list.json").read_bytes()
    assert run("init", operator).exit_code == 0
    assert (operator / "operator.jwks.json").read_bytes() == before
    assert (operator / "trust-list.json").read_bytes() == draft
    assert (operator / "keys").stat().st_mode & 0o077 == 0
    assert "d" not in json.loads(before)["keys"][0]


def test_sign_counts_versions(operator: Path) -> None:
    for expected in (1, 2, 3):
        result = run("sign", operator)
        assert result.exit_code == 0, result.output
        assert version_in(operator) == expected
    assert run("sign", operator, "--version", "10").exit_code == 0
    assert version_in(operator) == 10


def test_an_older_version_is_not_signed(operator: Path) -> None:
    """No reader would take it."""
    run("sign", operator, "--version", "5")
    for version in ("5", "4"):
        result = run("sign", operator, "--version", version)
        assert (result.exit_code, version_in(operator)) == (1, 5)
        assert "trust_list_rolled_back" in result.stderr


def test_a_bad_draft_is_not_signed_and_is_told_with_its_place(operator: Path) -> None:
    write(operator, issuers=[{"issuer": ISSUER}])
    result = run("sign", operator)
    assert result.exit_code == 1
    assert "issuers.0.mechanism" in result.stderr
    assert not (operator / "trust-list.jwt").exists()


def test_without_its_key_nothing_is_signed(operator: Path) -> None:
    """Not with a new one either: readers were given the old one's."""
    (operator / "keys").rename(operator / "moved")
    result = run("sign", operator)
    assert result.exit_code == 1
    assert not (operator / "trust-list.jwt").exists()


def test_show(operator: Path) -> None:
    run("sign", operator)
    shown = run("show", operator / "trust-list.jwt")
    assert shown.exit_code == 0, shown.output
    for word in (
        ISSUER,
        "Ministry",
        "granted",
        "x5c",
        "photo-card/1",
        "licence/2",
        "2099-01-01",
        "urn:test:list",
    ):
        assert word in shown.stdout
    told = json.loads(run("show", operator / "trust-list.jwt", "--json").stdout)
    assert (told["id"], told["version"]) == ("urn:test:list", 1)
    assert [one["type"] for one in told["entries"]] == [
        f"{ISSUER}/types/photo-card/1",
        f"{ISSUER}/types/licence/2",
    ]


def test_show_and_check_believe_nobody_but_the_operator(operator: Path, tmp_path: Path) -> None:
    run("sign", operator)
    run("init", tmp_path / "stranger")
    keys = tmp_path / "stranger" / "operator.jwks.json"
    for command in ("show", "check"):
        result = run(command, operator / "trust-list.jwt", "--keys", keys)
        assert result.exit_code == 1
        assert "trust_list_signature" in result.stderr
        assert ISSUER not in result.output


def test_a_file_that_is_not_there(operator: Path) -> None:
    result = run("show", operator / "nothing.jwt")
    assert result.exit_code == 2


def told(*arguments: str | Path) -> tuple[int, list[str]]:
    result = run("check", *arguments, "--json")
    answer = json.loads(result.stdout)
    assert answer["ok"] is (result.exit_code == 0)
    return result.exit_code, [one["code"] for one in answer["findings"]]


def test_check_says_what_ends_before_long(operator: Path) -> None:
    run("sign", operator)
    assert told(operator / "trust-list.jwt") == (0, [])
    assert "in order" in run("check", operator / "trust-list.jwt").stdout
    end = (now() + timedelta(days=9)).date().isoformat()
    write(operator, issuers=[{**draft_issuer(), "types": [{"type": "photo-card", "valid_until": end}]}])
    run("sign", operator)
    assert told(operator / "trust-list.jwt") == (0, ["type_ends_soon"])
    assert told(operator / "trust-list.jwt", "--strict") == (1, ["type_ends_soon"])


def draft_issuer() -> dict[str, Any]:
    return {
        "issuer": ISSUER,
        "names": {"en-CA": "Ministry", "fr-CA": "Ministère"},
        "mechanism": "x5c",
        "anchors": PEM,
        "vct_base": f"{ISSUER}/types",
        "types": ["photo-card"],
    }


SIGNED: dict[str, tuple[Callable[[], bytes], tuple[int, list[str]]]] = {
    "good": (lambda: signed(list_of_today(next_update=now() + timedelta(days=30))), (0, [])),
    "stale": (
        lambda: signed(
            list_of_today(issued_at=now() - timedelta(days=2), next_update=now() - timedelta(days=1))
        ),
        (1, ["trust_list_stale"]),
    ),
    "garbage": (lambda: b"garbage", (1, ["trust_list_malformed"])),
    "a-strangers": (lambda: signed(list_of_today(), who="stranger"), (1, ["trust_list_signature"])),
}


@pytest.mark.parametrize("case", SIGNED)
@pytest.mark.parametrize("of", ["verifier", "wallet"])
def test_check_of_an_installation(
    case: str, of: str, tmp_path: Path, var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, expected = SIGNED[case]
    for name, value in files(tmp_path, token()).items():
        monkeypatch.setenv(f"{of.upper()}_{name.upper()}", str(value))
    assert told("--of", of) == expected
    assert not var.exists(), "it only looks"


def test_check_in_production_refuses_sandbox_authorities(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = list_of_today(issuers=(issuer(anchors=sandbox_anchors()),))
    for name, value in files(tmp_path, signed(made)).items():
        monkeypatch.setenv(f"VERIFIER_{name.upper()}", str(value))
    monkeypatch.setenv("TRILLIUM_PROFILE", "production")
    assert told() == (1, ["trust_list_sandbox"])
    code, found = told(tmp_path / "list.jwt")
    assert (code, "trust_list_sandbox" in found) == (1, True)


def test_the_list_of_all_in_one(var: Path) -> None:
    assert told() == (0, ["no_trust_list"])
    with_own_trust(combined_settings(var_dir=var))
    assert told() == (0, [])
    for of in ("verifier", "wallet"):
        shown = run("show", "--of", of)
        assert shown.exit_code == 0
        assert "http://localhost:8000/issuer" in shown.stdout
        assert "verifiers" in shown.stdout


def test_no_list_to_show() -> None:
    result = run("show")
    assert result.exit_code == 1
    assert "There is no trust list" in result.stderr


def test_a_folder_that_cannot_be_made_is_said_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run("init", tmp_path / "file" / "operator")
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert isinstance(result.exception, SystemExit)
    assert "Not a directory" in result.stderr

"""``trillium doctor``: what it finds in an installation, what it leaves alone, and how it ends."""

import json
import os
import shutil
import time
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import issuer.app
import issuer.settings
from keys.certificates import LEAF_LIFETIME
from tests.trillium.trust_list.material import files, list_of_today, signed
from trillium.cli import app
from trillium.runtime.clock import SystemClock

SHIPPED = Path(str(resources.files("issuer") / "credential_types"))
REGISTER = Path(str(resources.files("issuer") / "sample_data" / "residents.csv"))


@pytest.fixture(autouse=True)
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in list(os.environ):
        if name.startswith(("TRILLIUM_", "ISSUER_", "VERIFIER_", "WALLET_", "REGISTER_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("TRILLIUM_VAR_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "var"


@pytest.fixture
def started(var: Path) -> Path:
    """An issuer that was used once."""
    var.mkdir(mode=0o700)
    assert run("residents", "import", str(REGISTER)).exit_code == 0
    return var


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def examine(*arguments: str, app_name: str = "issuer") -> tuple[int, dict[str, tuple[str, str, str]]]:
    """Exit code, and level, subject and sentence by code; what this machine's clock has is left out."""
    result = run("doctor", "--app", app_name, "--json", *arguments)
    assert result.stdout, (result.output, result.exception)
    found = json.loads(result.stdout)["findings"]
    told = {one["code"]: (one["level"], one["about"], one["text"]) for one in found}
    told.pop("not_synchronized", None)
    assert json.loads(result.stdout)["ok"] is (result.exit_code == 0)
    return result.exit_code, told


def ring_made(ago: timedelta) -> datetime:
    """The issuer's keys, as if made then."""
    now = SystemClock().now()
    issuer.app.open_ring(issuer.settings.Settings(), now - ago)
    return now


def contents(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Modes and bytes, but for what SQLite itself keeps beside its files while they are open."""
    files = [
        path for path in folder.rglob("*") if path.is_file() and path.suffix not in (".db-wal", ".db-shm")
    ]
    return {path.name: (path.stat().st_mode, path.read_bytes()) for path in files}


def edit(file: Path, **members: Any) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | members), encoding="utf-8")


def test_before_the_first_start_nothing_is_wrong_and_nothing_is_made(tmp_path: Path) -> None:
    code, told = examine(app_name="all")
    assert code == 0
    assert set(told) == {"not_started_yet", "not_made_yet"}
    assert list(tmp_path.iterdir()) == []


def test_an_installation_in_order_is_told_so(started: Path) -> None:
    assert examine() == (0, {})
    before = contents(started)
    assert run("doctor", "--app", "issuer").exit_code == 0
    assert contents(started) == before


def test_what_others_can_read_is_found(started: Path) -> None:
    (started / "trillium.db").chmod(0o644)
    started.chmod(0o755)
    result = run("doctor", "--app", "issuer", "--json")
    found = [one for one in json.loads(result.stdout)["findings"] if one["code"] == "open_to_others"]
    assert {Path(one["about"]).name for one in found} == {"var", "trillium.db"}
    assert any("chmod 0600" in one["text"] for one in found)


def test_every_key_that_others_could_read_is_found(started: Path) -> None:
    """Those in use keep the issuer down; the sandbox's authority, which no server opens, is found too."""
    folder = started / "keys" / "issuer"
    keys = [
        path for path in folder.iterdir() if path.suffix in (".pem", ".bin") and path.name != "anchors.pem"
    ]
    assert len(keys) > 8
    for key in keys:
        key.chmod(0o640)
        code, told = examine()
        assert code == 1, key.name
        assert told["unsafe_permissions"][0] == "failed"
        key.chmod(0o600)


@pytest.mark.parametrize(
    ("left", "expected", "level", "code"),
    [
        (timedelta(days=59), "certificate_expires_soon", "warning", 0),
        (timedelta(days=-1), "certificate_expired", "failed", 1),
    ],
)
def test_certificates_are_looked_at_sixty_days_ahead(
    var: Path, left: timedelta, expected: str, level: str, code: int
) -> None:
    var.mkdir(mode=0o700)
    ring_made(LEAF_LIFETIME - left)
    found, told = examine()
    assert found == code
    assert told[expected][:2] in ((level, "credential"), (level, "metadata"))
    assert told[expected][2]


def test_credentials_that_would_outlive_their_certificate_are_told(var: Path) -> None:
    var.mkdir(mode=0o700)
    ring_made(LEAF_LIFETIME - timedelta(days=61))
    _, told = examine()
    assert "certificate_expires_soon" not in told
    assert told["certificate_outlived"][:2] == ("warning", "credential")


def test_keys_of_tomorrow_are_not_valid_yet(var: Path) -> None:
    var.mkdir(mode=0o700)
    ring_made(timedelta(days=-9))
    code, told = examine()
    assert code == 1
    assert told["certificate_not_yet_valid"][0] == "failed"
    assert "clock" in told["certificate_not_yet_valid"][2]


def test_a_database_that_is_none_is_found(started: Path) -> None:
    for leftover in started.glob("trillium.db*"):
        leftover.unlink()
    (started / "trillium.db").write_bytes(b"this is no database" * 100)
    code, told = examine()
    assert code == 1
    assert told["unavailable"][:2] == ("failed", "issuer")


def test_a_server_that_is_not_there_is_told_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISSUER_DATABASE_URL", "postgresql://issuer:planted-4711@localhost:9/issuer")
    result = run("doctor", "--app", "issuer")
    assert result.exit_code == 1
    assert "database: unavailable" in result.stdout
    assert "planted" not in result.output


def test_a_server_that_is_there_is_in_order(
    started: Path, monkeypatch: pytest.MonkeyPatch, postgresql_url: str
) -> None:
    monkeypatch.setenv("ISSUER_DATABASE_URL", postgresql_url)
    assert examine() == (0, {})


def test_a_clock_that_was_set_back_is_found(started: Path) -> None:
    tomorrow = time.time() + 86_400
    os.utime(started / "register.db", (tomorrow, tomorrow))
    code, told = examine()
    assert (code, told["set_back"][0]) == (1, "failed")


@pytest.mark.parametrize("name", ["ISSUER_PUBLC_URL", "TRILLIUM_PROFIL", "WALLET_ISSUER_URL"])
def test_a_setting_that_nobody_reads_is_told(
    started: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "planted-value")
    code, told = examine()
    assert code == 0
    assert told["setting_unknown"][:2] == ("warning", name)
    assert "planted" not in json.dumps(told)


def test_a_setting_that_cannot_be_is_told_without_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISSUER_STATUS_LIST_SIZE", "4711")
    monkeypatch.setenv("ISSUER_PUBLIC_URL", "planted value")
    result = run("doctor", "--app", "issuer", "--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)["findings"]
    assert {one["code"] for one in found} == {"setting_invalid"}
    assert "planted" not in result.output


def test_production_is_asked_what_it_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRILLIUM_PROFILE", "production")
    monkeypatch.setenv("ISSUER_PUBLIC_URL", "http://issuer.example")
    code, told = examine()
    assert code == 1
    assert told["refused_in_production"][:2] == ("failed", "ISSUER_PUBLIC_URL")
    assert told["no_trusted_proxy"][:2] == ("warning", "ISSUER_TRUSTED_PROXIES")


def test_a_type_that_is_wrong_is_told_and_without_any_the_issuer_does_not_start(
    started: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(SHIPPED, tmp_path / "types")
    monkeypatch.setenv("ISSUER_CREDENTIAL_TYPES_DIR", str(tmp_path / "types"))
    edit(tmp_path / "types" / "photo-card" / "type.json", batch_size=0)
    code, told = examine()
    assert (code, told["credential_type_stopped"][:2]) == (0, ("warning", "photo-card"))
    assert "batch_size" in told["credential_type_stopped"][2]
    for file in (tmp_path / "types").glob("*/type.json"):
        edit(file, batch_size=0)
    code, told = examine()
    assert (code, told["no_credential_type"][0]) == (1, "failed")


@pytest.mark.parametrize("name", ["verifier", "wallet"])
def test_a_trust_list_that_cannot_be_used_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(f"{name.upper()}_TRUST_LIST", str(tmp_path / "list.jwt"))
    code, told = examine(app_name=name)
    assert (code, told["trust_list_keys"][:2]) == (1, ("failed", f"{name.upper()}_TRUST_LIST_KEYS"))
    for setting, value in files(tmp_path, signed(list_of_today(), who="stranger")).items():
        monkeypatch.setenv(f"{name.upper()}_{setting.upper()}", str(value))
    code, told = examine(app_name=name)
    assert (code, told["trust_list_signature"][0]) == (1, "failed")
    files(tmp_path, signed(list_of_today(issuers=())))
    code, told = examine(app_name=name)
    assert told["nobody_trusted"][0] == "warning"
    assert not (tmp_path / "var" / "trust").exists(), "it only looks"


def test_a_ministry_that_does_not_answer_is_told(started: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISSUER_DIRECTORY_URL", "http://localhost:9/directory")
    monkeypatch.setenv("ISSUER_DIRECTORY_TIMEOUT", "1")
    assert run("keys", "jwks", "directory_request").exit_code == 0  # makes the key
    code, told = examine()
    assert (code, told["unavailable"][:2]) == (1, ("failed", "ISSUER_DIRECTORY_URL"))

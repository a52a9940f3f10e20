"""``trillium issuer``: credential types checked before an issuer starts, and copies measured."""

import json
import shutil
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from trillium.cli import app

SHIPPED = Path(str(resources.files("issuer") / "credential_types"))


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRILLIUM_VAR_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("COLUMNS", "400")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def types(own_folder: Path) -> Path:
    shutil.copytree(SHIPPED, own_folder / "types")
    return own_folder / "types"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def edit(file: Path, **members: Any) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | members), encoding="utf-8")


def test_the_shipped_types_are_good() -> None:
    result = run("issuer", "check")
    assert result.exit_code == 0, result.output
    assert "photo-card" in result.stdout
    told = json.loads(run("issuer", "check", "--json").stdout)
    assert told["ok"] is True
    assert told["problems"] == []
    assert {"proof-of-age", "photo-card"} <= {one["type"] for one in told["good"]}


def test_a_mistake_is_told_with_its_file_and_member(types: Path) -> None:
    edit(types / "photo-card" / "type.json", batch_size=0)
    result = run("issuer", "check", str(types))
    assert result.exit_code == 1
    assert "photo-card/type.json: batch_size: " in result.stderr
    assert "proof-of-age" in result.stdout
    assert "Traceback" not in result.output


def test_every_mistake_is_told_at_once_and_for_machines(types: Path) -> None:
    edit(types / "photo-card" / "type.json", batch_size=0)
    (types / "proof-of-age" / "claims.schema.json").unlink()
    (types / "Bad Name").mkdir()
    result = run("issuer", "check", str(types), "--json")
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert told["ok"] is False
    assert not {"photo-card", "proof-of-age"} & {one["type"] for one in told["good"]}
    places = {(one["type"], one["file"], one["member"]) for one in told["problems"]}
    assert ("photo-card", "type.json", "batch_size") in places
    assert ("proof-of-age", "claims.schema.json", "") in places
    assert all(one["reason"] for one in told["problems"])
    assert "Bad Name" in {one["type"] for one in told["problems"]}


def test_one_type_alone_can_be_checked(types: Path) -> None:
    told = json.loads(run("issuer", "check", str(types / "proof-of-age"), "--json").stdout)
    assert [one["type"] for one in told["good"]] == ["proof-of-age"]


def test_files_that_disagree_are_told_at_the_member(types: Path) -> None:
    settings = json.loads((types / "photo-card" / "type.json").read_text())
    edit(types / "photo-card" / "type.json", disclosable=settings["disclosable"][1:])
    result = run("issuer", "check", str(types / "photo-card"))
    assert result.exit_code == 1
    assert "photo-card/type.json: disclosable: " in result.stderr


def test_a_folder_that_is_none_or_empty(own_folder: Path) -> None:
    assert run("issuer", "check", str(own_folder / "nowhere")).exit_code == 2
    (own_folder / "empty").mkdir()
    result = run("issuer", "check", str(own_folder / "empty"))
    assert result.exit_code == 1
    assert "there is no credential type" in result.stderr


def test_two_people_are_needed_to_compare() -> None:
    one = ("--register-number", "ON-1000003")
    result = run("issuer", "linkability", *one, *one)
    assert result.exit_code == 2
    assert "two different people" in result.stderr


def test_an_issuer_that_nobody_runs_is_told_in_one_line(own_folder: Path) -> None:
    (own_folder / "var").mkdir()
    (own_folder / "var" / "management.token").write_text("token")
    result = run("issuer", "linkability", "--url", "http://localhost:9/issuer")
    assert result.exit_code == 1
    assert "nobody answers at http://localhost:9/issuer" in result.stderr
    missing = run("issuer", "linkability", "--url", "http://localhost:9", "--var-dir", "elsewhere")
    assert missing.exit_code == 1
    assert "management.token" in missing.stderr


def test_copies_of_an_issuer_of_its_own_are_measured_and_nothing_links_them() -> None:
    result = run("issuer", "linkability", "--type", "proof-of-age", "--type", "photo-card", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["ok"] is True
    assert set(told["types"]) == {"proof-of-age", "photo-card"}
    for found in told["types"].values():
        assert {one["code"] for one in found} >= {"keys", "salts", "indices", "lists", "times", "sizes"}
        assert all(one["passed"] for one in found)
    assert "ON-1000003" not in result.stdout

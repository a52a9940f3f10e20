"""The commands as an administrator types them, each with its own ``var`` folder."""

import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from trillium.cli import app

REGISTER = Path(str(resources.files("issuer") / "sample_data" / "residents.csv"))


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRILLIUM_VAR_DIR", str(tmp_path / "var"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def run_json(*arguments: str) -> Any:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def import_register() -> None:
    assert run("residents", "import", str(REGISTER)).exit_code == 0


def subject_of(number: str) -> str:
    [person] = run_json("residents", "search", number)
    subject: str = person["subject_ref"]
    return subject


def test_the_register_is_imported_and_imported_again_without_change() -> None:
    count = len(REGISTER.read_text(encoding="utf-8").splitlines()) - 1
    first = run_json("residents", "import", str(REGISTER))
    assert first == {"imported": count, "updated": 0, "unchanged": 0, "bad": []}
    second = run("residents", "import", str(REGISTER))
    assert f"0 imported, 0 updated, {count} unchanged." in second.stdout


def test_every_bad_row_is_told_and_nothing_imported(own_folder: Path) -> None:
    bad = own_folder / "bad.csv"
    text = (
        REGISTER.read_text(encoding="utf-8").replace("1994-06-14", "1994-06-31").replace(",F,", ",female,", 3)
    )
    bad.write_text(text, encoding="utf-8")
    result = run("residents", "import", str(bad))
    assert result.exit_code == 1
    assert "line 2, birthdate: there is no such date [no_such_date]" in result.stderr
    assert "line 2, sex: is not one of the values of this column [unknown_value]" in result.stderr
    assert "nothing was imported" in result.stderr
    assert run_json("residents", "search", "ON-1007922") == []


def test_a_file_that_is_not_utf8_is_reported_by_cell(own_folder: Path) -> None:
    bad = own_folder / "latin.csv"
    bad.write_bytes(REGISTER.read_bytes().replace("L'Écuyer".encode(), "L'Écuyer".encode("latin-1"), 1))
    result = run("residents", "import", str(bad), "--skip-bad", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["bad"] == [
        {"line": 3, "column": "family_name", "reason_code": "not_utf8", "reason": "this is not UTF-8"}
    ]


def test_an_offer_names_its_person_and_its_code() -> None:
    import_register()
    offer = run_json(
        "offer", "create", "--register-number", "ON-1000003", "--type", "photo-card", "--tx-code"
    )
    assert offer["credential_offer_link"].startswith("openid-credential-offer://?credential_offer_uri=")
    assert len(offer["tx_code"]) == 6


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["offer", "create", "--type", "photo-card"], 2, "--subject or by --register-number"),
        (["offer", "create", "--register-number", "ON-9999999", "--type", "photo-card"], 1, "no such number"),
        (["offer", "create", "--subject", "nobody", "--type", "photo-card"], 1, "unknown_subject"),
        (["offer", "create", "--subject", "x", "--type", "passport"], 1, "unknown_credential_configuration"),
        # Random identifiers: one in 64 begins with a hyphen.
        (["offer", "show", "-bRUvyc_MLzRrG2Ti7y46w"], 1, "unknown_offer"),
        (["offer", "withdraw", "--RUvyc_MLzRrG2Ti7y46w"], 1, "unknown_offer"),
        (["deferred", "approve", "-bRUvyc_MLzRrG2Ti7y46w"], 1, "unknown_deferral"),
        (["deferred", "deny", "-bRU", "--reason", "fraud"], 1, "unknown_deferral"),
        (["status", "revoke", "--subject", "-bRU", "--reason", "fraud"], 1, "unknown_credential"),
        (["status", "revoke", "--subject", "nobody", "--reason", "fraud"], 1, "unknown_credential"),
        (["status", "revoke", "--reason", "fraud"], 2, "--subject or a credential by --issuance"),
        (["status", "revoke", "--issuance", "x", "--held", "--reason", "fraud"], 2, "goes with --subject"),
        (["status", "revoke", "--subject", "nobody", "--held", "--reason", "fraud"], 1, "unknown_credential"),
        (["status", "revoke", "--subject", "x", "--reason", "whim"], 2, "whim"),
        (
            ["verifier", "client", "add", "--name-en", "A", "--name-fr", "B", "--preset", "all"],
            1,
            "unknown_preset",
        ),
        (["residents", "import", "nowhere.csv"], 2, "nowhere.csv"),
    ],
)
def test_a_mistake_is_told_in_one_line(arguments: list[str], code: int, text: str) -> None:
    result = run(*arguments)
    assert result.exit_code == code
    assert text in result.stderr
    assert "Traceback" not in result.output


def test_a_relying_service_is_registered_for_presets() -> None:
    client = run_json(
        "verifier", "client", "add", "--name-en", "Shop", "--name-fr", "Épicerie", "--preset", "identity"
    )
    assert client["client_id"].startswith("rs-")
    assert len(client["client_secret"]) >= 43
    presets = {row["preset"]: row["claims"] for row in run_json("verifier", "presets")}
    assert set(presets) == {
        *("age-19-or-over", "business-authority", "identity", "licence-class", "ontario-resident", "sign-in")
    }
    assert presets["age-19-or-over"] == "age_equal_or_over.19"


def test_public_keys_are_printed_for_whoever_is_given_them_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISSUER_DIRECTORY_URL", "https://register.example/directory")
    result = run("keys", "jwks", "directory_request")
    [key] = json.loads(result.stdout)["keys"]
    assert (key["kty"], key["crv"]) == ("EC", "P-256")
    assert "d" not in key
    assert run("keys", "jwks", "wrapping").exit_code == 2


def test_keys_are_listed_without_the_keys_and_rotated(own_folder: Path) -> None:
    before = run_json("keys", "list")
    assert {"credential", "access_token", "index_permutation"} <= {row["purpose"] for row in before}
    result = run("keys", "rotate", "credential", "--without-publication-lead")
    assert result.exit_code == 0, result.output
    states = [row["state"] for row in run_json("keys", "list") if row["purpose"] == "credential"]
    assert sorted(states) == ["active", "list-only"]
    assert not [row for row in run_json("keys", "list") if "PRIVATE" in str(row)]
    token = own_folder / "var" / "keys" / "issuer" / "manifest.json"
    assert token.stat().st_mode & 0o077 == 0

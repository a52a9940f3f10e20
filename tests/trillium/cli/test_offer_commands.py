"""``trillium offer`` as an administrator types it."""

import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from trillium.cli import app

REGISTER = Path(str(resources.files("issuer") / "sample_data" / "residents.csv"))
MAYA = ("--register-number", "ON-1000003")


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRILLIUM_VAR_DIR", str(tmp_path / "var"))
    monkeypatch.chdir(tmp_path)
    assert run("residents", "import", str(REGISTER)).exit_code == 0


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def run_json(*arguments: str) -> Any:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_an_offer_is_made_listed_shown_and_withdrawn() -> None:
    made = run_json("offer", "create", *MAYA, "--type", "photo-card", "--tx-code")
    assert (len(made["tx_code"]), made["tx_code_to"]) == (6, "clerk")
    assert made["page_url"].startswith("http://localhost:8000/issuer/offer/")
    assert made["account"]
    later = run_json("offer", "create", *MAYA, "--type", "proof-of-age", "--sign-in", "--minutes", "60")
    assert (later["tx_code"], later["tx_code_to"]) == (None, None)

    listed = run_json("offer", "list", *MAYA)
    assert {one["offer_id"]: one["grant"] for one in listed} == {
        made["offer_id"]: "pre-authorized_code",
        later["offer_id"]: "authorization_code",
    }
    shown = run_json("offer", "show", made["offer_id"])
    assert (shown["state"], shown["opened_at"], shown["tx_code"]) == ("open", None, True)
    assert "The offer is withdrawn." in run("offer", "withdraw", made["offer_id"]).stdout
    assert "The offer is withdrawn." in run("offer", "withdraw", made["offer_id"]).stdout
    assert run_json("offer", "show", made["offer_id"])["state"] == "withdrawn"


def test_people_read_tables_and_sentences() -> None:
    told = run("offer", "create", *MAYA, "--type", "photo-card", "--tx-code").stdout
    assert told.splitlines()[0] == "For Maya Élise Tremblay-O'Connor:"
    assert "Transaction code, for another channel:" in told
    assert "Page for the resident: http" in told
    assert "photo-card" in run("offer", "list", *MAYA).stdout


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["list"], 2, "--subject or by --register-number"),
        (["show", "never-was"], 1, "unknown_offer"),
        (["withdraw", "never-was"], 1, "unknown_offer"),
        (["create", *MAYA, "--type", "photo-card", "--minutes", "61"], 1, "offer_lifetime_refused"),
        (["create", *MAYA, "--type", "photo-card", "--minutes", "0"], 1, "offer_lifetime_refused"),
        (
            ["create", *MAYA, "--type", "photo-card", "--sign-in", "--tx-code"],
            1,
            "transaction_code_without_use",
        ),
        (
            ["create", *MAYA, "--type", "photo-card", "--tx-code", "--code-to", "resident"],
            1,
            "resident_not_reachable",
        ),
        (["create", *MAYA, "--type", "photo-card", "--code-to", "neighbour"], 2, "neighbour"),
    ],
)
def test_a_mistake_is_told_in_one_line(arguments: list[str], code: int, text: str) -> None:
    result = run("offer", *arguments)
    assert result.exit_code == code
    assert text in result.stderr
    assert "Traceback" not in result.output


def test_an_address_is_kept_and_forgotten_and_nothing_else_taken_for_one() -> None:
    assert "is kept." in run("residents", "contact", "on-1000003", "--mail", "maya@example.org").stdout
    assert "No address is kept." in run("residents", "contact", "ON-1000003").stdout
    refused = run("residents", "contact", "ON-1000003", "--mail", "maya")
    assert (refused.exit_code, "not_a_mail_address" in refused.stderr) == (1, True)
    unknown = run("residents", "contact", "ON-9999999", "--mail", "maya@example.org")
    assert (unknown.exit_code, "no such number" in unknown.stderr) == (1, True)

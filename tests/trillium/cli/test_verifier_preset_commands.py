"""``trillium verifier presets`` as whoever writes a preset uses it."""

import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from tests.trillium.cli.test_commands import own_folder, run, run_json

__all__ = ["own_folder"]

SHIPPED = Path(str(resources.files("verifier") / "presets"))


def preset(name: str = "identity", **changed: Any) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((SHIPPED / f"{name}.json").read_bytes())
    return content | changed


def write(folder: Path, content: object, name: str = "mine") -> str:
    folder.mkdir(exist_ok=True)
    file = folder / f"{name}.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return str(file)


def asking(*paths: list[str], **changed: Any) -> dict[str, Any]:
    content = preset(**changed)
    content["query"]["credentials"][0] |= {"claims": [{"path": path} for path in paths]}
    del content["query"]["credentials"][0]["claim_sets"]
    return content


def test_everything_that_is_shipped_is_usable_and_fits_the_shipped_types() -> None:
    """Their claims are looked for in the type descriptions of this very installation."""
    rows = run_json("verifier", "presets")
    assert {row["state"] for row in rows} == {"usable"}
    assert not [row for row in rows if row["findings"] or row["problem"]]
    by_name = {row["preset"]: row for row in rows}
    assert by_name["business-authority"]["needs"] == ["name", "birthdate", "business", "signing_authority"]
    assert by_name["identity"]["cross_device"] == "code"
    shown = run("verifier", "presets")
    assert shown.exit_code == 0
    assert "licence-class" in shown.stdout


def test_over_asking_is_shown_with_what_to_ask_instead(tmp_path: Path) -> None:
    file = write(tmp_path, asking(["birthdate"], ["address", "street_address"], needs=["residence"]))
    result = run("verifier", "presets", "--check", file)
    assert result.exit_code == 1
    said = " ".join(result.stdout.split())
    assert "photo_card.birthdate [beyond_purpose]" in said
    assert "Ask for age_equal_or_over" in said
    assert "Demandez age_equal_or_over" in said
    assert "Ask for address.locality" in said
    [row] = json.loads(run("verifier", "presets", "--check", file, "--json").stdout)
    assert row["state"] == "refused"
    assert [(one["code"], one["place"]) for one in row["findings"]] == [
        ("beyond_purpose", "photo_card.birthdate"),
        ("beyond_purpose", "photo_card.address.street_address"),
        ("unused_need", "-.residence"),
    ]
    assert all(set(one["suggestion"]) == {"en-CA", "fr-CA"} for one in row["findings"])


def test_what_is_kept_for_years_is_usable_with_a_warning(tmp_path: Path) -> None:
    kept = {"days": 401, "purposes": {"en-CA": "The act on lending", "fr-CA": "La loi sur les prêts"}}
    file = write(tmp_path, preset(retention=kept))
    result = run("verifier", "presets", "--check", file)
    assert result.exit_code == 0
    assert "usable" in result.stdout
    assert "[kept_long]" in result.stdout
    [row] = json.loads(run("verifier", "presets", "--check", file, "--json").stdout)
    assert (row["state"], [one["code"] for one in row["findings"]]) == ("usable", ["kept_long"])


def test_a_claim_that_the_type_does_not_have_is_found(tmp_path: Path) -> None:
    content = asking(["family_name"], ["given_names"])
    content["needs"] = ["name", {"path": ["given_names"], "purposes": preset()["purposes"]}]
    [row] = json.loads(run("verifier", "presets", "--check", write(tmp_path, content), "--json").stdout)
    assert [(one["code"], one["place"]) for one in row["findings"]] == [
        ("unknown_claim", "photo_card.given_names")
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "InvalidJson"),
        (preset(purposes={"en-CA": "Only English"}), "purposes are needed in en-CA and fr-CA"),
        (preset(needs=["all"]), "needs: all is none of age"),
        (preset(more=True), "more: Extra inputs"),
    ],
)
def test_a_file_that_is_no_preset_says_why(tmp_path: Path, content: object, said: str) -> None:
    result = run("verifier", "presets", "--check", write(tmp_path, content))
    assert result.exit_code == 1
    assert said in " ".join(result.stdout.split())
    assert "Traceback" not in result.output


def test_a_type_that_nobody_issues_is_told_apart(tmp_path: Path) -> None:
    content = preset()
    content["query"]["credentials"][0]["meta"]["vct_values"] = ["library-card"]
    [row] = json.loads(run("verifier", "presets", "--check", write(tmp_path, content), "--json").stdout)
    assert (row["state"], row["findings"]) == ("not issued", [])
    assert run("verifier", "presets", "--check", write(tmp_path, content)).exit_code == 1


def test_several_files_are_looked_at_each_for_itself(tmp_path: Path) -> None:
    good, bad = write(tmp_path, preset(), "good"), write(tmp_path, "{", "bad")
    result = run("verifier", "presets", "--check", bad, "--check", good, "--check", "nowhere.json", "--json")
    assert result.exit_code == 1
    assert [(row["preset"], row["state"]) for row in json.loads(result.stdout)] == [
        ("bad", "refused"),
        ("good", "usable"),
        ("nowhere", "refused"),
    ]


def test_the_operators_folder_is_looked_at_even_if_the_verifier_would_not_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "presets", asking(["birthdate"], needs=["age"]))
    monkeypatch.setenv("VERIFIER_PRESETS_DIR", str(tmp_path / "presets"))
    result = run("verifier", "presets")
    assert result.exit_code == 1
    assert "beyond_purpose" in result.stdout
    # Refused at start, too: whatever needs the verifier's services says so.
    started = run("verifier", "client", "list")
    assert started.exit_code == 1
    assert "over_asking" in started.stderr


def test_a_folder_without_presets_is_said_instead_of_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VERIFIER_PRESETS_DIR", str(tmp_path / "mistyped"))
    result = run("verifier", "presets")
    assert result.exit_code == 1
    assert "mistyped: refused" in "".join(result.stdout.split("\n"))
    assert "no such folder" in " ".join(result.stdout.split())

"""Businesses and holdings as an administrator types them."""

from importlib import resources
from pathlib import Path

from tests.trillium.cli.test_commands import import_register, own_folder, run, run_json

__all__ = ["own_folder"]

BUSINESSES = Path(str(resources.files("issuer") / "sample_data" / "businesses.csv"))


def test_businesses_are_imported_after_the_residents_and_again_without_change() -> None:
    import_register()
    count = len(BUSINESSES.read_text(encoding="utf-8").splitlines()) - 1
    first = run_json("businesses", "import", str(BUSINESSES))
    assert first == {"imported": count, "updated": 0, "unchanged": 0, "bad": []}
    second = run("businesses", "import", str(BUSINESSES))
    assert f"0 imported, 0 updated, {count} unchanged." in second.stdout
    [found] = run_json("businesses", "search", "epi dore")
    assert (found["business_number"], found["name_en"], found["name_fr"]) == (
        "BR-100303247",
        "",
        "Boulangerie L’Épi doré inc.",
    )
    assert "BR-100303247" in run("businesses", "search", "BR-100303247").stdout


def test_businesses_of_strangers_are_refused_with_every_line() -> None:
    result = run("businesses", "import", str(BUSINESSES))
    assert result.exit_code == 1
    assert (
        "line 2, signatories: the register of residents has no such person [unknown_person]" in result.stderr
    )
    assert "nothing was imported" in result.stderr


def test_what_somebody_may_hold_credentials_about_can_be_offered() -> None:
    import_register()
    assert run("businesses", "import", str(BUSINESSES)).exit_code == 0
    held = run_json("residents", "holdings", "on-1000003")
    assert [one["kind"] for one in held[:4]] == ["person", "child", "business", "signing_authority"]
    assert (held[1]["name"], held[1]["in_force"]) == ("Arjun Singh", True)
    child, authority = held[1]["subject_ref"], held[3]["subject_ref"]
    for subject, name in ((child, "health-card"), (authority, "business-authority")):
        offered = run_json("offer", "create", "--subject", subject, "--type", name)
        assert offered["credential_offer_link"]
    assert run("offer", "create", "--subject", child, "--type", "drivers-licence").exit_code != 0
    assert run_json("residents", "holdings", "ON-0000000") == []

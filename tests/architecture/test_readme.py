"""The tables for readers name what exists, and leave out nothing that does."""

import re
import tomllib

import pytest

from tests.architecture.source_tree import ROOT, SHIPPED, subpackages

README = ROOT / "README.md"
STANDARDS = ROOT / "specs" / "README.md"
PACKAGE = re.compile(r"`(?P<name>(?:specs|keys|issuer|verifier|wallet_api|trillium)(?:[./][a-z_0-9]+)+)/?`")
LINK = re.compile(r"\]\((?!\w+:)(?P<target>[^)#\s]+)")
FOUNDATION = {"errors", "encoding", "well_known"}


def named_packages(text: str) -> set[str]:
    return {match["name"].replace(".", "/") for match in PACKAGE.finditer(text)}


def exists(name: str) -> bool:
    return (ROOT / name).exists() or (ROOT / f"{name}.py").exists()


@pytest.mark.parametrize("page", [README, STANDARDS], ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_names_only_packages_that_exist(page: object) -> None:
    text = (ROOT / str(page)).read_text(encoding="utf-8")

    assert not sorted(name for name in named_packages(text) if not exists(name))


def test_the_table_of_standards_has_every_package_of_the_standards_and_no_other() -> None:
    rows = set(re.findall(r"^\| `([a-z_0-9]+)`", STANDARDS.read_text(encoding="utf-8"), re.MULTILINE))

    assert rows == subpackages("specs") - FOUNDATION


def test_the_coverage_table_has_every_shipped_package() -> None:
    text = README.read_text(encoding="utf-8")

    assert not [name for name in SHIPPED if f"`{name}/`" not in text]


def shown_numbers() -> list[str]:
    """The requirements of which the page says that a test shows them."""
    found = []
    for row in re.findall(r"^\| ✓ ([0-9., –]+) \|", README.read_text(encoding="utf-8"), re.MULTILINE):
        for part in row.split(","):
            first, _, last = part.strip().partition("–")
            chapter, number = first.split(".")
            end = int((last or first).split(".")[1])
            found += [f"{chapter}.{each:02d}" for each in range(int(number), end + 1)]
    return found


def test_what_a_test_shows_a_test_names() -> None:
    tests = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "tests").glob("*/**/*.py"))
    named = {f"{match[1]}.{match[2]}" for match in re.finditer(r"(?<!\d)(\d)[._](\d\d)(?!\d)", tests)}
    numbers = shown_numbers()

    assert len(numbers) > 150
    assert not [one for one in numbers if one not in named]


def test_links_between_pages_lead_somewhere() -> None:
    pages = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
    pages += sorted((ROOT / "docs").rglob("*.md"))
    dead = [
        f"{page.relative_to(ROOT)}: {match['target']}"
        for page in pages
        for match in LINK.finditer(page.read_text(encoding="utf-8"))
        if not (page.parent / match["target"]).exists()
    ]

    assert not dead


def test_every_run_time_dependency_has_its_reason_on_the_page() -> None:
    page = (ROOT / "docs" / "decisions" / "0005-dependencies.md").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {re.split(r"[<>=;\[ ]", line)[0] for line in project["dependencies"]}

    listed = set(re.findall(r"^\| `([a-z0-9-]+)`", page, re.MULTILINE))

    assert listed == wanted

"""The page for operators names every variable that an application reads, and no other."""

import re

import pytest

import issuer.settings
import verifier.settings
import wallet_api.settings
from tests.architecture.source_tree import ROOT
from trillium.runtime.settings import SharedSettings

PAGE = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
APPLICATIONS: dict[str, type[SharedSettings]] = {
    "ISSUER": issuer.settings.Settings,
    "VERIFIER": verifier.settings.Settings,
    "WALLET": wallet_api.settings.Settings,
}
VARIABLE = re.compile(r"\b(?:TRILLIUM|ISSUER|VERIFIER|WALLET|REGISTER)_[A-Z][A-Z_]*[A-Z]\b")
WITH_EVERY_PREFIX = re.compile(r"^\| `…(_[A-Z_]+)`", re.MULTILINE)
DOCUMENTED = set(VARIABLE.findall(PAGE)) | {
    f"{prefix}{ending}" for prefix in APPLICATIONS for ending in WITH_EVERY_PREFIX.findall(PAGE)
}


def variables(settings: type[SharedSettings]) -> set[str]:
    return {settings.setting_name(field) for field in settings.model_fields}


@pytest.mark.parametrize("application", APPLICATIONS)
def test_every_variable_is_on_the_page(application: str) -> None:
    assert not sorted(variables(APPLICATIONS[application]) - DOCUMENTED)


def test_the_page_names_no_variable_that_nothing_reads() -> None:
    """Whoever sets one believes that it does something; misspelt ones are not refused."""
    known = set().union(*map(variables, APPLICATIONS.values()))
    # Decisions tell of the past, too.
    pages = [
        ROOT / "README.md",
        *sorted((ROOT / "docs").glob("*.md")),
        *(ROOT / "docs" / "flows").glob("*.md"),
    ]
    for page in pages:
        named = set(VARIABLE.findall(page.read_text(encoding="utf-8")))
        assert not sorted(named - known), page.name


@pytest.mark.parametrize("application", APPLICATIONS)
def test_a_shared_row_of_the_page_holds_for_every_application(application: str) -> None:
    known = variables(APPLICATIONS[application])
    assert not sorted({f"{application}{ending}" for ending in WITH_EVERY_PREFIX.findall(PAGE)} - known)

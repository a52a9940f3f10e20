"""The import rules in pyproject.toml cover every package there is; `make check` runs the rules themselves."""

import tomllib
from typing import Any

import pytest

from tests.architecture.source_tree import APPS, ROOT, SHIPPED, subpackages


def contract(name: str) -> dict[str, Any]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found = [rule for rule in settings["tool"]["importlinter"]["contracts"] if rule["name"] == name]
    assert found, f"no import rule is named {name!r}"
    return dict(found[0])


def existing(inner: str) -> set[str]:
    return {f"{app}.{inner}" for app in APPS if inner in subpackages(app)}


def test_every_shipped_package_is_under_the_rules() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

    assert set(settings["tool"]["importlinter"]["root_packages"]) == set(SHIPPED)
    assert set(settings["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) == set(SHIPPED)


def test_every_domain_is_held_to_purity() -> None:
    assert set(contract("rules are pure")["source_modules"]) == {"specs"} | existing("domain")


def test_every_service_is_held_to_its_ports() -> None:
    assert set(contract("services know only ports")["source_modules"]) == existing("services")


def test_keys_may_import_no_standard_but_jose() -> None:
    standards = {
        f"specs.{name}" for name in subpackages("specs") - {"jose", "encoding", "errors", "well_known"}
    }

    assert set(contract("keys know no standard but JOSE")["forbidden_modules"]) == standards


@pytest.mark.parametrize("package", SHIPPED)
def test_every_folder_with_code_is_a_package(package: str) -> None:
    """Without `__init__.py` a folder is invisible to the import rules, to mypy and to the wheel."""
    folders = {path.parent for path in (ROOT / package).rglob("*.py")}

    assert not [str(folder) for folder in sorted(folders) if not (folder / "__init__.py").is_file()]

"""The wheel: six import names that are ours alone, all the data they need, and nothing else.

The folders of the repository are the import packages (docs/decisions/0001-layout.md), so another
distribution that ships a package called `verifier` or `keys` would overwrite ours in silence. Only an
installed wheel shows it.
"""

import json
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.architecture.source_tree import ROOT, SHIPPED
from tools.check.tracked_files import tracked_files

REPORT = """
import importlib.metadata, importlib.util, json, sys
site = sys.argv[1]
sys.path[:0] = [site]
owners = {name: sorted(set(names)) for name, names in importlib.metadata.packages_distributions().items()}
places = {name: importlib.util.find_spec(name).submodule_search_locations[0] for name in sys.argv[2:]}
entry_points = importlib.metadata.distribution("trillium").entry_points
print(json.dumps({"owners": owners, "places": places, "commands": [point.name for point in entry_points]}))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def contents(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@dataclass(frozen=True)
class Installed:
    """What a fresh interpreter sees of the installed wheel."""

    site: Path
    owners: dict[str, list[str]]
    places: dict[str, str]
    commands: list[str]


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    site = tmp_path_factory.mktemp("site")
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-compile"]
    subprocess.run([*install, "--target", str(site), str(wheel)], check=True, capture_output=True)
    # -S and -I: neither this environment's packages nor the repository are on the path.
    report = [sys.executable, "-S", "-I", "-c", REPORT, str(site), *SHIPPED]
    output = subprocess.run(report, check=True, capture_output=True, cwd=site, text=True).stdout
    return Installed(site, **json.loads(output))


def test_the_installed_wheel_owns_six_import_names_and_no_other(installed: Installed) -> None:
    assert installed.owners == {name: ["trillium"] for name in SHIPPED}


def test_the_six_packages_are_loaded_from_the_wheel(installed: Installed) -> None:
    assert installed.places == {name: str(installed.site / name) for name in SHIPPED}


def test_the_command_is_installed(installed: Installed) -> None:
    assert "trillium" in installed.commands


def test_no_dependency_brings_a_package_of_the_same_name() -> None:
    """The locked environment that the tests run in has them all."""
    owners = packages_distributions()

    assert {name: owners[name] for name in SHIPPED if set(owners.get(name, ())) - {"trillium"}} == {}


def test_every_module_and_every_data_file_is_shipped(contents: set[str]) -> None:
    """Templates, style sheets, catalogues, credential types and sample data, beside the code."""
    names = [path.relative_to(ROOT) for path in tracked_files(ROOT)]

    assert not [str(name) for name in names if name.parts[0] in SHIPPED and name.as_posix() not in contents]


def test_the_look_of_the_pages_is_shipped_though_git_ignores_it(contents: set[str]) -> None:
    """What `make assets` made, with the licences of its fonts."""
    folder = ROOT / "trillium" / "runtime" / "static" / "ontario"
    made = {path.relative_to(ROOT).as_posix() for path in folder.rglob("*") if path.is_file()}

    assert made, "run `make assets`"
    assert made <= contents


@pytest.mark.parametrize("package", SHIPPED)
def test_each_package_says_that_it_is_typed(contents: set[str], package: str) -> None:
    assert f"{package}/py.typed" in contents


def test_neither_tests_nor_tools_nor_keys_are_shipped(contents: set[str]) -> None:
    places = {name.partition("/")[0] for name in contents}

    assert {place for place in places if not place.endswith(".dist-info")} == set(SHIPPED)
    assert not [name for name in contents if Path(name).suffix in {".pem", ".key", ".db"}]


def test_the_licence_is_shipped(contents: set[str]) -> None:
    assert [name for name in contents if name.endswith(".dist-info/licenses/LICENSE")]

"""What `make assets` installs: exact, from no named index, with its licences, and leading nowhere else."""

import gzip
import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.architecture.source_tree import ROOT
from tools.check.leaks import NPM_ADDRESS
from tools.copy_assets import COPIED_SHEET, SHEET, UnexpectedPackage, copy_assets

FACE = (
    "@font-face{font-family:Raleway;font-weight:700;src:url(../../../fonts/raleway-700/raleway-700.eot);"
    "src:url(../../../fonts/raleway-700/raleway-700.woff2) format('woff2'),local('Raleway')}"
)
TRUETYPE = "@font-face{font-family:Courier;src:url(../../../fonts/courier/courier.ttf) format('truetype')}"
PACKAGE = "@ongov/ontario-design-system-global-styles"


def package_with(folder: Path, sheet: str, *, licences: bool = True) -> Path:
    """A package laid out like the design system's."""
    package = folder / "package"
    font = package / "dist" / "fonts" / "raleway-700"
    font.mkdir(parents=True)
    (package / SHEET).parent.mkdir(parents=True)
    (package / SHEET).write_text(f'@charset "UTF-8";{sheet}', encoding="utf-8")
    for kind in ("woff2", "woff", "eot"):
        (font / f"raleway-700.{kind}").write_bytes(kind.encode())
    if licences:
        (font / "LICENSE.txt").write_text("OFL", encoding="utf-8")
        (package / "LICENSE").write_text("Apache", encoding="utf-8")
    described = {"name": PACKAGE, "version": "4.2.0", "license": "Apache-2.0"}
    (package / "package.json").write_text(json.dumps(described), encoding="utf-8")
    return package


def test_the_lock_file_is_exact_and_names_no_index() -> None:
    wanted = json.loads((ROOT / "assets" / "package.json").read_text(encoding="utf-8"))["dependencies"]
    text = (ROOT / "assets" / "package-lock.json").read_text(encoding="utf-8")
    locked = json.loads(text)["packages"]

    assert wanted == {PACKAGE: "4.2.0"}
    assert locked[f"node_modules/{PACKAGE}"]["version"] == "4.2.0"
    assert locked[f"node_modules/{PACKAGE}"]["integrity"].startswith("sha512-")
    assert not NPM_ADDRESS.search(text)
    assert "://" not in text
    assert "omit-lockfile-registry-resolved=true" in (ROOT / "assets" / ".npmrc").read_text(encoding="utf-8")


def test_nothing_of_it_is_in_the_repository() -> None:
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "--", "trillium", "assets"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()

    assert not [name for name in listed if name.endswith((".woff", ".woff2", ".ttf")) or "/ontario/" in name]
    assert [name for name in listed if name.startswith("assets/")] == [
        "assets/.npmrc",
        "assets/package-lock.json",
        "assets/package.json",
    ]


def test_sheet_woff2_fonts_and_licences_are_copied_and_nothing_else(tmp_path: Path) -> None:
    copied = copy_assets(package_with(tmp_path, FACE + TRUETYPE + "h1{color:red}"), tmp_path / "ontario")

    assert [path.as_posix() for path in copied] == [
        "LICENSE",
        "fonts/raleway-700/LICENSE.txt",
        "fonts/raleway-700/raleway-700.woff2",
        "ontario-theme.css",
        "ontario-theme.css.gz",
    ]


def test_the_copy_leads_only_beside_itself_by_hash(tmp_path: Path) -> None:
    target = tmp_path / "ontario"
    copy_assets(package_with(tmp_path, FACE + TRUETYPE + "h1{color:red}"), target)
    text = (target / COPIED_SHEET).read_text(encoding="utf-8")

    assert re.findall(r"url\((.*?)\)", text) == ['"fonts/raleway-700/raleway-700.woff2?v=9aee6ac80dbc"']
    assert "font-weight:700" in text
    assert text.endswith("h1{color:red}")
    assert text.startswith('@charset "UTF-8";\n/* ' + PACKAGE + " 4.2.0, Apache-2.0")
    assert gzip.decompress((target / f"{COPIED_SHEET}.gz").read_bytes()).decode() == text


def test_what_an_older_version_left_is_gone(tmp_path: Path) -> None:
    target = tmp_path / "ontario"
    target.mkdir()
    (target / "old.css").write_text("", encoding="utf-8")

    copy_assets(package_with(tmp_path, FACE), target)

    assert not (target / "old.css").exists()
    assert not target.with_name("ontario.new").exists()


@pytest.mark.parametrize(
    "sheet",
    ["h1{background:url(data:image/png;base64,AA)}", "@import 'other.css';", "h1{content:url(a.svg)}"],
    ids=["data address", "import", "picture"],
)
def test_a_sheet_that_names_another_file_is_refused(tmp_path: Path, sheet: str) -> None:
    """The policy of our pages would block it, so whoever takes a new version has to look."""
    target = tmp_path / "ontario"
    with pytest.raises(UnexpectedPackage, match="names another file"):
        copy_assets(package_with(tmp_path, FACE + sheet), target)
    assert not target.exists(), "what was there before stays"


def test_a_font_without_licence_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnexpectedPackage, match="no licence in raleway-700"):
        copy_assets(package_with(tmp_path, FACE, licences=False), tmp_path / "ontario")


def test_a_package_without_the_sheet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnexpectedPackage, match="no dist/styles"):
        copy_assets(tmp_path, tmp_path / "ontario")

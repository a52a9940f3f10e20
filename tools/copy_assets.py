"""Copies the Ontario Design System's style sheet and fonts to where the pages are served from.

``make assets`` runs it after npm; nothing of the design system is kept in this repository. Of its fonts only
the WOFF2 files are taken. The addresses in the copy carry the beginning of each file's hash, so that browsers
may keep it, and lead nowhere but beside the style sheet.
"""

import gzip
import hashlib
import json
import re
import shutil
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
PACKAGE: Final = ROOT / "assets" / "node_modules" / "@ongov" / "ontario-design-system-global-styles"
TARGET: Final = ROOT / "trillium" / "runtime" / "static" / "ontario"
SHEET: Final = Path("dist", "styles", "css", "compiled", "ontario-theme.min.css")
COPIED_SHEET: Final = "ontario-theme.css"

FONT_FACE: Final = re.compile(r"@font-face\s*{([^}]*)}")
WOFF2: Final = re.compile(r"url\([\"']?([^)\"']+\.woff2)[\"']?\)")
CHARSET: Final = '@charset "UTF-8";'
LEADS_ELSEWHERE: Final = re.compile(r"url\(|@import|//[\w.-]+/")


class UnexpectedPackage(Exception):
    """The package is not laid out as this program knows it: look at the new version by hand."""


def copy_assets(package: Path, target: Path) -> list[Path]:
    """Writes style sheet, fonts and licences into ``target``, in place of what was there; their paths in it.

    Raises UnexpectedPackage for a font without licence and for a style sheet that names any other file.
    """
    sheet = package / SHEET
    if not sheet.is_file():
        raise UnexpectedPackage(f"no {SHEET} in {package.name}")
    fresh = target.with_name(f"{target.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    text = FONT_FACE.sub(
        lambda face: _own_face(face[1], sheet.parent, fresh), sheet.read_text(encoding="utf-8")
    )
    text = text.removeprefix(CHARSET)
    if foreign := LEADS_ELSEWHERE.search(FONT_FACE.sub("", text)):
        raise UnexpectedPackage(f"the style sheet names another file: {text[foreign.start() :][:80]}")
    _copy_licence(package, fresh)
    written = f"{CHARSET}\n{_origin(package)}\n{text}".encode()
    (fresh / COPIED_SHEET).write_bytes(written)
    (fresh / f"{COPIED_SHEET}.gz").write_bytes(gzip.compress(written, mtime=0))
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)
    return sorted(path.relative_to(target) for path in target.rglob("*") if path.is_file())


def _own_face(declarations: str, base: Path, target: Path) -> str:
    """A font of the style sheet with its WOFF2 file alone, copied; nothing for a font that has none."""
    found = WOFF2.search(declarations)
    if found is None:
        return ""
    source = (base / found[1]).resolve()
    folder = target / "fonts" / source.parent.name
    folder.mkdir(parents=True, exist_ok=True)
    _copy_licence(source.parent, folder)
    shutil.copyfile(source, folder / source.name)
    digest = hashlib.sha256(source.read_bytes()).hexdigest()[:12]
    kept = [part for part in declarations.split(";") if part.strip() and not part.strip().startswith("src")]
    address = f"fonts/{folder.name}/{source.name}?v={digest}"
    return "@font-face{" + ";".join([*kept, f'src:url("{address}") format("woff2")']) + "}"


def _copy_licence(source: Path, target: Path) -> None:
    licences = [path for path in source.iterdir() if path.name.upper().startswith("LICENSE")]
    if not licences:
        raise UnexpectedPackage(f"no licence in {source.name}")
    for path in licences:
        shutil.copyfile(path, target / path.name)


def _origin(package: Path) -> str:
    """What the licence asks for: whose work this is, and that it was changed."""
    described = json.loads((package / "package.json").read_text(encoding="utf-8"))
    name, version, licence = (described[member] for member in ("name", "version", "license"))
    return f"/* {name} {version}, {licence}: see LICENSE. Changed: fonts as WOFF2 only, beside this file. */"


def main() -> int:
    """Copies what npm installed. The exit status."""
    try:
        copied = copy_assets(PACKAGE, TARGET)
    except (UnexpectedPackage, OSError) as problem:
        print(f"make assets: {problem}", file=sys.stderr)
        return 1
    print(f"copied the look of the Ontario Design System: {len(copied)} files")
    return 0


if __name__ == "__main__":
    sys.exit(main())

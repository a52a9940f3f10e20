"""What must never be committed: addresses of package indexes, paths of one machine, private keys."""

import re
from collections.abc import Iterator
from pathlib import Path

from tools.check.tracked_files import read_text, tracked_files

LOCK_FILES = re.compile(r"requirements[^/]*(/[^/]+)?\.txt$|\.lock$|pylock[^/]*\.toml$|pip\.conf$|\.npmrc$")
INDEX_ADDRESS = re.compile(
    r"://|^\s*(--(extra-)?index-url|--find-links|-i|-f)\b|^\s*registry\s*=", re.MULTILINE
)
NPM_ADDRESS = re.compile(r'"resolved"\s*:\s*"\w+:')
MACHINE_PATH = re.compile(r"(?<![\w.:/-])/(?:work|root|home|Users)/[\w.-]+")
PRIVATE_KEY = re.compile(r"-{5}BEGIN [A-Z ]*PRIVATE KEY-{5}|[\"']d[\"']\s*:\s*[\"'][A-Za-z0-9_-]{22,}[\"']")
KEY_FILES = frozenset({".key", ".p12", ".pfx", ".jks"})


def findings(root: Path) -> list[str]:
    """One line per file and kind of leak."""
    found = []
    for path in tracked_files(root):
        name = path.relative_to(root).as_posix()
        text = read_text(path)
        found += [f"{name}: {problem}" for problem in _problems(name, text or "", str(root))]
    return found


def _problems(name: str, text: str, root: str) -> Iterator[str]:
    if LOCK_FILES.search(name) and INDEX_ADDRESS.search(text):
        yield "a lock file names the address of a package index"
    if name.endswith("package-lock.json") and NPM_ADDRESS.search(text):
        yield "names the address of a package index; omit-lockfile-registry-resolved leaves it out"
    match = MACHINE_PATH.search(text)
    if match or f"{root}/" in text:
        yield f"a path of one machine: {match.group() if match else root}"
    if name.startswith("tests/vectors/"):
        return
    if PRIVATE_KEY.search(text) or Path(name).suffix in KEY_FILES:
        yield "a private key; they are allowed in tests/vectors/ only, and real ones belong in var/"

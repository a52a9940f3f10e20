"""The files of this repository: what git tracks, and what it would track if it were added."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

NOT_OURS = frozenset({"var", "build", "dist", "node_modules", "__pycache__", "ontario"})
HIDDEN_BUT_OURS = frozenset({".ci"})


def tracked_files(root: Path) -> list[Path]:
    """Absolute paths, sorted. Falls back to walking the tree where there is no git (an unpacked archive)."""
    listed = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        check=False,
    )
    if listed.returncode != 0:
        return sorted(_walk(root))
    paths = (root / name.decode() for name in listed.stdout.split(b"\0") if name)
    return sorted({path for path in paths if path.is_file()})


def read_text(path: Path) -> str | None:
    """The text of a file, or None when it is not UTF-8 text."""
    data = path.read_bytes()
    if b"\0" in data:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None


def _walk(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_symlink() or path.name in NOT_OURS:
            continue
        if path.is_file():
            yield path
        elif not path.name.startswith(".") or path.name in HIDDEN_BUT_OURS:
            yield from _walk(path)

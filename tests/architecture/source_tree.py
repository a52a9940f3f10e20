"""Where the code is, and what exists of it."""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ("issuer", "verifier", "wallet_api")
SHIPPED = ("specs", "keys", *APPS, "trillium")


def module_files(*folders: str) -> Iterator[tuple[str, Path]]:
    """Module name and file of every Python module below the folders, `__main__` left out."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            if parts[-1] != "__main__":
                yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def subpackages(package: str) -> set[str]:
    """Names of the packages and modules directly inside a package."""
    folder = ROOT / package
    packages = {path.parent.name for path in folder.glob("*/__init__.py")}
    return packages | {path.stem for path in folder.glob("*.py") if not path.stem.startswith("__")}

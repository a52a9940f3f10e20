"""Licences of everything that is installed at run time: nothing under the GPL or AGPL."""

import re
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

STRONG_COPYLEFT = re.compile(r"\bA?GPL|Affero|(?<!Lesser )General Public License", re.IGNORECASE)
LOCKED = re.compile(r"^[A-Za-z0-9][^\\#]*==[^\\#]*", re.MULTILINE)


def findings(root: Path) -> list[str]:
    """Run-time packages whose licence forbids our own (Apache-2.0), or cannot be read."""
    found = []
    for name in locked_names(root / "requirements" / "run.txt"):
        try:
            licence = licence_of(distribution(name))
        except PackageNotFoundError:
            found.append(f"requirements/run.txt: {name} is locked but not installed")
            continue
        if not licence:
            found.append(f"{name}: states no licence")
        elif is_strong_copyleft(licence):
            found.append(f"{name}: under {licence}")
    return found


def locked_names(lock: Path) -> Iterator[str]:
    """Names of the packages that the lock file installs on this machine."""
    for line in LOCKED.findall(lock.read_text(encoding="utf-8")):
        requirement = Requirement(line.strip())
        if requirement.marker is None or requirement.marker.evaluate():
            yield requirement.name


def licence_of(package: Distribution) -> str:
    """The licence a package declares: SPDX expression, else classifiers, else the first line of free text."""
    metadata = package.metadata.json
    if expression := metadata.get("license_expression"):
        return str(expression)
    classifiers = [
        line.split(" :: ")[-1] for line in metadata.get("classifier", ()) if line.startswith("License ::")
    ]
    return ", ".join(classifiers) or str(metadata.get("license", "")).strip().partition("\n")[0]


def is_strong_copyleft(licence: str) -> bool:
    """True when the GPL or AGPL cannot be avoided. The LGPL is another licence."""
    if re.search(r"\sAND\s", licence):
        return bool(STRONG_COPYLEFT.search(licence))
    return all(STRONG_COPYLEFT.search(choice) for choice in re.split(r"\s+OR\s+", licence))

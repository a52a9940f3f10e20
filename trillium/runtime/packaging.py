"""The start-up guard: all our packages come from one place.

`issuer`, `verifier`, `keys` and `specs` are plain names. If another distribution in the same environment
writes or shadows one of them, the installer does not notice; this does, before anything is served.
"""

from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("issuer", "verifier", "wallet_api", "keys", "specs", "trillium")


class ForeignPackage(Exception):
    """One of our package names belongs to somebody else, or is missing."""


def verify_packages(packages: Iterable[str] = PACKAGES) -> Path:
    """The folder that holds all packages. Raises ForeignPackage naming the intruder. Imports nothing."""
    home = Path(__file__).resolve().parents[2]
    for name in packages:
        spec = find_spec(name)
        origin = spec.origin if spec is not None else None
        if origin is None:
            raise ForeignPackage(f"the package {name} is missing or incomplete; install trillium again")
        place = Path(origin).resolve().parent
        if place != home / name:
            raise ForeignPackage(
                f"the package {name} comes from {place}, not from {home}; "
                "install trillium in an environment of its own"
            )
    return home

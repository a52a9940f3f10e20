"""The rules of the ring read no clock, no file and no random number: time is an argument."""

from pathlib import Path

import pytest

from tests.architecture.impurities import impurities
from tests.architecture.source_tree import ROOT

PURE = ("errors", "jwks", "key_entry", "key_ring", "manifest_format", "provider", "purposes", "signer")
# Random serial numbers, nonces and files are their business; the clock is nobody's.
CLOCKS = ("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.date.today", "time.time")


@pytest.mark.parametrize("name", PURE)
def test_the_module_is_pure(name: str) -> None:
    assert not list(impurities((ROOT / "keys" / f"{name}.py").read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", sorted((ROOT / "keys").rglob("*.py")), ids=lambda path: path.stem)
def test_nothing_reads_the_clock_or_the_environment(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    found = {name for _, name in impurities(source)}

    assert not found & {*CLOCKS, "os.environ", "os.getenv"}
    assert "time.time(" not in source

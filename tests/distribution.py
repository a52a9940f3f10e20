"""Which tests stay together, and which go first, when pytest-xdist runs several at a time.

The tests of a file stay together, as with `--dist loadfile`. So do those of a folder whose tests share a
server and a browser, or a server and a wallet in Node: every worker would start its own, and one browser is
load enough. What mostly waits for other processes begins first; the many files that only compute fill what it
leaves idle, to the end.
"""

from collections import Counter
from typing import Any, Final

import pytest
from xdist.scheduler import LoadScopeScheduling

TOGETHER: Final = ("tests/browser/", "tests/interop/")
FIRST: Final = (*TOGETHER, "tests/bench/", "tests/flows/", "tests/upstream_login/", "tests/architecture/")


class KeptTogether(LoadScopeScheduling):
    """Hands out piece after piece, in the order in which the tests were collected."""

    def _split_scope(self, nodeid: str) -> str:
        return piece_of(nodeid)


def piece_of(nodeid: str) -> str:
    """What a test stays with: a folder of TOGETHER, else its file."""
    file = nodeid.partition("::")[0]
    return next((folder for folder in TOGETHER if file.startswith(folder)), file)


def in_order(nodeids: list[str]) -> list[int]:
    """The places of the tests: those of FIRST, then pieces with many tests before such with few."""
    pieces = [piece_of(nodeid) for nodeid in nodeids]
    tests = Counter(pieces)

    def rank(place: int) -> tuple[int, int, str]:
        piece = pieces[place]
        turn = next((turn for turn, folder in enumerate(FIRST) if piece.startswith(folder)), len(FIRST))
        return turn, -tests[piece], piece

    return sorted(range(len(nodeids)), key=rank)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Only where the tests are handed out: who runs a few of them wants them as they stand."""
    if hasattr(config, "workerinput"):
        items[:] = [items[place] for place in in_order([item.nodeid for item in items])]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> KeptTogether:
    config.option.loadscopereorder = False  # they come in order
    return KeptTogether(config, log)

"""The newest list that was accepted, on disk: for a start without the network, and against older lists.

The file holds the signed list itself and is checked like one that comes from outside; whoever can write there
can take our memory away, but cannot make us trust anybody.
"""

from pathlib import Path
from typing import Final, Protocol

import structlog

from keys.errors import CustodyError
from keys.private_files import PRIVATE_DIRECTORY, exclusive_lock, write_private
from trillium.runtime.trust_list.token import MAX_TOKEN_BYTES

log: Final = structlog.get_logger()

_LOCK_TIMEOUT_S: Final = 2.0


class ListMemory(Protocol):
    """Where the newest list is remembered."""

    def read(self) -> bytes | None:
        """The last one that was kept."""

    def keep(self, token: bytes) -> None:
        """Remembers this one instead."""


class ListFile:
    """A file below ``var_dir``, shared by the processes of one application. ``remember``: is it written?"""

    def __init__(self, path: Path, *, remember: bool = True) -> None:
        self._path = path
        self._remember = remember

    def read(self) -> bytes | None:
        try:
            with self._path.open("rb") as file:
                content = file.read(MAX_TOKEN_BYTES + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            log.error("trust_list_cache_unreadable", error=type(error).__name__)
            return None
        return content if len(content) <= MAX_TOKEN_BYTES else None

    def keep(self, token: bytes) -> None:
        """A disk that takes nothing is logged: the list counts for as long as this process lives."""
        if not self._remember:
            return
        try:
            self._path.parent.mkdir(mode=PRIVATE_DIRECTORY, parents=True, exist_ok=True)
            lock = self._path.with_name(f"{self._path.name}.lock")
            with exclusive_lock(lock, timeout_s=_LOCK_TIMEOUT_S):
                write_private(self._path, token)
        except (OSError, CustodyError) as error:
            log.error("trust_list_cache_not_written", error=type(error).__name__)

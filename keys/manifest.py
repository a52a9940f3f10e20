"""The ring on disk: one JSON file beside the private keys, replaced as a whole, changed under a lock.

Nothing in it is secret, but whoever can change it decides which keys are trusted, so it is guarded like them.
Beside it stands `anchors.pem` for other apps' trust settings, the one file that everybody may read.
"""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final, Protocol

from keys.certificate_chains import anchors_pem
from keys.errors import ManifestMissing
from keys.key_ring import RingState
from keys.manifest_format import MAX_BYTES, create_manifest, parse_manifest
from keys.private_files import (
    PUBLIC_FILE,
    exclusive_lock,
    read_private,
    remove_temporary,
    require_private_directory,
    write_private,
)

MANIFEST: Final = "manifest.json"
ANCHORS: Final = "anchors.pem"
LOCK: Final = "ring.lock"
KEY_FILES: Final = ("key-*.pem", "secret-*.bin")
_LOCK_TIMEOUT_S: Final = 30.0


class RingStore(Protocol):
    """Where the state of a ring is kept."""

    def read(self) -> RingState | None:
        """None before the first write."""
        ...

    def has_changed(self) -> bool:
        """Somebody wrote since the last read or write of ours. Cheap: servers ask every few seconds."""
        ...

    def exclusive(self) -> AbstractContextManager[None]:
        """Nobody else changes the ring meanwhile. Not re-entrant."""
        ...

    def write(self, state: RingState) -> None:
        """All or nothing. Only inside `exclusive`."""
        ...


class Manifest:
    """A RingStore in a directory of its own."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._path = directory / MANIFEST
        self._seen: tuple[int, int, int] | None = None

    def read(self) -> RingState | None:
        """UnsafePermissions, ManifestInvalid; ManifestMissing when there are keys and no list of them."""
        if not self._directory.exists():
            return None
        require_private_directory(self._directory)
        # In this order: whoever starts a ring writes the manifest before the first key.
        has_keys = any(path for pattern in KEY_FILES for path in self._directory.glob(pattern))
        try:
            content, status = read_private(self._path, max_bytes=MAX_BYTES)
        except FileNotFoundError:
            if has_keys:
                raise ManifestMissing(f"Restore {self._path} from the backup.") from None
            return None
        state = parse_manifest(content, path=str(self._path))
        self._seen = _identity(status)
        return state

    def has_changed(self) -> bool:
        """By i-node, modification time and size. ManifestMissing when the file has gone since."""
        try:
            return _identity(os.stat(self._path)) != self._seen
        except FileNotFoundError:
            if self._seen is None:
                return False
            raise ManifestMissing(str(self._path)) from None

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Makes the directory if needed. RingBusy, UnsafePermissions."""
        require_private_directory(self._directory, create=True)
        with exclusive_lock(self._directory / LOCK, timeout_s=_LOCK_TIMEOUT_S):
            remove_temporary(self._directory)
            yield

    def write(self, state: RingState) -> None:
        """The anchors first: a certificate is never in use before its authority can be trusted."""
        write_private(self._directory / ANCHORS, anchors_pem(state.anchors), mode=PUBLIC_FILE)
        self._seen = _identity(write_private(self._path, create_manifest(state)))


def _identity(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_ino, status.st_mtime_ns, status.st_size

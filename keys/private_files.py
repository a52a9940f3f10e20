"""Files that only their owner may read: written whole or not at all, refused when others have access.

Mode 0600 in a directory of mode 0700, owned by the user who runs the server. A wider mode is an error, not
something to repair: whoever had access may have read the key already.
"""

import fcntl
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from keys.errors import RingBusy, UnsafePermissions

PRIVATE_FILE: Final = 0o600
PRIVATE_DIRECTORY: Final = 0o700
PUBLIC_FILE: Final = 0o644
_OTHERS: Final = 0o077
_TEMPORARY: Final = ".tmp"
_LOCK_RETRY_S: Final = 0.02


def require_private_directory(path: Path, *, create: bool = False) -> None:
    """UnsafePermissions, naming the directory, unless it is ours and closed to others."""
    if create:
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            path.mkdir(mode=PRIVATE_DIRECTORY)
    _require_private(path, os.lstat(path), directory=True)


def read_private(path: Path, *, max_bytes: int) -> tuple[bytes, os.stat_result]:
    """Content and status of one file. UnsafePermissions, FileNotFoundError, ValueError when larger."""
    descriptor = _open_private(path)
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        content = file.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise ValueError(f"{path} is larger than {max_bytes} bytes")
    return content, status


def write_private(path: Path, content: bytes, *, mode: int = PRIVATE_FILE) -> os.stat_result:
    """Replaces the file in one step: whoever reads sees the old content or the new one, also after a crash.

    Not for several writers at once: hold the lock. A crash may leave a file that remove_temporary finds.
    """
    temporary = path.with_name(f"{path.name}{_TEMPORARY}")
    with suppress(FileNotFoundError):
        temporary.unlink()
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(temporary, flags, PRIVATE_FILE)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, mode)  # whatever the umask took away or left
        file.write(content)
        file.flush()
        os.fsync(descriptor)
        status = os.fstat(descriptor)
    temporary.replace(path)
    _sync_directory(path.parent)
    return status


def remove_private(path: Path) -> None:
    """Deletes the file if it is there, durably. Copies in backups and in spare flash cells stay."""
    with suppress(FileNotFoundError):
        path.unlink()
        _sync_directory(path.parent)


def remove_temporary(directory: Path) -> None:
    """What a crashed writer left. Only under the lock."""
    for leftover in directory.glob(f"*{_TEMPORARY}"):
        remove_private(leftover)


@contextmanager
def exclusive_lock(path: Path, *, timeout_s: float) -> Iterator[None]:
    """One process at a time; RingBusy after `timeout_s`. The kernel frees the lock after a crash."""
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, flags, PRIVATE_FILE)
    try:
        _require_private(path, os.fstat(descriptor))
        deadline = time.monotonic() + timeout_s
        while not _try_lock(descriptor):
            if time.monotonic() >= deadline:
                raise RingBusy(f"{path} is locked for more than {timeout_s} s.")
            time.sleep(_LOCK_RETRY_S)
        yield
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _open_private(path: Path) -> int:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except PermissionError as error:
        raise UnsafePermissions(f"{path} cannot be read by user {os.geteuid()}.") from error
    except FileNotFoundError:
        raise
    except OSError as error:
        raise UnsafePermissions(f"{path} is a link, or not a file.") from error
    try:
        _require_private(path, os.fstat(descriptor))
    except UnsafePermissions:
        os.close(descriptor)
        raise
    return descriptor


def _require_private(path: Path, status: os.stat_result, *, directory: bool = False) -> None:
    right_kind = stat.S_ISDIR(status.st_mode) if directory else stat.S_ISREG(status.st_mode)
    if not right_kind:
        raise UnsafePermissions(f"{path} is not a {'directory' if directory else 'regular file'}.")
    if status.st_uid != os.geteuid():
        raise UnsafePermissions(f"{path} belongs to user {status.st_uid}, not to user {os.geteuid()}.")
    mode = stat.S_IMODE(status.st_mode)
    if mode & _OTHERS:
        wanted = PRIVATE_DIRECTORY if directory else PRIVATE_FILE
        raise UnsafePermissions(f"{path} has mode {mode:04o}; chmod {wanted:04o} it, and replace its keys.")


def _sync_directory(directory: Path) -> None:
    """A rename is durable only once the directory is."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

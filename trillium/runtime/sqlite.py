"""SQLite as the database of one or several processes: WAL, durable commits, one writer, readers beside it."""

import asyncio
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

from trillium.runtime.database_errors import DatabaseUnavailable
from trillium.runtime.rows import rows_of
from trillium.runtime.sqlite_writer import FIRST_PAUSE, LONGEST_PAUSE, SqliteWriter, TidyConnection, is_busy

T = TypeVar("T")

BUSY_TIMEOUT = 0.25
"""Seconds SQLite itself waits for a lock; the writer then starts its group again."""
OPEN_PATIENCE = 15.0
CACHED_STATEMENTS = 512


class _SqliteFile:
    """What all handles of this process on one file share."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.handles = 0
        _create_private_file(path)
        self.writer = SqliteWriter(self._connect_writer, name=f"sqlite-writer {path.name}")
        self._local = threading.local()
        self._readers: list[TidyConnection] = []
        self.writer.start()

    def _connect_writer(self) -> TidyConnection:
        connection = _connect(self.path, threads_share=False)
        try:
            _try_until_free(lambda: _prepare_file(connection))
        except BaseException:
            connection.close()
            raise
        return connection

    def reader(self) -> TidyConnection:
        """This thread's reading connection."""
        connection: TidyConnection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = _connect(self.path, threads_share=True)
            connection.execute("PRAGMA query_only=ON")
            self._local.connection = connection
            self._readers.append(connection)
        return connection

    def close(self) -> None:
        for connection in self._readers:
            connection.close()
        self._readers.clear()
        self.writer.close()  # last: the last connection folds the write-ahead log into the file


_files: Final[dict[tuple[int, Path], _SqliteFile]] = {}
_files_lock: Final = threading.Lock()


class SqliteDatabase:
    """A handle on a SQLite file. Handles of one process on one file share one writer thread."""

    dialect: Final[Literal["sqlite"]] = "sqlite"

    def __init__(self, path: Path) -> None:
        """Open `path`, creating file (0600) and folder (0700) where missing. Raises DatabaseUnavailable."""
        real = Path(os.path.realpath(path))
        # A forked child has none of its parent's threads, so the process is part of the name.
        self._name = (os.getpid(), real)
        with _files_lock:
            file = _files.get(self._name)
            if file is None:
                file = _files[self._name] = _open_file(real)
            file.handles += 1
        self._file: _SqliteFile | None = file
        self.path = real

    async def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` on the writer thread and return its result once it is committed.

        `work` runs in a savepoint: what it raises undoes its own statements only, and is raised here. It may
        run more than once (when another process holds the file), so it does nothing but database work; it
        neither begins nor ends a transaction. Cancelling the caller does not cancel the write.
        Raises DatabaseUnavailable when the file stays locked, WriteFailed when the commit fails.
        """
        result: T = await self._opened().writer.submit(work)
        return result

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` on this thread's reading connection, inline: one consistent snapshot, no writing."""
        connection = self._opened().reader()
        connection.execute("BEGIN")
        try:
            return work(connection)
        finally:
            connection.close_cursors()
            connection.execute("ROLLBACK")

    async def rows(self, sql: str, arguments: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """What one SELECT finds, all of it at once. A single statement is a snapshot by itself, without
        `read`'s transaction, which costs two more."""
        connection = self._opened().reader()
        try:
            return rows_of(connection, sql, arguments)
        finally:
            connection.close_cursors()

    async def checkpoint_after_deletion(self) -> bool:
        """Fold the write-ahead log into the file and truncate it, so that deleted bytes are gone from both.

        False when another process was reading all the while: call again later.
        """
        done: bool = await self._opened().writer.submit(_truncate_log, alone=True)
        return done

    async def close(self) -> None:
        """Give the handle back; the last one waits for queued writes and closes the file. Idempotent."""
        file, self._file = self._file, None
        if file is None:
            return
        with _files_lock:
            file.handles -= 1
            if file.handles:
                return
            del _files[self._name]
        await asyncio.to_thread(file.close)

    def _opened(self) -> _SqliteFile:
        if self._file is None:
            raise RuntimeError("the database is closed")
        return self._file


def _open_file(path: Path) -> _SqliteFile:
    try:
        return _SqliteFile(path)
    except (OSError, sqlite3.Error) as error:
        raise DatabaseUnavailable(f"cannot open {path}: {error}") from error


def _create_private_file(path: Path) -> None:
    """Create the file 0600 or narrow it; SQLite gives its log and index files the same mode."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Opening the file here would drop SQLite's locks in this process, so this comes before any connection.
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        for existing in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
            if existing.exists() and existing.stat().st_mode & 0o077:
                existing.chmod(0o600)


def _connect(path: Path, *, threads_share: bool) -> TidyConnection:
    connection = sqlite3.connect(
        path,
        timeout=BUSY_TIMEOUT,
        isolation_level=None,  # we say BEGIN ourselves
        check_same_thread=not threads_share,
        cached_statements=CACHED_STATEMENTS,
        factory=TidyConnection,
    )
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA temp_store=MEMORY")  # claims must not reach temporary files
    return connection


def _prepare_file(connection: sqlite3.Connection) -> None:
    mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
    if mode != "wal":
        raise DatabaseUnavailable(f"the file system does not allow write-ahead logging (mode {mode})")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA secure_delete=ON")


def _try_until_free(attempt: Callable[[], None]) -> None:
    """Switching to WAL needs the file alone, and SQLite does not always wait for it by itself."""
    deadline = time.monotonic() + OPEN_PATIENCE
    pause = FIRST_PAUSE
    while True:
        try:
            attempt()
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() >= deadline:
                raise
        else:
            return
        time.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)


def _truncate_log(connection: sqlite3.Connection) -> bool:
    # Waits for readers as long as BUSY_TIMEOUT says, and other writes wait with it.
    (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy

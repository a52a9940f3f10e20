"""One writer thread for one SQLite file, with group commit.

SQLite lets one connection write at a time, and a durable commit waits for the disk. So writes queue for one
thread, which commits up to 64 of them together: all share one `BEGIN IMMEDIATE … COMMIT`, and nobody hears of
success before that COMMIT. When one of them raises, the group is run again with a savepoint around each, so
that the exception undoes its own statements only.
"""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from trillium.runtime.database_errors import DatabaseUnavailable, WriteFailed

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], Any]

GROUP_SIZE = 64
BUSY_PATIENCE = 30.0
"""Seconds for which a group is tried again while another process holds the file."""
FIRST_PAUSE = 0.002
LONGEST_PAUSE = 0.2


class TidyConnection(sqlite3.Connection):
    """A connection that can close the cursors its users left open.

    A SELECT that was not read to its end keeps its snapshot, whatever BEGIN and ROLLBACK say: later reads
    would see old rows, and the write-ahead log could not shrink. An exception's traceback is enough for it.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._cursors: list[sqlite3.Cursor] = []

    def cursor(self, factory: Any = sqlite3.Cursor) -> Any:
        cursor = super().cursor(factory)
        self._cursors.append(cursor)
        return cursor

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        cursor = super().execute(*arguments)
        self._cursors.append(cursor)
        return cursor

    def executemany(self, *arguments: Any) -> sqlite3.Cursor:
        cursor = super().executemany(*arguments)
        self._cursors.append(cursor)
        return cursor

    def close_cursors(self) -> None:
        """End what is unfinished. A cursor that outlives its work then refuses to be read."""
        for cursor in self._cursors:
            cursor.close()
        self._cursors.clear()


@dataclass(slots=True, eq=False)
class _Item:
    work: Work
    future: asyncio.Future[Any]
    alone: bool = False
    """Outside a transaction and in a group of its own: checkpoints."""
    result: Any = None
    error: BaseException | None = None


def is_busy(error: BaseException) -> bool:
    """Whether another connection holds the file; extended codes share the low byte with SQLITE_BUSY."""
    code = getattr(error, "sqlite_errorcode", 0)
    return isinstance(error, sqlite3.OperationalError) and code & 0xFF in (
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
    )


class SqliteWriter:
    """The writer thread. `connect` is called in it and makes the connection that only it uses."""

    def __init__(
        self,
        connect: Callable[[], TidyConnection],
        *,
        name: str,
        group_size: int = GROUP_SIZE,
        busy_patience: float = BUSY_PATIENCE,
    ) -> None:
        self._connect = connect
        self._group_size = group_size
        self._busy_patience = busy_patience
        self._queue: SimpleQueue[_Item | None] = SimpleQueue()
        self._ready = threading.Event()
        self._open_error: BaseException | None = None
        self._lock = threading.Lock()  # orders submissions before the end mark
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Open the connection; raises what opening it raised."""
        self._thread.start()
        self._ready.wait()
        if self._open_error is not None:
            self._thread.join()
            raise self._open_error

    def submit(self, work: Work, *, alone: bool = False) -> asyncio.Future[Any]:
        """Queue `work`; the future of the running loop resolves after the commit.

        Cancelling the future abandons the answer, not the write.
        """
        item = _Item(work, asyncio.get_running_loop().create_future(), alone)
        with self._lock:
            if self._closed:
                raise RuntimeError("the database is closed")
            self._queue.put(item)
        return item.future

    def close(self) -> None:
        """Finish every queued write, close the connection, and wait for that."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        try:
            connection = self._connect()
        except BaseException as error:  # handed to the thread that waits in start()
            self._open_error = error
            self._ready.set()
            return
        self._ready.set()
        try:
            self._serve(connection)
        finally:
            connection.close()

    def _serve(self, connection: TidyConnection) -> None:
        waiting: _Item | None = None
        while True:
            first = waiting or self._queue.get()
            if first is None:
                return
            group = [first]
            waiting, ended = None, False
            while not first.alone and len(group) < self._group_size:
                try:
                    item = self._queue.get_nowait()
                except Empty:
                    break
                if item is None:
                    ended = True
                    break
                if item.alone:
                    waiting = item
                    break
                group.append(item)
            self._perform(connection, group)
            _answer(group)
            if ended:
                return

    def _perform(self, connection: TidyConnection, group: Sequence[_Item]) -> None:
        deadline = time.monotonic() + self._busy_patience
        pause = FIRST_PAUSE
        run: Callable[[TidyConnection, _Item], None] = _run_bare
        while True:
            try:
                _attempt(connection, group, run)
            except _OneRaised:
                _roll_back(connection)
                run = _run_in_savepoint
                continue
            except Exception as error:  # every kind must reach the callers, never end the thread
                _roll_back(connection)
                if not is_busy(error):
                    _fail(group, WriteFailed, error)
                    return
                if time.monotonic() >= deadline:
                    _fail(group, DatabaseUnavailable, error)
                    return
            else:
                return
            time.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)


class _OneRaised(Exception):
    """A write of the group raised: the group is run again with a savepoint around each."""


def _attempt(
    connection: TidyConnection, group: Sequence[_Item], run: Callable[[TidyConnection, _Item], None]
) -> None:
    if group[0].alone:
        group[0].result = group[0].work(connection)
        return
    connection.execute("BEGIN IMMEDIATE")
    for item in group:
        run(connection, item)
    connection.execute("COMMIT")


def _run_bare(connection: TidyConnection, item: _Item) -> None:
    """The usual case: nothing is raised, and two statements for each write are saved."""
    try:
        item.result, item.error = item.work(connection), None
    except BaseException as error:
        if is_busy(error):
            raise
        raise _OneRaised from error
    connection.close_cursors()
    if not connection.in_transaction:
        raise WriteFailed("a write ended the transaction that it shares")


def _run_in_savepoint(connection: TidyConnection, item: _Item) -> None:
    connection.execute("SAVEPOINT item")
    try:
        item.result, item.error = item.work(connection), None
    except BaseException as error:
        if is_busy(error):
            raise
        connection.close_cursors()
        if not connection.in_transaction:
            # A full disk rolls back all of it; the other writes of the group are gone as well.
            raise WriteFailed(f"a write ended the transaction that it shares: {error}") from error
        connection.execute("ROLLBACK TO item")
        item.result, item.error = None, error
    connection.close_cursors()
    # Fails when the work ended the transaction itself, and then the whole group fails.
    connection.execute("RELEASE item")


def _roll_back(connection: TidyConnection) -> None:
    try:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    except sqlite3.Error:
        # Nothing can be done here; the next BEGIN IMMEDIATE fails visibly if it is still open.
        return


def _fail(group: Sequence[_Item], kind: type[Exception], error: BaseException) -> None:
    for item in group:
        item.result = None
        item.error = kind(str(error))
        item.error.__cause__ = error


def _answer(group: Sequence[_Item]) -> None:
    """Resolve the futures of each event loop in one call into it."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Item]] = {}
    for item in group:
        by_loop.setdefault(item.future.get_loop(), []).append(item)
    for loop, items in by_loop.items():
        try:
            loop.call_soon_threadsafe(_resolve, items)
        except RuntimeError:
            continue  # that loop has been closed: nobody waits any more, and the writes stand


def _resolve(items: Sequence[_Item]) -> None:
    for item in items:
        if item.future.done():
            continue  # the caller was cancelled; its write was done all the same
        if item.error is None:
            item.future.set_result(item.result)
        elif isinstance(item.error, StopIteration):
            item.future.set_exception(RuntimeError("a write raised StopIteration"))
        else:
            item.future.set_exception(item.error)

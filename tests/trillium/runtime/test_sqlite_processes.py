"""Several processes on one SQLite file, a killed writer, and what group commit is worth."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TextIO

import pytest

from trillium.runtime.database import DatabaseUnavailable, WriteFailed
from trillium.runtime.sqlite import SqliteDatabase
from trillium.runtime.sqlite_writer import SqliteWriter, TidyConnection

ROOT = Path(__file__).parents[3]

WRITE_FOREVER = """
import asyncio, sys
from pathlib import Path
from trillium.runtime.sqlite import SqliteDatabase

async def main(path, offset):
    database = SqliteDatabase(Path(path))
    await database.write(lambda c: c.execute("CREATE TABLE IF NOT EXISTS entry (id INTEGER PRIMARY KEY)"))

    async def write(start):
        for number in range(start, 10**9, 16):
            await database.write(lambda c, n=number: c.execute("INSERT INTO entry VALUES (?)", (n,)))
            print(number, flush=True)

    await asyncio.gather(*(write(offset + start) for start in range(16)))

asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""

WRITE_SOME = """
import asyncio, sys
from pathlib import Path
from trillium.runtime.sqlite import SqliteDatabase

async def main(path, name):
    database = SqliteDatabase(Path(path))
    await database.write(lambda c: c.execute("CREATE TABLE IF NOT EXISTS entry (name TEXT, number INTEGER)"))
    def insert(number):
        return lambda c: c.execute("INSERT INTO entry VALUES (?, ?)", (name, number))
    for start in range(0, 300, 30):
        await asyncio.gather(*(database.write(insert(number)) for number in range(start, start + 30)))
    await database.close()

asyncio.run(main(sys.argv[1], sys.argv[2]))
"""


@contextmanager
def started(script: str, *arguments: object) -> Iterator[tuple["subprocess.Popen[str]", TextIO]]:
    """A process and what it prints; killed at the end if it still runs."""
    command = [sys.executable, "-c", script, *map(str, arguments)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout
        finally:
            process.kill()


def test_several_processes_open_and_write_one_file_at_once(tmp_path: Path) -> None:
    with ExitStack() as stack:
        entered = [stack.enter_context(started(WRITE_SOME, tmp_path / "a.db", name)) for name in "abcd"]
        assert [process.wait(60) for process, _ in entered] == [0] * 4
    with sqlite3.connect(tmp_path / "a.db") as connection:
        rows = connection.execute("SELECT name, count(DISTINCT number) FROM entry GROUP BY name").fetchall()
    assert sorted(rows) == [(name, 300) for name in "abcd"]


def test_what_was_answered_survives_a_killed_writer(tmp_path: Path) -> None:
    with started(WRITE_FOREVER, tmp_path / "a.db", 0) as (process, output):
        answered = [int(output.readline()) for _ in range(300)]
        os.kill(process.pid, signal.SIGKILL)
        answered += [int(line) for line in output.read().splitlines() if line]
    # The last line may have been cut short by the kill, but never invented: it is a prefix of a number.
    with sqlite3.connect(tmp_path / "a.db") as connection:
        stored = {row[0] for row in connection.execute("SELECT id FROM entry")}
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert set(answered[:-1]) <= stored


async def test_a_second_process_may_be_killed_without_harm_to_the_first(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "a.db")
    with started(WRITE_FOREVER, tmp_path / "a.db", 10**6) as (process, output):
        await asyncio.to_thread(output.readline)
        for number in range(200):
            await database.write(lambda c, n=number: c.execute("INSERT INTO entry VALUES (?)", (n,)) and None)
        os.kill(process.pid, signal.SIGKILL)
    await database.write(lambda c: c.execute("INSERT INTO entry VALUES (?)", (999,)) and None)
    own = "SELECT count(*) FROM entry WHERE id < 1000"
    assert await database.read(lambda c: c.execute(own).fetchone()[0]) == 201
    await database.close()


async def test_a_group_waits_while_another_process_holds_the_file(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "a.db")
    await database.write(lambda c: c.execute("CREATE TABLE entry (id INTEGER PRIMARY KEY)") and None)
    other = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    writes = [
        asyncio.ensure_future(
            database.write(lambda c, n=number: c.execute("INSERT INTO entry VALUES (?)", (n,)).rowcount)
        )
        for number in range(10)
    ]
    done, pending = await asyncio.wait(writes, timeout=0.7)
    assert not done
    other.execute("COMMIT")
    assert await asyncio.gather(*pending) == [1] * 10
    other.close()
    await database.close()


async def test_a_file_that_stays_locked_fails_every_write_of_the_group(tmp_path: Path) -> None:
    def connect() -> TidyConnection:
        return sqlite3.connect(tmp_path / "a.db", timeout=0.01, isolation_level=None, factory=TidyConnection)

    other = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    other.execute("CREATE TABLE entry (id INTEGER PRIMARY KEY)")
    writer = SqliteWriter(connect, name="impatient writer", busy_patience=0.1)
    writer.start()
    other.execute("BEGIN IMMEDIATE")
    futures = [writer.submit(lambda c: c.execute("INSERT INTO entry VALUES (1)").rowcount) for _ in range(3)]
    outcomes = await asyncio.gather(*futures, return_exceptions=True)
    other.execute("ROLLBACK")
    assert [type(outcome) for outcome in outcomes] == [DatabaseUnavailable] * 3
    assert await writer.submit(lambda c: c.execute("INSERT INTO entry VALUES (1)").rowcount) == 1
    await asyncio.to_thread(writer.close)
    other.close()


async def test_a_busy_error_inside_a_write_starts_the_group_again(tmp_path: Path) -> None:
    """Another file attached to the connection may be locked in the middle of the work."""
    database = SqliteDatabase(tmp_path / "a.db")
    await database.write(lambda c: c.execute("CREATE TABLE entry (id INTEGER PRIMARY KEY)") and None)
    attempts = []

    def busy_at_first(connection: sqlite3.Connection) -> int:
        attempts.append(1)
        changed = connection.execute("INSERT INTO entry VALUES (1)").rowcount
        if len(attempts) < 3:
            raise busy_error(tmp_path / "other.db")
        return changed

    assert await database.write(busy_at_first) == 1
    assert len(attempts) == 3
    assert await database.read(lambda c: c.execute("SELECT count(*) FROM entry").fetchone()[0]) == 1
    await database.close()


def busy_error(path: Path) -> sqlite3.OperationalError:
    """A real SQLITE_BUSY, from a file that is locked."""
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    asker = sqlite3.connect(path, timeout=0, isolation_level=None)
    with pytest.raises(sqlite3.OperationalError) as caught:
        asker.execute("BEGIN IMMEDIATE")
    holder.close()
    asker.close()
    return caught.value


async def test_a_full_disk_fails_the_group_and_the_writer_goes_on(tmp_path: Path) -> None:
    """SQLITE_FULL rolls back everything that shared the transaction."""
    database = SqliteDatabase(tmp_path / "a.db")
    await database.write(lambda c: c.execute("CREATE TABLE entry (bytes BLOB)") and None)
    await database.write(lambda c: c.execute("PRAGMA max_page_count=20") and None)

    def fill(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO entry VALUES (zeroblob(1000000))")

    with pytest.raises(WriteFailed, match="full"):
        await database.write(fill)
    assert await database.write(lambda c: c.execute("INSERT INTO entry VALUES ('a')").rowcount) == 1
    await database.close()


async def test_writes_that_come_together_share_commits(tmp_path: Path) -> None:
    """performance.md, database transaction: what costs is the commit, and up to 64 writes share one."""
    database = SqliteDatabase(tmp_path / "group.db")
    statements: list[str] = []
    await database.write(create_tables)
    await database.write(lambda connection: connection.set_trace_callback(statements.append))
    await asyncio.gather(
        *(database.write(lambda c, n=number: record_issuance(c, n)) for number in range(WRITES))
    )
    commits = sum(statement.upper().startswith("COMMIT") for statement in statements)
    assert await database.read(lambda c: c.execute("SELECT COUNT(*) FROM record").fetchone()[0]) == WRITES
    await database.close()
    assert WRITES / MOST_IN_A_GROUP <= commits <= WRITES / 8


WRITES, MOST_IN_A_GROUP = 1024, 64


def create_tables(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE used_nonce (nonce TEXT PRIMARY KEY)")
    connection.execute("CREATE TABLE record (id TEXT PRIMARY KEY, list INTEGER, thumbprint TEXT)")


def record_issuance(connection: sqlite3.Connection, number: int) -> None:
    name = f"{number:032d}"
    connection.execute("INSERT INTO used_nonce VALUES (?) ON CONFLICT DO NOTHING", (name,))
    connection.execute("INSERT INTO record VALUES (?, ?, ?)", (name, number, name))

"""The SQLite handle: what a write promises, what a read sees, what the file looks like."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from trillium.runtime.database import DatabaseUnavailable, WriteFailed, open_database
from trillium.runtime.sqlite import SqliteDatabase

Work = Callable[[sqlite3.Connection], int]


def insert(text: str) -> Work:
    def work(connection: sqlite3.Connection) -> int:
        return connection.execute("INSERT INTO entry (text) VALUES (?)", (text,)).rowcount

    return work


def count(connection: sqlite3.Connection) -> int:
    number: int = connection.execute("SELECT count(*) FROM entry").fetchone()[0]
    return number


def texts(connection: sqlite3.Connection) -> set[str]:
    return {row[0] for row in connection.execute("SELECT text FROM entry")}


async def test_a_write_returns_its_result_and_is_then_visible(sqlite_database: SqliteDatabase) -> None:
    assert await sqlite_database.write(insert("a")) == 1
    assert await sqlite_database.read(texts) == {"a"}


async def test_many_tasks_write_at_once_and_each_gets_its_own_answer(sqlite_database: SqliteDatabase) -> None:
    def numbered(number: int) -> Work:
        def work(connection: sqlite3.Connection) -> int:
            connection.execute("INSERT INTO entry (id, text) VALUES (?, ?)", (number, f"entry {number}"))
            return number

        return work

    results = await asyncio.gather(*(sqlite_database.write(numbered(n)) for n in range(1, 501)))

    assert results == list(range(1, 501))
    assert await sqlite_database.read(count) == 500


async def test_an_exception_undoes_its_own_write_only(sqlite_database: SqliteDatabase) -> None:
    class Refused(Exception):
        pass

    def spoiled(connection: sqlite3.Connection) -> int:
        connection.execute("INSERT INTO entry (text) VALUES ('spoiled')")
        raise Refused

    outcomes = await asyncio.gather(
        sqlite_database.write(insert("before")),
        sqlite_database.write(spoiled),
        sqlite_database.write(insert("after")),
        return_exceptions=True,
    )

    assert outcomes[0] == outcomes[2] == 1
    assert isinstance(outcomes[1], Refused)
    assert await sqlite_database.read(texts) == {"before", "after"}


async def test_a_violated_constraint_reaches_the_caller(sqlite_database: SqliteDatabase) -> None:
    await sqlite_database.write(insert("a"))
    with pytest.raises(sqlite3.IntegrityError):
        await sqlite_database.write(insert("a"))


async def test_a_write_that_raises_stop_iteration_does_not_hang(sqlite_database: SqliteDatabase) -> None:
    with pytest.raises(RuntimeError, match="StopIteration"):
        await sqlite_database.write(lambda connection: next(iter(())))
    assert await sqlite_database.write(insert("a")) == 1


async def test_a_write_that_ends_the_transaction_fails_its_whole_group(
    sqlite_database: SqliteDatabase,
) -> None:
    """Whoever shared the commit must not believe in it."""
    started, release = threading.Event(), threading.Event()

    def hold(connection: sqlite3.Connection) -> None:
        started.set()
        release.wait(5)

    def rollback(connection: sqlite3.Connection) -> None:
        connection.execute("ROLLBACK")

    holding = asyncio.ensure_future(sqlite_database.write(hold))
    await asyncio.to_thread(started.wait, 5)
    group = [
        asyncio.ensure_future(sqlite_database.write(work)) for work in (insert("a"), rollback, insert("b"))
    ]
    await asyncio.sleep(0)
    release.set()
    outcomes = await asyncio.gather(*group, return_exceptions=True)
    await holding

    assert [type(outcome) for outcome in outcomes] == [WriteFailed] * 3
    assert await sqlite_database.read(count) == 0
    assert await sqlite_database.write(insert("c")) == 1


async def test_cancelling_the_caller_does_not_cancel_the_write(sqlite_database: SqliteDatabase) -> None:
    started, release = threading.Event(), threading.Event()

    def slow(connection: sqlite3.Connection) -> int:
        started.set()
        release.wait(5)
        return insert("kept")(connection)

    caller = asyncio.ensure_future(sqlite_database.write(slow))
    queued = asyncio.ensure_future(sqlite_database.write(insert("queued")))
    await asyncio.to_thread(started.wait, 5)
    caller.cancel()
    queued.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    release.set()

    assert await sqlite_database.write(insert("later")) == 1
    assert await sqlite_database.read(texts) == {"kept", "queued", "later"}


async def test_close_finishes_what_is_queued(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "a.db")
    await database.write(
        lambda c: c.execute("CREATE TABLE entry (id INTEGER PRIMARY KEY, text TEXT)") and None
    )
    pending = [asyncio.ensure_future(database.write(insert(str(n)))) for n in range(200)]
    await asyncio.sleep(0)
    await database.close()

    assert await asyncio.gather(*pending) == [1] * 200
    assert sqlite3.connect(tmp_path / "a.db").execute("SELECT count(*) FROM entry").fetchone() == (200,)


async def test_a_closed_handle_refuses_and_closes_again_quietly(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "a.db")
    await database.close()
    await database.close()
    with pytest.raises(RuntimeError, match="closed"):
        await database.write(lambda connection: None)
    with pytest.raises(RuntimeError, match="closed"):
        await database.read(lambda connection: None)


async def test_handles_on_one_file_share_one_writer_until_the_last_closes(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path, target_is_directory=True)
    first = SqliteDatabase(tmp_path / "a.db")
    second = SqliteDatabase(tmp_path / "link" / "a.db")
    assert [t.name for t in threading.enumerate()].count("sqlite-writer a.db") == 1

    await first.close()
    assert await second.write(lambda c: c.execute("SELECT 7").fetchone()[0]) == 7
    await second.close()
    assert "sqlite-writer a.db" not in [t.name for t in threading.enumerate()]


async def test_the_reading_side_cannot_write(sqlite_database: SqliteDatabase) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await sqlite_database.read(insert("a"))


async def test_a_read_sees_one_snapshot_while_others_commit(sqlite_database: SqliteDatabase) -> None:
    def look_twice(connection: sqlite3.Connection) -> tuple[int, int]:
        before = count(connection)
        other = sqlite3.connect(sqlite_database.path)
        other.execute("INSERT INTO entry (text) VALUES ('meanwhile')")
        other.commit()
        other.close()
        return before, count(connection)

    assert await sqlite_database.read(look_twice) == (0, 0)
    assert await sqlite_database.read(count) == 1


async def test_reading_works_in_every_thread(sqlite_database: SqliteDatabase) -> None:
    await sqlite_database.write(insert("a"))
    assert await asyncio.to_thread(lambda: asyncio.run(sqlite_database.read(count))) == 1


async def test_a_loop_that_is_gone_does_not_stop_the_writer(sqlite_database: SqliteDatabase) -> None:
    release = threading.Event()

    async def abandon() -> None:
        asyncio.ensure_future(sqlite_database.write(lambda c: release.wait(5) and None))  # noqa: RUF006
        asyncio.ensure_future(sqlite_database.write(insert("orphan")))  # noqa: RUF006
        await asyncio.sleep(0)

    await asyncio.to_thread(lambda: asyncio.run(abandon()))
    release.set()
    await sqlite_database.write(insert("next"))
    assert await sqlite_database.read(texts) == {"orphan", "next"}


async def test_the_file_is_durable_wiped_and_checked(sqlite_database: SqliteDatabase) -> None:
    def settings(connection: sqlite3.Connection) -> dict[str, object]:
        names = ("journal_mode", "synchronous", "secure_delete", "foreign_keys", "temp_store")
        return {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names}

    expected = {
        "journal_mode": "wal",
        "synchronous": 2,
        "secure_delete": 1,
        "foreign_keys": 1,
        "temp_store": 2,
    }
    assert await sqlite_database.write(settings) == expected


async def test_nobody_else_may_read_the_files(tmp_path: Path) -> None:
    (tmp_path / "wide.db").touch(0o644)
    for name in ("new.db", "wide.db", "folder/new.db"):
        database = SqliteDatabase(tmp_path / name)
        await database.write(lambda c: c.execute("CREATE TABLE t (a)") and None)
        modes = {
            p.name: p.stat().st_mode & 0o777 for p in database.path.parent.glob(f"{database.path.name}*")
        }
        assert set(modes.values()) == {0o600}, modes
        assert len(modes) == 3
        await database.close()
    assert (tmp_path / "folder").stat().st_mode & 0o777 == 0o700


async def test_deleted_bytes_leave_file_and_log(sqlite_database: SqliteDatabase) -> None:
    planted = "planted-value-4711"
    await sqlite_database.write(insert(planted))
    assert planted.encode() in Path(f"{sqlite_database.path}-wal").read_bytes()
    await sqlite_database.write(lambda connection: connection.execute("DELETE FROM entry") and None)

    assert await sqlite_database.checkpoint_after_deletion() is True
    assert Path(f"{sqlite_database.path}-wal").stat().st_size == 0
    await sqlite_database.close()
    assert planted.encode() not in sqlite_database.path.read_bytes()


async def test_a_checkpoint_says_when_a_reader_stands_in_the_way(sqlite_database: SqliteDatabase) -> None:
    await sqlite_database.write(insert("a"))
    other = sqlite3.connect(sqlite_database.path, isolation_level=None)
    other.execute("BEGIN")
    assert count(other) == 1
    await sqlite_database.write(insert("b"))
    assert await sqlite_database.checkpoint_after_deletion() is False
    other.close()
    assert await sqlite_database.checkpoint_after_deletion() is True


async def test_an_unfinished_cursor_does_not_keep_the_log(sqlite_database: SqliteDatabase) -> None:
    await asyncio.gather(*(sqlite_database.write(insert(str(n))) for n in range(50)))
    cursors = []

    def start_and_stop(connection: sqlite3.Connection) -> None:
        cursors.append(connection.execute("SELECT text FROM entry"))
        cursors[0].fetchone()

    await sqlite_database.read(start_and_stop)
    with pytest.raises(sqlite3.ProgrammingError, match="closed cursor"):
        cursors[0].fetchone()
    assert await sqlite_database.checkpoint_after_deletion() is True


async def test_rows_of_one_statement_are_what_was_committed(sqlite_database: SqliteDatabase) -> None:
    await sqlite_database.write(insert("a"))
    sql = "SELECT text, 1 AS one FROM entry WHERE text = ?"
    assert await sqlite_database.rows(sql, ("a",)) == [{"text": "a", "one": 1}]
    assert await sqlite_database.rows(sql, ("b",)) == []
    await sqlite_database.write(insert("b"))
    assert await sqlite_database.rows("SELECT count(*) AS found FROM entry") == [{"found": 2}]


async def test_rows_hold_no_snapshot_and_write_nothing(sqlite_database: SqliteDatabase) -> None:
    await asyncio.gather(*(sqlite_database.write(insert(str(n))) for n in range(50)))
    assert len(await sqlite_database.rows("SELECT text FROM entry")) == 50
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await sqlite_database.rows("INSERT INTO entry (text) VALUES ('a') RETURNING text")
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        await sqlite_database.rows("SELECT text FROM absent")
    assert await sqlite_database.checkpoint_after_deletion() is True
    assert await sqlite_database.read(count) == 50


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite://host/a.db",
        "sqlite:///a.db?mode=ro",
        "mysql://a/b",
    ],
)
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="URL"):
        open_database(url)


async def test_relative_and_absolute_urls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for url in ("sqlite:///var/a.db", f"sqlite:///{tmp_path}/var/a.db"):
        database = open_database(url)
        assert isinstance(database, SqliteDatabase)
        assert database.path == tmp_path / "var" / "a.db"
        await database.close()


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text("this is not a database" * 100)
    with pytest.raises(DatabaseUnavailable, match=r"a\.db"):
        SqliteDatabase(tmp_path / "a.db")

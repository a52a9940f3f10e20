"""The PostgreSQL pool, on a real server."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from tests.patience import PATIENCE_S, until
from tests.postgresql import PostgresqlServer, create_server, remove_server
from trillium.runtime.database import DatabaseUnavailable, open_database
from trillium.runtime.postgresql import PostgresqlDatabase, affected_rows

RUNNING = "SELECT query FROM pg_stat_activity WHERE state = 'active' AND application_name = 'trillium'"


@pytest.fixture
async def database(postgresql_url: str) -> AsyncIterator[PostgresqlDatabase]:
    opened = open_database(postgresql_url)
    assert isinstance(opened, PostgresqlDatabase)
    await opened.execute("CREATE TABLE entry (id bigint PRIMARY KEY, text text UNIQUE)")
    yield opened
    await opened.close()


async def test_statements_commit_one_by_one(database: PostgresqlDatabase, postgresql_url: str) -> None:
    assert await database.execute("INSERT INTO entry VALUES ($1, $2), ($3, $4)", 1, "a", 2, "b") == 2
    other = PostgresqlDatabase(postgresql_url)
    rows = await other.fetch("SELECT id, text FROM entry ORDER BY id")
    assert [(row["id"], row[1]) for row in rows] == [(1, "a"), (2, "b")]
    row = await other.fetch_row("SELECT text FROM entry WHERE id = $1", 2)
    assert row is not None
    assert row["text"] == "b"
    assert await other.fetch_row("SELECT text FROM entry WHERE id = $1", 3) is None
    await other.close()


async def test_the_row_count_decides_single_use(database: PostgresqlDatabase) -> None:
    await database.execute(
        "INSERT INTO entry SELECT number, 'code ' || number FROM generate_series(1, 50) number"
    )

    async def redeem(number: int) -> int:
        return await database.execute("DELETE FROM entry WHERE id = $1", number)

    outcomes = await asyncio.gather(*(redeem(number) for number in range(1, 51) for _ in range(8)))
    assert sum(outcomes) == 50


async def test_a_violated_constraint_is_the_drivers_exception(database: PostgresqlDatabase) -> None:
    await database.execute("INSERT INTO entry VALUES (1, 'a')")
    with pytest.raises(asyncpg.UniqueViolationError):
        await database.execute("INSERT INTO entry VALUES (1, 'b')")
    assert await database.execute("INSERT INTO entry VALUES (2, 'b')") == 1


async def test_a_statement_that_takes_too_long_is_given_up(postgresql_url: str) -> None:
    database = PostgresqlDatabase(postgresql_url, statement_timeout=2)
    with pytest.raises(DatabaseUnavailable):
        await database.execute("SELECT pg_sleep(20)")
    assert await database.fetch("SELECT 1")
    await database.close()


async def test_cancelling_the_caller_gives_the_connection_back(postgresql_url: str) -> None:
    database = PostgresqlDatabase(postgresql_url, pool_size=1, pool_overflow=0)
    for _ in range(3):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await database.execute("SELECT pg_sleep(5)")
    row = await database.fetch_row("SELECT 7")
    assert row is not None
    assert row[0] == 7
    await database.close()


async def test_an_exhausted_pool_is_unavailable_not_an_endless_wait(
    postgresql_server: PostgresqlServer, postgresql_url: str
) -> None:
    database = PostgresqlDatabase(
        postgresql_url, pool_size=1, pool_overflow=0, connect_timeout=3, statement_timeout=PATIENCE_S
    )
    slow = asyncio.ensure_future(database.execute("SELECT pg_sleep(1000)"))
    await until(lambda: "pg_sleep(1000)" in postgresql_server.run_sql(RUNNING))
    with pytest.raises(DatabaseUnavailable):
        await database.fetch("SELECT 1")
    slow.cancel()
    await asyncio.gather(slow, return_exceptions=True)
    await database.close()


async def test_connections_that_the_server_closed_are_replaced(
    database: PostgresqlDatabase, postgresql_server: PostgresqlServer, postgresql_url: str
) -> None:
    await asyncio.gather(*(database.fetch("SELECT pg_sleep(0.05)") for _ in range(5)))
    name = postgresql_url.partition("?")[0].rpartition("/")[2]
    postgresql_server.run_sql(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"  # noqa: S608 - ours
    )
    await until(lambda: name not in postgresql_server.run_sql("SELECT datname FROM pg_stat_activity"))
    await asyncio.sleep(0.1)  # what the sockets know reaches their owners
    results = await asyncio.gather(*(database.fetch("SELECT 1") for _ in range(10)))
    assert [rows[0][0] for rows in results] == [1] * 10


async def test_a_server_that_is_gone_is_unavailable_and_comes_back() -> None:
    server = create_server()
    try:
        database = PostgresqlDatabase(server.url("postgres"))
        assert await database.fetch("SELECT 1")
        server.stop()
        with pytest.raises(DatabaseUnavailable):
            await database.fetch("SELECT 1")
        with pytest.raises(DatabaseUnavailable):
            await database.execute("SELECT 1")
        server.start()
        assert await database.fetch("SELECT 1")
        await database.close()
    finally:
        remove_server(server)


async def test_the_session_speaks_utc_and_has_its_limits(database: PostgresqlDatabase) -> None:
    row = await database.fetch_row("SELECT current_setting('timezone'), current_setting('statement_timeout')")
    assert row is not None
    assert (row[0], row[1]) == ("UTC", "10s")


async def test_json_goes_in_and_out_as_text(database: PostgresqlDatabase) -> None:
    row = await database.fetch_row("SELECT $1::jsonb, $2::timestamptz IS NULL", '{"a": [1]}', None)
    assert row is not None
    assert row[0] == '{"a": [1]}'


@pytest.mark.parametrize(
    ("status", "count"),
    [("INSERT 0 3", 3), ("UPDATE 0", 0), ("DELETE 12", 12), ("CREATE TABLE", 0), ("SELECT 5", 5)],
)
def test_affected_rows(status: str, count: int) -> None:
    assert affected_rows(status) == count

"""Creating tables on both databases: again, and by several processes at once."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
import sqlalchemy as sa

from tests.patience import PATIENCE_S
from trillium.runtime.database import (
    Database,
    PostgresqlDatabase,
    create_schema,
    open_database,
    schema_statements,
)

ROOT = Path(__file__).parents[3]
METADATA = sa.MetaData()
sa.Table("demo_list", METADATA, sa.Column("uri", sa.Text, primary_key=True))
sa.Table(
    "demo_entry",
    METADATA,
    sa.Column("id", sa.BigInteger, primary_key=True),
    sa.Column("list_uri", sa.ForeignKey("demo_list.uri"), nullable=False, index=True),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("list_uri LIKE 'http%'", name="demo_entry_uri"),
)

CREATE = """
import asyncio, sys
from tests.trillium.runtime.test_schema import METADATA
from trillium.runtime.database import create_schema, open_database

async def main():
    database = open_database(sys.argv[1])
    await create_schema(database, METADATA)
    await database.close()

asyncio.run(main())
"""


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/a.db"
    url: str = request.getfixturevalue("postgresql_url")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = open_database(database_url)
    yield opened
    await opened.close()


async def insert(database: Database, uri: str) -> int:
    if isinstance(database, PostgresqlDatabase):
        return await database.execute("INSERT INTO demo_list VALUES ($1)", uri)
    return await database.write(lambda c: c.execute("INSERT INTO demo_list VALUES (?)", (uri,)).rowcount)


async def test_creating_twice_keeps_what_is_there(database: Database) -> None:
    await create_schema(database, METADATA)
    assert await insert(database, "https://issuer.example/lists/1") == 1
    await create_schema(database, METADATA)
    with pytest.raises(Exception, match=r"(?i)unique"):
        await insert(database, "https://issuer.example/lists/1")


async def test_processes_that_start_at_once_all_succeed(database_url: str) -> None:
    command = [sys.executable, "-c", CREATE, database_url]
    processes = [subprocess.Popen(command, cwd=ROOT) for _ in range(3)]
    codes = await asyncio.gather(*(asyncio.to_thread(process.wait, PATIENCE_S) for process in processes))
    assert codes == [0, 0, 0]


async def test_many_at_once_in_one_process(database_url: str) -> None:
    databases = [open_database(database_url) for _ in range(6)]
    await asyncio.gather(*(create_schema(database, METADATA) for database in databases))
    for database in databases:
        await database.close()


async def test_a_server_that_starts_waits_for_no_writer_of_a_running_one(postgresql_url: str) -> None:
    """Even CREATE INDEX IF NOT EXISTS wants the table without writers; two such waits end in a deadlock."""
    database = PostgresqlDatabase(postgresql_url, statement_timeout=10)
    await create_schema(database, METADATA)
    writer = await asyncpg.connect(postgresql_url)
    async with writer.transaction():
        await writer.execute("INSERT INTO demo_list VALUES ('https://issuer.example/lists/1')")
        await writer.execute("INSERT INTO demo_entry VALUES (1, 'https://issuer.example/lists/1', now())")
        await create_schema(database, METADATA)
        await database.add_missing_columns("demo_entry", {"list_uri": "TEXT"})
    await writer.close()
    await database.close()


async def test_what_is_missing_of_an_older_database_is_made(postgresql_url: str) -> None:
    database = PostgresqlDatabase(postgresql_url)
    await create_schema(database, METADATA)
    await database.execute("DROP TABLE demo_entry")
    await create_schema(database, METADATA)
    await database.add_missing_columns("demo_list", {"note": "TEXT"})
    await insert(database, "https://issuer.example/lists/1")
    assert await database.execute("UPDATE demo_list SET note = 'kept'") == 1
    assert await database.execute("DELETE FROM demo_entry") == 0
    await database.close()


def test_statements_come_in_an_order_that_foreign_keys_allow() -> None:
    for dialect in ("sqlite", "postgresql"):
        statements = [*schema_statements(METADATA, dialect).values()]  # type: ignore[arg-type]  # both are literals
        assert ["demo_list" in statements[0], "demo_entry" in statements[1]] == [True, True]
        assert all("IF NOT EXISTS" in statement for statement in statements)
        assert "LIKE 'http%'" in statements[1]
        assert "INDEX" in statements[2]

"""Fixtures of the runtime tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.postgresql import postgresql_server, postgresql_url
from trillium.runtime.sqlite import SqliteDatabase

__all__ = ["postgresql_server", "postgresql_url", "sqlite_database"]


@pytest.fixture
async def sqlite_database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    database = SqliteDatabase(tmp_path / "test.db")
    await database.write(
        lambda connection: connection.execute("CREATE TABLE entry (id INTEGER PRIMARY KEY, text TEXT UNIQUE)")
    )
    yield database
    await database.close()

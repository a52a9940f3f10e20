"""Fixtures of the runtime tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from trillium.runtime.sqlite import SqliteDatabase


@pytest.fixture
async def sqlite_database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    database = SqliteDatabase(tmp_path / "test.db")
    await database.write(
        lambda connection: connection.execute("CREATE TABLE entry (id INTEGER PRIMARY KEY, text TEXT UNIQUE)")
    )
    yield database
    await database.close()

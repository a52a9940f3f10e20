"""Rows and moments, the same for every store: columns by name, times as milliseconds since 1970-01-01 UTC."""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


class Row(Protocol):
    """A row by column name: a dictionary from SQLite, a record from PostgreSQL."""

    def __getitem__(self, column: str, /) -> Any: ...


def to_column(moment: datetime) -> int:
    """Milliseconds since the epoch, rounded down."""
    return (moment - _EPOCH) // _MILLISECOND


def from_column(value: int) -> datetime:
    """The moment a column holds, UTC."""
    return _EPOCH + timedelta(milliseconds=value)


def rows_of(connection: sqlite3.Connection, sql: str, arguments: Sequence[Any]) -> list[dict[str, Any]]:
    """The rows of a query on SQLite as dictionaries."""
    cursor = connection.execute(sql, arguments)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

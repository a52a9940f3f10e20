"""PostgreSQL: SQLAlchemy's pool, the driver's own calls. One statement per call, each its own transaction."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, Literal, Protocol

import asyncpg
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DisconnectionError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool
from sqlalchemy.util.concurrency import greenlet_spawn

from trillium.runtime.database_errors import DatabaseUnavailable

STATEMENT_TIMEOUT = 10.0
"""Seconds after which the server gives up a statement."""
CONNECT_TIMEOUT = 5.0
"""Seconds to wait for a new connection, and for a free one of the pool."""
POOL_SIZE = 10
POOL_OVERFLOW = 10
SCHEMA_LOCK = 0x7472696C6C69756D
"""Key of the advisory lock around table creation ("trillium" in ASCII)."""

_EXISTING: Final = """
SELECT relname FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relname = ANY($1::text[])"""
_COLUMNS: Final = """
SELECT attname FROM pg_attribute
WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped"""

# SQLSTATE classes that mean "not now", not "not like this": connection trouble, shortage, shutdown
_NOT_NOW_CLASSES = ("08", "53", "57P")


class Row(Protocol):
    """A result row: by position or by column name."""

    def __getitem__(self, key: int | str) -> Any: ...
    def __len__(self) -> int: ...


class PostgresqlDatabase:
    """A pool of connections to one database. Arguments are `$1`, `$2`, …; JSON columns go in and out as text.

    A violated constraint is asyncpg's own exception; prefer `ON CONFLICT` and the row count.
    """

    dialect: Final[Literal["postgresql"]] = "postgresql"

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = POOL_SIZE,
        pool_overflow: int = POOL_OVERFLOW,
        statement_timeout: float = STATEMENT_TIMEOUT,
        connect_timeout: float = CONNECT_TIMEOUT,
    ) -> None:
        """Nothing is connected before the first statement."""
        settings = {
            "statement_timeout": str(int(statement_timeout * 1000)),
            "lock_timeout": str(int(statement_timeout * 1000)),
            "timezone": "UTC",
            "application_name": "trillium",
        }
        self._engine: AsyncEngine = create_async_engine(
            make_url(url).set(drivername="postgresql+asyncpg"),
            poolclass=AsyncAdaptedQueuePool,
            pool_size=pool_size,
            max_overflow=pool_overflow,
            pool_timeout=connect_timeout,
            pool_reset_on_return=None,  # no transaction is ever left open by us
            json_deserializer=str,  # text out as text in
            connect_args={
                "timeout": connect_timeout,
                "command_timeout": statement_timeout + 1,
                "server_settings": settings,
            },
        )
        event.listen(self._engine.sync_engine, "checkout", _refuse_closed)

    async def fetch(self, sql: str, *args: object) -> Sequence[Row]:
        """All rows of one statement."""
        async with self._connection() as connection:
            rows: Sequence[Row] = await connection.fetch(sql, *args)
        return rows

    async def fetch_row(self, sql: str, *args: object) -> Row | None:
        """The first row of one statement, or None."""
        async with self._connection() as connection:
            row: Row | None = await connection.fetchrow(sql, *args)
        return row

    async def execute(self, sql: str, *args: object) -> int:
        """Run one statement; how many rows it inserted, changed or deleted (0 for other statements)."""
        async with self._connection() as connection:
            status: str = await connection.execute(sql, *args)
        return affected_rows(status)

    async def create_missing(self, relations: Mapping[str, str]) -> None:
        """Create the tables and indexes (name → statement) that are not there yet, one process at a time.

        What exists is not touched: even `IF NOT EXISTS` waits for a table's writers, and they for us.
        """
        async with self._one_at_a_time() as connection:
            rows = await connection.fetch(_EXISTING, list(relations))
            existing = {row[0] for row in rows}
            for name, sql in relations.items():
                if name not in existing:
                    await connection.execute(sql)

    async def add_missing_columns(self, table: str, columns: Mapping[str, str]) -> None:
        """Add the columns (name → type) that an older `table` has not; the same holds as above."""
        async with self._one_at_a_time() as connection:
            existing = {row[0] for row in await connection.fetch(_COLUMNS, table)}
            for name, kind in columns.items():
                if name not in existing:
                    await connection.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind}")

    @asynccontextmanager
    async def _one_at_a_time(self) -> AsyncIterator[Any]:
        async with self._connection() as connection, connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", SCHEMA_LOCK)
            yield connection

    async def close(self) -> None:
        """Close every connection. Idempotent."""
        await self._engine.dispose()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Any]:
        try:
            pooled = await self._engine.raw_connection()
        except (OSError, TimeoutError, PoolTimeout, SQLAlchemyError, asyncpg.PostgresError) as error:
            raise DatabaseUnavailable(f"cannot connect: {type(error).__name__}") from error
        driver = pooled.driver_connection
        try:
            yield driver
        except (OSError, TimeoutError, asyncpg.InterfaceError) as error:
            raise DatabaseUnavailable(f"connection lost: {type(error).__name__}") from error
        except asyncpg.PostgresError as error:
            if not _means_not_now(error):
                raise
            raise DatabaseUnavailable(f"refused: {type(error).__name__}") from error
        finally:
            await greenlet_spawn(pooled.close)


def affected_rows(status: str) -> int:
    """`INSERT 0 3` → 3, `UPDATE 1` → 1, `CREATE TABLE` → 0."""
    last = status.rpartition(" ")[2]
    return int(last) if last.isdigit() else 0


def _means_not_now(error: Exception) -> bool:
    state = str(getattr(error, "sqlstate", "") or "")
    return isinstance(error, asyncpg.QueryCanceledError) or state.startswith(_NOT_NOW_CLASSES)


def _refuse_closed(_dbapi: Any, record: Any, _proxy: Mapping[str, Any]) -> None:
    """A connection that the server has closed is replaced instead of handed out."""
    if record.driver_connection.is_closed():
        raise DisconnectionError

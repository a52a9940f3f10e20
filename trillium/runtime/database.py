"""Opening a database by URL, and creating its tables. Stores hold hot statements for both dialects.

sqlite:///var/trillium.db            relative to the working directory
sqlite:////srv/trillium/issuer.db    absolute
postgresql://user:password@host/name[?host=/socket/folder]
"""

import sqlite3
from pathlib import Path
from typing import Literal, TypeAlias
from urllib.parse import unquote, urlsplit

from sqlalchemy import MetaData
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import CreateIndex, CreateTable, ExecutableDDLElement

from trillium.runtime.database_errors import DatabaseError, DatabaseUnavailable, WriteFailed
from trillium.runtime.postgresql import PostgresqlDatabase
from trillium.runtime.sqlite import SqliteDatabase

__all__ = [
    "Database",
    "DatabaseError",
    "DatabaseUnavailable",
    "PostgresqlDatabase",
    "SqliteDatabase",
    "WriteFailed",
    "create_schema",
    "open_database",
    "schema_statements",
]

Database: TypeAlias = SqliteDatabase | PostgresqlDatabase


def open_database(url: str) -> Database:
    """A handle to close after use. SQLite is opened at once; PostgreSQL connects at the first statement.

    Raises ValueError for a URL of another kind, DatabaseUnavailable when the SQLite file cannot be opened.
    """
    scheme = urlsplit(url).scheme
    if scheme == "sqlite":
        return SqliteDatabase(_sqlite_path(url))
    if scheme in ("postgresql", "postgresql+asyncpg"):
        return PostgresqlDatabase(url)
    raise ValueError("a database URL begins with sqlite:/// or postgresql://")


def _sqlite_path(url: str) -> Path:
    parts = urlsplit(url)
    name = unquote(parts.path.removeprefix("/"))
    if parts.netloc or parts.query or parts.fragment or not name or name == ":memory:":
        raise ValueError("a SQLite URL is sqlite:///relative/path or sqlite:////absolute/path")
    return Path(name)


def schema_statements(metadata: MetaData, dialect: Literal["sqlite", "postgresql"]) -> dict[str, str]:
    """Name of a table or index → statement that creates it unless it exists; foreign keys allow the order."""
    kind: type[Dialect] = SQLiteDialect if dialect == "sqlite" else PGDialect_asyncpg
    speaks = kind()
    elements: dict[str, ExecutableDDLElement] = {}
    for table in metadata.sorted_tables:
        elements[table.name] = CreateTable(table, if_not_exists=True)
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            elements[str(index.name)] = CreateIndex(index, if_not_exists=True)
    return {name: str(element.compile(dialect=speaks)) for name, element in elements.items()}


async def create_schema(database: Database, metadata: MetaData) -> None:
    """Create missing tables and indexes. Idempotent; processes that start at once wait for one another."""
    statements = schema_statements(metadata, database.dialect)
    if isinstance(database, PostgresqlDatabase):
        await database.create_missing(statements)
        return

    def create(connection: sqlite3.Connection) -> None:
        for sql in statements.values():
            connection.execute(sql)

    await database.write(create)

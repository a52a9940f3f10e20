"""The sandbox's register of residents, in a database of its own (``REGISTER_DATABASE_URL``).

In service this is a ministry's system; the issuer sees it through ``ports.SubjectDirectory`` alone. It is
the only place of the product that holds claim values in the clear.
"""

import asyncio
import sqlite3
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from sqlalchemy import Column, MetaData, String, Table, Text

from issuer.domain.event import SubjectRef
from issuer.domain.resident import (
    Address,
    Language,
    NewResident,
    PutCounts,
    RegisterNumber,
    Resident,
    Sex,
)
from issuer.errors import DirectoryUnavailable
from trillium.runtime.database import (
    Database,
    DatabaseError,
    PostgresqlDatabase,
    SqliteDatabase,
    create_schema,
)

metadata = MetaData()

_COLUMNS = (
    "register_number",
    "subject_ref",
    "personal_administrative_number",
    "family_name",
    "given_name",
    "birthdate",
    "sex",
    "street_address",
    "locality",
    "region",
    "postal_code",
    "country",
    "language",
    "guardian",
    "search_name",
)
_KEPT = ("register_number", "subject_ref", "personal_administrative_number")
_CHANGEABLE = tuple(name for name in _COLUMNS if name not in _KEPT)

resident_table = Table(
    "register_resident",
    metadata,
    Column("register_number", String(16), primary_key=True),
    Column("subject_ref", String(64), nullable=False, unique=True),
    Column("personal_administrative_number", String(64), nullable=False, unique=True),
    *(Column(name, Text, nullable=name in ("given_name", "sex", "guardian")) for name in _CHANGEABLE),
)

_NAMES = ", ".join(_COLUMNS)
_SET = ", ".join(f"{name} = excluded.{name}" for name in _CHANGEABLE)
_DIFFERS = " OR ".join(f"register_resident.{name} IS DISTINCT FROM excluded.{name}" for name in _CHANGEABLE)
_SELECT = f"SELECT {_NAMES} FROM register_resident"

_PUT_SQLITE = (
    f"INSERT INTO register_resident ({_NAMES}) VALUES ({', '.join('?' * len(_COLUMNS))})"
    f" ON CONFLICT (register_number) DO UPDATE SET {_SET}"
    f" WHERE {_DIFFERS.replace('IS DISTINCT FROM', 'IS NOT')}"
)
_PUT_POSTGRESQL = (
    f"INSERT INTO register_resident ({_NAMES})"
    f" SELECT * FROM unnest({', '.join(f'${place}::text[]' for place in range(1, len(_COLUMNS) + 1))})"
    f" ON CONFLICT (register_number) DO UPDATE SET {_SET} WHERE {_DIFFERS} RETURNING xmax = 0 AS inserted"
)


class _Row(Protocol):
    def __getitem__(self, column: str, /) -> Any: ...


def search_form(text: str) -> str:
    """Case and accents removed, so that ``lecuyer`` finds ``L'Écuyer``; other scripts stay as they are."""
    decomposed = unicodedata.normalize("NFD", text.casefold())
    kept = (character for character in decomposed if unicodedata.category(character)[0] in "LNZ")
    return " ".join("".join(kept).split())


class SqlRegister:
    """``ports.SubjectDirectory`` and ``ports.Register``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create_tables(self) -> None:
        """Makes the table when it is missing."""
        await create_schema(self._database, metadata)

    async def get(self, subject_ref: SubjectRef) -> Resident | None:
        rows = await self._rows(f"{_SELECT} WHERE subject_ref = {{0}}", subject_ref)
        return _resident(rows[0]) if rows else None

    async def search(self, text: str, *, limit: int) -> Sequence[tuple[SubjectRef, Resident]]:
        pattern = "%" + search_form(text).replace("\\", "").replace("%", "").replace("_", "") + "%"
        rows = await self._rows(
            f"{_SELECT} WHERE register_number = {{0}} OR search_name LIKE {{1}}"
            " ORDER BY search_name, register_number LIMIT {2}",
            text.strip().upper(),
            pattern,
            limit,
        )
        return [(SubjectRef(row["subject_ref"]), _resident(row)) for row in rows]

    async def known(self) -> frozenset[RegisterNumber]:
        rows = await self._rows("SELECT register_number FROM register_resident")
        return frozenset(RegisterNumber(row["register_number"]) for row in rows)

    async def put(self, residents: Sequence[NewResident]) -> PutCounts:
        rows = await asyncio.to_thread(lambda: [_columns(new) for new in residents])
        if isinstance(self._database, SqliteDatabase):
            imported, updated = await self._database.write(lambda connection: _put(connection, rows))
        else:
            columns = [[row[place] for row in rows] for place in range(len(_COLUMNS))]
            written = await self._database.fetch(_PUT_POSTGRESQL, *columns)
            imported = sum(bool(row["inserted"]) for row in written)
            updated = len(written) - imported
        return PutCounts(imported, updated, len(rows) - imported - updated)

    async def _rows(self, sql: str, *arguments: object) -> Sequence[_Row]:
        """Runs a query whose placeholders are ``{0}``, ``{1}``, … in order."""
        places = range(1, len(arguments) + 1)
        try:
            if isinstance(self._database, PostgresqlDatabase):
                return await self._database.fetch(sql.format(*(f"${place}" for place in places)), *arguments)
            query = sql.format(*("?" for _ in places))
            return await self._database.read(lambda connection: _fetch(connection, query, arguments))
        except DatabaseError as error:
            raise DirectoryUnavailable from error


def _fetch(
    connection: sqlite3.Connection, query: str, arguments: Sequence[object]
) -> list[Mapping[str, Any]]:
    cursor = connection.execute(query, tuple(arguments))
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _put(connection: sqlite3.Connection, rows: Sequence[tuple[str | None, ...]]) -> tuple[int, int]:
    present = {row[0] for row in connection.execute("SELECT register_number FROM register_resident")}
    imported = sum(row[0] not in present for row in rows)
    written = sum(connection.execute(_PUT_SQLITE, row).rowcount for row in rows)
    return imported, written - imported


def _columns(new: NewResident) -> tuple[str | None, ...]:
    resident, address = new.resident, new.resident.address
    name = f"{resident.given_name or ''} {resident.family_name}"
    return (
        resident.register_number,
        new.subject_ref,
        resident.personal_administrative_number,
        resident.family_name,
        resident.given_name,
        resident.birthdate.isoformat(),
        resident.sex,
        address.street_address,
        address.locality,
        address.region,
        address.postal_code,
        address.country,
        resident.language,
        resident.guardian,
        search_form(name),
    )


def _resident(row: _Row) -> Resident:
    return Resident(
        register_number=RegisterNumber(row["register_number"]),
        family_name=row["family_name"],
        given_name=row["given_name"],
        birthdate=date.fromisoformat(row["birthdate"]),
        sex=None if row["sex"] is None else Sex(row["sex"]),
        address=Address(
            row["street_address"], row["locality"], row["region"], row["postal_code"], row["country"]
        ),
        language=Language(row["language"]),
        guardian=None if row["guardian"] is None else RegisterNumber(row["guardian"]),
        personal_administrative_number=row["personal_administrative_number"],
    )

"""The sandbox's register of residents and businesses, in a database of its own (``REGISTER_DATABASE_URL``).

In service these are ministries' systems; the issuer sees them through ``ports.SubjectDirectory`` alone. It is
the only place of the product that holds claim values in the clear.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from issuer.clients.register_rows import (
    Row,
    business_row,
    read_business,
    read_resident,
    resident_row,
    search_form,
    search_pattern,
)
from issuer.clients.register_tables import (
    ADDED_COLUMNS,
    CAPACITY_COLUMNS,
    PUT_BUSINESSES,
    PUT_CAPACITY_SQLITE,
    PUT_RESIDENTS,
    Put,
    metadata,
)
from issuer.domain.business import Business, BusinessNumber, NewBusiness
from issuer.domain.event import SubjectRef
from issuer.domain.registrations import PersonName
from issuer.domain.resident import NewResident, PutCounts, RegisterNumber, Resident
from issuer.domain.subject import Guardianship, Holding, SigningAuthority, Subject
from issuer.errors import DirectoryUnavailable
from trillium.runtime.database import Database, DatabaseError, PostgresqlDatabase, create_schema

__all__ = ["SqlRegister", "search_form"]

_New = TypeVar("_New")
_Cells = tuple[str | None, ...]


class SqlRegister:
    """``ports.SubjectDirectory`` and ``ports.Register``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create_tables(self) -> None:
        """Makes what is missing: tables, and columns of registers that are older."""
        await create_schema(self._database, metadata)
        if isinstance(self._database, PostgresqlDatabase):
            await self._database.add_missing_columns(
                "register_resident", dict.fromkeys(ADDED_COLUMNS, "TEXT")
            )
        else:
            await self._database.write(_add_columns)

    async def get(self, subject_ref: SubjectRef) -> Resident | None:
        return await self._resident("subject_ref", subject_ref)

    async def search(self, text: str, *, limit: int) -> Sequence[tuple[SubjectRef, Resident]]:
        rows = await self._rows(
            "SELECT * FROM register_resident WHERE register_number = {0} OR search_name LIKE {1}"
            " ORDER BY search_name, register_number LIMIT {2}",
            text.strip().upper(),
            search_pattern(text),
            limit,
        )
        return [(SubjectRef(row["subject_ref"]), read_resident(row)) for row in rows]

    async def search_businesses(self, text: str, *, limit: int) -> Sequence[tuple[SubjectRef, Business]]:
        rows = await self._rows(
            "SELECT * FROM register_business WHERE business_number = {0} OR search_name LIKE {1}"
            " ORDER BY search_name, business_number LIMIT {2}",
            text.strip().upper(),
            search_pattern(text),
            limit,
        )
        return [(SubjectRef(row["subject_ref"]), await self._named(read_business(row))) for row in rows]

    async def subject(self, subject_ref: SubjectRef) -> Subject | None:
        if resident := await self.get(subject_ref):
            return resident
        if found := await self._business("subject_ref", subject_ref):
            return found[1]
        rows = await self._rows("SELECT * FROM register_capacity WHERE subject_ref = {0}", subject_ref)
        if not rows:
            return None
        holder = await self._resident("register_number", rows[0]["holder"])
        return await self._in_capacity(holder, rows[0]["about"]) if holder else None

    async def holdings(self, subject_ref: SubjectRef) -> Sequence[Holding]:
        person = await self.get(subject_ref)
        if person is None:
            return []
        found = [Holding(subject_ref, person)]
        rows = await self._rows(
            # Children, whose numbers begin as people's do, before businesses.
            "SELECT * FROM register_capacity WHERE holder = {0} ORDER BY substr(about, 1, 2) DESC, about",
            person.register_number,
        )
        for row in rows:
            subject = await self._in_capacity(person, row["about"])
            if isinstance(subject, SigningAuthority) and (
                business := await self._business("business_number", subject.business.number)
            ):
                found.append(Holding(*business))
            if subject is not None:
                found.append(Holding(SubjectRef(row["subject_ref"]), subject))
        return found

    async def known(self) -> frozenset[RegisterNumber]:
        rows = await self._rows("SELECT register_number FROM register_resident")
        return frozenset(RegisterNumber(row["register_number"]) for row in rows)

    async def known_businesses(self) -> frozenset[BusinessNumber]:
        rows = await self._rows("SELECT business_number FROM register_business")
        return frozenset(BusinessNumber(row["business_number"]) for row in rows)

    async def put(self, residents: Sequence[NewResident]) -> PutCounts:
        capacities = [
            (new.guardian_subject_ref, new.resident.guardian, new.resident.register_number)
            for new in residents
            if new.resident.guardian is not None
        ]
        return await self._put(PUT_RESIDENTS, residents, resident_row, capacities)

    async def put_businesses(self, businesses: Sequence[NewBusiness]) -> PutCounts:
        capacities = [
            (one.subject_ref, one.register_number, new.business.number)
            for new in businesses
            for one in new.capacities
        ]
        return await self._put(PUT_BUSINESSES, businesses, business_row, capacities)

    async def _put(
        self,
        put: Put,
        new: Sequence[_New],
        as_row: Callable[[_New], _Cells],
        capacities: Sequence[_Cells],
    ) -> PutCounts:
        rows = await asyncio.to_thread(lambda: [as_row(one) for one in new])
        if isinstance(self._database, PostgresqlDatabase):
            arrays = [*_arrays(rows, put.columns), *_arrays(capacities, CAPACITY_COLUMNS)]
            written = [bool(row["inserted"]) for row in await self._database.fetch(put.postgresql, *arrays)]
        else:
            written = await self._database.write(lambda connection: _write(connection, put, rows, capacities))
        imported = sum(written)
        return PutCounts(imported, len(written) - imported, len(rows) - len(written))

    async def _resident(self, column: str, value: str) -> Resident | None:
        rows = await self._rows(f"SELECT * FROM register_resident WHERE {column} = {{0}}", value)
        return read_resident(rows[0]) if rows else None

    async def _business(self, column: str, value: str) -> tuple[SubjectRef, Business] | None:
        rows = await self._rows(f"SELECT * FROM register_business WHERE {column} = {{0}}", value)
        if not rows:
            return None
        return SubjectRef(rows[0]["subject_ref"]), await self._named(read_business(rows[0]))

    async def _named(self, business: Business) -> Business:
        """With the names of the people on its page."""
        people = [
            await self._resident("register_number", one.register_number) for one in business.signatories
        ]
        return replace(
            business,
            signatories=tuple(
                replace(one, name=PersonName(person.family_name, person.given_name) if person else None)
                for one, person in zip(business.signatories, people, strict=True)
            ),
        )

    async def _in_capacity(self, holder: Resident, about: str) -> Subject | None:
        """What stands today: another guardian, or a page without the name, ends a capacity."""
        if found := await self._business("business_number", about):
            signatory = found[1].signatory(holder.register_number)
            return SigningAuthority(found[1], holder, signatory) if signatory else None
        child = await self._resident("register_number", about)
        if child is None or child.guardian != holder.register_number:
            return None
        return Guardianship(child, holder)

    async def _rows(self, sql: str, *arguments: object) -> Sequence[Row]:
        """Runs a query whose placeholders are ``{0}``, ``{1}``, … in order."""
        places = range(1, len(arguments) + 1)
        try:
            if isinstance(self._database, PostgresqlDatabase):
                return await self._database.fetch(sql.format(*(f"${place}" for place in places)), *arguments)
            query = sql.format(*("?" for _ in places))
            return await self._database.read(lambda connection: _fetch(connection, query, arguments))
        except DatabaseError as error:
            raise DirectoryUnavailable from error


def _arrays(rows: Sequence[_Cells], columns: Sequence[str]) -> list[list[str | None]]:
    """One array for each column."""
    return [[row[place] for row in rows] for place in range(len(columns))]


def _fetch(
    connection: sqlite3.Connection, query: str, arguments: Sequence[object]
) -> list[Mapping[str, Any]]:
    cursor = connection.execute(query, tuple(arguments))
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _write(
    connection: sqlite3.Connection, put: Put, rows: Sequence[_Cells], capacities: Sequence[_Cells]
) -> list[bool]:
    """For every row that was written, whether it is new."""
    present = {row[0] for row in connection.execute(f"SELECT {put.columns[0]} FROM {put.table}")}
    written = [row[0] not in present for row in rows if connection.execute(put.sqlite, row).rowcount]
    connection.executemany(PUT_CAPACITY_SQLITE, capacities)
    return written


def _add_columns(connection: sqlite3.Connection) -> None:
    present = {row[1] for row in connection.execute("PRAGMA table_info(register_resident)")}
    for column in ADDED_COLUMNS:
        if column not in present:
            connection.execute(f"ALTER TABLE register_resident ADD COLUMN {column} TEXT")

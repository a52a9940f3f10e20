"""Where the residents of the sandbox's register want to be written to, in a table beside the others.

Kept apart from the rest: an import of residents leaves it alone, and nothing of it is ever a claim.
"""

import sqlite3
from typing import Final

from sqlalchemy import Column, MetaData, String, Table

from issuer.clients.register import SqlRegister
from issuer.domain.event import SubjectRef
from issuer.domain.resident import Language
from issuer.domain.transaction_code_message import MAX_MAIL_ADDRESS, Contact
from issuer.errors import DirectoryUnavailable
from trillium.runtime.database import Database, DatabaseError, PostgresqlDatabase, create_schema

metadata: Final = MetaData()

Table(
    "register_contact",
    metadata,
    Column("register_number", String(16), primary_key=True),
    Column("mail_address", String(MAX_MAIL_ADDRESS), nullable=False),
)

# Of a capacity it is the holder who reads: the guardian, the person who acts for a business.
_READ: Final = """
SELECT contact.mail_address, resident.language
FROM register_contact AS contact
JOIN register_resident AS resident ON resident.register_number = contact.register_number
WHERE contact.register_number IN (
    SELECT register_number FROM register_resident WHERE subject_ref = {0}
    UNION SELECT holder FROM register_capacity WHERE subject_ref = {1}
)"""
_PUT: Final = """
INSERT INTO register_contact (register_number, mail_address)
SELECT register_number, {0} FROM register_resident WHERE subject_ref = {1}
ON CONFLICT (register_number) DO UPDATE SET mail_address = excluded.mail_address"""
_REMOVE: Final = """
DELETE FROM register_contact
WHERE register_number = (SELECT register_number FROM register_resident WHERE subject_ref = {0})"""


class ReachableRegister(SqlRegister):
    """The register, with ``ports.ContactDirectory`` and ``ports.ContactRegister``."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._contacts = database

    async def create_tables(self) -> None:
        """Makes what is missing, the contacts' table too."""
        await super().create_tables()
        await create_schema(self._contacts, metadata)

    async def contact(self, subject_ref: SubjectRef) -> Contact | None:
        rows = await self._rows(_READ, subject_ref, subject_ref)
        if not rows:
            return None
        return Contact(rows[0]["mail_address"], Language(rows[0]["language"]))

    async def put_contact(self, subject_ref: SubjectRef, contact: str | None) -> None:
        try:
            if contact is None:
                await self._write(_REMOVE, subject_ref)
            else:
                await self._write(_PUT, contact, subject_ref)
        except DatabaseError as error:
            raise DirectoryUnavailable from error

    async def _write(self, sql: str, *arguments: str) -> None:
        database, places = self._contacts, range(1, len(arguments) + 1)
        if isinstance(database, PostgresqlDatabase):
            # What is only selected has no column that would give it a type.
            numbered = [f"${place}::text" for place in places]
            await database.execute(sql.format(*numbered), *arguments)
            return

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(sql.format(*("?" for _ in places)), arguments)

        await database.write(work)

"""The demonstration sign-in beside the issuer of the combined server, with the people of its register."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from fastapi import FastAPI

from issuer.app.signing_in import RETURN_PATH
from issuer.clients.register import SqlRegister
from issuer.settings import Settings
from trillium.demonstration_sign_in.app import create_demonstration_sign_in
from trillium.demonstration_sign_in.people import Person
from trillium.demonstration_sign_in.provider import DemonstrationProvider
from trillium.runtime.clock import SystemClock
from trillium.runtime.database import open_database
from trillium.runtime.mounting import Part
from trillium.runtime.randomness import SystemRandomness


class RegisteredPeople:
    """``People`` of the sandbox's register."""

    def __init__(self, register: SqlRegister) -> None:
        self._register = register

    async def search(self, text: str, *, limit: int) -> Sequence[Person]:
        found = await self._register.search(text, limit=limit)
        return [
            Person(
                one.register_number,
                " ".join(name for name in (one.given_name, one.family_name) if name),
                one.birthdate,
            )
            for _subject_ref, one in found
        ]


def create_demonstration_part(settings: Settings) -> Part:
    """The provider at ``settings.login_issuer``, whose one client is that issuer."""
    database = open_database(settings.register_database_url)
    register = SqlRegister(database)
    provider = DemonstrationProvider(
        settings.login_issuer,
        settings.login_client_id,
        f"{settings.public_url}{RETURN_PATH}",
        SystemClock(),
        SystemRandomness(),
    )

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await register.create_tables()
        yield
        await database.close()

    app = create_demonstration_sign_in(
        provider,
        RegisteredPeople(register),
        lifespan=lifespan,
        default_language=settings.default_locale,
    )
    return Part(settings.login_issuer, app)

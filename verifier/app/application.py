"""The application in service: opened, run, closed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from trillium.runtime.clock import SystemClock
from trillium.runtime.database import create_schema, open_database
from trillium.runtime.management import open_management_guard
from trillium.runtime.mounting import Part
from trillium.runtime.settings import check_shared, refuse_in_production, warn_of_insecure
from trillium.runtime.tasks import BackgroundTasks
from verifier.app.outside import open_client, open_outside, open_ring
from verifier.app.routes import assemble
from verifier.app.services import Verifier, build_verifier
from verifier.app.tasks import start_tasks
from verifier.app.trusting import check_listed, close_trust, open_trust, renew_trust
from verifier.ports import Clock, TrustSource
from verifier.settings import Settings
from verifier.store import tables


def create_app(
    settings: Settings, *, trust: TrustSource | None = None, clock: Clock | None = None
) -> FastAPI:
    """The application.

    ``trust``: instead of the settings' trust list, ``clock``: instead of the system's, both for tests.
    """
    clock = clock or SystemClock()
    trusted = trust or open_trust(settings, clock.now())
    refuse_in_production(settings.profile, [check_shared(settings), check_listed(settings, trusted)])
    database, client = open_database(settings.database_url), open_client(settings)
    outside = open_outside(settings, database, client, clock)
    ring = open_ring(settings, clock.now())
    verifier = build_verifier(settings, ring, outside, trusted)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        warn_of_insecure(settings)
        await create_schema(database, tables.metadata)
        async with BackgroundTasks() as tasks:
            start_tasks(tasks, verifier)
            yield
        await close_trust(trusted)
        await client.close()
        await database.close()

    return assemble(verifier, open_management_guard(settings.var_dir), lifespan)


@asynccontextmanager
async def opened_verifier(settings: Settings, *, trust: TrustSource | None = None) -> AsyncIterator[Verifier]:
    """The services without a server, for the command line."""
    database, client = open_database(settings.database_url), open_client(settings)
    try:
        await create_schema(database, tables.metadata)
        outside = open_outside(settings, database, client)
        now = outside.clock.now()
        ring = open_ring(settings, now)
        trusted = trust or open_trust(settings, now)
        await renew_trust(trusted, now)
        yield build_verifier(settings, ring, outside, trusted)
        await close_trust(trusted)
    finally:
        await client.close()
        await database.close()


def create_part(settings: Settings, *, trust: TrustSource | None = None) -> Part:
    """The application under its public URL, for a server of its own or together with others."""
    return Part(settings.public_url, create_app(settings, trust=trust))

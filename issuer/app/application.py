"""The application, with its lifespan and its background tasks; and the services without a server."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from fastapi import FastAPI

from issuer.app.authorization import check_authorization
from issuer.app.directory import check_directory
from issuer.app.issuing import check_issuing
from issuer.app.offering import check_offering
from issuer.app.outside import Databases, open_ring
from issuer.app.readiness import log_stopped_types
from issuer.app.routes import assemble
from issuer.app.services import Issuer, build_issuer
from issuer.app.signing_in import check_login
from issuer.domain.offer import OFFER_MEMORY
from issuer.ports import Clock
from issuer.services.issue_nonce import forgettable_at
from issuer.settings import Settings
from issuer.web.routes import WELL_KNOWN
from trillium.runtime.clock import SystemClock
from trillium.runtime.management import open_management_guard
from trillium.runtime.mounting import Part
from trillium.runtime.settings import Check, check_shared, refuse_in_production, warn_of_insecure
from trillium.runtime.tasks import BackgroundTasks

PUBLISH_EVERY = 0.5
REFRESH_KEYS_EVERY = 5.0
RENEW_EVERY = 600.0
PURGE_EVERY = 60.0
CLI_BLOCK = 16


def create_app(settings: Settings, *, clock: Clock | None = None) -> FastAPI:
    """The application with its databases and keys; nothing of it is reached before its lifespan begins.

    ``clock``: instead of the system's, for tests of what happens later.
    """
    refuse_in_production(settings.profile, production_checks(settings))
    databases, clock = Databases.open(settings), clock or SystemClock()
    ring = open_ring(settings, clock.now())
    issuer = build_issuer(settings, ring, databases.outside(ring, clock))

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        warn_of_insecure(settings)
        log_stopped_types(issuer.problems)
        await databases.prepare()
        async with BackgroundTasks() as tasks:
            _start_tasks(tasks, issuer)
            yield
        if issuer.signing_in is not None:
            await issuer.signing_in.close()
        await databases.close()

    return assemble(issuer, open_management_guard(settings.var_dir), lifespan)


def production_checks(settings: Settings) -> Sequence[Check]:
    """What keeps an issuer from starting in production; ``trillium doctor`` asks the same."""
    return (
        check_shared(settings),
        check_directory(settings),
        check_offering(settings),
        check_issuing(settings),
        check_login(settings),
        check_authorization(settings),
    )


@asynccontextmanager
async def opened_issuer(settings: Settings) -> AsyncIterator[Issuer]:
    """The services without a server, for the command line; servers publish what it changes."""
    databases = Databases.open(settings)
    try:
        await databases.prepare()
        clock = SystemClock()
        ring = open_ring(settings, clock.now())
        yield build_issuer(settings, ring, databases.outside(ring, clock), lease_block=CLI_BLOCK)
    finally:
        await databases.close()


def create_part(settings: Settings) -> Part:
    """The application under its public URL, for a server of its own or together with others."""
    return Part(settings.public_url, create_app(settings), WELL_KNOWN)


def _start_tasks(tasks: BackgroundTasks, issuer: Issuer) -> None:
    clock = issuer.outside.clock

    async def publish() -> None:
        await issuer.publisher.publish_pending()
        await issuer.lists.refresh()

    async def refresh_keys() -> None:
        issuer.ring.refresh(clock.now())

    async def purge() -> None:
        await issuer.outside.stores.issuances.purge_nonces(forgettable_at(clock.now()))
        await issuer.outside.stores.replays.purge_replays(forgettable_at(clock.now()))
        await issuer.issuing.deferred.purge()
        await issuer.outside.stores.authorizations.purge_authorizations(clock.now())
        await issuer.outside.stores.grants.purge_grants(clock.now())
        await issuer.outside.stores.offers.purge_offers(clock.now() - OFFER_MEMORY)

    tasks.every(PUBLISH_EVERY, "publish_status_lists", publish)
    tasks.every(REFRESH_KEYS_EVERY, "refresh_keys", refresh_keys)
    tasks.every(RENEW_EVERY, "renew_status_lists", issuer.publisher.renew_expiring)
    tasks.every(PURGE_EVERY, "purge_nonces", purge)

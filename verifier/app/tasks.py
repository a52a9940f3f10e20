"""What the verifier does beside answering: keys read again, presentations ended, lists refreshed."""

from datetime import timedelta

from trillium.runtime.tasks import BackgroundTasks
from verifier.app.services import Verifier
from verifier.domain.presentation import RESULT_LIFETIME

REFRESH_KEYS_EVERY = 5.0
EXPIRE_EVERY = 10.0
REFRESH_LISTS_EVERY = 30.0


def start_tasks(tasks: BackgroundTasks, verifier: Verifier) -> None:
    """Begins everything that repeats."""
    clock, store = verifier.outside.clock, verifier.outside.store

    async def refresh_keys() -> None:
        verifier.ring.refresh(clock.now())

    async def expire() -> None:
        now = clock.now()
        await store.expire(now)
        await store.purge_results(now - RESULT_LIFETIME)
        await verifier.outside.pages.purge_pages(now, now - RESULT_LIFETIME)

    async def refresh_lists() -> None:
        await verifier.outside.statuses.refresh_in_use(timedelta(seconds=REFRESH_LISTS_EVERY), clock.now())

    tasks.every(REFRESH_KEYS_EVERY, "refresh_keys", refresh_keys)
    tasks.every(EXPIRE_EVERY, "expire_presentations", expire)
    if verifier.settings.is_production:
        tasks.every(REFRESH_LISTS_EVERY, "refresh_status_lists", refresh_lists)

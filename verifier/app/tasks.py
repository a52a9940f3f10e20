"""What the verifier does beside answering: keys read again, presentations ended, lists refreshed."""

from datetime import timedelta

from trillium.runtime.tasks import BackgroundTasks
from verifier.app.bundles import start_remembering
from verifier.app.messages import start_deliveries
from verifier.app.openid.tasks import start_openid
from verifier.app.services import Verifier
from verifier.app.trusting import keep_renewing
from verifier.domain.presentation import FORGOTTEN_AFTER

REFRESH_KEYS_EVERY = 5.0
EXPIRE_EVERY = 10.0
REFRESH_LISTS_EVERY = 30.0


def start_tasks(tasks: BackgroundTasks, verifier: Verifier) -> None:
    """Begins everything that repeats."""
    clock, store = verifier.outside.clock, verifier.outside.store
    result_lifetime = verifier.settings.result_lifetime

    async def refresh_keys() -> None:
        verifier.ring.refresh(clock.now())

    async def expire() -> None:
        now = clock.now()
        # While presentations and pages can still tell what was released.
        await verifier.kept.tidy(now)
        await store.expire(now)
        await store.purge_results(now - result_lifetime)
        await store.forget(now - FORGOTTEN_AFTER)
        await verifier.outside.pages.purge_pages(now, now - result_lifetime)

    async def refresh_lists() -> None:
        await verifier.outside.statuses.refresh_in_use(timedelta(seconds=REFRESH_LISTS_EVERY), clock.now())

    start_deliveries(tasks, verifier.webhooks)
    start_openid(tasks, verifier)
    tasks.every(REFRESH_KEYS_EVERY, "refresh_keys", refresh_keys)
    tasks.every(EXPIRE_EVERY, "expire_presentations", expire)
    start_remembering(tasks, verifier.bundles, verifier.outside)
    keep_renewing(tasks, verifier.trust, clock)
    if verifier.settings.is_production:
        tasks.every(REFRESH_LISTS_EVERY, "refresh_status_lists", refresh_lists)

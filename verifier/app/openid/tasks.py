"""What the provider does beside answering: what has ended is deleted."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from trillium.runtime.tasks import BackgroundTasks
from verifier.app.openid.logins import purge_logins
from verifier.app.openid.sign_out import start_telling

if TYPE_CHECKING:
    from verifier.app.services import Verifier

PURGE_EVERY = 10.0
UNREVIEWED_KEPT = timedelta(days=30)
"""How long a registration waits for somebody to decide about it."""


def start_openid(tasks: BackgroundTasks, verifier: "Verifier") -> None:
    """Begins everything of the provider that repeats."""
    clock = verifier.outside.clock

    async def purge() -> None:
        await purge_openid(verifier, clock.now())

    tasks.every(PURGE_EVERY, "purge_openid", purge)
    start_telling(tasks, verifier.openid.sign_out.tell)


async def purge_openid(verifier: "Verifier", now: datetime) -> None:
    """Deletes what has ended: nothing of a login is kept for longer than its last token."""
    stores = verifier.outside.openid
    await stores.clients.purge_unreviewed(now - UNREVIEWED_KEPT, now)
    await stores.grants.purge_grants(now)
    await purge_logins(stores.logins, stores.sessions, now)
    await stores.replays.purge_replays(now)

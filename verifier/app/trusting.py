"""Whom the verifier trusts: the list of the settings, read again while the server runs.

A source that was handed in instead, in tests, is its owner's business: it is not renewed or closed here.
"""

from collections.abc import Sequence
from datetime import datetime

from trillium.runtime.readiness import Finding
from trillium.runtime.settings import Check
from trillium.runtime.tasks import BackgroundTasks
from trillium.runtime.trust_list import (
    TrustListSource,
    check_source,
    check_trust_list,
    open_trust_list,
    renew_in_background,
)
from verifier.clients.trust_list import ListedTrust
from verifier.ports import Clock, TrustSource
from verifier.settings import Settings


def open_trust(settings: Settings, now: datetime) -> ListedTrust:
    """Raises trillium.runtime.trust_list.TrustListError when the operator's keys cannot be read."""
    return ListedTrust(open_trust_list(settings, "verifier", now))


def check_listed(settings: Settings, trust: TrustSource) -> Check:
    """What production does not start with."""
    source = listed(trust)
    return check_trust_list(settings, source) if source else lambda: ()


async def renew_trust(trust: TrustSource, now: datetime) -> None:
    """Looks for a newer list at once, for commands: they end before a background task would."""
    source = listed(trust)
    if source is not None:
        await source.refresh(now)


def keep_renewing(tasks: BackgroundTasks, trust: TrustSource, clock: Clock) -> None:
    """Looks for newer lists while the server runs."""
    source = listed(trust)
    if source is not None:
        renew_in_background(tasks, source, clock.now)


async def close_trust(trust: TrustSource) -> None:
    """Lets go of connections."""
    source = listed(trust)
    if source is not None:
        await source.close()


def check_trust(trust: TrustSource, now: datetime) -> Sequence[Finding]:
    """What is wrong with the list, or will be soon."""
    source = listed(trust)
    return check_source(source, now) if source else ()


def listed(trust: TrustSource) -> TrustListSource | None:
    """The signed list behind a source; None where another source was handed in."""
    return trust.source if isinstance(trust, ListedTrust) else None

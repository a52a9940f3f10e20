"""`ports.StatusLists` over the runtime's client, with the checks that a verifier makes (3.22 to 3.28)."""

from dataclasses import InitVar, dataclass, field
from datetime import datetime, timedelta
from typing import Final

from specs.jose import TrustAnchors
from specs.token_status_list import MAX_TOKEN_BYTES, MEDIA_TYPE, StatusOutcome, StatusReference
from trillium.runtime.status_lists import FetchList, KeptLimits, ListReply, StatusListClient
from wallet_api.ports import Internet

LIMITS: Final = KeptLimits(lists=64, bytes=16 * 1024 * 1024)
"""Residents' cards come from few issuers; a wallet has less to keep than a verifier."""


@dataclass(slots=True)
class HttpStatusLists:
    """``ports.StatusLists``. Keeps the lists it read last, as long as they say they may be used."""

    internet: InitVar[Internet]
    lists: StatusListClient = field(init=False)

    def __post_init__(self, internet: Internet) -> None:
        self.lists = StatusListClient(_fetch_through(internet), limits=LIMITS)

    async def status_of(
        self, reference: StatusReference, *, anchors: TrustAnchors, max_age: timedelta, now: datetime
    ) -> StatusOutcome:
        """What the list says about one entry; UNKNOWN or STALE whenever it cannot be relied on."""
        found = await self.lists.status_of(reference, anchors=anchors, max_age=max_age, now=now)
        return found.outcome


def _fetch_through(internet: Internet) -> FetchList:
    async def fetch(uri: str, etag: str) -> ListReply:
        answer = await internet.get(
            uri, accept=MEDIA_TYPE, max_bytes=MAX_TOKEN_BYTES, follow=True, known_etag=etag
        )
        return ListReply(answer.status, answer.media_type, answer.etag, answer.body)

    return fetch

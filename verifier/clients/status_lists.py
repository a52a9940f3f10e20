"""`ports.StatusLists` over the runtime's client, which every reader of status lists in a process shares."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from specs.jose import TrustAnchors
from specs.token_status_list import StatusReference
from trillium.runtime.http_client import OutgoingClient
from trillium.runtime.status_lists import IN_USE, StatusListClient, fetch_over
from verifier.ports import StatusAnswer


@dataclass(slots=True)
class HttpStatusLists:
    """``ports.StatusLists``. ``client``: one for strangers' addresses, in whatever serves people."""

    client: OutgoingClient
    lists: StatusListClient = field(init=False)

    def __post_init__(self) -> None:
        self.lists = StatusListClient(fetch_over(self.client))

    async def status_of(
        self, reference: StatusReference, *, anchors: TrustAnchors, max_age: timedelta, now: datetime
    ) -> StatusAnswer:
        """The answer of a list that is fresh enough, fetched or revalidated when it is not."""
        found = await self.lists.status_of(reference, anchors=anchors, max_age=max_age, now=now)
        return StatusAnswer(found.outcome, found.detail, found.token)

    async def refresh_in_use(self, max_age: timedelta, now: datetime) -> None:
        """Fetches the lists that were needed lately, so that fetches do not follow presentations (3.26)."""
        await self.lists.refresh_in_use(max_age, now)

    def in_use(self, now: datetime) -> list[tuple[str, str]]:
        """The lists that were needed lately, with the versions of the anchors above them."""
        return [place for place, _ in self.lists.kept.used_since(now - IN_USE)]

    def put_out_of_reach(self, until: datetime) -> None:
        """A drill: until then every fetch fails as if the network were down."""
        self.lists.put_out_of_reach(until)

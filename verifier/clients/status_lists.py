"""`ports.StatusLists` over the runtime's client, which every reader of status lists in a process shares."""

from datetime import datetime

from trillium.runtime.http_client import OutgoingClient
from trillium.runtime.status_lists import IN_USE, StatusListClient, fetch_over


class HttpStatusLists(StatusListClient):
    """``ports.StatusLists``: the client answers as the port asks."""

    def __init__(self, client: OutgoingClient) -> None:
        """``client``: one for strangers' addresses, in whatever serves people."""
        super().__init__(fetch_over(client))

    def in_use(self, now: datetime) -> list[tuple[str, str]]:
        """The lists that were needed lately, with the versions of the anchors above them."""
        return [place for place, _ in self.kept.used_since(now - IN_USE)]

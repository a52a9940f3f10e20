"""``ports.ListCollection``: the status lists for an offline bundle, each read as for a presentation."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

import structlog

from specs.errors import ProtocolError
from specs.jose import TrustAnchors
from specs.token_status_list import MEDIA_TYPE_AGGREGATION, parse_status_list_aggregation
from trillium.runtime.http_client import OutgoingClient
from trillium.runtime.status_lists import KeptList, StatusListClient, StatusListRefused
from verifier.domain.bundle import BundledList
from verifier.domain.met_list import MOST_LISTS
from verifier.ports import CollectedLists

log: Final = structlog.get_logger()

MAX_AGE: Final = timedelta(seconds=60)
AT_ONCE: Final = 4
MOST_AGGREGATIONS: Final = 4
MAX_AGGREGATION_BYTES: Final = 1024 * 1024
_OK: Final = 200


@dataclass(frozen=True, slots=True)
class HttpListCollection:
    """``client``: the one for strangers' addresses, also below ``lists``."""

    lists: StatusListClient
    client: OutgoingClient

    async def collect(self, uris: Sequence[str], *, anchors: TrustAnchors, now: datetime) -> CollectedLists:
        """See the port."""
        known = [kept.token.uri for kept in self.lists.lists_at_hand(anchors, now)]
        wanted = dict.fromkeys([*uris, *known])
        found, failed = await self._read(islice(wanted, MOST_LISTS), anchors, now)
        siblings = [uri for uri in await self._siblings(found) if uri not in wanted]
        more, also_failed = await self._read(siblings[: MOST_LISTS - len(found)], anchors, now)
        lists = tuple(BundledList(one.token.uri, one.resolved_at, one.text) for one in (*found, *more))
        return CollectedLists(lists, failed + also_failed)

    async def _read(
        self, uris: Iterable[str], anchors: TrustAnchors, now: datetime
    ) -> tuple[list[KeptList], int]:
        """Those that could be had, and how many could not."""
        few = asyncio.Semaphore(AT_ONCE)

        async def read(uri: str) -> KeptList | None:
            try:
                async with few:
                    return await self.lists.list_at(uri, anchors=anchors, max_age=MAX_AGE, now=now)
            except ProtocolError as error:
                log.warning("list_not_bundled", error=type(error).__name__)
                return None

        answers = await asyncio.gather(*(read(uri) for uri in uris))
        found = [one for one in answers if one is not None]
        return found, len(answers) - len(found)

    async def _siblings(self, found: Iterable[KeptList]) -> list[str]:
        """What the lists' issuer says there is beside them (Token Status List section 9)."""
        named = (kept.token.aggregation_uri for kept in found)
        addresses = dict.fromkeys(uri for uri in named if uri is not None)
        siblings: dict[str, None] = {}
        for uri in islice(addresses, MOST_AGGREGATIONS):
            try:
                siblings.update(dict.fromkeys(await self._aggregation(uri)))
            except ProtocolError as error:
                log.warning("list_aggregation_unavailable", error=type(error).__name__)
        return list(siblings)

    async def _aggregation(self, uri: str) -> tuple[str, ...]:
        headers = {"Accept": MEDIA_TYPE_AGGREGATION}
        reply = await self.client.get(
            uri, max_bytes=MAX_AGGREGATION_BYTES, headers=headers, follow_redirects=True
        )
        media_type = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
        if reply.status != _OK or media_type != MEDIA_TYPE_AGGREGATION:
            raise StatusListRefused(f"status {reply.status}, {media_type[:64]}")
        return parse_status_list_aggregation(reply.body)

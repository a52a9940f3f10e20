"""One cache of status lists for everything that reads them in a process.

Many credentials of one issuer cause one fetch: whoever comes while a list is on its way waits for it. A list
counts only if it is signed below the anchors of the credential's own issuer, whatever key or issuer it names,
and only if it is not older than one that has been seen before.
"""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from specs.errors import ProtocolError
from specs.jose import ChainCache, TrustAnchors
from specs.token_status_list import (
    Freshness,
    IndexOutOfRange,
    StatusAnswer,
    StatusOutcome,
    StatusReference,
    decide_outcome,
)
from trillium.runtime.http_client import Unreachable
from trillium.runtime.status_lists.fetching import (
    CLOCKS_APART,
    NOT_MODIFIED,
    FetchList,
    OlderStatusList,
    read_reply,
    read_token,
)
from trillium.runtime.status_lists.kept import KeptLimits, KeptList, KeptLists, Place
from trillium.runtime.status_lists.turns import FetchTurns, Waiter

IN_USE: Final = timedelta(minutes=10)
"""A list that was not needed for so long is not refreshed ahead of need."""


class StatusListClient:
    """The lists of all issuers, fetched with `fetch` and kept within `limits`."""

    def __init__(
        self, fetch: FetchList, *, limits: KeptLimits | None = None, turns: FetchTurns | None = None
    ) -> None:
        self._fetch = fetch
        self.kept = KeptLists(limits or KeptLimits())
        self.turns = FetchTurns() if turns is None else turns
        self._chains = ChainCache()
        self._out_of_reach_until: datetime | None = None

    def put_out_of_reach(self, until: datetime) -> None:
        """A drill: until then every fetch fails as if the network were down."""
        self._out_of_reach_until = until

    async def status_of(
        self, reference: StatusReference, *, anchors: TrustAnchors, max_age: timedelta, now: datetime
    ) -> StatusAnswer:
        """What a list that is fresh enough says; fetched or revalidated when the one at hand is not.

        Never raises for trouble with a list: UNKNOWN when there is none, STALE when it is too old (3.27).
        """
        place = (reference.uri, anchors.version)
        kept, detail = self.kept.find(place, now), ""
        freshness = None if kept is None else kept.freshness(max_age, now)
        if freshness is not Freshness.FRESH:
            try:
                kept = await self._resolve(place, anchors, max_age, now)
            except ProtocolError as error:
                detail = f"{type(error).__name__} {error.detail}".strip()
            freshness = None if kept is None else kept.freshness(max_age, now)
        if kept is None or freshness is None:
            return StatusAnswer(StatusOutcome.UNKNOWN, detail)
        self.kept.note_use(place, now)
        return _answer(kept, reference.index, freshness, detail)

    async def list_at(
        self, uri: str, *, anchors: TrustAnchors, max_age: timedelta, now: datetime
    ) -> KeptList:
        """A whole list that is fresh enough.

        Raises:
            ProtocolError: there is none.
        """
        place = (uri, anchors.version)
        kept = self.kept.find(place, now)
        if kept is None or kept.freshness(max_age, now) is not Freshness.FRESH:
            kept = await self._resolve(place, anchors, max_age, now)
        return kept

    def lists_at_hand(self, anchors: TrustAnchors, now: datetime) -> list[KeptList]:
        """What is kept below these anchors, however old."""
        return [one for one in self.kept.below(anchors.version) if now <= one.chain_until]

    def seed(
        self, token: str, uri: str, *, anchors: TrustAnchors, resolved_at: datetime, now: datetime
    ) -> KeptList:
        """Keeps a list that came another way, as old as it says; a newer one at hand stays.

        Raises:
            ProtocolError: the token makes no statement at `now`, or is older than one that was seen.
        """
        kept = replace(
            read_token(token, uri, anchors, now=now, chains=self._chains),
            resolved_at=min(resolved_at, now),
        )
        place = (uri, anchors.version)
        self._refuse_older(place, kept)
        known = self.kept.find(place, now)
        if known is not None and known.resolved_at >= kept.resolved_at:
            return known
        return self.kept.keep(place, kept)

    async def refresh_in_use(self, max_age: timedelta, now: datetime) -> None:
        """Fetches the lists that were needed lately, so that fetches do not follow presentations (3.26)."""

        async def refresh(place: Place, kept: KeptList) -> None:
            with suppress(ProtocolError):
                await self._resolve(place, kept.anchors, max_age, now)

        # At once, for one slow server must not keep the others' lists from being fresh; the turns bound it.
        await asyncio.gather(*(refresh(place, kept) for place, kept in self.kept.used_since(now - IN_USE)))

    async def _resolve(
        self, place: Place, anchors: TrustAnchors, max_age: timedelta, now: datetime
    ) -> KeptList:
        self._refuse_in_drill(now)
        async with self.turns.next(place) as waiter:
            known = self.kept.find(place, now)
            shared = self._shared(waiter, known, max_age, now)
            if shared is not None:
                return self.kept.keep(place, shared)
            failure = waiter.later_failure
            if failure is not None:
                # A server that just failed everybody before us is not asked again for each of us.
                raise failure
            return await self.turns.fetch(waiter, place, lambda: self._fetched(place, known, anchors, now))

    def _shared(
        self, waiter: Waiter, known: KeptList | None, max_age: timedelta, now: datetime
    ) -> KeptList | None:
        """What was fetched while we waited, if it is ours to use."""
        if known is None:
            return None
        if waiter.has_later_list:
            return replace(known, resolved_at=max(known.resolved_at, now))
        return known if known.freshness(max_age, now) is Freshness.FRESH else None

    async def _fetched(
        self, place: Place, known: KeptList | None, anchors: TrustAnchors, now: datetime
    ) -> KeptList:
        # Unchanged would not help where the copy has ended.
        usable = known is not None and known.freshness(timedelta.max, now) is not Freshness.EXPIRED
        etag = known.etag if known is not None and usable else ""
        reply = await self._fetch(place[0], etag)
        if known is not None and etag and reply.status == NOT_MODIFIED:
            return self.kept.keep(place, replace(known, resolved_at=now))
        kept = read_reply(reply, place[0], anchors, now=now, chains=self._chains)
        self._refuse_older(place, kept)
        return self.kept.keep(place, kept)

    def _refuse_older(self, place: Place, kept: KeptList) -> None:
        newest = self.kept.newest(place)
        if newest is not None and kept.token.times.issued_at < newest - CLOCKS_APART:
            raise OlderStatusList("issued before one that was seen")

    def _refuse_in_drill(self, now: datetime) -> None:
        if self._out_of_reach_until is not None and now < self._out_of_reach_until:
            raise Unreachable("a drill")


def _answer(kept: KeptList, index: int, freshness: Freshness, detail: str) -> StatusAnswer:
    if freshness is Freshness.EXPIRED:
        return StatusAnswer(StatusOutcome.UNKNOWN, detail or "expired")
    try:
        status = kept.token.status_at(index)
    except IndexOutOfRange:
        return StatusAnswer(StatusOutcome.UNKNOWN, "index outside the list")
    token = kept.text if freshness is Freshness.FRESH else None
    return StatusAnswer(decide_outcome(status, freshness), detail, token)

"""Status lists of issuers: fetched whole, checked, kept for as long as they may be used (3.22–3.28).

One cache for all presets. Many presentations of one issuer cause one fetch: whoever comes while a list is
on its way waits for it. A list counts only if it is signed below the anchors of the credential's own issuer,
whatever key or issuer it names.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final
from weakref import WeakValueDictionary

import structlog

from specs.errors import ProtocolError
from specs.jose import ChainCache, TrustAnchors
from specs.token_status_list import (
    MAX_TOKEN_BYTES,
    MEDIA_TYPE,
    Freshness,
    IndexOutOfRange,
    StatusOutcome,
    StatusReference,
    VerifiedStatusListToken,
    decide_freshness,
    decide_outcome,
    parse_status_list_token,
    verify_status_list_token,
)
from trillium.runtime.http_client import OutgoingCallFailed, OutgoingClient, Unreachable
from verifier.ports import StatusAnswer

log: Final = structlog.get_logger()

MAX_LISTS: Final = 256
LEEWAY: Final = timedelta(seconds=60)
IN_USE: Final = timedelta(minutes=10)
_NOT_MODIFIED: Final = 304
_OK: Final = 200

_Place = tuple[str, str]
"""URI of the list and version of the anchors that vouch for it."""


class StatusListRefused(OutgoingCallFailed):
    """The server answered, but not with a status list."""


@dataclass(frozen=True, slots=True)
class _Kept:
    token: VerifiedStatusListToken
    etag: str
    resolved_at: datetime
    anchors: TrustAnchors
    chain_until: datetime
    """When the certificates above the token end: nothing vouches for it afterwards."""


@dataclass(slots=True, weakref_slot=True)
class _Turn:
    """One fetch of a list at a time, counted, so that whoever waits knows which outcomes concern them."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    begun: int = 0
    succeeded: int = 0
    """The number of the last fetch that brought a list."""
    failed: int = 0
    failure: ProtocolError | None = None


@dataclass(slots=True)
class HttpStatusLists:
    """``ports.StatusLists`` over the client for strangers' addresses."""

    client: OutgoingClient
    chains: ChainCache = field(default_factory=ChainCache)
    _kept: OrderedDict[_Place, _Kept] = field(default_factory=OrderedDict)
    _used_at: dict[_Place, datetime] = field(default_factory=dict)
    # A turn is there for as long as somebody has it in hand.
    _turns: WeakValueDictionary[_Place, _Turn] = field(default_factory=WeakValueDictionary)
    _out_of_reach_until: datetime | None = None

    def put_out_of_reach(self, until: datetime) -> None:
        """A drill: until then every fetch fails as if the network were down."""
        self._out_of_reach_until = until

    async def status_of(
        self, reference: StatusReference, *, anchors: TrustAnchors, max_age: timedelta, now: datetime
    ) -> StatusAnswer:
        """The answer of a list that is fresh enough, fetched or revalidated when it is not."""
        place = (reference.uri, anchors.version)
        detail = ""
        kept = self._vouched_for(place, now)
        if kept is None or _freshness(kept, max_age, now) is not Freshness.FRESH:
            try:
                kept = await self._resolve(place, anchors, max_age, now)
            except ProtocolError as error:
                detail = f"{type(error).__name__} {error.detail}".strip()
                log.warning("status_list_unavailable", error=type(error).__name__)
        if kept is None:
            return StatusAnswer(StatusOutcome.UNKNOWN, detail)
        self._note_use(place, now)
        freshness = _freshness(kept, max_age, now)
        if freshness is Freshness.EXPIRED:
            return StatusAnswer(StatusOutcome.UNKNOWN, detail or "expired")
        try:
            status = kept.token.status_at(reference.index)
        except IndexOutOfRange:
            return StatusAnswer(StatusOutcome.UNKNOWN, "index outside the list")
        return StatusAnswer(decide_outcome(status, freshness), detail)

    async def refresh_in_use(self, max_age: timedelta, now: datetime) -> None:
        """Fetches the lists that were needed lately, so that fetches do not follow presentations (3.26)."""
        for place, kept in list(self._kept.items()):
            if now - self._used_at.get(place, kept.resolved_at) <= IN_USE:
                try:
                    await self._resolve(place, kept.anchors, max_age, now)
                except ProtocolError as error:
                    log.warning("status_list_unavailable", error=type(error).__name__)

    async def _resolve(
        self, place: _Place, anchors: TrustAnchors, max_age: timedelta, now: datetime
    ) -> _Kept:
        turn = self._turns.setdefault(place, _Turn())
        begun, failed = turn.begun, turn.failed
        async with turn.lock:
            known = self._vouched_for(place, now)
            if known is not None and turn.succeeded > begun:
                # Fetched for somebody else, but after we came: nothing could be fresher.
                return self._keep(place, replace(known, resolved_at=max(known.resolved_at, now)))
            if turn.failure is not None and turn.failed > failed:
                # A server that just failed everybody before us is not asked again for each of us.
                raise turn.failure
            if known is not None and _freshness(known, max_age, now) is Freshness.FRESH:
                return known
            turn.begun += 1
            try:
                kept = self._keep(place, await self._fetch(place[0], known, anchors, now))
            except ProtocolError as error:
                turn.failed, turn.failure = turn.begun, error
                raise
            turn.succeeded = turn.begun
            return kept

    def _vouched_for(self, place: _Place, now: datetime) -> _Kept | None:
        """The copy at hand, unless the certificates above it have ended."""
        kept = self._kept.get(place)
        return kept if kept is not None and now <= kept.chain_until else None

    async def _fetch(self, uri: str, known: _Kept | None, anchors: TrustAnchors, now: datetime) -> _Kept:
        if self._out_of_reach_until is not None and now < self._out_of_reach_until:
            raise Unreachable("a drill")
        headers = {"Accept": MEDIA_TYPE}
        if known is not None and known.etag:
            headers["If-None-Match"] = known.etag
        reply = await self.client.get(uri, max_bytes=MAX_TOKEN_BYTES, headers=headers, follow_redirects=True)
        if known is not None and known.etag and reply.status == _NOT_MODIFIED:
            return replace(known, resolved_at=now)
        media_type = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
        if reply.status != _OK or media_type != MEDIA_TYPE:
            raise StatusListRefused(f"status {reply.status}, {media_type[:64]}")
        unverified = parse_status_list_token(reply.body)
        chain = self.chains.verify(unverified.header.get("x5c"), anchors, now=now)
        token = verify_status_list_token(unverified, uri=uri, key=chain.key, now=now, leeway=LEEWAY)
        return _Kept(token, reply.headers.get("etag", ""), now, anchors, chain.not_after)

    def _note_use(self, place: _Place, now: datetime) -> None:
        if place in self._kept:
            self._kept.move_to_end(place)
            self._used_at[place] = now

    def _keep(self, place: _Place, kept: _Kept) -> _Kept:
        self._kept[place] = kept
        self._kept.move_to_end(place)
        while len(self._kept) > MAX_LISTS:
            dropped, _ = self._kept.popitem(last=False)
            self._used_at.pop(dropped, None)
        return kept


def _freshness(kept: _Kept, max_age: timedelta, now: datetime) -> Freshness:
    return decide_freshness(kept.token.times, resolved_at=kept.resolved_at, max_age=max_age, now=now)

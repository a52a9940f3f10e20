"""Status lists as the wallet reads them: whole ones, with the checks a verifier makes (3.22 to 3.28)."""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from specs.errors import ProtocolError
from specs.jose import ChainCache, TrustAnchors
from specs.token_status_list import (
    MAX_TOKEN_BYTES,
    MEDIA_TYPE,
    Freshness,
    StatusOutcome,
    StatusReference,
    VerifiedStatusListToken,
    decide_freshness,
    decide_outcome,
    parse_status_list_token,
    verify_status_list_token,
)
from wallet_api.errors import NoAnswer
from wallet_api.ports import Internet

LEEWAY: Final = timedelta(seconds=60)
MOST_LISTS: Final = 32


@dataclass(frozen=True, slots=True)
class _Copy:
    token: VerifiedStatusListToken
    resolved_at: datetime
    not_after: datetime
    """Of the certificates above it: what they vouched for ends with them."""


@dataclass(slots=True)
class HttpStatusLists:
    """``ports.StatusLists``. Keeps the lists it read last, as long as they say they may be used."""

    internet: Internet
    chains: ChainCache = field(default_factory=ChainCache)
    _copies: OrderedDict[tuple[str, str], _Copy] = field(default_factory=OrderedDict)

    async def status_of(
        self, reference: StatusReference, *, anchors: TrustAnchors, max_age: timedelta, now: datetime
    ) -> StatusOutcome:
        """What the list says about one entry; UNKNOWN or STALE whenever it cannot be relied on."""
        name = (reference.uri, anchors.version)
        copy = self._copies.get(name)
        if copy is None or _freshness(copy, max_age, now) is not Freshness.FRESH:
            try:
                copy = await self._fetch(reference.uri, anchors, now)
                self._keep(name, copy)
            except ProtocolError:
                return StatusOutcome.UNKNOWN if copy is None else StatusOutcome.STALE
        try:
            value = copy.token.status_at(reference.index)
        except ProtocolError:
            return StatusOutcome.UNKNOWN
        return decide_outcome(value, _freshness(copy, max_age, now))

    async def _fetch(self, uri: str, anchors: TrustAnchors, now: datetime) -> _Copy:
        answer = await self.internet.get(uri, accept=MEDIA_TYPE, max_bytes=MAX_TOKEN_BYTES, follow=True)
        if answer.status != 200 or answer.media_type != MEDIA_TYPE:
            raise NoAnswer(f"status {answer.status}, {answer.media_type[:80]}")
        token = parse_status_list_token(answer.body)
        # The list must be under the same anchors as the credential: the token's own word on its key is
        # worth nothing.
        chain = self.chains.verify(token.header.get("x5c"), anchors, now=now)
        verified = verify_status_list_token(token, uri=uri, key=chain.key, now=now, leeway=LEEWAY)
        return _Copy(verified, now, chain.not_after)

    def _keep(self, name: tuple[str, str], copy: _Copy) -> None:
        self._copies[name] = copy
        self._copies.move_to_end(name)
        if len(self._copies) > MOST_LISTS:
            self._copies.popitem(last=False)


def _freshness(copy: _Copy, max_age: timedelta, now: datetime) -> Freshness:
    if now > copy.not_after:
        return Freshness.EXPIRED
    return decide_freshness(copy.token.times, resolved_at=copy.resolved_at, max_age=max_age, now=now)

"""Public keys of OpenID clients: registered with them, or published at their ``jwks_uri`` (7.04).

What was fetched is kept for minutes. A ``kid`` that is not among it makes us look again, at most every half
minute, whoever invents names; an address that does not answer is left alone for some seconds.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog

from specs.encoding import EncodingError, parse_json_object
from specs.jose import JoseError, PublicJwk, parse_jwks
from trillium.runtime.http_client import OutgoingCallFailed, OutgoingClient
from verifier.domain.openid.client import OpenIdClient

MAX_BYTES: Final = 65_536
MAX_ADDRESSES: Final = 1024
KEPT_FOR: Final = timedelta(minutes=5)
AGAIN_AFTER: Final = timedelta(seconds=30)
FAILURE_KEPT: Final = timedelta(seconds=10)
_OK: Final = 200

log: Final = structlog.get_logger()


@dataclass(slots=True)
class _Known:
    """What is known of one address; one fetch at a time."""

    keys: tuple[PublicJwk, ...] = ()
    fetched_at: datetime | None = None
    failed_at: datetime | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def needs_a_look(self, kid: str | None, now: datetime) -> bool:
        if self.failed_at is not None and now - self.failed_at < FAILURE_KEPT:
            return False
        if self.fetched_at is None or now - self.fetched_at >= KEPT_FOR:
            return True
        unknown = kid is not None and all(key.kid != kid for key in self.keys)
        return unknown and now - self.fetched_at >= AGAIN_AFTER


class HttpClientKeys:
    """``ports_openid.ClientKeys`` over the client for strangers' addresses, without redirects."""

    def __init__(self, client: OutgoingClient) -> None:
        self._client = client
        self._known: OrderedDict[str, _Known] = OrderedDict()

    async def keys_of(self, client: OpenIdClient, kid: str | None, now: datetime) -> Sequence[PublicJwk]:
        if client.jwks_uri is None:
            return client.jwks
        known = self._entry(client.jwks_uri)
        if known.needs_a_look(kid, now):
            async with known.lock:
                # Whoever waited finds what the one before has brought.
                if known.needs_a_look(kid, now):
                    await self._look(client.jwks_uri, known, now)
        return known.keys

    def _entry(self, url: str) -> _Known:
        known = self._known.setdefault(url, _Known())
        self._known.move_to_end(url)
        if len(self._known) > MAX_ADDRESSES:
            self._known.popitem(last=False)
        return known

    async def _look(self, url: str, known: _Known, now: datetime) -> None:
        try:
            reply = await self._client.get(url, max_bytes=MAX_BYTES, headers={"Accept": "application/json"})
            if reply.status != _OK:
                raise OutgoingCallFailed(f"status {reply.status}")
            keys = tuple(parse_jwks(parse_json_object(reply.body, max_bytes=MAX_BYTES)))
        except (OutgoingCallFailed, EncodingError, JoseError) as error:
            # A key that was withdrawn must not live on because its owner's server is down.
            stale = known.fetched_at is None or now - known.fetched_at >= KEPT_FOR
            known.failed_at, known.keys = now, () if stale else known.keys
            log.warning("client_keys_unavailable", error=type(error).__name__, detail=error.detail)
            return
        known.keys, known.fetched_at, known.failed_at = keys, now, None

"""Keys of credential issuers that publish them under their own name (SD-JWT VC section 4; 2.11, 2.14).

Asked of issuers only that somebody trusts already: nothing in a credential chooses whom we call. What was
fetched is kept for minutes, so that a key which an issuer withdraws stops counting soon; a ``kid`` that is
not among them makes us look again, at most every half minute, whoever invents names.
"""

import asyncio
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog

from specs.encoding import EncodingError, parse_json_object
from specs.errors import ProtocolError
from specs.jose import PublicJwk, parse_jwks
from specs.sd_jwt_vc.errors import InvalidIssuerIdentifier
from specs.sd_jwt_vc.issuer_metadata import (
    MAX_ISSUER_METADATA_BYTES,
    issuer_metadata_url,
    parse_jwt_vc_issuer_metadata,
)
from trillium.runtime.http_client import OutgoingClient

log: Final = structlog.get_logger()

MAX_ISSUERS: Final = 256
KEPT_AT_LEAST: Final = timedelta(minutes=1)
KEPT_USUALLY: Final = timedelta(minutes=5)
KEPT_AT_MOST: Final = timedelta(hours=1)
AGAIN_AFTER: Final = timedelta(seconds=30)
"""Between two fetches for the sake of an unknown ``kid``."""
FAILURE_KEPT: Final = timedelta(seconds=10)
_OK: Final = 200
_METADATA_TYPES: Final = ("application/json",)
_KEY_SET_TYPES: Final = ("application/json", "application/jwk-set+json")
_MAX_AGE: Final = re.compile(r"(?:^|[\s,])max-age=(\d{1,9})(?:$|[\s,])")


class KeysNotAvailable(ProtocolError):
    """An issuer's keys could not be had. That says nothing about what it issued."""

    code = "issuer_keys_unavailable"
    text = "The keys of the issuer are not available."
    section = "SD-JWT VC section 4"


@dataclass(slots=True)
class _Known:
    """What is known of one issuer; one fetch at a time."""

    keys: tuple[PublicJwk, ...] = ()
    fetched_at: datetime | None = None
    good_until: datetime | None = None
    failed_at: datetime | None = None
    why: str = ""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def is_good(self, now: datetime) -> bool:
        return (
            self.fetched_at is not None
            and self.good_until is not None
            and self.fetched_at - KEPT_AT_LEAST <= now < self.good_until
        )

    def has_just_failed(self, now: datetime) -> bool:
        return self.failed_at is not None and now - self.failed_at < FAILURE_KEPT

    def with_name(self, kid: str | None) -> tuple[PublicJwk, ...]:
        return self.keys if kid is None else tuple(key for key in self.keys if key.kid == kid)


class PublishedKeys:
    """A memory of issuers' keys over HTTP.

    ``client``: the one for strangers' addresses (2.14). ``insecure_origins``: those of this very
    installation, which may be plain http on a laptop.
    """

    def __init__(self, client: OutgoingClient, *, insecure_origins: Collection[str] = ()) -> None:
        self._client = client
        self._insecure_origins = frozenset(insecure_origins)
        self._known: dict[str, _Known] = {}

    async def keys_of(self, issuer: str, kid: str | None, now: datetime) -> Sequence[PublicJwk]:
        """The issuer's keys of that name, all of them for None; empty when it has published no such key.

        ``issuer``: an identifier that is trusted already. Raises KeysNotAvailable.
        """
        known = self._entry(issuer)
        if self._needs_a_look(known, kid, now):
            async with known.lock:
                # Whoever waited finds what the one before has brought.
                if self._needs_a_look(known, kid, now):
                    await self._look(issuer, known, now)
        found = known.with_name(kid)
        # Not among those we have, and no look at those of today: that is no proof that there is no such key.
        if not known.is_good(now) or (not found and known.failed_at is not None):
            raise KeysNotAvailable(known.why)
        return found

    def _entry(self, issuer: str) -> _Known:
        known = self._known.pop(issuer, None) or _Known()
        self._known[issuer] = known
        if len(self._known) > MAX_ISSUERS:
            del self._known[next(iter(self._known))]
        return known

    @staticmethod
    def _needs_a_look(known: _Known, kid: str | None, now: datetime) -> bool:
        if known.has_just_failed(now):
            return False
        if not known.is_good(now):
            return True
        return (
            not known.with_name(kid)
            and known.fetched_at is not None
            and now - known.fetched_at >= AGAIN_AFTER
        )

    async def _look(self, issuer: str, known: _Known, now: datetime) -> None:
        try:
            keys, kept = await self._fetch(issuer)
        except ProtocolError as error:
            known.failed_at, known.why = now, f"{type(error).__name__} {error.detail}".strip()
            log.warning("issuer_keys_unavailable", error=type(error).__name__, detail=error.detail)
            return
        known.keys, known.fetched_at, known.good_until, known.failed_at = keys, now, now + kept, None

    async def _fetch(self, issuer: str) -> tuple[tuple[PublicJwk, ...], timedelta]:
        """Section 4.1 to 4.3: the metadata, and the keys in it or behind its link."""
        try:
            url = issuer_metadata_url(issuer, insecure_origins=self._insecure_origins)
        except InvalidIssuerIdentifier as error:
            raise KeysNotAvailable("the identifier is no address of metadata") from error
        body, kept = await self._get(url, _METADATA_TYPES)
        metadata = parse_jwt_vc_issuer_metadata(body, issuer, insecure_origins=self._insecure_origins)
        if metadata.jwks is not None:
            return metadata.jwks, kept
        body, kept_keys = await self._get(str(metadata.jwks_uri), _KEY_SET_TYPES)
        try:
            keys = parse_jwks(parse_json_object(body, max_bytes=MAX_ISSUER_METADATA_BYTES))
        except EncodingError as error:
            raise KeysNotAvailable(f"jwks_uri: {error.code}") from error
        return tuple(keys), min(kept, kept_keys)

    async def _get(self, url: str, media_types: Collection[str]) -> tuple[bytes, timedelta]:
        reply = await self._client.get(
            url,
            max_bytes=MAX_ISSUER_METADATA_BYTES,
            headers={"Accept": "application/json"},
            follow_redirects=True,
        )
        if reply.status != _OK:
            raise KeysNotAvailable(f"status {reply.status}")
        media_type = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type not in media_types:
            raise KeysNotAvailable("not JSON")
        return reply.body, _kept_for(reply.headers.get("cache-control", ""))


def _kept_for(cache_control: str) -> timedelta:
    found = _MAX_AGE.search(cache_control.lower())
    wanted = timedelta(seconds=int(found[1])) if found else KEPT_USUALLY
    return min(max(wanted, KEPT_AT_LEAST), KEPT_AT_MOST)

"""Hands out Status List Tokens from memory (3.16–3.20), kept fresh by polling versions."""

import gzip
import hashlib
from dataclasses import dataclass, field

from issuer.domain.records import ListId, PublishedToken
from issuer.errors import UnknownStatusList
from issuer.ports import Clock, StatusStore
from issuer.services.sign_status_list import TOKEN_TTL


@dataclass(frozen=True, slots=True)
class ServedToken:
    """One edition of a list in the two forms that go over the wire."""

    version: int
    token: bytes
    gzipped: bytes
    etag: str
    """A strong validator in quotation marks; the gzip form has one of its own."""
    etag_gzipped: str
    max_age: int
    """Seconds; agrees with ``ttl`` (3.19)."""


@dataclass(slots=True)
class ServeStatusLists:
    """Tokens by list, in memory. ``refresh`` is called every half second by a background task."""

    store: StatusStore
    clock: Clock
    _served: dict[ListId, ServedToken] = field(default_factory=dict)

    async def get(self, list_id: ListId) -> ServedToken:
        """The current edition.

        Raises:
            UnknownStatusList: there is none.
        """
        served = self._served.get(list_id)
        if served is None:
            token = await self.store.token(list_id)
            if token is None:
                raise UnknownStatusList
            served = self._keep(token)
        return served

    async def refresh(self) -> int:
        """Loads the editions that other processes or this one have published since; returns how many."""
        loaded = 0
        for list_id, version in await self.store.token_versions():
            served = self._served.get(list_id)
            if served is not None and served.version != version:
                token = await self.store.token(list_id)
                if token is not None:
                    self._keep(token)
                    loaded += 1
        return loaded

    def _keep(self, token: PublishedToken) -> ServedToken:
        digest = hashlib.sha256(token.token).hexdigest()[:32]
        served = ServedToken(
            version=token.version,
            token=token.token,
            gzipped=gzip.compress(token.token, compresslevel=6, mtime=0),
            etag=f'"{digest}"',
            etag_gzipped=f'"{digest}-gzip"',
            max_age=int(TOKEN_TTL.total_seconds()),
        )
        self._served[token.list_id] = served
        return served

"""Where a list comes from: a file, or an address that the operator configured."""

import os
from pathlib import Path
from typing import Final, Protocol

from specs.errors import ProtocolError
from trillium.runtime.http_client import OutgoingClient, usable_etag
from trillium.runtime.trust_list.errors import NoTrustList, TrustListUnreachable
from trillium.runtime.trust_list.token import MAX_TOKEN_BYTES, MEDIA_TYPE

_OK: Final = 200
_NOT_MODIFIED: Final = 304


class ListPlace(Protocol):
    """``every``: seconds between two looks."""

    @property
    def every(self) -> float: ...

    async def fetch(self) -> bytes | None:
        """The signed list; None when it is the one of the last time. Raises a TrustListError."""

    def forget(self) -> None:
        """What was fetched last could not be used: fetch it again next time."""

    async def close(self) -> None:
        """Lets go of connections."""


class NotConfigured:
    """No list at all: not the same as an empty one, which trusts nobody."""

    every = 60.0

    async def fetch(self) -> bytes | None:
        raise NoTrustList("none is configured")

    def forget(self) -> None:
        return

    async def close(self) -> None:
        return


class FileOfList:
    """A file, read again when it was replaced."""

    every = 2.0

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int, int] | None = None

    def read(self) -> bytes | None:
        """``fetch`` without waiting, for the start of an application."""
        try:
            with self._path.open("rb") as file:
                status = os.fstat(file.fileno())
                seen = (status.st_ino, status.st_mtime_ns, status.st_size)
                if seen == self._seen:
                    return None
                content = file.read(MAX_TOKEN_BYTES + 1)
        except OSError as error:
            raise TrustListUnreachable(f"{self._path.name}: {type(error).__name__}") from error
        if len(content) > MAX_TOKEN_BYTES:
            raise TrustListUnreachable(f"{self._path.name}: too large")
        self._seen = seen
        return content

    async def fetch(self) -> bytes | None:
        return self.read()

    def forget(self) -> None:
        self._seen = None

    async def close(self) -> None:
        return


class AddressOfList:
    """A URL that the operator configured; asked whether it has changed. ``client``: its own, to be closed."""

    every = 60.0

    def __init__(self, url: str, client: OutgoingClient) -> None:
        self._url = url
        self._client = client
        self._etag = ""

    async def fetch(self) -> bytes | None:
        headers = {"Accept": MEDIA_TYPE}
        if self._etag:
            headers["If-None-Match"] = self._etag
        try:
            reply = await self._client.get(
                self._url, max_bytes=MAX_TOKEN_BYTES, headers=headers, follow_redirects=True
            )
        except ProtocolError as error:
            raise TrustListUnreachable(f"{type(error).__name__} {error.detail}".strip()) from error
        if reply.status == _NOT_MODIFIED and self._etag:
            return None
        if reply.status != _OK:
            raise TrustListUnreachable(f"status {reply.status}")
        self._etag = usable_etag(reply.headers.get("etag", ""))
        return reply.body

    def forget(self) -> None:
        self._etag = ""

    async def close(self) -> None:
        await self._client.close()

"""Outgoing requests: a client for configured destinations, and one for addresses that came from strangers.

Both read no environment, keep no cookies, follow no redirect unless asked, stop at a size and at a time.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias
from urllib.parse import urlencode

import httpcore
import httpx

from trillium.runtime.addresses import is_plain_host, is_public, resolve
from trillium.runtime.bounded_body import BoundedBody
from trillium.runtime.outgoing_errors import (
    BadRedirect,
    BadReply,
    ForbiddenAddress,
    OutgoingCallFailed,
    RefusedUrl,
    TimedOut,
    TooLarge,
    Unreachable,
)

__all__ = [
    "BadRedirect",
    "BadReply",
    "ConfiguredClient",
    "ForbiddenAddress",
    "OutgoingCallFailed",
    "OutgoingClient",
    "RefusedUrl",
    "Reply",
    "StrangerClient",
    "TimedOut",
    "TooLarge",
    "Unreachable",
    "configured_client",
    "usable_etag",
]

MOST_REDIRECTS: Final = 3
LONGEST_URL: Final = 4096
LONGEST_ETAG: Final = 256
CONNECT_TIMEOUT: Final = 5.0
TOTAL_TIMEOUT: Final = 10.0
_REDIRECTS: Final = (301, 302, 303, 307, 308)
_USUAL_PORTS: Final = {"https": 443, "http": 80}

Resolver: TypeAlias = Callable[[str, int], Awaitable[list[str]]]


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that was read to its end. `headers` by lower-case name; `url` after redirects."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


def usable_etag(etag: str) -> str:
    """An entity tag that can be sent back, otherwise nothing.

    One in other characters would stop every later request; a server's kilobytes are not worth it.
    """
    return etag if len(etag) <= LONGEST_ETAG and etag.isascii() and etag.isprintable() else ""


class _CheckedBackend(httpcore.AsyncNetworkBackend):
    """Resolves a host once, has every address checked, and connects to what was checked."""

    def __init__(
        self, client: "OutgoingClient", resolver: Resolver, connector: httpcore.AsyncNetworkBackend
    ) -> None:
        self._client = client
        self._resolver = resolver
        self._connector = connector

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            addresses = await self._resolver(host, port)
        except (OSError, UnicodeError) as error:
            raise Unreachable(f"{host} cannot be resolved") from error
        for address in addresses:
            self._client.check_address(host, port, address)
        failure: Exception = Unreachable(f"{host} has no address")
        for address in addresses:
            try:
                return await self._connector.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class OutgoingClient:
    """What both clients share; they differ in the URLs and addresses they accept."""

    def __init__(
        self,
        *,
        ssl_context: ssl.SSLContext | None = None,
        total_timeout: float = TOTAL_TIMEOUT,
        resolver: Resolver = resolve,
        connector: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        self._total_timeout = total_timeout
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=ssl_context or httpx.create_ssl_context(trust_env=False),
            max_connections=50,
            max_keepalive_connections=10,
            keepalive_expiry=5.0,
            network_backend=_CheckedBackend(self, resolver, connector or httpcore.AnyIOBackend()),
        )

    def check_url(self, url: httpx.URL) -> None:
        """Raises RefusedUrl for what this client does not call."""
        raise NotImplementedError

    def check_address(self, host: str, port: int, address: str) -> None:
        """Raises ForbiddenAddress for an address of `host` that this client does not connect to."""
        raise NotImplementedError

    async def get(
        self,
        url: str,
        *,
        max_bytes: int,
        headers: Mapping[str, str] | None = None,
        follow_redirects: bool = False,
    ) -> Reply:
        """Fetch a document of at most `max_bytes`. Any status is a reply, but for a redirect not followed."""
        all_headers = {"Accept-Encoding": "gzip", **(headers or {})}
        return await self._within_time(
            self._get(self._parse(url), all_headers, max_bytes, MOST_REDIRECTS if follow_redirects else 0)
        )

    async def post(
        self,
        url: str,
        body: bytes,
        *,
        content_type: str,
        max_bytes: int,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send `body`; redirects are never followed."""
        parsed = self._parse(url)
        all_headers = {"Content-Type": content_type, **(headers or {})}
        return await self._within_time(self._exchange("POST", parsed, all_headers, body, max_bytes))

    async def post_form(
        self, url: str, fields: Mapping[str, str], *, max_bytes: int, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """Send a form."""
        kind = "application/x-www-form-urlencoded"
        return await self.post(
            url, urlencode(fields).encode(), content_type=kind, max_bytes=max_bytes, headers=headers
        )

    async def close(self) -> None:
        """Close every connection."""
        await self._pool.aclose()

    def _parse(self, url: str) -> httpx.URL:
        if len(url) > LONGEST_URL or not url.isprintable() or " " in url or "\\" in url:
            raise RefusedUrl("not a URL")
        try:
            parsed = httpx.URL(url)
        except (httpx.InvalidURL, ValueError) as error:
            raise RefusedUrl("not a URL") from error
        if parsed.scheme not in _USUAL_PORTS or not parsed.host or parsed.userinfo:
            raise RefusedUrl("not an http or https URL with a host and without a user")
        if parsed.port is not None and not 0 < parsed.port < 65536:
            raise RefusedUrl("no such port")
        self.check_url(parsed)
        return parsed

    async def _get(self, url: httpx.URL, headers: dict[str, str], max_bytes: int, redirects: int) -> Reply:
        while True:
            reply = await self._exchange("GET", url, headers, b"", max_bytes, redirect=redirects > 0)
            if reply.status not in _REDIRECTS:
                return reply
            redirects -= 1
            target = self._redirect_target(url, reply)
            if _origin(target) != _origin(url):
                headers = {name: value for name, value in headers.items() if name.lower() != "authorization"}
            url = target

    def _redirect_target(self, url: httpx.URL, reply: Reply) -> httpx.URL:
        location = reply.headers.get("location")
        if location is None:
            raise BadRedirect("a redirect without a Location")
        try:
            joined = str(url.join(location))
        except (httpx.InvalidURL, ValueError) as error:
            raise BadRedirect("a redirect to something that is no URL") from error
        return self._parse(joined)

    async def _within_time(self, call: Awaitable[Reply]) -> Reply:
        try:
            async with asyncio.timeout(self._total_timeout):
                return await call
        except (TimeoutError, httpcore.TimeoutException) as error:
            raise TimedOut(f"no answer within {self._total_timeout} s") from error
        except httpcore.NetworkError as error:
            raise Unreachable(type(error).__name__) from error
        except (httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
            raise BadReply(type(error).__name__) from error

    async def _exchange(
        self,
        method: str,
        url: httpx.URL,
        headers: Mapping[str, str],
        body: bytes,
        max_bytes: int,
        *,
        redirect: bool = False,
    ) -> Reply:
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        timeout = {"connect": CONNECT_TIMEOUT, "read": self._total_timeout, "pool": self._total_timeout}
        pairs = [("User-Agent", "trillium"), *headers.items()]
        extensions = {"timeout": {**timeout, "write": self._total_timeout}}
        async with self._pool.stream(
            method, target, headers=pairs, content=body or None, extensions=extensions
        ) as response:
            found = {
                name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers
            }
            if response.status in _REDIRECTS:
                if not redirect:
                    raise BadRedirect("a redirect that is not followed")
                return Reply(str(url), response.status, found, b"")
            received = BoundedBody(found.get("content-encoding", ""), max_bytes)
            async for chunk in response.aiter_stream():
                received.feed(chunk)
        return Reply(str(url), response.status, found, received.whole())


class ConfiguredClient(OutgoingClient):
    """For destinations that an operator has configured: they may be private, and http."""

    def check_url(self, url: httpx.URL) -> None:
        return

    def check_address(self, host: str, port: int, address: str) -> None:
        return


class StrangerClient(OutgoingClient):
    """For every URL out of an offer, request, token, registration, webhook or logout.

    https and public addresses only; `loopback_origins` are exact origins that are exempt from both.
    """

    def __init__(self, *, loopback_origins: Collection[str], **options: Any) -> None:
        super().__init__(**options)
        parsed = [httpx.URL(origin) for origin in loopback_origins]
        self._exempt_origins = {_origin(url) for url in parsed}
        self._exempt_hosts = {(host, port) for _, host, port in self._exempt_origins}

    def check_url(self, url: httpx.URL) -> None:
        if _origin(url) in self._exempt_origins:
            return
        if url.scheme != "https":
            raise RefusedUrl("not https")
        if not is_plain_host(url.raw_host.decode("ascii")):
            raise ForbiddenAddress("an address in an unusual spelling")

    def check_address(self, host: str, port: int, address: str) -> None:
        if not is_public(address) and (host, port) not in self._exempt_hosts:
            raise ForbiddenAddress(f"{host} is at an address that is not public")


def configured_client(
    ca_file: Path | None = None, *, total_timeout: float = TOTAL_TIMEOUT
) -> ConfiguredClient:
    """A client for configured destinations; `ca_file` instead of the usual public authorities."""
    context = ssl.create_default_context(cafile=ca_file) if ca_file else None
    return ConfiguredClient(ssl_context=context, total_timeout=total_timeout)


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.raw_host.decode("ascii"), url.port or _USUAL_PORTS[url.scheme]

"""The addresses of a relying service: what may be registered, and why not.

Browsers are sent to them, we call one of them, and people read one of them before they give a code away.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import SplitResult, urlsplit

from specs.jose import PublicJwk
from verifier.errors import BadReturnUrl, BadServiceAddress, BadSite, BadWebhookUrl

MAX_LENGTH: Final = 2048
MAX_RETURN_URLS: Final = 32
_PLAIN: Final = re.compile(r"[!-~]+", re.ASCII)
_UNUSUAL: Final = frozenset('"<>\\^`{|}')
_HOST: Final = re.compile(r"(?=.{1,253}$)[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Everything that a relying service registers beside its names and presets."""

    site: str | None = None
    return_urls: tuple[str, ...] = ()
    webhook_url: str | None = None
    evidence_key: PublicJwk | None = None


def verify_addresses(addresses: Addresses, *, loopback_origins: Collection[str]) -> Addresses:
    """``addresses``, with the site that follows from the return URLs when none is named.

    ``loopback_origins``: exact origins that need not be https, for one's own machine only.

    Raises:
        BadSite, BadReturnUrl, BadWebhookUrl: with what is wrong in the detail.
    """
    site = addresses.site
    if site is not None and _origin(_parse(site, BadSite, loopback_origins)) != site:
        raise BadSite("not an origin: scheme, host and perhaps a port, nothing after it")
    for url in _each_once(addresses.return_urls):
        parts = _parse(url, BadReturnUrl, loopback_origins)
        site = site or _origin(parts)
        if not _is_on(parts, urlsplit(site)):
            # People compare the site with their address bar: they must come back to where it says.
            raise BadReturnUrl("not on the site of the relying service")
    if addresses.webhook_url is not None:
        _parse(addresses.webhook_url, BadWebhookUrl, loopback_origins)
    return replace(addresses, site=site)


def _each_once(urls: tuple[str, ...]) -> tuple[str, ...]:
    if len(urls) > MAX_RETURN_URLS:
        raise BadReturnUrl("too many")
    if len(set(urls)) != len(urls):
        raise BadReturnUrl("one is named twice")
    return urls


def _parse(url: str, error: type[BadServiceAddress], loopback_origins: Collection[str]) -> SplitResult:
    if len(url) > MAX_LENGTH or not _PLAIN.fullmatch(url) or not _UNUSUAL.isdisjoint(url):
        raise error("not a URL in plain characters")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as cause:
        raise error("not a URL") from cause
    if "@" in parts.netloc or "#" in url or port == 0:
        raise error("has a user, a fragment or no such port")
    if parts.netloc != parts.netloc.lower() or not _HOST.fullmatch(parts.hostname or ""):
        raise error("has no host in lower case")
    if parts.scheme != "https" and _origin(parts) not in loopback_origins:
        raise error("is not https")
    return parts


def _origin(parts: SplitResult) -> str:
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    port = "" if parts.port in (None, usual) else f":{parts.port}"
    return f"{parts.scheme}://{parts.hostname}{port}"


def _is_on(parts: SplitResult, site: SplitResult) -> bool:
    """The site itself or a host below its host."""
    below = (parts.hostname or "").endswith(f".{site.hostname}") and parts.scheme == site.scheme
    return below or _origin(parts) == _origin(site)

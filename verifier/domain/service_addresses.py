"""The addresses of a relying service: what may be registered, and why not.

Browsers are sent to them, we call one of them, and people read one of them before they give a code away.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import SplitResult, urlsplit

from specs.jose import PublicJwk
from verifier.domain.callable_addresses import CallableAddresses, origin_of_parts
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


def verify_addresses(addresses: Addresses, *, callable_ones: CallableAddresses) -> Addresses:
    """``addresses``, with the site that follows from the return URLs when none is named.

    ``callable_ones``: what the webhook has to be among; its loopback origins need not be https anywhere.

    Raises:
        BadSite, BadReturnUrl, BadWebhookUrl: with what is wrong in the detail.
    """
    loopback_origins = callable_ones.loopback_origins
    site = addresses.site
    if site is not None and origin_of_parts(_parse(site, BadSite, loopback_origins)) != site:
        raise BadSite("not an origin: scheme, host and perhaps a port, nothing after it")
    for url in _each_once(addresses.return_urls):
        parts = _parse(url, BadReturnUrl, loopback_origins)
        site = site or origin_of_parts(parts)
        if not _is_on(parts, urlsplit(site)):
            # People compare the site with their address bar: they must come back to where it says.
            raise BadReturnUrl("not on the site of the relying service")
    if addresses.webhook_url is not None:
        _parse(addresses.webhook_url, BadWebhookUrl, loopback_origins)
        fault = callable_ones.fault_of(addresses.webhook_url)
        if fault:
            raise BadWebhookUrl(fault)
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
    if parts.scheme != "https" and origin_of_parts(parts) not in loopback_origins:
        raise error("is not https")
    return parts


def _is_on(parts: SplitResult, site: SplitResult) -> bool:
    """The site itself or a host below its host."""
    below = (parts.hostname or "").endswith(f".{site.hostname}") and parts.scheme == site.scheme
    return below or origin_of_parts(parts) == origin_of_parts(site)

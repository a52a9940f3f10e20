"""Addresses that a service registers and we call: webhooks, logouts, keys, sector lists.

Whether a call may be made is decided when it is made, by the address that a name has then (decisions.md,
Outgoing requests). What can never be called is refused when it is registered, so that nobody waits for it.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

_THIS_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_USUAL_PORTS: Final = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class CallableAddresses:
    """``may_be_public``: whether a host may belong to the open internet, before anybody looks it up."""

    may_be_public: Callable[[str], bool]
    loopback_origins: Collection[str]
    """Exact origins that need be neither https nor public."""
    own_url: str
    """Where we are ourselves: nobody has us call ourselves, whatever the origins above say."""

    def fault_of(self, url: str) -> str:
        """Why it could never be called; empty when it may. ``url`` is a URL with a host."""
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
        if _same_place(parts, urlsplit(self.own_url)):
            return "is an address of ours"
        if origin_of_parts(parts) in self.loopback_origins:
            return ""
        if parts.scheme != "https":
            return "is not https"
        return "" if self.may_be_public(host) else "is no public host"


def origin_of_parts(parts: SplitResult) -> str:
    """Scheme, host and port, which is left out where it is the scheme's own."""
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    port = "" if parts.port in (None, _USUAL_PORTS.get(parts.scheme)) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def _same_place(one: SplitResult, other: SplitResult) -> bool:
    hosts = {(part.hostname or "").rstrip(".") for part in (one, other)}
    same_host = len(hosts) == 1 or hosts <= _THIS_MACHINE
    return same_host and _port(one) == _port(other)


def _port(parts: SplitResult) -> int | None:
    return parts.port or _USUAL_PORTS.get(parts.scheme)

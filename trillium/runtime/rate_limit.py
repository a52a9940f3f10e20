"""A token bucket per client address and class of route, in this process's memory.

It keeps one clumsy or hostile client from taking a server's time. Limits that protect a secret (transaction
codes, sign-in codes) are counted in the database by the use case that owns them.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address
from math import ceil

from starlette.types import ASGIApp, Receive, Scope, Send

from trillium.runtime.asgi import path_below_root
from trillium.runtime.refusals import TooManyRequests

MOST_BUCKETS = 50_000


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` requests at once, and `per_second` more as time goes by."""

    per_second: float
    burst: int


class TokenBuckets:
    """The buckets; the least recently used go when there are too many."""

    def __init__(self, rates: Mapping[str, Rate], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._rates = rates
        self._clock = clock
        self._buckets: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

    def take(self, route_class: str, client: str) -> None:
        """Take one token of `client`. Raises TooManyRequests. A class without a rate is not limited."""
        rate = self._rates.get(route_class)
        if rate is None:
            return
        now = self._clock()
        key = (route_class, client)
        tokens, then = self._buckets.pop(key, (float(rate.burst), now))
        tokens = min(float(rate.burst), tokens + (now - then) * rate.per_second)
        enough = tokens >= 1
        self._buckets[key] = (tokens - 1 if enough else tokens, now)
        if len(self._buckets) > MOST_BUCKETS:
            self._buckets.popitem(last=False)
        if not enough:
            raise TooManyRequests(max(1, ceil((1 - tokens) / rate.per_second)))


def client_network(address: str) -> str:
    """The address itself; of IPv6 the /64, since one client has all of that."""
    if ":" not in address:
        return address
    try:
        parsed = IPv6Address(address)
    except ValueError:
        return address
    mapped = parsed.ipv4_mapped
    return str(mapped) if mapped else str(IPv6Address(int(parsed) >> 64 << 64))


def classify_by_prefix(classes: Mapping[str, str | None], default: str | None) -> Callable[[str], str | None]:
    """The class of the longest prefix that a path has, else `default`; None for no limit."""
    ordered = sorted(classes.items(), key=lambda entry: -len(entry[0]))

    def classify(path: str) -> str | None:
        for prefix, name in ordered:
            if path.startswith(prefix):
                return name
        return default

    return classify


class RateLimit:
    """ASGI: asks the buckets before the application. `classify` names the class of a path, None for no limit.

    The client's address is the connection's; behind a proxy the server is told which proxies to believe.
    """

    def __init__(self, app: ASGIApp, *, buckets: TokenBuckets, classify: Callable[[str], str | None]) -> None:
        self.app = app
        self._buckets = buckets
        self._classify = classify

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            route_class = self._classify(path_below_root(scope))
            if route_class is not None:
                client = scope.get("client")
                self._buckets.take(route_class, client_network(client[0]) if client else "")
        await self.app(scope, receive, send)

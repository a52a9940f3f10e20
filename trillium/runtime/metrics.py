"""Counters and histograms of one application. Labels come from closed sets in our code: nothing personal."""

from collections.abc import Awaitable, Callable
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


def create_registry() -> CollectorRegistry:
    """One per application, so that three in one process do not share theirs."""
    return CollectorRegistry(auto_describe=True)


class RequestMetrics:
    """How many requests of which kind, and how long they took."""

    def __init__(self, registry: CollectorRegistry, app: str) -> None:
        """`app` begins the metrics' names: `issuer_requests_total`."""
        labels = ("method", "route")
        self._requests = Counter(
            f"{app}_requests",
            "Requests by route template and status.",
            (*labels, "status"),
            registry=registry,
        )
        self._seconds = Histogram(
            f"{app}_request_seconds", "Time until the answer.", labels, registry=registry, buckets=SECONDS
        )
        # Looking a label set up costs more than counting.
        self._children: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request; `route` is a template, so the number of label sets is that of our routes."""
        key = (method, route, status)
        children = self._children.get(key)
        if children is None:
            counter = self._requests.labels(method, route, str(status))
            children = self._children[key] = (counter, self._seconds.labels(method, route))
        children[0].inc()
        children[1].observe(seconds)


def metrics_route(
    registry: CollectorRegistry, authorize: Callable[[Request], Awaitable[None]], path: str = "/metrics"
) -> Route:
    """The page that Prometheus reads. `authorize` raises for callers without the management token."""

    async def metrics(request: Request) -> Response:
        await authorize(request)
        return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return Route(path, metrics, methods=["GET"], name="metrics", include_in_schema=False)

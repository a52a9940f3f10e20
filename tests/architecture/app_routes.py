"""Every route of an app as (method, path), however deep it is mounted or included."""

import re
from collections.abc import Iterable, Iterator

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, Mount, WebSocketRoute

PARAMETER = re.compile(r"\{(?P<name>\w+)(?::(?P<kind>\w+))?\}")
SAMPLES = {"int": "1", "float": "1.5", "uuid": "00000000-0000-0000-0000-000000000000"}


def routes_of(routes: Iterable[BaseRoute], prefix: str = "") -> Iterator[tuple[str, str]]:
    """HEAD is left out where GET is there; a mount without routes of its own (files) counts as GET."""
    for context in iter_route_contexts(list(routes)):
        route = context.original_route
        path = prefix + (context.path or "")
        if isinstance(route, Mount):
            inner = list(routes_of(route.routes or (), path))
            yield from inner or [("GET", f"{path}/{{path:path}}")]
        elif isinstance(route, WebSocketRoute):
            yield "WEBSOCKET", path
        else:
            methods = set(context.methods or ())
            yield from (
                (method, path) for method in sorted(methods - ({"HEAD"} if "GET" in methods else set()))
            )


def sample_path(path: str) -> str:
    """The path with a value for each parameter, of the kind that the route takes."""
    return PARAMETER.sub(lambda match: SAMPLES.get(match["kind"] or "", "sample"), path)

"""Status lists over HTTP (Token Status List section 8): public, cacheable, the same bytes for everybody.

Nothing here is logged with the address of who asked (3.13).
"""

from starlette.requests import Request
from starlette.responses import Response

from issuer.domain.records import ListId
from issuer.errors import HistoryNotOffered, StatusListFormNotOffered
from issuer.services.serve_status_list import ServeStatusLists

MEDIA_TYPE = "application/statuslist+jwt"
_ACCEPTED = frozenset({MEDIA_TYPE, "application/*", "*/*"})


class StatusListEndpoint:
    """``GET /status-lists/{list_id}``."""

    def __init__(self, serve: ServeStatusLists) -> None:
        self._serve = serve

    async def respond(self, request: Request) -> Response:
        if "time" in request.query_params:
            raise HistoryNotOffered
        if not accepts(request.headers.get("accept", "*/*")):
            raise StatusListFormNotOffered
        served = await self._serve.get(ListId(request.path_params["list_id"]))
        gzipped = allows_gzip(request.headers.get("accept-encoding", ""))
        etag = served.etag_gzipped if gzipped else served.etag
        headers = {
            "ETag": etag,
            "Cache-Control": f"public, max-age={served.max_age}",
            "Vary": "Accept-Encoding, Accept",
            "Access-Control-Allow-Origin": "*",
        }
        if matches(request.headers.get("if-none-match", ""), etag):
            return Response(status_code=304, headers=headers)
        if gzipped:
            headers["Content-Encoding"] = "gzip"
        body = served.gzipped if gzipped else served.token
        return Response(body, media_type=MEDIA_TYPE, headers=headers)


def accepts(accept: str) -> bool:
    """Whether an ``Accept`` header (RFC 9110 section 12.5.1) admits the JWT form (3.17)."""
    return any(
        _quality(part) > 0 and part.partition(";")[0].strip().lower() in _ACCEPTED
        for part in accept.split(",")
    )


def allows_gzip(accept_encoding: str) -> bool:
    """Whether an ``Accept-Encoding`` header (RFC 9110 section 12.5.3) admits gzip."""
    named = {part.partition(";")[0].strip().lower(): _quality(part) for part in accept_encoding.split(",")}
    return named.get("gzip", named.get("*", 0.0)) > 0


def matches(if_none_match: str, etag: str) -> bool:
    """Whether an ``If-None-Match`` header names the entity tag (RFC 9110 section 13.1.2, weak comparison)."""
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return etag in tags or "*" in tags


def _quality(part: str) -> float:
    for parameter in part.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0

"""Status lists over HTTP (Token Status List section 8): public, cacheable, the same bytes for everybody.

Nothing here is logged with the address of who asked (3.13).
"""

import re

from starlette.requests import Request
from starlette.responses import Response

from issuer.domain.records import ListId
from issuer.errors import HistoryNotOffered, StatusListFormNotOffered, UnknownStatusList
from issuer.services.serve_status_list import ServeStatusLists

MEDIA_TYPE = "application/statuslist+jwt"
_RANGES = (MEDIA_TYPE, "application/*", "*/*")
_LIST_ID = re.compile(r"[A-Za-z0-9_-]{22}")  # 128 random bits; anything else is not worth a query


class StatusListEndpoint:
    """``GET /status-lists/{list_id}``."""

    def __init__(self, serve: ServeStatusLists) -> None:
        self._serve = serve

    async def respond(self, request: Request) -> Response:
        if "time" in request.query_params:
            raise HistoryNotOffered
        if not accepts(request.headers.get("accept", "*/*")):
            raise StatusListFormNotOffered
        list_id = request.path_params["list_id"]
        if not _LIST_ID.fullmatch(list_id):
            raise UnknownStatusList
        served = await self._serve.get(ListId(list_id))
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
    """Whether an ``Accept`` header (RFC 9110 section 12.5.1) admits the JWT form (3.17).

    The most specific range that fits decides: ``application/statuslist+jwt;q=0, */*`` admits all others.
    """
    named = {part.partition(";")[0].strip().lower(): quality(part) for part in accept.split(",")}
    return next((named[media_range] > 0 for media_range in _RANGES if media_range in named), False)


def allows_gzip(accept_encoding: str) -> bool:
    """Whether an ``Accept-Encoding`` header (RFC 9110 section 12.5.3) admits gzip."""
    named = {part.partition(";")[0].strip().lower(): quality(part) for part in accept_encoding.split(",")}
    return named.get("gzip", named.get("*", 0.0)) > 0


def matches(if_none_match: str, etag: str) -> bool:
    """Whether an ``If-None-Match`` header names the entity tag (RFC 9110 section 13.1.2, weak comparison)."""
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return etag in tags or "*" in tags


def quality(part: str) -> float:
    """The weight of one element of such a header (RFC 9110 section 12.4.2)."""
    for parameter in part.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0

"""Calls to strangers through the runtime's client for them: https, public addresses, bounded answers."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from trillium.runtime.http_client import OutgoingCallFailed, OutgoingClient, Reply
from wallet_api.errors import NoAnswer
from wallet_api.ports import HttpAnswer, Internet

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
MAX_RESPONSE_ANSWER_BYTES = 16_384


@dataclass(frozen=True, slots=True)
class HttpInternet:
    """``ports.Internet``. ``client``: a ``StrangerClient``, in whatever serves residents."""

    client: OutgoingClient

    async def get(
        self, url: str, *, accept: str, max_bytes: int, follow: bool = False, known_etag: str = ""
    ) -> HttpAnswer:
        """A GET."""
        headers = {"Accept": accept} | ({"If-None-Match": known_etag} if known_etag else {})
        return await _answer(
            self.client.get(url, max_bytes=max_bytes, headers=headers, follow_redirects=follow)
        )

    async def post_form(
        self, url: str, fields: Sequence[tuple[str, str]], *, accept: str, max_bytes: int
    ) -> HttpAnswer:
        """A POST of a form."""
        body = urlencode(fields).encode()
        headers = {"Accept": accept}
        return await _answer(
            self.client.post(url, body, content_type=FORM, max_bytes=max_bytes, headers=headers)
        )

    async def post_json(self, url: str, body: bytes, *, bearer: str | None, max_bytes: int) -> HttpAnswer:
        """A POST of JSON."""
        headers = {"Accept": JSON} if body else {"Accept": JSON, "Content-Length": "0"}
        if bearer is not None:
            headers["Authorization"] = f"Bearer {bearer}"
        return await _answer(
            self.client.post(url, body, content_type=JSON, max_bytes=max_bytes, headers=headers)
        )


@dataclass(frozen=True, slots=True)
class DirectPost:
    """``ports.Delivery`` as the standard has it (OpenID4VP 1.0 section 8.2)."""

    internet: Internet

    async def deliver(self, response_uri: str, fields: Sequence[tuple[str, str]]) -> HttpAnswer:
        """Posts the form; wherever the answer points, nobody follows by itself (5.21)."""
        return await self.internet.post_form(
            response_uri, fields, accept=JSON, max_bytes=MAX_RESPONSE_ANSWER_BYTES
        )


async def _answer(call: Awaitable[Reply]) -> HttpAnswer:
    try:
        reply = await call
    except OutgoingCallFailed as error:
        raise NoAnswer(f"{type(error).__name__} {error.detail}".strip()) from error
    media_type = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
    return HttpAnswer(reply.status, media_type, reply.body, reply.headers.get("etag", ""))

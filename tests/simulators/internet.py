"""Addresses that answer from memory, for the wallet's port to the world outside."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from specs.encoding import create_json
from wallet_api.errors import NoAnswer
from wallet_api.ports import HttpAnswer


@dataclass(frozen=True, slots=True)
class Call:
    """What somebody was asked."""

    method: str
    url: str
    fields: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    bearer: str | None = None
    accept: str = ""
    follow: bool = False
    known_etag: str = ""


Site = Callable[[Call], HttpAnswer]


@dataclass(slots=True)
class SimulatedInternet:
    """``ports.Internet``. ``sites``: by the start of their addresses; the longest one answers."""

    sites: dict[str, Site] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)

    async def get(
        self, url: str, *, accept: str, max_bytes: int, follow: bool = False, known_etag: str = ""
    ) -> HttpAnswer:
        call = Call("GET", url, accept=accept, follow=follow, known_etag=known_etag)
        return self._call(call, max_bytes)

    async def post_form(
        self, url: str, fields: Sequence[tuple[str, str]], *, accept: str, max_bytes: int
    ) -> HttpAnswer:
        return self._call(Call("POST", url, tuple(fields), accept=accept), max_bytes)

    async def post_json(self, url: str, body: bytes, *, bearer: str | None, max_bytes: int) -> HttpAnswer:
        return self._call(Call("POST", url, body=body, bearer=bearer), max_bytes)

    def called(self, path: str) -> list[Call]:
        """The calls to addresses that end like this."""
        return [call for call in self.calls if urlsplit(call.url).path.endswith(path)]

    def _call(self, call: Call, max_bytes: int) -> HttpAnswer:
        self.calls.append(call)
        starts = [start for start in self.sites if call.url.startswith(start)]
        if not starts:
            raise NoAnswer("nobody lives there")
        answer = self.sites[max(starts, key=len)](call)
        if len(answer.body) > max_bytes:
            raise NoAnswer("too large")
        return answer


def json_answer(value: object, status: int = 200) -> HttpAnswer:
    """A JSON document."""
    return HttpAnswer(status, "application/json", create_json(value))


def refusal(code: str, status: int = 400) -> HttpAnswer:
    """An error in the form of RFC 6749 section 5.2."""
    return json_answer({"error": code, "error_description": "No."}, status)


NOT_FOUND = HttpAnswer(404, "text/plain", b"Not found")

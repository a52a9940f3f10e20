"""The short way to hot routes answers as the framework behind it would, and takes nothing that is not its."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp
from structlog.testing import capture_logs

from tests.trillium.runtime.asgi_client import client_of, http_scope, send_raw
from trillium.runtime.application import create_application
from trillium.runtime.asgi import WholeBody
from trillium.runtime.bodies import FORM, MAX_FORM_FIELDS, parse_form, read_form
from trillium.runtime.errors import CallerKind, install_error_handlers
from trillium.runtime.hot_routes import HotRequest, HotRoutes
from trillium.runtime.middleware import MiddlewareOptions, install_middleware
from trillium.runtime.mounting import Part, mount
from trillium.runtime.openapi import HotRoute, add_hot_routes


async def tell(request: Request) -> Response:
    body = await request.body()
    assert await request.body() == body, "asked for again"
    return Response(f"{request.method} {request.path_params} {body.decode()}")


async def form(request: Request) -> Response:
    return Response(str(await read_form(request)))


async def refuse(_request: Request) -> Response:
    raise HTTPException(403, headers={"X-Reason": "closed"})


async def fail(_request: Request) -> Response:
    raise KeyError("secret")


def hot(method: Any, path: str, handler: Any) -> HotRoute:
    return HotRoute(method=method, path=path, handler=handler, summary="", public=True)


ROUTES = [
    hot("POST", "/answers", tell),
    hot("POST", "/answers/{answer_id}", tell),
    hot("POST", "/answers/known", refuse),
    hot("GET", "/answers/{answer_id}/parts/{part}", tell),
    hot("GET", "/files/{name:path}", tell),
    hot("POST", "/form", form),
    hot("GET", "/closed", refuse),
    hot("GET", "/broken", fail),
]


def make_app(*, short: bool = True) -> ASGIApp:
    """`short`: with the short way, else as the framework does it by itself."""
    app = create_application("Demo", "1.0")
    add_hot_routes(app, ROUTES)
    if not short:
        app.user_middleware.clear()
    renderer = install_error_handlers(app, {}, lambda path: CallerKind.OAUTH)
    install_middleware(app, renderer, MiddlewareOptions(https=True))
    return mount([Part("https://service.example/demo", app)])


REQUESTS = [
    ("POST", "/demo/answers"),
    ("POST", "/demo/answers/7"),
    ("POST", "/demo/answers/known"),
    ("POST", "/demo/answers/a%2Fb"),
    ("POST", "/demo/answers/%C3%A9%20"),
    ("POST", "/demo/answers/"),
    ("POST", "/demo/answers/7/"),
    ("POST", "/demo//answers"),
    ("GET", "/demo/answers"),
    ("GET", "/demo/answers/7"),
    ("PUT", "/demo/answers/7"),
    ("GET", "/demo/answers/7/parts/2"),
    ("GET", "/demo/files/a/b"),
    ("GET", "/demo/closed"),
    ("HEAD", "/demo/closed"),
    ("GET", "/demo/broken"),
    ("POST", "/demo"),
    ("POST", "/answers"),
]


@pytest.mark.parametrize(("method", "path"), REQUESTS)
async def test_the_short_way_and_the_long_one_answer_and_log_the_same(method: str, path: str) -> None:
    answers = []
    for short in (True, False):
        with capture_logs() as logs:
            async with client_of(make_app(short=short)) as client:
                answer = await client.request(method, path, content=b"body")
        headers = {
            name: value
            for name, value in answer.headers.items()
            if name not in ("x-request-id", "content-length")
        }
        lines = [
            {name: value for name, value in line.items() if name not in ("ms", "frames")} for line in logs
        ]
        answers.append((answer.status_code, headers, lines, _without_id(answer)))
    assert answers[0] == answers[1]


def _without_id(answer: httpx.Response) -> str:
    return answer.text.replace(answer.headers.get("x-request-id", "-"), "")


async def test_what_is_not_http_goes_by() -> None:
    seen = []

    async def behind(scope: Any, _receive: Any, _send: Any) -> None:
        seen.append(scope["type"])

    await HotRoutes(behind, routes=ROUTES)({"type": "lifespan"}, None, None)  # type: ignore[arg-type]
    assert seen == ["lifespan"]


async def test_the_framework_is_not_asked() -> None:
    async def behind(_scope: Any, _receive: Any, _send: Any) -> None:
        raise AssertionError("the long way")

    sent = await send_raw(HotRoutes(behind, routes=ROUTES), http_scope("POST", "/answers/7"), [_last(b"x")])
    assert sent[1]["body"] == b"POST {'answer_id': '7'} x"


async def test_a_body_in_pieces() -> None:
    messages: list[Any] = [
        {"type": "http.request", "body": b"a", "more_body": True},
        {"type": "http.request", "more_body": True},
        _last(b"b"),
    ]

    async def receive() -> Any:
        return messages.pop(0)

    assert await HotRequest(http_scope("POST"), receive).body() == b"ab"


async def test_a_body_that_was_waited_for_is_not_received_again() -> None:
    async def receive() -> Any:
        raise AssertionError("it is here already")

    request = HotRequest(http_scope("POST"), WholeBody(b"ab", receive))
    assert [await request.body(), await request.body()] == [b"ab", b"ab"]


@pytest.mark.parametrize("before", [[], [{"type": "http.request", "body": b"a", "more_body": True}]])
async def test_a_caller_who_went_away_in_the_middle(before: list[Any]) -> None:
    messages = [*before, {"type": "http.disconnect"}]

    async def receive() -> Any:
        return messages.pop(0)

    with pytest.raises(ClientDisconnect):
        await HotRequest(http_scope("POST"), receive).body()


def _last(body: bytes) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": False}


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        (FORM, "a=1&b=%C3%A9+x&a=", 200),
        (f"{FORM.upper()} ; charset=utf-8", "a=1", 200),
        (FORM, "", 200),
        (FORM, "a", 400),
        (FORM, "a=1&&b=2", 400),
        (FORM, "a=%FF", 400),
        (FORM, b"a=\xff", 400),
        (FORM, "&".join(["a=1"] * (MAX_FORM_FIELDS + 1)), 400),
        ("text/plain", "a=1", 415),
    ],
)
async def test_forms(content_type: str, body: Any, status: int) -> None:
    async with client_of(make_app()) as client:
        answer = await client.post("/demo/form", content=body, headers={"Content-Type": content_type})
    assert answer.status_code == status
    if status != 200:
        assert answer.json()["error"] == "invalid_request"


@given(st.text(alphabet=st.sampled_from([*"ab&=+%;#C3A9F é\x00"]), max_size=24))
@example("&".join(["a=1"] * (MAX_FORM_FIELDS + 1)))
@example("a=1&b")
@example("%zz=%4")
def test_a_form_is_read_as_the_standard_library_reads_it(text: str) -> None:
    options: dict[str, Any] = {"keep_blank_values": True, "strict_parsing": bool(text), "errors": "strict"}
    assert _outcome(lambda: parse_form(text)) == _outcome(
        lambda: parse_qsl(text, max_num_fields=MAX_FORM_FIELDS, **options)
    )


@given(st.lists(st.tuples(st.text(), st.text()), min_size=1, max_size=8))
def test_what_is_written_as_a_form_is_read_back(pairs: list[tuple[str, str]]) -> None:
    try:
        written = urlencode(pairs)
    except UnicodeEncodeError:
        return
    assert parse_form(written) == pairs


def _outcome(parse: Any) -> Any:
    try:
        return parse()
    except ValueError:
        return "refused"

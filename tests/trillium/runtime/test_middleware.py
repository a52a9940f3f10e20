"""What surrounds an application: sizes, headers, cross-origin access, rates and the request log."""

import asyncio
import gzip
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from structlog.testing import capture_logs

from tests.trillium.runtime.asgi_client import client_of, http_scope, send_raw
from trillium.runtime.cors import CrossOrigin
from trillium.runtime.errors import CallerKind, install_error_handlers
from trillium.runtime.metrics import RequestMetrics, create_registry
from trillium.runtime.middleware import MiddlewareOptions, install_middleware
from trillium.runtime.rate_limit import Rate, TokenBuckets, client_network
from trillium.runtime.request_body import BodyLimit
from trillium.runtime.security_headers import content_security_policy


class Seconds:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


SECONDS = Seconds()
REGISTRY = create_registry()


def make_app() -> FastAPI:
    app = FastAPI(redirect_slashes=False)
    renderer = install_error_handlers(app, {}, lambda path: CallerKind.OAUTH)
    options = MiddlewareOptions(
        https=True,
        body_limits={"/large": 1000},
        default_body_limit=100,
        cross_origin=[CrossOrigin("/public"), CrossOrigin("/token", ("POST",), ("Content-Type", "DPoP"))],
        buckets=TokenBuckets({"login": Rate(per_second=0.5, burst=3)}, clock=SECONDS),
        route_class=lambda path: "login" if path.startswith("/login") else None,
        quiet=lambda path: path.startswith("/public"),
        metrics=RequestMetrics(create_registry(), "demo"),
    )
    install_middleware(app, renderer, options)

    async def echo(request: Request) -> Response:
        body = await request.body()
        return Response(str(len(body)))

    async def page(request: Request) -> Response:
        policy = content_security_policy(form_action=["https://relying.example"])
        return Response("page", headers={"Content-Security-Policy": policy, "Cache-Control": "max-age=5"})

    for path in ("/echo", "/large/{name}", "/login", "/token"):
        app.add_route(path, echo, methods=["GET", "POST"])
    for path in ("/page", "/public/{name}"):
        app.add_route(path, page, methods=["GET"])

    @app.post("/model")
    async def model(values: list[int]) -> int:
        return len(values)

    return app


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(make_app()) as opened:
        yield opened


async def slowly(size: int) -> AsyncIterator[bytes]:
    """A chunked body: nothing announces its length."""
    for _ in range(size):
        yield b"x"


async def test_a_body_within_its_limit_arrives_whole(client: httpx.AsyncClient) -> None:
    assert (await client.post("/echo", content=b"x" * 100)).text == "100"
    assert (await client.post("/echo", content=slowly(100))).text == "100"
    assert (await client.post("/large/a", content=slowly(1000))).text == "1000"
    assert (await client.post("/echo")).text == "0"


@pytest.mark.parametrize(
    ("path", "size"), [("/echo", 101), ("/large/a", 1001), ("/model", 101), ("/nowhere", 101)]
)
@pytest.mark.parametrize("chunked", [True, False])
async def test_a_body_over_its_limit_is_refused(
    client: httpx.AsyncClient, path: str, size: int, chunked: bool
) -> None:
    """E3, size bombs: the limit counts what arrives, before anything parses it."""
    response = await client.post(path, content=slowly(size) if chunked else b"[" * size)
    assert (response.status_code, response.json()["error"]) == (413, "invalid_request")
    assert response.headers["connection"] == "close"


async def test_no_more_is_read_than_the_limit() -> None:
    read = 0

    async def receive() -> dict[str, object]:
        nonlocal read
        read += 10
        return {"type": "http.request", "body": b"x" * 10, "more_body": True}

    async def send(message: object) -> None:
        pass

    scope = http_scope("POST", "/echo", [("Transfer-Encoding", "chunked")])
    await make_app()(scope, receive, send)  # type: ignore[arg-type]  # plain dicts are messages
    assert read == 110


@pytest.mark.parametrize("length", ["-1", "1e3", "９", "1" * 30, " "])
async def test_a_length_that_is_no_number_is_refused(length: str) -> None:
    scope = http_scope("POST", "/echo")
    scope["headers"] = [(b"content-length", length.encode())]
    sent = await send_raw(make_app(), scope, [{"type": "http.request", "body": b""}])
    assert sent[0]["status"] == 400


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "GZIP, identity", "x-unknown"])
async def test_compressed_bodies_are_refused(client: httpx.AsyncClient, encoding: str) -> None:
    """E3, decompression bombs."""
    response = await client.post("/echo", content=gzip.compress(b"x"), headers={"Content-Encoding": encoding})
    assert response.status_code == 415
    assert response.headers["accept-encoding"] == "identity"


async def test_a_body_that_never_ends_is_given_up() -> None:
    async def app(scope: object, receive: object, send: object) -> None:
        raise AssertionError("the application must not be called")

    async def receive() -> dict[str, object]:
        await asyncio.sleep(0.01)
        return {"type": "http.request", "body": b"", "more_body": True}

    limited = BodyLimit(app, read_timeout=0.1)
    scope = http_scope("POST", "/", [("Transfer-Encoding", "chunked")])
    with pytest.raises(Exception, match="too long") as caught:
        await limited(scope, receive, None)  # type: ignore[arg-type]  # nothing is sent
    assert type(caught.value).__name__ == "BodyTooSlow"


async def test_a_caller_that_hangs_up_while_sending_gets_no_answer() -> None:
    scope = http_scope("POST", "/echo", [("Content-Length", "50")])
    assert (
        await send_raw(make_app(), scope, [{"type": "http.request", "body": b"x", "more_body": True}]) == []
    )


async def test_every_answer_carries_the_security_headers(client: httpx.AsyncClient) -> None:
    for path in ("/echo", "/nowhere"):
        headers = (await client.get(path)).headers
        assert headers["content-security-policy"].split("; ") == [
            "default-src 'self'",
            "base-uri 'none'",
            "object-src 'none'",
            "frame-ancestors 'none'",
            "form-action 'self'",
        ]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["strict-transport-security"] == "max-age=31536000"
        assert headers["cache-control"] == "no-store"


async def test_a_page_may_widen_its_own_policy(client: httpx.AsyncClient) -> None:
    headers = (await client.get("/page")).headers
    assert headers.get_list("content-security-policy")[0].endswith(
        "form-action 'self' https://relying.example"
    )
    assert len(headers.get_list("content-security-policy")) == 1
    assert headers["cache-control"] == "max-age=5"


def test_the_policy_has_no_room_for_injection() -> None:
    assert "script-src 'self' 'wasm-unsafe-eval'" in content_security_policy(web_assembly=True)
    assert "unsafe-inline" not in content_security_policy(web_assembly=True, connect=["https://a.example"])
    for hostile in ("https://a.example; script-src *", "https://a.example https://b.example", "a\r\nb"):
        with pytest.raises(ValueError, match="separator"):
            content_security_policy(form_action=[hostile])


async def test_public_documents_are_open_to_every_origin(client: httpx.AsyncClient) -> None:
    """Requirement 3.18."""
    headers = (await client.get("/public/list", headers={"Origin": "https://other.example"})).headers
    assert headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in headers
    assert headers["cross-origin-resource-policy"] == "cross-origin"
    missing = await client.get("/public", headers={"Origin": "https://other.example"})
    assert (missing.status_code, missing.headers["access-control-allow-origin"]) == (404, "*")


async def test_preflights_are_answered_for_the_listed_paths_only(client: httpx.AsyncClient) -> None:
    preflight = {"Origin": "https://other.example", "Access-Control-Request-Method": "POST"}
    token = await client.options("/token", headers=preflight)
    assert token.status_code == 204
    assert token.headers["access-control-allow-methods"] == "POST"
    assert token.headers["access-control-allow-headers"] == "Content-Type, DPoP"
    other = await client.options("/echo", headers=preflight)
    assert other.status_code == 405
    assert "access-control-allow-origin" not in other.headers
    assert "access-control-allow-origin" not in (await client.get("/token")).headers


async def test_a_hasty_client_waits_and_others_do_not(client: httpx.AsyncClient) -> None:
    SECONDS.now += 3600
    assert [(await client.get("/login")).status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = await client.get("/login")
    assert (refused.headers["retry-after"], refused.json()["error"]) == ("2", "temporarily_unavailable")
    assert (await client.get("/echo")).status_code == 200
    SECONDS.now += 2
    assert [(await client.get("/login")).status_code for _ in range(2)] == [200, 429]


def test_a_client_is_its_address_or_its_network() -> None:
    assert client_network("203.0.113.7") == "203.0.113.7"
    assert client_network("2001:db8:1:2:3:4:5:6") == client_network("2001:db8:1:2::1") == "2001:db8:1:2::"
    assert client_network("::ffff:203.0.113.7") == "203.0.113.7"
    assert client_network("testclient") == "testclient"


def test_the_buckets_do_not_grow_without_end() -> None:
    buckets = TokenBuckets({"login": Rate(1, 1)}, clock=SECONDS)
    for number in range(60_000):
        buckets.take("login", str(number))
    assert len(buckets._buckets) == 50_000


async def test_the_log_names_the_route_and_nothing_of_the_request(client: httpx.AsyncClient) -> None:
    with capture_logs() as logs:
        await client.post("/large/secret-name?code=secret-code", content=b"secret-body")
        await client.request("SECRET-METHOD", "/echo")
    first, second = (entry for entry in logs if entry["event"] == "request")
    assert (first["method"], first["route"], first["status"]) == ("POST", "/large/{name}", 200)
    assert first["ms"] >= 0
    assert (second["method"], second["status"]) == ("other", 405)
    assert "secret" not in str(logs).lower()
    assert "127.0.0.1" not in str(logs)


async def test_status_lists_leave_no_line(client: httpx.AsyncClient) -> None:
    """Requirement 3.13."""
    with capture_logs() as logs:
        await client.get("/public/list")
    assert logs == []


async def test_a_mounted_application_logs_once_with_its_prefix() -> None:
    outer = FastAPI(redirect_slashes=False)
    renderer = install_error_handlers(outer, {}, lambda path: CallerKind.OAUTH)
    install_middleware(outer, renderer, MiddlewareOptions(https=True))
    outer.mount("/issuer", make_app())
    with capture_logs() as logs:
        async with client_of(outer) as client:
            found = await client.post("/issuer/large/a", content=b"x" * 1000)
            missing = await client.get("/issuer/nowhere/secret")
            await client.get("/elsewhere/secret")
    routes = [entry["route"] for entry in logs if entry["event"] == "request"]
    assert routes == ["/issuer/large/{name}", "/issuer/(unknown)", "/(unknown)"]
    assert (found.text, missing.json()["error"]) == ("1000", "invalid_request")
    assert len(found.headers.get_list("x-request-id")) == 1
    assert len(found.headers.get_list("content-security-policy")) == 1


async def test_request_ids_are_ours_and_differ(client: httpx.AsyncClient) -> None:
    ids = {
        (await client.get("/echo", headers={"X-Request-Id": "forged"})).headers["x-request-id"] for _ in "ab"
    }
    assert len(ids) == 2
    assert "forged" not in ids


async def test_cancelling_a_request_is_not_mistaken_for_slowness() -> None:
    async def receive() -> dict[str, object]:
        await asyncio.sleep(3600)
        return {}

    limited = BodyLimit(make_app(), read_timeout=3600)
    scope = http_scope("POST", "/echo", [("Transfer-Encoding", "chunked")])
    request = asyncio.ensure_future(limited(scope, receive, None))  # type: ignore[arg-type]  # nothing is sent
    await asyncio.sleep(0)
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request

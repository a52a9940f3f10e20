"""The port to the Internet on real sockets: what is sent, and what never is."""

from collections.abc import AsyncIterator
from urllib.parse import parse_qsl

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.trillium.runtime.local_server import serving
from trillium.runtime.http_client import StrangerClient
from wallet_api.clients.internet import DirectPost, HttpInternet
from wallet_api.errors import NoAnswer

SEEN: list[tuple[str, dict[str, str], bytes]] = []


async def echo(request: Request) -> Response:
    SEEN.append((request.method, dict(request.headers), await request.body()))
    return Response(b"{}", media_type="Application/JSON; charset=utf-8")


async def elsewhere(_request: Request) -> Response:
    return RedirectResponse("/echo", 302)


async def dated(request: Request) -> Response:
    SEEN.append((request.method, dict(request.headers), b""))
    known = request.headers.get("if-none-match") == '"7"'
    return Response(b"" if known else b"{}", 304 if known else 200, {"ETag": '"7"'}, "application/json")


async def large(_request: Request) -> Response:
    return PlainTextResponse("x" * 2000)


@pytest.fixture
async def port() -> AsyncIterator[int]:
    SEEN.clear()
    routes = [
        Route("/echo", echo, methods=["GET", "POST"]),
        Route("/elsewhere", elsewhere, methods=["GET", "POST"]),
        Route("/large", large),
        Route("/dated", dated),
    ]
    async with serving(Starlette(routes=routes)) as found:
        yield found


@pytest.fixture
async def internet(port: int) -> AsyncIterator[HttpInternet]:
    client = StrangerClient(loopback_origins=[f"http://localhost:{port}"])
    yield HttpInternet(client)
    await client.close()


async def test_a_get(internet: HttpInternet, port: int) -> None:
    answer = await internet.get(f"http://localhost:{port}/echo", accept="application/json", max_bytes=100)

    assert (answer.status, answer.media_type, answer.body) == (200, "application/json", b"{}")
    [(method, headers, _)] = SEEN
    assert (method, headers["accept"]) == ("GET", "application/json")
    assert not {"cookie", "authorization", "referer"} & set(headers)


async def test_a_document_that_has_not_changed_is_not_sent_again(internet: HttpInternet, port: int) -> None:
    async def get(known_etag: str) -> tuple[int, str, bytes]:
        url = f"http://localhost:{port}/dated"
        answer = await internet.get(url, accept="application/json", max_bytes=100, known_etag=known_etag)
        return answer.status, answer.etag, answer.body

    assert await get("") == (200, '"7"', b"{}")
    assert await get('"7"') == (304, '"7"', b"")
    assert ["if-none-match" in headers for _, headers, _ in SEEN] == [False, True]


async def test_a_form_keeps_its_fields_in_order(internet: HttpInternet, port: int) -> None:
    fields = [("vp_token", '{"a":["é&="]}'), ("state", "s 1")]

    await DirectPost(internet).deliver(f"http://localhost:{port}/echo", fields)

    [(_, headers, body)] = SEEN
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qsl(body.decode()) == fields


async def test_json_with_and_without_token_and_body(internet: HttpInternet, port: int) -> None:
    url = f"http://localhost:{port}/echo"
    await internet.post_json(url, b'{"a":1}', bearer="the-token", max_bytes=100)
    await internet.post_json(url, b"", bearer=None, max_bytes=100)

    [(_, first, body), (_, second, nothing)] = SEEN
    assert (first["authorization"], first["content-type"], body) == (
        "Bearer the-token",
        "application/json",
        b'{"a":1}',
    )
    assert ("authorization" in second, second["content-length"], nothing) == (False, "0", b"")


async def test_redirects_are_followed_only_where_asked_for(internet: HttpInternet, port: int) -> None:
    url = f"http://localhost:{port}/elsewhere"

    assert (await internet.get(url, accept="*/*", max_bytes=100, follow=True)).status == 200
    with pytest.raises(NoAnswer):
        await internet.get(url, accept="*/*", max_bytes=100)
    with pytest.raises(NoAnswer):
        await internet.post_form(url, [("a", "b")], accept="*/*", max_bytes=100)
    with pytest.raises(NoAnswer):
        await internet.post_json(url, b"{}", bearer="the-token", max_bytes=100)
    assert [method for method, _, _ in SEEN] == ["GET"]


async def test_2_14_what_is_not_called_at_all(internet: HttpInternet, port: int) -> None:
    for url in (
        f"http://127.0.0.1:{port}/echo",  # another spelling of an exempt origin is not exempt
        f"https://localhost:{port}/echo",
        "http://issuer.example/",
        "https://10.0.0.1/",
        "https://[::1]/",
        "ftp://issuer.example/",
        "file:///etc/passwd",
        "no address",
    ):
        with pytest.raises(NoAnswer):
            await internet.get(url, accept="*/*", max_bytes=100)
        with pytest.raises(NoAnswer):
            await internet.post_form(url, [("a", "b")], accept="*/*", max_bytes=100)
    assert not SEEN


async def test_an_answer_that_is_too_large_is_none(internet: HttpInternet, port: int) -> None:
    with pytest.raises(NoAnswer):
        await internet.get(f"http://localhost:{port}/large", accept="*/*", max_bytes=1999)


async def test_nobody_there_is_no_answer(internet: HttpInternet) -> None:
    client = StrangerClient(loopback_origins=["http://localhost:1"])
    with pytest.raises(NoAnswer):
        await HttpInternet(client).get("http://localhost:1/", accept="*/*", max_bytes=1)
    await client.close()

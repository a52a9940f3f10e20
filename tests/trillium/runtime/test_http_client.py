"""Outgoing calls on real sockets: what is reached, what is refused, and where reading stops."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

import httpcore
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.patience import PATIENCE_S
from tests.trillium.runtime.local_server import TlsFiles, create_tls_files, serving
from trillium.runtime.http_client import (
    BadRedirect,
    BadReply,
    ForbiddenAddress,
    RefusedUrl,
    StrangerClient,
    TimedOut,
    TooLarge,
    Unreachable,
    configured_client,
)

PUBLIC = "93.184.216.34"
SILENT = "93.184.216.35"
SEEN: list[dict[str, Any]] = []


async def echo(request: Request) -> Response:
    SEEN.append({"headers": dict(request.headers), "body": (await request.body()).decode()})
    return JSONResponse({"host": request.headers["host"]}, headers={"Set-Cookie": "a=b", "ETag": '"1"'})


async def sized(request: Request) -> Response:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(int(request.path_params["size"])):
            yield b"x"

    return StreamingResponse(parts())


async def compressed(request: Request) -> Response:
    data = gzip.compress(b"x" * int(request.path_params["size"]))
    return Response(data, headers={"Content-Encoding": request.query_params.get("as", "gzip")})


async def redirect(request: Request) -> Response:
    left = int(request.path_params["left"])
    target = request.query_params.get("to") or f"/redirect/{left - 1}"
    return RedirectResponse(target, 302) if left else Response("arrived")


async def silent(request: Request) -> Response:
    await asyncio.Event().wait()
    return Response("late")


APP = Starlette(
    routes=[
        Route("/echo", echo, methods=["GET", "POST"]),
        Route("/sized/{size}", sized),
        Route("/compressed/{size}", compressed),
        Route("/redirect/{left}", redirect, methods=["GET", "POST"]),
        Route("/silent", silent),
        Route("/unchanged", lambda request: Response(status_code=304)),
    ]
)


@pytest.fixture
async def port() -> AsyncIterator[int]:
    SEEN.clear()
    async with serving(APP) as listening:
        yield listening


@pytest.fixture
async def stranger(port: int) -> AsyncIterator[StrangerClient]:
    """May reach this one local origin."""
    client = StrangerClient(loopback_origins=[f"http://localhost:{port}"], total_timeout=PATIENCE_S)
    yield client
    await client.close()


async def test_a_configured_destination_may_be_local_and_http(port: int) -> None:
    client = configured_client()
    reply = await client.get(
        f"http://127.0.0.1:{port}/echo", max_bytes=1000, headers={"If-None-Match": '"1"'}
    )
    assert (reply.status, reply.headers["etag"], reply.body) == (
        200,
        '"1"',
        b'{"host":"127.0.0.1:%d"}' % port,
    )
    assert SEEN[0]["headers"]["if-none-match"] == '"1"'
    await client.get(f"http://127.0.0.1:{port}/echo", max_bytes=1000)
    assert "cookie" not in SEEN[1]["headers"]
    assert (await client.get(f"http://127.0.0.1:{port}/unchanged", max_bytes=0)).status == 304
    assert (await client.get(f"http://127.0.0.1:{port}/none", max_bytes=1000)).status == 404
    await client.close()


async def test_a_form_is_posted(stranger: StrangerClient, port: int) -> None:
    reply = await stranger.post_form(f"http://localhost:{port}/echo", {"response": "a b&c"}, max_bytes=1000)
    assert reply.status == 200
    assert SEEN[0]["body"] == "response=a+b%26c"
    assert SEEN[0]["headers"]["content-type"] == "application/x-www-form-urlencoded"


async def test_the_environment_changes_nothing(
    stranger: StrangerClient, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert (await stranger.get(f"http://localhost:{port}/echo", max_bytes=1000)).status == 200


async def test_only_the_exact_origin_is_exempt(stranger: StrangerClient, port: int) -> None:
    for url in (
        f"http://127.0.0.1:{port}/echo",
        f"http://localhost:{port + 1}/echo",
        "http://localhost/echo",
    ):
        with pytest.raises(RefusedUrl):
            await stranger.get(url, max_bytes=1000)
    assert SEEN == []


LITERALS = [
    "127.0.0.1",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104 - called, not listened on
    "10.0.0.1",
]
SPELLINGS = ["2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "127.0.0.1."]


@pytest.mark.parametrize("host", [*LITERALS, *SPELLINGS, "localhost"])
async def test_a_stranger_cannot_name_an_inside_address(host: str, port: int) -> None:
    client = StrangerClient(loopback_origins=[])
    with pytest.raises(RefusedUrl if host in SPELLINGS else ForbiddenAddress):
        await client.get(f"https://{host}:{port}/echo", max_bytes=1000)
    await client.close()


@pytest.mark.parametrize(
    "url",
    [
        "http://service.example/",
        "https://user@service.example/",
        "https://user:secret@service.example/",
        "file:///etc/passwd",
        "gopher://service.example/",
        "//service.example/",
        "https:///path",
        "https://service.example/\r\nHost: other",
        "https://service.example\\@other.example/",
        "https://service.example /",
        "https://service.example:99999/",
        "https://" + "a" * 5000,
        "",
        "not a url",
    ],
)
async def test_other_urls_are_refused_before_anything_is_resolved(url: str) -> None:
    async def resolver(host: str, port: int) -> list[str]:
        raise AssertionError("resolved")

    client = StrangerClient(loopback_origins=[], resolver=resolver)
    with pytest.raises(RefusedUrl):
        await client.get(url, max_bytes=1000)
    await client.close()


class Connector(httpcore.AsyncNetworkBackend):
    """Stands for the internet: notes the address that was asked for and connects to a local port."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.addresses: list[str] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.addresses.append(host)
        if host == SILENT:
            raise httpcore.ConnectTimeout
        return await httpcore.AnyIOBackend().connect_tcp("127.0.0.1", self.port, timeout)


@pytest.fixture
def tls(tmp_path: Path) -> TlsFiles:
    return create_tls_files(tmp_path, "service.example")


async def test_the_checked_address_is_the_one_connected_to(tls: TlsFiles) -> None:
    """DNS rebinding: the name is asked once; certificate and Host are the name's."""
    answers = [[PUBLIC], ["127.0.0.1"]]

    async def resolver(host: str, port: int) -> list[str]:
        assert (host, port) == ("service.example", 443)
        return answers.pop(0)

    async with serving(APP, tls) as port:
        connector = Connector(port)
        client = StrangerClient(
            loopback_origins=[], ssl_context=tls.client_context(), resolver=resolver, connector=connector
        )
        reply = await client.get("https://service.example/echo", max_bytes=1000)
        assert reply.body == b'{"host":"service.example"}'
        await client.get("https://service.example/echo", max_bytes=1000)
        assert (connector.addresses, len(answers)) == ([PUBLIC], 1)
        await client.close()


async def test_one_inside_address_among_public_ones_is_enough_to_refuse(port: int) -> None:
    async def resolver(host: str, port: int) -> list[str]:
        return [PUBLIC, "::ffff:10.0.0.1"]

    connector = Connector(port)
    client = StrangerClient(loopback_origins=[], resolver=resolver, connector=connector)
    with pytest.raises(ForbiddenAddress):
        await client.get("https://service.example/echo", max_bytes=1000)
    assert connector.addresses == []
    await client.close()


async def test_a_certificate_for_another_name_is_refused(tls: TlsFiles) -> None:
    async def resolver(host: str, port: int) -> list[str]:
        return [PUBLIC]

    async with serving(APP, tls) as port:
        options: dict[str, Any] = {"resolver": resolver, "connector": Connector(port), "loopback_origins": []}
        for client, host in (
            (StrangerClient(ssl_context=tls.client_context(), **options), "other.example"),
            (StrangerClient(**options), "service.example"),
        ):
            with pytest.raises(Unreachable):
                await client.get(f"https://{host}/echo", max_bytes=1000)
            await client.close()


async def test_the_next_address_is_tried_when_one_does_not_answer(port: int) -> None:
    async def resolver(host: str, wanted: int) -> list[str]:
        return [SILENT, PUBLIC]

    connector = Connector(port)
    client = StrangerClient(
        loopback_origins=[f"http://localhost:{port}"], resolver=resolver, connector=connector
    )
    assert (await client.get(f"http://localhost:{port}/echo", max_bytes=1000)).status == 200
    assert connector.addresses == [SILENT, PUBLIC]
    await client.close()


async def test_hosts_that_do_not_exist_or_listen(port: int) -> None:
    async def nobody(host: str, port: int) -> list[str]:
        raise OSError("no such host")

    client = StrangerClient(loopback_origins=[], resolver=nobody)
    with pytest.raises(Unreachable):
        await client.get("https://service.example/", max_bytes=1000)
    await client.close()
    configured = configured_client()
    with pytest.raises(Unreachable):
        await configured.get("http://127.0.0.1:1/", max_bytes=1000)
    with pytest.raises((BadReply, Unreachable)):
        await configured.get(f"https://127.0.0.1:{port}/", max_bytes=1000)
    await configured.close()


async def test_reading_stops_at_the_limit(stranger: StrangerClient, port: int) -> None:
    base = f"http://localhost:{port}"
    assert len((await stranger.get(f"{base}/sized/100", max_bytes=100)).body) == 100
    assert len((await stranger.get(f"{base}/compressed/5000", max_bytes=5000)).body) == 5000
    for path in ("/sized/101", "/compressed/50000000"):
        with pytest.raises(TooLarge):
            await stranger.get(f"{base}{path}", max_bytes=49_999 if "compressed" in path else 100)
    with pytest.raises(BadReply):
        await stranger.get(f"{base}/compressed/10?as=br", max_bytes=1000)
    with pytest.raises(BadReply):
        await stranger.get(f"{base}/compressed/10?as=gzip,gzip", max_bytes=1000)


async def test_an_answer_that_takes_too_long(port: int) -> None:
    client = StrangerClient(loopback_origins=[f"http://localhost:{port}"], total_timeout=0.2)
    with pytest.raises(TimedOut):
        await client.get(f"http://localhost:{port}/silent", max_bytes=1000)
    await client.close()


async def test_redirects_are_followed_only_when_asked_and_three_times(
    stranger: StrangerClient, port: int
) -> None:
    base = f"http://localhost:{port}"
    reply = await stranger.get(f"{base}/redirect/3", max_bytes=1000, follow_redirects=True)
    assert (reply.body, reply.url) == (b"arrived", f"{base}/redirect/0")
    with pytest.raises(BadRedirect):
        await stranger.get(f"{base}/redirect/4", max_bytes=1000, follow_redirects=True)
    with pytest.raises(BadRedirect):
        await stranger.get(f"{base}/redirect/1", max_bytes=1000)
    with pytest.raises(BadRedirect):
        await stranger.post(f"{base}/redirect/1", b"{}", content_type="application/json", max_bytes=1000)


@pytest.mark.parametrize(
    ("target", "refusal"),
    [
        ("https://127.0.0.1/latest", ForbiddenAddress),
        ("https://0x7f.1/latest", ForbiddenAddress),
        ("http://service.example/", RefusedUrl),
        ("file:///etc/passwd", RefusedUrl),
        ("https://user@service.example/", RefusedUrl),
    ],
)
async def test_every_hop_is_checked(
    stranger: StrangerClient, port: int, target: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await stranger.get(
            f"http://localhost:{port}/redirect/1?to={target}", max_bytes=1000, follow_redirects=True
        )


async def test_credentials_do_not_follow_a_redirect_to_another_origin(port: int) -> None:
    async with serving(APP) as other:
        client = configured_client()
        target = f"http://127.0.0.1:{other}/echo"
        await client.get(
            f"http://127.0.0.1:{port}/redirect/1?to={target}",
            max_bytes=1000,
            headers={"Authorization": "Bearer abc"},
            follow_redirects=True,
        )
        assert "authorization" not in SEEN[0]["headers"]
        await client.get(
            f"http://127.0.0.1:{port}/redirect/1?to=/echo",
            max_bytes=1000,
            headers={"Authorization": "Bearer abc"},
            follow_redirects=True,
        )
        assert SEEN[1]["headers"]["authorization"] == "Bearer abc"
        await client.close()

"""Messages on real sockets: what counts as taken, and where nobody is made to call."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from structlog.testing import capture_logs

from tests.patience import PATIENCE_S
from tests.trillium.runtime.local_server import serving
from trillium.runtime.http_client import StrangerClient
from verifier.clients.webhooks import MAX_REPLY_BYTES, HttpWebhookReceiver

MESSAGE = "header.payload.signature"
SEEN: list[dict[str, Any]] = []


async def answer(request: Request) -> Response:
    SEEN.append({"headers": dict(request.headers), "body": (await request.body()).decode()})
    return Response("planted-reply", int(request.path_params["status"]))


async def redirect(request: Request) -> Response:
    return RedirectResponse("/answer/200", int(request.path_params["status"]))


async def long(_request: Request) -> Response:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield b"x" * 4096

    return StreamingResponse(parts())


async def slow(_request: Request) -> Response:
    await asyncio.Event().wait()
    return Response()


APP = Starlette(
    routes=[
        Route("/answer/{status}", answer, methods=["POST"]),
        Route("/redirect/{status}", redirect, methods=["POST", "GET"]),
        Route("/long", long, methods=["POST"]),
        Route("/slow", slow, methods=["POST"]),
    ]
)


@pytest.fixture
async def port() -> AsyncIterator[int]:
    SEEN.clear()
    async with serving(APP) as listening:
        yield listening


@pytest.fixture
async def receiver(port: int) -> AsyncIterator[HttpWebhookReceiver]:
    client = StrangerClient(loopback_origins=[f"http://localhost:{port}"], total_timeout=PATIENCE_S)
    yield HttpWebhookReceiver(client)
    await client.close()


@pytest.mark.parametrize("status", [200, 202, 204])
async def test_a_message_is_posted_as_it_is(receiver: HttpWebhookReceiver, port: int, status: int) -> None:
    given = await receiver.deliver(f"http://localhost:{port}/answer/{status}?key=a", MESSAGE)
    assert given.delivered
    [seen] = SEEN
    assert seen["body"] == MESSAGE
    assert seen["headers"]["content-type"] == "application/jwt"
    assert "authorization" not in seen["headers"]
    assert "cookie" not in seen["headers"]


@pytest.mark.parametrize("status", [400, 401, 404, 410, 429, 500, 503])
async def test_another_status_is_no_delivery(receiver: HttpWebhookReceiver, port: int, status: int) -> None:
    given = await receiver.deliver(f"http://localhost:{port}/answer/{status}", MESSAGE)
    assert (given.delivered, given.detail) == (False, f"status {status}")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_not_followed(receiver: HttpWebhookReceiver, port: int, status: int) -> None:
    given = await receiver.deliver(f"http://localhost:{port}/redirect/{status}", MESSAGE)
    assert not given.delivered
    assert not SEEN


async def test_a_receiver_that_says_too_much(receiver: HttpWebhookReceiver, port: int) -> None:
    given = await receiver.deliver(f"http://localhost:{port}/long", MESSAGE)
    assert not given.delivered
    assert MAX_REPLY_BYTES < 64 * 4096


async def test_a_receiver_that_says_nothing(port: int) -> None:
    client = StrangerClient(loopback_origins=[f"http://localhost:{port}"], total_timeout=0.3)
    given = await HttpWebhookReceiver(client).deliver(f"http://localhost:{port}/slow", MESSAGE)
    assert not given.delivered
    await client.close()


@pytest.mark.parametrize(
    "url",
    [
        "http://hook.example/",
        "https://127.0.0.1/",
        "https://10.0.0.1/hook",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://0x7f.1/",
        "https://2130706433/",
        "file:///etc/passwd",
        "https://user:password@hook.example/",
    ],
)
async def test_nobody_makes_us_call_inside_addresses(receiver: HttpWebhookReceiver, url: str) -> None:
    assert not (await receiver.deliver(url, MESSAGE)).delivered


async def test_a_name_that_leads_inside_is_not_called(port: int) -> None:
    """The address is checked that is connected to, whatever the name said when it was registered."""

    async def resolver(_host: str, _port: int) -> list[str]:
        return ["93.184.216.34", "127.0.0.1"]

    client = StrangerClient(loopback_origins=[], resolver=resolver)
    given = await HttpWebhookReceiver(client).deliver(f"https://hook.example:{port}/answer/200", MESSAGE)
    await client.close()
    assert (given.delivered, given.detail) == (False, "ForbiddenAddress")
    assert not SEEN


async def test_neither_the_address_nor_the_reply_is_logged(receiver: HttpWebhookReceiver, port: int) -> None:
    with capture_logs() as logs:
        await receiver.deliver(f"http://localhost:{port}/answer/500?secret=planted", MESSAGE)
        await receiver.deliver("https://127.0.0.1/planted", MESSAGE)
    assert len(logs) == 2
    assert "planted" not in str(logs)
    assert MESSAGE not in str(logs)

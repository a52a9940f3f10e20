"""The answer to health checks: the same under every public URL, and without any store."""

import httpx
import pytest
from fastapi import FastAPI

from tests.trillium.runtime.asgi_client import client_of
from trillium.runtime.health import HEALTH
from trillium.runtime.mounting import Part, mount
from trillium.runtime.openapi import add_hot_routes


def part(public_url: str) -> Part:
    app = FastAPI(openapi_url=None)
    add_hot_routes(app, [HEALTH])
    return Part(public_url, app)


def is_up(answer: httpx.Response) -> bool:
    kept = answer.headers["cache-control"]
    return (answer.status_code, answer.json(), kept) == (200, {"status": "up"}, "no-store")


@pytest.mark.parametrize("public_url", ["http://localhost:8000/issuer", "https://issuer.example"])
async def test_an_application_answers_at_the_root_and_under_its_public_url(public_url: str) -> None:
    one = part(public_url)
    async with client_of(mount([one])) as client:
        assert is_up(await client.get("/health"))
        assert is_up(await client.get(f"{one.base_path}/health"))
        assert (await client.get("/healthy")).status_code == 404
        assert (await client.post(f"{one.base_path}/health")).status_code == 405


async def test_several_applications_answer_each_for_themselves() -> None:
    parts = [part("http://localhost:8000/issuer"), part("http://localhost:8000/verifier")]
    async with client_of(mount(parts)) as client:
        for path in ("/health", "/issuer/health", "/verifier/health"):
            assert is_up(await client.get(path))

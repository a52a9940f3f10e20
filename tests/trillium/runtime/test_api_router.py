"""JSON bodies of our own APIs have one meaning (product.md, rule 5), whatever the framework makes of them."""

from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel

from trillium.runtime.answers import CallerKind
from trillium.runtime.api_router import api_router
from trillium.runtime.errors import install_error_handlers, kinds_by_prefix

JSON = {"Content-Type": "application/json"}


class Order(BaseModel):
    number: float
    more: dict[str, Any] = {}


def app_with(router: APIRouter) -> FastAPI:
    @router.post("/order")
    async def order(order: Order) -> float:
        return order.number

    app = FastAPI()
    install_error_handlers(app, {}, kinds_by_prefix({"/": CallerKind.PROBLEM}, CallerKind.PROBLEM))
    outer = APIRouter(prefix="/outer")
    outer.include_router(router)
    app.include_router(outer)
    return app


async def send(body: bytes, *, router: APIRouter | None = None, media_type: str = "application/json") -> Any:
    transport = httpx.ASGITransport(app=app_with(router or api_router()), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        return await client.post("/outer/order", content=body, headers={"Content-Type": media_type})


TWO_MEANINGS = {
    "duplicate": b'{"number": 1, "number": 2}',
    "duplicate-alike": b'{"number": 1, "number": 1}',
    "duplicate-escaped": b'{"number": 1, "n\\u0075mber": 2}',
    "duplicate-within": b'{"number": 1, "more": {"a": 1, "a": 2}}',
    "nan": b'{"number": NaN}',
    "infinite": b'{"number": 1e999}',
    "lone-surrogate": b'{"number": 1, "more": {"a": "\\ud800"}}',
    "digits-lost": b'{"number": 1, "more": {"a": 123456789012345678901234567890}}',
    "deep": b'{"number": 1, "more": {"a": ' + b"[" * 40 + b"]" * 40 + b"}}",
    "byte-order-mark": b'\xef\xbb\xbf{"number": 1}',
    "utf-16": '{"number": 1}'.encode("utf-16"),
    "two-values": b'{"number": 1} {}',
    "cut": b'{"number": 1',
}


@pytest.mark.parametrize("defect", TWO_MEANINGS)
@pytest.mark.parametrize("media_type", ["application/json", "application/vnd.order+json"])
async def test_json_with_another_meaning_for_another_parser_is_refused(defect: str, media_type: str) -> None:
    answer = await send(TWO_MEANINGS[defect], media_type=media_type)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")


async def test_good_json_is_read_as_ever() -> None:
    answer = await send(b'{"number": 1.5, "more": {"a": {"b": []}}}')
    assert (answer.status_code, answer.json()) == (200, 1.5)
    assert (await send(b'{"number": "many"}')).status_code == 400
    assert (await send(b"", media_type="text/plain")).status_code == 400


async def test_the_frameworks_own_reading_would_let_a_duplicate_through() -> None:
    """When this fails, the framework has learned it, and the strict route may go."""
    answer = await send(TWO_MEANINGS["duplicate"], router=APIRouter())
    assert (answer.status_code, answer.json()) == (200, 2)

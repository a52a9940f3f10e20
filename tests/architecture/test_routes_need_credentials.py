"""No API is open by default: each route refuses a stranger, or stands on its app's explicit public list."""

import contextlib
import importlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

from tests.architecture.app_routes import routes_of, sample_path
from tests.architecture.source_tree import APPS, ROOT
from tests.issuer.web.proving import attesters_file

BUILT_APPS = tuple(app for app in APPS if (ROOT / app / "app.py").is_file() or (ROOT / app / "app").is_dir())
REFUSALS = frozenset({401, 403})


@contextlib.asynccontextmanager
async def running(app: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
            yield client


async def open_to_strangers(app: Any, public: frozenset[tuple[str, str]]) -> list[str]:
    """Routes that answer a request without credentials with anything but a refusal, and are not public."""
    found = []
    async with running(app) as stranger:
        for method, path in routes_of(app.routes):
            if (method, path) in public:
                continue
            if method == "WEBSOCKET":
                found.append(f"{method} {path}: not on the public list")
                continue
            answer = await stranger.request(method, sample_path(path))
            if answer.status_code not in REFUSALS:
                found.append(f"{method} {path}: {answer.status_code}")
    return found


@pytest.fixture
def app(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)  # the defaults keep data and keys under var/
    # What is there only where residents can sign in.
    monkeypatch.setenv("ISSUER_LOGIN_ISSUER", "http://localhost:8000/sign-in-of-others")
    # What is there only where wallets are attested.
    monkeypatch.setenv("ISSUER_WALLET_ATTESTERS_FILE", str(attesters_file(tmp_path)))
    name = request.param
    settings = importlib.import_module(f"{name}.settings").Settings()
    return importlib.import_module(f"{name}.app").create_app(settings)


def public_routes(name: str) -> frozenset[tuple[str, str]]:
    routes: frozenset[tuple[str, str]] = importlib.import_module(f"{name}.web").PUBLIC_ROUTES
    return routes


@pytest.mark.parametrize(("app", "name"), [(name, name) for name in BUILT_APPS], indirect=["app"])
async def test_every_route_refuses_a_stranger_or_is_on_the_public_list(app: Any, name: str) -> None:
    assert not await open_to_strangers(app, public_routes(name))


@pytest.mark.parametrize(("app", "name"), [(name, name) for name in BUILT_APPS], indirect=["app"])
def test_the_public_list_names_only_routes_that_exist(app: Any, name: str) -> None:
    assert not sorted(public_routes(name) - set(routes_of(app.routes)))


async def test_an_open_route_is_found_wherever_it_hides() -> None:
    async def serve(_request: Request) -> Response:
        return PlainTextResponse("open")

    async def refuse(_request: Request) -> Response:
        return PlainTextResponse("who are you?", status_code=401)

    inner, outer = APIRouter(prefix="/inner"), APIRouter()
    inner.add_api_route("/included/{thing_id:int}", serve, methods=["POST"])
    inner.add_api_route("/closed", refuse, methods=["GET", "DELETE"])
    outer.include_router(inner, prefix="/outer")
    app = FastAPI(openapi_url=None)
    app.include_router(outer)
    app.add_route("/public", serve, methods=["GET"])
    app.mount("/mounted", Starlette(routes=[Mount("/deep", routes=[Route("/open", serve)])]))

    found = await open_to_strangers(app, frozenset({("GET", "/public")}))

    assert found == ["POST /outer/inner/included/{thing_id:int}: 200", "GET /mounted/deep/open: 200"]

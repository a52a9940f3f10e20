"""``GET /management/bundle``: for the holder of the management token, and for nobody else."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from tests.verifier.bundling import DAY, VERIFIER, Bundler
from tests.verifier.issuing import LIST, NOW, SimulatedIssuer
from tests.verifier.web.counter import Counter
from trillium.runtime.errors import CallerKind, install_error_handlers
from trillium.runtime.management import TOKEN_FILE, open_management_guard
from trillium.runtime.middleware import MiddlewareOptions, install_middleware
from verifier.domain.bundle import MEDIA_TYPE, BundledList, verify_bundle
from verifier.domain.met_list import MetList
from verifier.web.answers import ANSWERS
from verifier.web.bundles import bundle_router

ISSUER = SimulatedIssuer()


@pytest.fixture
async def bundler() -> Bundler:
    made = Bundler()
    made.collection.lists[LIST] = BundledList(LIST, NOW, ISSUER.status_list().decode())
    for uri in (LIST, f"{LIST}/gone"):
        await made.met.note_lists([MetList(uri, ISSUER.anchors.version, NOW.date())])
    return made


@pytest.fixture
async def http(tmp_path: Path, bundler: Bundler) -> AsyncIterator[httpx.AsyncClient]:
    guard = open_management_guard(tmp_path)
    app = FastAPI()
    app.include_router(bundle_router(bundler.create, guard.require))
    options = MiddlewareOptions(https=True)
    install_middleware(app, install_error_handlers(app, ANSWERS, lambda _path: CallerKind.PROBLEM), options)
    token = (tmp_path / TOKEN_FILE).read_text(encoding="ascii").strip()
    transport = httpx.ASGITransport(app=app)
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(transport=transport, base_url=VERIFIER, headers=headers) as client:
        yield client


async def test_the_bundle_is_handed_out_as_a_file(http: httpx.AsyncClient, bundler: Bundler) -> None:
    answer = await http.get("/management/bundle")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert (answer.headers["trillium-lists"], answer.headers["trillium-lists-missing"]) == ("1", "1")
    bundle = verify_bundle(answer.text, keys=bundler.keys, issuer=VERIFIER, now=NOW, newest_seen=None)
    assert bundle.valid_until == NOW + 7 * DAY


async def test_it_may_end_sooner(http: httpx.AsyncClient, bundler: Bundler) -> None:
    answer = await http.get("/management/bundle", params={"days": 1})
    bundle = verify_bundle(answer.text, keys=bundler.keys, issuer=VERIFIER, now=NOW, newest_seen=None)
    assert bundle.valid_until == NOW + DAY


@pytest.mark.parametrize("days", ["0", "8", "-1", "x", "1.5"])
async def test_it_never_ends_later_than_a_week(http: httpx.AsyncClient, days: str) -> None:
    assert (await http.get("/management/bundle", params={"days": days})).status_code in (400, 422)


@pytest.mark.parametrize("authorization", ["", "Bearer wrong", "Basic dTpw"])
async def test_nobody_else_gets_it(http: httpx.AsyncClient, authorization: str) -> None:
    answer = await http.get("/management/bundle", headers={"Authorization": authorization})
    assert answer.status_code == 401


async def test_without_a_trust_list_there_is_none(http: httpx.AsyncClient, bundler: Bundler) -> None:
    bundler.trust.trust_list = None
    assert (await http.get("/management/bundle")).status_code == 503


async def test_in_the_whole_application(counter: Counter) -> None:
    """Whose trust was handed in, so that nobody signed it."""
    answer = await counter.http.get("/management/bundle")
    assert answer.status_code == 401
    answer = await counter.http.get("/management/bundle", headers=counter.management)
    assert answer.status_code == 503

"""The management token, and the Authorization header in both of its forms."""

import asyncio
import base64
from pathlib import Path
from urllib.parse import quote_plus

import pytest
from fastapi import Depends, FastAPI
from hypothesis import given
from hypothesis import strategies as st

from keys.errors import UnsafePermissions
from tests.trillium.runtime.asgi_client import client_of
from trillium.runtime.authorization import parse_basic, parse_bearer
from trillium.runtime.errors import CallerKind, install_error_handlers
from trillium.runtime.management import open_management_guard, replace_management_token
from trillium.runtime.metrics import RequestMetrics, create_registry, metrics_route
from trillium.runtime.middleware import MiddlewareOptions, install_middleware
from trillium.runtime.refusals import NotAuthenticated


def token_in(folder: Path) -> str:
    return (folder / "management.token").read_text().strip()


def test_the_first_start_makes_a_private_token_and_keeps_its_hash(tmp_path: Path) -> None:
    guard = open_management_guard(tmp_path / "var")
    token = token_in(tmp_path / "var")
    assert len(token) >= 43
    for name in ("management.token", "management.hash"):
        assert (tmp_path / "var" / name).stat().st_mode & 0o777 == 0o600
    assert token not in (tmp_path / "var" / "management.hash").read_text()
    assert token not in repr(guard)
    guard.verify(f"Bearer {token}")


def test_later_starts_know_the_token_without_its_file(tmp_path: Path) -> None:
    open_management_guard(tmp_path)
    token = token_in(tmp_path)
    (tmp_path / "management.token").unlink()
    open_management_guard(tmp_path).verify(f"Bearer {token}")
    assert not (tmp_path / "management.token").exists()


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer wrong", "Basic {token}", "{token}", "Bearer {token}x"]
)
def test_nobody_else_gets_through(tmp_path: Path, header: str | None) -> None:
    guard = open_management_guard(tmp_path)
    with pytest.raises(NotAuthenticated):
        guard.verify(header and header.format(token=token_in(tmp_path)))


def test_a_replaced_token_ends_the_old_one(tmp_path: Path) -> None:
    open_management_guard(tmp_path)
    old = token_in(tmp_path)
    replace_management_token(tmp_path)
    guard = open_management_guard(tmp_path)
    guard.verify(f"Bearer {token_in(tmp_path)}")
    with pytest.raises(NotAuthenticated):
        guard.verify(f"Bearer {old}")


def test_a_hash_that_others_can_change_is_refused(tmp_path: Path) -> None:
    open_management_guard(tmp_path)
    (tmp_path / "management.hash").chmod(0o666)
    with pytest.raises(UnsafePermissions):
        open_management_guard(tmp_path)


def test_a_damaged_hash_is_refused_not_replaced(tmp_path: Path) -> None:
    open_management_guard(tmp_path)
    (tmp_path / "management.hash").write_text("00")
    with pytest.raises(ValueError, match="SHA-256"):
        open_management_guard(tmp_path)


async def test_starts_at_once_agree_on_one_token(tmp_path: Path) -> None:
    guards = await asyncio.gather(*(asyncio.to_thread(open_management_guard, tmp_path) for _ in range(8)))
    assert len({guard.token_hash for guard in guards}) == 1


async def test_routes_and_metrics_ask_for_it(tmp_path: Path) -> None:
    guard = open_management_guard(tmp_path)
    app = FastAPI()
    registry = create_registry()
    options = MiddlewareOptions(https=True, metrics=RequestMetrics(registry, "demo"))
    install_middleware(app, install_error_handlers(app, {}, lambda path: CallerKind.PROBLEM), options)
    app.router.routes.append(metrics_route(registry, guard.require))

    @app.get("/manage/{name}", dependencies=[Depends(guard.require)])
    async def manage(name: str) -> str:
        return name

    async with client_of(app) as client:
        for path in ("/metrics", "/manage/planted-value-4711"):
            refused = await client.get(path)
            assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
            assert refused.json()["code"] == "not_authenticated"
        headers = {"Authorization": f"Bearer {token_in(tmp_path)}"}
        assert (
            await client.get("/manage/planted-value-4711", headers=headers)
        ).json() == "planted-value-4711"
        text = (await client.get("/metrics", headers=headers)).text
    assert 'demo_requests_total{method="GET",route="/manage/{name}",status="200"} 1.0' in text
    assert 'demo_requests_total{method="GET",route="/manage/{name}",status="401"} 1.0' in text
    assert "planted-value-4711" not in text


def test_bearer_tokens_of_every_legal_form() -> None:
    """RFC 6750 section 2.1."""
    assert parse_bearer("Bearer mF_9.B5f-4.1JqM") == "mF_9.B5f-4.1JqM"
    assert parse_bearer("bEARER a~+/==") == "a~+/=="
    assert parse_bearer("DPoP abc", scheme="DPoP") == "abc"


@pytest.mark.parametrize(
    "header", ["Bearer a b", "Bearer a,b", "Bearer ä", "Bearer =", "Bearer", "DPoP a", "x" * 9000]
)
def test_other_bearer_headers_are_refused(header: str) -> None:
    with pytest.raises(NotAuthenticated):
        parse_bearer(header)


def basic(text: str) -> str:
    return f"Basic {base64.b64encode(text.encode()).decode()}"


@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")))
def test_any_id_and_secret_survive_the_basic_scheme(client_id: str, secret: str) -> None:
    """RFC 6749 section 2.3.1: both are form-encoded first."""
    credentials = parse_basic(basic(f"{quote_plus(client_id)}:{quote_plus(secret)}"))
    assert (credentials.client_id, credentials.client_secret) == (client_id, secret)
    assert not secret or repr(secret) not in repr(credentials).replace(repr(client_id), "")


@pytest.mark.parametrize(
    "header",
    [
        None,
        "Basic",
        "Basic !",
        "Bearer abc",
        basic("no-colon"),
        basic("a:b c"),
        basic("a:%"),
        basic("a:%FF"),
        basic("a:é"),
        basic("a:b:c"),
    ],
)
def test_other_basic_headers_are_refused(header: str | None) -> None:
    with pytest.raises(NotAuthenticated):
        parse_basic(header)

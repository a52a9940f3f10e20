"""How often one address may ask: in force unless switched off, told in each application's own way."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

import issuer.app
import issuer.settings
import issuer.web
import issuer.web.rates
import verifier.app
import verifier.settings
import verifier.web
import verifier.web.rates
import wallet_api.app
import wallet_api.settings
import wallet_api.web.rates

LIMITED = {
    "issuer": ("POST", "/token", issuer.web.rates.RATES["wallets"].burst),
    "verifier": ("GET", "/request-objects/nobodys", verifier.web.rates.RATES["wallets"].burst),
    "wallet": ("GET", "/credentials", wallet_api.web.rates.RATES["residents"].burst),
}
FREE = ("/health", "/readyz")


def create(name: str, folder: Path, **settings: Any) -> Any:
    members = {"var_dir": folder, "keys_uri": "memory:", **settings}
    if name == "issuer":
        return issuer.app.create_app(issuer.settings.Settings(**members))
    if name == "verifier":
        return verifier.app.create_app(verifier.settings.Settings(**members))
    return wallet_api.app.create_app(wallet_api.settings.Settings(**members))


def client_at(app: Any, address: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app, client=(address, 4711))
    return httpx.AsyncClient(transport=transport, base_url="http://localhost:8000")


@pytest.mark.parametrize("name", LIMITED)
async def test_one_address_that_asks_too_often_is_told_when_to_come_back(name: str, tmp_path: Path) -> None:
    app = create(name, tmp_path)
    method, path, burst = LIMITED[name]
    async with app.router.lifespan_context(app):
        async with client_at(app, "203.0.113.7") as eager:
            asked, refused = 0, httpx.Response(200)
            while refused.status_code != 429 and asked < 10 * burst:  # tokens come back meanwhile
                refused, asked = await eager.request(method, path), asked + 1
            assert refused.status_code == 429
            assert asked > burst
            free = [(await eager.get(one)).status_code for one in FREE]
        async with client_at(app, "203.0.113.8") as somebody:
            assert (await somebody.request(method, path)).status_code != 429
    assert int(refused.headers["retry-after"]) >= 1
    assert refused.headers["cache-control"] == "no-store"
    assert free == [200, 200]
    body = refused.json()
    if name == "wallet":
        assert (refused.headers["content-type"], body["code"]) == (
            "application/problem+json",
            "too_many_requests",
        )
    else:
        assert set(body) == {"error", "error_description"}
        assert body["error"] == "temporarily_unavailable"


@pytest.mark.parametrize("name", LIMITED)
async def test_the_setting_switches_them_off(name: str, tmp_path: Path) -> None:
    app = create(name, tmp_path, rate_limits=False)
    method, path, burst = LIMITED[name]
    async with app.router.lifespan_context(app), client_at(app, "203.0.113.7") as eager:
        answers = await asyncio.gather(*(eager.request(method, path) for _ in range(burst + burst // 2)))
    assert 429 not in {answer.status_code for answer in answers}


def test_every_public_route_of_the_issuer_is_limited_or_answers_from_memory() -> None:
    """A route that is new is limited until somebody says that it costs nothing."""
    free = {path for _, path in issuer.web.PUBLIC_ROUTES if issuer.web.rates.route_class(path) is None}
    assert free <= {
        "/status-lists/{list_id}",
        "/types/{type}/{version}",
        "/jwks",
        "/.well-known/openid-credential-issuer",
        "/.well-known/oauth-authorization-server",
        "/.well-known/jwt-vc-issuer",
        "/openapi.json",
        "/health",
        "/readyz",
        "/static/runtime/{path:path}",
        "/static/issuer/{path:path}",
    }
    assert issuer.web.rates.route_class("/token") == "wallets"
    assert issuer.web.rates.route_class("/authorize/anything") == "sign_in"


def test_every_public_route_of_the_verifier_is_limited_or_answers_from_memory() -> None:
    free = {path for _, path in verifier.web.PUBLIC_ROUTES if verifier.web.rates.route_class(path) is None}
    static = {"/static/runtime/{path:path}", "/static/verifier/{path:path}"}
    assert free == {"/openapi.json", "/health", "/readyz"} | static

"""Every application, as it starts on a laptop, says that it is ready, and strangers may ask."""

import importlib
from pathlib import Path

import pytest

from tests.trillium.runtime.asgi_client import client_of


@pytest.mark.parametrize("name", ["issuer", "verifier", "wallet_api"])
async def test_a_first_start_is_ready(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the defaults keep data and keys under var/
    settings = importlib.import_module(f"{name}.settings").Settings()
    app = importlib.import_module(f"{name}.app").create_app(settings)
    async with app.router.lifespan_context(app), client_of(app) as client:
        answer = await client.get("/readyz")
        unreadable = await client.post("/readyz")

    told = {one["check"]: (one["level"], one["code"]) for one in answer.json()["checks"]}
    assert (answer.status_code, answer.json()["status"]) == (200, "ready")
    assert told["database"] == told["keys"] == ("ok", "ok")
    if name != "issuer":  # nobody is trusted until somebody says whom
        assert told["trust"][0] == "warning"
    assert unreadable.status_code == 405

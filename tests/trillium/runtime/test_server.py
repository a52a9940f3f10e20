"""The server as a process of its own: it answers, keeps quiet, and lets requests end before it stops."""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.patience import PATIENCE_S, until
from tests.ports import keep_ports
from trillium.runtime.packaging import ForeignPackage, verify_packages
from trillium.runtime.server import ServerOptions, server_config

ROOT = Path(__file__).parents[3]

SERVE = """
import asyncio, os, sys
from fastapi import FastAPI
from starlette.responses import PlainTextResponse
from trillium.runtime.errors import CallerKind, install_error_handlers
from trillium.runtime.logs import configure_logging
from trillium.runtime.middleware import MiddlewareOptions, install_middleware
from trillium.runtime.server import ServerOptions, run_server

def create():
    configure_logging("json")
    app = FastAPI()
    renderer = install_error_handlers(app, {}, lambda path: CallerKind.OAUTH)
    install_middleware(app, renderer, MiddlewareOptions(https=False))

    @app.get("/process")
    async def process():
        return PlainTextResponse(str(os.getpid()))

    @app.get("/slow")
    async def slow():
        open("begun", "w").close()
        await asyncio.sleep(0.7)
        return PlainTextResponse("done")

    @app.get("/bug")
    async def bug():
        raise KeyError("planted-value-4711")

    return app

if __name__ == "__main__":
    port, workers = map(int, sys.argv[1:])
    app = create() if workers == 1 else "serve:create"
    run_server(app, ServerOptions(port=port, workers=workers))
"""


@contextmanager
def running(folder: Path, workers: int) -> Iterator[tuple["subprocess.Popen[bytes]", str, Path]]:
    (folder / "serve.py").write_text(SERVE)
    [port] = keep_ports(1)
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "serve.py", str(port), str(workers)],
            cwd=folder,
            env={"PYTHONPATH": f"{ROOT}:{folder}", "PATH": "/usr/bin:/bin"},
            stderr=output,
            stdout=output,
        )
    try:
        base = f"http://127.0.0.1:{port}"
        _wait_for(base, process, log)
        yield process, base, log
    finally:
        process.kill()
        process.wait()


def _wait_for(base: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            httpx.get(f"{base}/process", timeout=PATIENCE_S, trust_env=False)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(log.read_text())


def test_it_answers_and_logs_one_line_without_addresses(tmp_path: Path) -> None:
    with running(tmp_path, 1) as (process, base, log):
        response = httpx.get(f"{base}/process?code=secret-code", timeout=PATIENCE_S, trust_env=False)
        assert int(response.text) == process.pid
        assert "server" not in response.headers
        assert httpx.get(f"{base}/bug", timeout=PATIENCE_S, trust_env=False).status_code == 500
        text = log.read_text()
    assert '"route":"/process"' in text
    assert "secret-code" not in text
    assert "planted-value-4711" not in text
    assert "Traceback" not in text


async def test_a_request_under_way_ends_before_the_server_does(tmp_path: Path) -> None:
    with running(tmp_path, 1) as (process, base, _):
        async with httpx.AsyncClient(timeout=PATIENCE_S, trust_env=False) as client:
            slow = asyncio.ensure_future(client.get(f"{base}/slow"))
            await until((tmp_path / "begun").exists)
            process.send_signal(signal.SIGTERM)
            assert (await slow).text == "done"
        assert await asyncio.to_thread(process.wait, PATIENCE_S) in (0, -signal.SIGTERM)


def test_several_workers_share_the_port(tmp_path: Path) -> None:
    with running(tmp_path, 2) as (process, base, log):
        deadline = time.monotonic() + PATIENCE_S
        seen: set[str] = set()
        while len(seen) < 2 and time.monotonic() < deadline:
            seen.add(httpx.get(f"{base}/process", timeout=PATIENCE_S, trust_env=False).text)
        assert len(seen) == 2, log.read_text()
        assert str(process.pid) not in seen
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_S)


def test_several_workers_need_a_factory() -> None:
    async def app(scope: object, receive: object, send: object) -> None:
        return None

    with pytest.raises(ValueError, match="factory"):
        server_config(app, ServerOptions(workers=2))


def test_a_worker_may_take_its_time_to_begin() -> None:
    """On a busy machine its imports alone take longer than the five seconds that uvicorn would give it."""
    assert server_config("a:b", ServerOptions(workers=2)).timeout_worker_healthcheck >= 60


def test_proxies_are_believed_only_when_named() -> None:
    assert server_config("a:b", ServerOptions()).proxy_headers is False
    config = server_config("a:b", ServerOptions(trusted_proxies=["10.0.0.1"]))
    assert (config.proxy_headers, config.forwarded_allow_ips) == (True, ["10.0.0.1"])


def test_all_packages_come_from_one_place() -> None:
    assert verify_packages(("trillium", "specs", "keys")) == ROOT


def test_an_intruder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "foreign_issuer").mkdir()
    (tmp_path / "foreign_issuer" / "__init__.py").write_text("raise SystemExit('imported')")
    (tmp_path / "half_a_package").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ForeignPackage, match="foreign_issuer"):
        verify_packages(("trillium", "foreign_issuer"))
    for name in ("half_a_package", "no_such_package"):
        with pytest.raises(ForeignPackage, match=f"{name} is missing"):
            verify_packages((name,))

"""The server's side: `python -m bench.served SCENARIO VAR_DIR CORE [NAME=VALUE …]`.

Prints `listening PORT`. Each scenario is the application as it runs in production, around other stores.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

import issuer.app
from bench import presentations
from bench.bare_asgi import bare_credential_endpoint
from bench.surroundings import issuer_settings, issuer_without_database
from issuer.web.routes import WELL_KNOWN
from specs.openid4vp import ResponseMode
from trillium.runtime.logs import configure_logging
from trillium.runtime.management import open_management_guard
from trillium.runtime.mounting import Part, mount
from trillium.runtime.server import ServerOptions, server_config


@asynccontextmanager
async def _no_background(_app: FastAPI) -> AsyncIterator[None]:
    yield


def _issuer_memory(var_dir: Path, _options: Mapping[str, str]) -> ASGIApp:
    built = issuer_without_database(var_dir)
    app = issuer.app.assemble(built, open_management_guard(var_dir), _no_background)
    return mount([Part(built.settings.public_url, app, WELL_KNOWN)])


def _issuer_bare(var_dir: Path, _options: Mapping[str, str]) -> ASGIApp:
    return bare_credential_endpoint(issuer_without_database(var_dir).issuing)


def _issuer_sqlite(var_dir: Path, _options: Mapping[str, str]) -> ASGIApp:
    return mount([issuer.app.create_part(issuer_settings(var_dir))])


def _verifier_memory(var_dir: Path, options: Mapping[str, str]) -> ASGIApp:
    app = presentations.verifier_without_database(var_dir)
    mode = ResponseMode(options["mode"])
    asyncio.run(presentations.start_many(app, var_dir, int(options["count"]), mode))
    assembled = presentations.assembled(app, var_dir, _no_background)
    return mount([Part(app.settings.public_url, assembled)])


def _verifier_openid(var_dir: Path, _options: Mapping[str, str]) -> ASGIApp:
    app = presentations.verifier_without_database(var_dir)
    assembled = presentations.assembled(app, var_dir, _no_background)
    return mount([Part(app.settings.public_url, assembled)])


SCENARIOS: Mapping[str, Callable[[Path, Mapping[str, str]], ASGIApp]] = {
    "issuer-memory": _issuer_memory,
    "issuer-bare": _issuer_bare,
    "issuer-sqlite": _issuer_sqlite,
    "verifier-memory": _verifier_memory,
    "verifier-openid": _verifier_openid,
}


def main(scenario: str, var_dir: str, core: str, *options: str) -> None:
    """Serves until it is told to stop."""
    os.sched_setaffinity(0, {int(core)})
    configure_logging("json")
    app = SCENARIOS[scenario](Path(var_dir), dict(option.split("=", 1) for option in options))
    config = server_config(app, ServerOptions(port=0))
    listening = config.bind_socket()
    listening.listen()  # whoever reads the port may call at once, and waits until the application has started
    print("listening", listening.getsockname()[1], flush=True)
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main(*sys.argv[1:])

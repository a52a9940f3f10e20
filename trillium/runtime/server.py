"""Running an application: uvicorn on uvloop and httptools, one process per core, quiet and graceful."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.supervisors import Multiprocess

GRACE = 15
KEEP_ALIVE = 15
WORKER_PATIENCE = 120
"""Seconds in which a worker has to begin, or to give a sign of life. uvicorn's own five are too few for its
imports on a busy machine: it would end each worker before it is ready, and begin again, for ever."""


@dataclass(frozen=True, kw_only=True)
class ServerOptions:
    """Where to listen. `workers` above 1 needs the application as the import string of its factory."""

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    trusted_proxies: Sequence[str] = ()


def server_config(app: ASGIApp | str, options: ServerOptions) -> uvicorn.Config:
    """What uvicorn is told. `app` is an application or, as "package.module:function", what makes one."""
    if options.workers > 1 and not isinstance(app, str):
        raise ValueError("several workers need the import string of a factory")
    proxies: dict[str, Any] = {"proxy_headers": bool(options.trusted_proxies)}
    if options.trusted_proxies:
        proxies["forwarded_allow_ips"] = list(options.trusted_proxies)
    return uvicorn.Config(
        app,
        factory=isinstance(app, str),
        host=options.host,
        port=options.port,
        workers=options.workers,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,  # our own handlers, with redaction
        access_log=False,  # one line per request comes from RequestLog, without addresses
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,
        timeout_worker_healthcheck=WORKER_PATIENCE,
        **proxies,
    )


def run_server(app: ASGIApp | str, options: ServerOptions) -> None:
    """Serve until SIGINT or SIGTERM; requests under way may end first."""
    config = server_config(app, options)
    with suppress(KeyboardInterrupt):  # uvicorn raises the signal again once it has stopped
        if options.workers == 1:
            uvicorn.Server(config).run()
        else:
            Multiprocess(config, sockets=[config.bind_socket()]).run()

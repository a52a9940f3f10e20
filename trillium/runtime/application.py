"""The bare application object of all servers, with what the framework would do by itself switched off."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from fastapi import FastAPI


def create_application(
    title: str,
    version: str,
    *,
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[Any]] | None = None,
    has_api: bool = True,
) -> FastAPI:
    """No documentation pages (they load scripts from elsewhere), no redirects for slashes, no tracing.

    `has_api`: whether there are operations that ``/openapi.json`` could describe.
    Tracing would record addresses and exception messages; metrics and logs are our own.
    """
    return FastAPI(
        title=title,
        version=version,
        lifespan=lifespan,
        openapi_url="/openapi.json" if has_api else None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )

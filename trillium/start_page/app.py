"""The start page, a page for each role, and a description of the APIs that loads nothing from elsewhere."""

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from specs.errors import ProtocolError
from trillium.runtime.answers import Answers, answer_for
from trillium.runtime.application import create_application
from trillium.runtime.errors import CallerKind, install_error_handlers
from trillium.runtime.health import HEALTH, HEALTH_PATH
from trillium.runtime.i18n import Language
from trillium.runtime.middleware import MiddlewareOptions, install_middleware
from trillium.runtime.openapi import add_hot_routes
from trillium.runtime.pages import STATIC_FOLDER, PageOptions, Pages, static_address, static_mount
from trillium.start_page.operations import Operation, operations_of

HERE: Final = Path(__file__).parent
STATIC_NAME: Final = "start-page"
ROLES: Final = ("resident", "relying-service", "clerk", "administrator", "operator")


class UnknownRole(ProtocolError):
    """There is no page for such a role."""

    code = "not_found"
    text = "There is nothing at this address."


ANSWERS: Answers = {UnknownRole: answer_for(UnknownRole, 404, "Il n'y a rien à cette adresse.")}


class StartPages:
    """What the root serves. ``apps``: the applications by name, with their public URLs."""

    def __init__(self, pages: Pages, apps: Mapping[str, tuple[str, FastAPI]]) -> None:
        self._pages = pages
        self._apps = apps

    async def start(self, request: Request) -> Response:
        """``GET /``."""
        return self._pages.response(request.scope, "start.html")

    async def role(self, request: Request) -> Response:
        """``GET /roles/{role}``."""
        role = request.path_params["role"]
        if role not in ROLES:
            raise UnknownRole
        urls = {name: url for name, (url, _app) in self._apps.items()}
        return self._pages.response(request.scope, f"role-{role}.html", {"urls": urls})

    async def api(self, request: Request) -> Response:
        """``GET /api``: every operation of every application."""
        described: list[tuple[str, str, list[Operation]]] = [
            (name, url, operations_of(app.openapi())) for name, (url, app) in self._apps.items()
        ]
        return self._pages.response(request.scope, "api.html", {"apps": described})


def create_start_page(
    apps: Mapping[str, tuple[str, FastAPI]],
    *,
    https: bool,
    sandbox: bool,
    default_language: Language = Language.ENGLISH,
) -> FastAPI:
    """The application at the root of the combined server."""
    pages = Pages(
        PageOptions(
            product="Trillium",
            templates=[HERE / "templates"],
            catalogues=[HERE / "locales" / "fr" / "LC_MESSAGES" / "start_page.po"],
            https=https,
            sandbox=sandbox,
            start_page=True,
            stylesheets=[static_address("", STATIC_NAME, HERE / "static", "start_page.css")],
        )
    )
    app = create_application("Trillium", version("trillium"), has_api=False)
    # This application answers for the whole root, so also for the health of the process.
    add_hot_routes(app, [HEALTH])
    start = StartPages(pages, apps)
    app.add_route("/", start.start, methods=["GET"], include_in_schema=False)
    app.add_route("/roles/{role}", start.role, methods=["GET"], include_in_schema=False)
    app.add_route("/api", start.api, methods=["GET"], include_in_schema=False)
    app.router.routes.append(static_mount("runtime", STATIC_FOLDER))
    app.router.routes.append(static_mount(STATIC_NAME, HERE / "static"))
    renderer = install_error_handlers(app, ANSWERS, lambda _path: CallerKind.PAGE, pages)
    options = MiddlewareOptions(
        https=https, default_language=default_language, quiet=lambda path: path == HEALTH_PATH
    )
    install_middleware(app, renderer, options)
    return app

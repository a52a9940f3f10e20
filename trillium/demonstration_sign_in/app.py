"""The demonstration provider over HTTP: a list of people to choose from, and its three documents."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from specs.oauth import InvalidClient, OAuthError
from trillium.demonstration_sign_in.people import People
from trillium.demonstration_sign_in.provider import (
    DemonstrationProvider,
    RequestRefused,
    SignInRequest,
    UnknownClient,
)
from trillium.runtime.answers import Answers, answer_for
from trillium.runtime.application import create_application
from trillium.runtime.bodies import MAX_FORM_FIELDS, MalformedForm, read_form
from trillium.runtime.errors import CallerKind, install_error_handlers, kinds_by_prefix
from trillium.runtime.i18n import Language
from trillium.runtime.middleware import MiddlewareOptions, install_middleware
from trillium.runtime.pages import STATIC_FOLDER, PageOptions, Pages, static_address, static_mount
from trillium.runtime.security_headers import content_security_policy
from trillium.runtime.settings import origin_of

HERE: Final = Path(__file__).parent
STATIC_NAME: Final = "demonstration-sign-in"
MOST_PEOPLE: Final = 8
"""On one page; who is not among them is found by name."""

ANSWERS: Answers = {
    UnknownClient: answer_for(
        UnknownClient, 400, "On n'arrive à cette page que depuis l'émetteur de cette démonstration."
    ),
    InvalidClient: answer_for(InvalidClient, 401, "Le client n'est pas reconnu."),
    OAuthError: lambda error: answer_for(type(error), 400, "La demande n'est pas valide."),
}


class SignInPage:
    """``/authorize``: a list to choose from. Searches are posted, so that no address has a name in it."""

    def __init__(self, provider: DemonstrationProvider, pages: Pages, people: People) -> None:
        self._provider = provider
        self._pages = pages
        self._people = people
        policy = content_security_policy(form_action=[origin_of(provider.redirect_uri)])
        self._headers = {"Content-Security-Policy": policy}

    async def show(self, request: Request) -> Response:
        """``GET``: the first people of the register."""
        return await self._answer(request, self._list)

    async def choose(self, request: Request) -> Response:
        """``POST``: somebody was chosen, nobody was, or a name is looked for."""
        return await self._answer(request, self._take)

    async def _answer(
        self, request: Request, respond: Callable[[Request, SignInRequest], Awaitable[Response]]
    ) -> Response:
        try:
            wanted = self._provider.parse_request(_query(request))
        except RequestRefused as refused:
            return RedirectResponse(refused.redirect, 303)
        return await respond(request, wanted)

    async def _list(self, request: Request, _wanted: SignInRequest, text: str = "") -> Response:
        found = await self._people.search(text.strip()[:100], limit=MOST_PEOPLE + 1)
        context = {"people": found[:MOST_PEOPLE], "more": len(found) > MOST_PEOPLE, "text": text}
        return self._pages.response(request.scope, "people.html", context, headers=self._headers)

    async def _take(self, request: Request, wanted: SignInRequest) -> Response:
        fields = dict(await read_form(request))
        if "cancel" in fields:
            return RedirectResponse(self._provider.refuse(wanted), 303)
        if "person" in fields:
            return RedirectResponse(self._provider.grant(wanted, fields["person"]), 303)
        return await self._list(request, wanted, fields.get("text", ""))


def create_demonstration_sign_in(
    provider: DemonstrationProvider,
    people: People,
    *,
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[Any]] | None = None,
    default_language: Language = Language.ENGLISH,
) -> FastAPI:
    """The application, to be served under the provider's own URL."""
    parts = urlsplit(provider.issuer)
    pages = Pages(
        PageOptions(
            product="Demonstration sign-in",
            templates=[HERE / "templates"],
            catalogues=[HERE / "locales" / "fr" / "LC_MESSAGES" / "demonstration_sign_in.po"],
            base_path=parts.path,
            https=parts.scheme == "https",
            sandbox=True,
            stylesheets=[static_address("", STATIC_NAME, HERE / "static", "people.css")],
        )
    )
    app = create_application(
        "Trillium demonstration sign-in", version("trillium"), lifespan=lifespan, has_api=False
    )
    page = SignInPage(provider, pages, people)

    async def metadata(_request: Request) -> Response:
        return JSONResponse(provider.metadata())

    async def jwks(_request: Request) -> Response:
        return JSONResponse(provider.jwks())

    async def token(request: Request) -> Response:
        return JSONResponse(provider.redeem(await read_form(request)))

    for path, handler, method in (
        ("/.well-known/openid-configuration", metadata, "GET"),
        ("/jwks", jwks, "GET"),
        ("/token", token, "POST"),
        ("/authorize", page.show, "GET"),
        ("/authorize", page.choose, "POST"),
    ):
        app.add_route(path, handler, methods=[method], include_in_schema=False)
    app.router.routes.append(static_mount("runtime", STATIC_FOLDER))
    app.router.routes.append(static_mount(STATIC_NAME, HERE / "static"))
    kinds = kinds_by_prefix({"/authorize": CallerKind.PAGE}, CallerKind.OAUTH)
    renderer = install_error_handlers(app, ANSWERS, kinds, pages)
    options = MiddlewareOptions(https=parts.scheme == "https", default_language=default_language)
    install_middleware(app, renderer, options)
    return app


def _query(request: Request) -> Sequence[tuple[str, str]]:
    try:
        text = request.scope.get("query_string", b"").decode("ascii")
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_FORM_FIELDS)
    except ValueError as error:
        raise MalformedForm(type(error).__name__) from error

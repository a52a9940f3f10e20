"""Errors become HTTP here and nowhere else: OAuth JSON, problem details or a page; unknown ones a bare 500.

Each application hands over a table from its error classes to answers (its `web/answers.py`).
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol, TypeAlias

import orjson
import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from specs.errors import ProtocolError
from trillium.runtime.answers import Answer, Answers, CallerKind, answer_for, find_answer
from trillium.runtime.asgi import answering
from trillium.runtime.i18n import Language, language_of
from trillium.runtime.logs import frames_of
from trillium.runtime.oauth_codes import registered_code
from trillium.runtime.refusals import RUNTIME_ANSWERS, UNEXPECTED, MalformedRequest, answer_for_status

__all__ = [
    "Answer",
    "Answers",
    "CallerKind",
    "ErrorPages",
    "ErrorRenderer",
    "KindOfRoute",
    "answer_for",
    "install_error_handlers",
    "kinds_by_prefix",
]

log: Final = structlog.get_logger()

KindOfRoute: TypeAlias = Callable[[str], CallerKind]
"""From the request's path, below the application's own root, to who calls there."""

_BEARER_CODES = ("invalid_token", "insufficient_scope", "invalid_request")
_NO_STORE = {"Cache-Control": "no-store"}


class ErrorPages(Protocol):
    """What draws the error page for a person (pages.Pages does)."""

    def error_response(self, scope: Scope, answer: Answer, request_id: str) -> Response: ...


def kinds_by_prefix(prefixes: Mapping[str, CallerKind], default: CallerKind) -> KindOfRoute:
    """The kind of the longest matching prefix, else `default`."""
    ordered = sorted(prefixes.items(), key=lambda entry: -len(entry[0]))

    def kind_of(path: str) -> CallerKind:
        return next((kind for prefix, kind in ordered if path.startswith(prefix)), default)

    return kind_of


class ErrorRenderer:
    """From an exception to the response its caller understands."""

    def __init__(self, answers: Answers, kind_of_route: KindOfRoute, pages: ErrorPages | None = None) -> None:
        self._answers: Answers = {**RUNTIME_ANSWERS, **answers}
        self._kind_of_route = kind_of_route
        self._pages = pages

    def answer(self, error: BaseException) -> Answer:
        """The answer to `error`; what no table knows is our own fault."""
        if isinstance(error, HTTPException):
            # Its detail is not shown: the framework puts parts of the request there.
            answer = answer_for_status(error.status_code)
            headers = {**answer.headers, **(error.headers or {})}
            return Answer(answer.status, answer.code, answer.text, answer.text_fr, headers)
        if isinstance(error, RequestValidationError):
            error = MalformedRequest()
        return find_answer(self._answers, error) or UNEXPECTED

    def response(self, scope: Scope, error: BaseException) -> Response:
        """Log the error and render its answer."""
        answer = self.answer(error)
        _log(error, answer)
        nowhere = isinstance(error, HTTPException) and error.status_code == 404
        return self.render(scope, answer, CallerKind.PAGE if nowhere and _wants_page(scope) else None)

    def render(self, scope: Scope, answer: Answer, kind: CallerKind | None = None) -> Response:
        """The answer in the form of this caller. `kind`: instead of that of the route."""
        request_id = str(scope.get("trillium.request_id", ""))
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        kind = kind or self._kind_of_route(path)
        if kind is CallerKind.PAGE and self._pages is not None:
            response = self._pages.error_response(scope, answer, request_id)
        elif kind is CallerKind.OAUTH:
            response = render_oauth(answer)
        else:
            response = render_problem(answer, language_of(scope), request_id)
        response.headers.update({**_NO_STORE, **challenge(answer), **answer.headers})
        return response


def render_oauth(answer: Answer) -> Response:
    """RFC 6749 section 5.2, and the error bodies of OpenID4VCI section 8.3.1 alike."""
    body = {"error": registered_code(answer), "error_description": answer.text}
    return Response(orjson.dumps(body), answer.status, media_type="application/json")


def render_problem(answer: Answer, language: Language, request_id: str) -> Response:
    """RFC 9457; `code` is what programs compare, `title` and `detail` are for people."""
    body: dict[str, Any] = {
        "type": f"urn:trillium:error:{answer.code}",
        "title": answer.text_in(language),
        "status": answer.status,
        "code": answer.code,
    }
    if request_id:
        body["request_id"] = request_id
    headers = {"Content-Language": language.locale}
    return Response(orjson.dumps(body), answer.status, headers, "application/problem+json")


def challenge(answer: Answer) -> dict[str, str]:
    """The WWW-Authenticate header that every 401 must have (RFC 9110 section 15.5.2)."""
    if answer.code == "invalid_client" and answer.status == 401:
        return {"WWW-Authenticate": 'Basic realm="trillium"'}
    if answer.status == 401 or answer.code == "insufficient_scope":
        # RFC 6750 section 3.1: no error code when the request carried no credentials at all.
        details = f' error="{answer.code}", error_description="{answer.text}"'
        return {"WWW-Authenticate": f"Bearer{details if answer.code in _BEARER_CODES else ''}"}
    return {}


class ErrorBoundary:
    """ASGI: nothing raised inside goes further out, where a server would print it with all its values."""

    def __init__(self, app: ASGIApp, renderer: ErrorRenderer) -> None:
        self.app = app
        self.renderer = renderer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answer = answering(send)
        try:
            await self.app(scope, receive, answer)
        except ClientDisconnect:
            log.info("client_went_away")
        except Exception as error:
            if answer.status:
                _log(error, UNEXPECTED)
                raise ResponseBroken from None
            await self.renderer.response(scope, error)(scope, receive, answer)


class ResponseBroken(Exception):
    """A response that had begun cannot be finished; the connection is cut. Says nothing of the cause."""


def install_error_handlers(
    app: FastAPI, answers: Answers, kind_of_route: KindOfRoute, pages: ErrorPages | None = None
) -> ErrorRenderer:
    """Let `app` tell every error by the table; middleware.install_middleware adds the boundary around it."""
    renderer = ErrorRenderer(answers, kind_of_route, pages)

    async def handle(request: Request, error: Exception) -> Response:
        return renderer.response(request.scope, error)

    for kind in (HTTPException, RequestValidationError):
        app.add_exception_handler(kind, handle)
    return renderer


def _wants_page(scope: Scope) -> bool:
    """A person with a browser, who has come to an address where nothing is; programs ask for no HTML."""
    return "text/html" in Headers(scope=scope).get("accept", "")


def _log(error: BaseException, answer: Answer) -> None:
    name = type(error).__qualname__
    if isinstance(error, RequestValidationError):
        places = [_place(entry) for entry in error.errors()[:20]]
        log.info("request_refused", error=name, code=answer.code, status=answer.status, places=places)
    elif isinstance(error, ProtocolError) and answer is not UNEXPECTED:
        detail = {"detail": error.detail, "section": error.section}
        log.info("request_refused", error=name, code=answer.code, status=answer.status, **detail)
    elif answer is UNEXPECTED:
        # The message of a foreign exception may quote what it choked on, so only its places are logged.
        log.error("unexpected_error", error=name, frames=frames_of(error))
    elif answer.status >= 500:
        log.error(
            "request_failed", error=name, code=answer.code, status=answer.status, frames=frames_of(error)
        )


def _place(entry: Mapping[str, Any]) -> str:
    """Where and what kind. Values are the caller's text, and so is the name of an unknown member."""
    path = [str(part) for part in entry["loc"]]
    if entry["type"] == "extra_forbidden":
        path[-1] = "(unknown)"
    return f"{'.'.join(path)[:80]}: {entry['type']}"

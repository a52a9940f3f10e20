"""Pages for people: Jinja templates in two languages, one base layout, usable without script.

A template extends `base.html`, fills the blocks `title` and `content`, and marks its texts with `{% trans %}`
or `_()`. What it is given is escaped; a name it was not given is an error, not an empty place.
"""

import hashlib
import mimetypes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from trillium.runtime.answers import Answer
from trillium.runtime.i18n import (
    ENGLISH_CATALOGUE,
    LANGUAGE_PARAMETER,
    Catalogue,
    Language,
    explicit_choice,
    language_cookie,
    language_of,
    read_catalogue,
)

HERE: Final = Path(__file__).parent
RUNTIME_CATALOGUE: Final = HERE / "locales" / "fr" / "LC_MESSAGES" / "runtime.po"
STATIC_FOLDER: Final = HERE / "static"
ONTARIO_SHEET: Final = "ontario/ontario-theme.css"
"""Made in the static folder by `make assets` (docs/decisions/0020-ontario-look.md); may be absent."""
PLAIN_SHEET: Final = "plain.css"
"""Ours, in its place."""
CIVIL_TIME: Final = ZoneInfo("America/Toronto")
YEAR: Final = 365 * 24 * 3600

# Python 3.11 does not know it, and a slim image has no file of types.
mimetypes.add_type("font/woff2", ".woff2")


@dataclass(frozen=True, kw_only=True)
class PageOptions:
    """What differs between applications."""

    product: str
    """The name in the header, in English; its catalogue has the French."""
    templates: Sequence[Path]
    """The application's own folders, searched before the runtime's."""
    catalogues: Sequence[Path] = ()
    """French `.po` files of the application."""
    base_path: str = ""
    """The path of the public URL: what addresses in pages begin with."""
    https: bool
    sandbox: bool
    stylesheets: Sequence[str] = ()
    """Addresses below `base_path` of style sheets after our own."""
    start_page: bool = False
    """There is one at `base_path`, which errors may lead to."""
    static: Path = STATIC_FOLDER
    """What is served as `/static/runtime`."""


class Pages:
    """Draws pages; made once per application."""

    def __init__(self, options: PageOptions) -> None:
        self._options = options
        french = read_catalogue([*options.catalogues, RUNTIME_CATALOGUE])
        self._environments = {
            Language.ENGLISH: self._environment(Language.ENGLISH, ENGLISH_CATALOGUE),
            Language.FRENCH: self._environment(Language.FRENCH, french),
        }

    def render(self, language: Language, template: str, context: Mapping[str, Any]) -> str:
        """The text of `template`. Raises UndefinedError for a name that `context` lacks."""
        return self._environments[language].get_template(template).render(context)

    def response(
        self,
        scope: Scope,
        template: str,
        context: Mapping[str, Any] | None = None,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """The page in the language of this request. A language chosen by the address is remembered."""
        language = language_of(scope)
        extra = {"language": language, "language_switch": _switch_address(scope, language.other)}
        text = self.render(language, template, {**extra, **(context or {})})
        response = HTMLResponse(text, status, {**(headers or {}), "Content-Language": language.locale})
        if explicit_choice(scope) is not None:
            response.set_cookie(
                language_cookie(https=self._options.https),
                language.value,
                max_age=YEAR,
                path="/",
                secure=self._options.https,
                httponly=True,
                samesite="lax",
            )
        return response

    def error_response(self, scope: Scope, answer: Answer, request_id: str) -> Response:
        """The page that tells an error, with the number to quote when asking for help."""
        language = language_of(scope)
        context = {
            # Answers also travel in headers, where an apostrophe is plain; on a page it is a printed one.
            "text": answer.text_in(language).replace("'", "’"),
            "code": answer.code,
            "status": answer.status,
            "request_id": request_id,
        }
        return self.response(scope, "error.html", context, status=answer.status)

    def _environment(self, language: Language, catalogue: Catalogue) -> Environment:
        folders = [*self._options.templates, HERE / "templates"]
        environment = Environment(
            loader=FileSystemLoader(folders),
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        # The extension adds this method; the class does not know of it.
        install: Any = getattr(environment, "install_gettext_callables")  # noqa: B009
        install(catalogue.gettext, catalogue.ngettext, newstyle=True)
        locale = language.locale.replace("-", "_")
        environment.filters["date"] = partial(_date, locale=locale)
        environment.filters["time"] = partial(_time, locale=locale)
        environment.filters["number"] = partial(format_decimal, locale=locale)
        static = self._options.static
        environment.globals.update(
            product=catalogue.gettext(self._options.product),
            sandbox=self._options.sandbox,
            base_path=self._options.base_path,
            start_page=self._options.start_page,
            stylesheets=[f"{self._options.base_path}{address}" for address in self._options.stylesheets],
            runtime_static=partial(static_address, self._options.base_path, "runtime", static),
            first_sheet=ONTARIO_SHEET if has_ontario_look(static) else PLAIN_SHEET,
        )
        return environment


def has_ontario_look(static: Path = STATIC_FOLDER) -> bool:
    """Whether the Ontario Design System was installed there."""
    return (static / ONTARIO_SHEET).is_file()


def _date(value: date, *, locale: str) -> str:
    """A civil date; a moment is first brought to the province's clock."""
    if isinstance(value, datetime):
        value = value.astimezone(CIVIL_TIME).date()
    return format_date(value, "long", locale)


def _time(value: datetime, *, locale: str) -> str:
    """Date and time of a moment, by the province's clock."""
    return format_datetime(value, "long", CIVIL_TIME, locale)


def _switch_address(scope: Scope, language: Language) -> str:
    """This very address, in the other language."""
    pairs = parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if name != LANGUAGE_PARAMETER]
    return f"?{urlencode([*kept, (LANGUAGE_PARAMETER, language.value)])}"


class LastingFiles(StaticFiles):
    """Static files that browsers may keep: their addresses change with their content.

    Beside a large one may lie the same compressed, with `.gz` at the end of its name.
    """

    async def get_response(self, path: str, scope: Scope) -> Response:
        packed = self.lookup_path(f"{path}.gz")[1] is not None
        wanted = packed and _takes_gzip(scope)
        response = await super().get_response(f"{path}.gz" if wanted else path, scope)
        if response.status_code in (200, 304):
            kept = "public, max-age=31536000, immutable" if b"v=" in scope["query_string"] else "no-cache"
            response.headers["Cache-Control"] = kept
            if packed:
                response.headers.add_vary_header("Accept-Encoding")
            if wanted:
                response.headers["Content-Encoding"] = "gzip"
        return response


def _takes_gzip(scope: Scope) -> bool:
    """Whether this client says so, in the plain form that browsers use (RFC 9110 section 12.5.3)."""
    accepted = Headers(scope=scope).get("accept-encoding", "")
    return "gzip" in [coding.strip() for coding in accepted.split(",")]


def static_mount(name: str, folder: Path) -> Mount:
    """`folder` below `/static/<name>`. The runtime's own: `static_mount("runtime", STATIC_FOLDER)`."""
    return Mount(f"/static/{name}", LastingFiles(directory=folder), name=f"static-{name}")


def static_address(base_path: str, name: str, folder: Path, file: str) -> str:
    """Where `file` of a static folder is served, with the beginning of its hash."""
    digest = hashlib.sha256((folder / file).read_bytes()).hexdigest()[:12]
    return f"{base_path}/static/{name}/{file}?v={digest}"

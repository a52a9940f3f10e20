"""English and French: which language a caller gets, and the catalogues.

Source texts are English. French is read from `.po` files at start, so no compiled catalogue is committed.
The order of requirement 7.24: an explicit choice, then `ui_locales`, then `Accept-Language`.
"""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from urllib.parse import parse_qs

from babel.messages.pofile import read_po
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

_COOKIE = "trillium-language"
LANGUAGE_PARAMETER = "lang"
_SCOPE_KEY = "trillium.language"
_DEFAULT_KEY = "trillium.default_language"
_WISHES_KEY = "trillium.ui_locales"
_MOST_RANGES = 20
_QUALITY = re.compile(r"q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", re.ASCII)


class Language(StrEnum):
    """The two languages of every page and message."""

    ENGLISH = "en"
    FRENCH = "fr"

    @property
    def locale(self) -> str:
        """The BCP 47 tag, as `lang` attributes and credential displays use it."""
        return f"{self.value}-CA"

    @property
    def other(self) -> "Language":
        """The one to switch to."""
        return Language.FRENCH if self is Language.ENGLISH else Language.ENGLISH


def parse_language(tag: str) -> Language | None:
    """`fr`, `fr-CA` and `FR_ca` are French; None for a language that is neither."""
    primary = re.split("[-_]", tag.strip(), maxsplit=1)[0].lower()
    return Language(primary) if primary in tuple(Language) else None


def choose_language(
    *, explicit: Iterable[str], ui_locales: str, accept_language: str, default: Language = Language.ENGLISH
) -> Language:
    """The first that names one of ours.

    `explicit` choices in turn; `ui_locales`, space separated in order of preference (OpenID Connect Core
    section 3.1.2.1); `accept_language`, the header (RFC 9110 section 12.5.4).
    """
    tags = [*explicit, *ui_locales.split()[:_MOST_RANGES], *_by_quality(accept_language)]
    return next((language for tag in tags if (language := parse_language(tag)) is not None), default)


def accepted_languages(accept_language: str) -> frozenset[Language]:
    """Those of ours that a header (RFC 9110 section 12.5.4) admits; all when it admits none, or is empty."""
    tags = _by_quality(accept_language)
    named = {language for tag in tags if (language := parse_language(tag)) is not None}
    everything = frozenset(Language)
    return everything if not named or any(tag.strip() == "*" for tag in tags) else frozenset(named)


def _by_quality(accept_language: str) -> list[str]:
    ranges: list[tuple[float, str]] = []
    for part in accept_language.split(",")[:_MOST_RANGES]:
        tag, _, parameter = part.partition(";")
        quality = _QUALITY.fullmatch(parameter.strip())
        weight = 1.0 if not parameter else float(quality[1]) if quality else 0.0
        if weight > 0:
            ranges.append((weight, tag))
    return [tag for _, tag in sorted(ranges, key=lambda entry: -entry[0])]


def explicit_choice(scope: Scope) -> Language | None:
    """What the caller chose in this very request (`?lang=fr`); worth remembering in a cookie."""
    return parse_language(_query(scope).get(LANGUAGE_PARAMETER, ""))


class DefaultLanguage:
    """ASGI: the language of requests that name none of ours; English without it."""

    def __init__(self, app: ASGIApp, *, language: Language) -> None:
        self.app = app
        self._language = language

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[_DEFAULT_KEY] = self._language
        await self.app(scope, receive, send)


def prefer_locales(scope: Scope, ui_locales: str) -> None:
    """Let a request follow the `ui_locales` of a session that began with an earlier one."""
    scope[_WISHES_KEY] = ui_locales
    scope.pop(_SCOPE_KEY, None)


def language_of(scope: Scope) -> Language:
    """The language of a request, decided once and kept in its scope."""
    known = scope.get(_SCOPE_KEY)
    if isinstance(known, Language):
        return known
    headers = Headers(scope=scope)
    query = _query(scope)
    language = choose_language(
        explicit=[query.get(LANGUAGE_PARAMETER, ""), _cookie(headers.get("cookie", ""))],
        ui_locales=query.get("ui_locales", "") or scope.get(_WISHES_KEY, ""),
        accept_language=headers.get("accept-language", ""),
        default=scope.get(_DEFAULT_KEY, Language.ENGLISH),
    )
    scope[_SCOPE_KEY] = language
    return language


def _query(scope: Scope) -> Mapping[str, str]:
    text = scope.get("query_string", b"").decode("latin-1")
    try:
        return {name: values[0] for name, values in parse_qs(text, max_num_fields=100).items()}
    except ValueError:
        return {}


def language_cookie(*, https: bool) -> str:
    """The name of the cookie that remembers a choice; the prefix ties it to this very host."""
    return f"__Host-{_COOKIE}" if https else _COOKIE


def _cookie(header: str) -> str:
    if _COOKIE not in header:
        return ""
    try:
        cookies = SimpleCookie(header)
    except CookieError:
        return ""
    names = (language_cookie(https=True), language_cookie(https=False))
    return next((cookies[name].value for name in names if name in cookies), "")


class Catalogue:
    """The French of the English source texts. A text without a translation stays English."""

    def __init__(self, texts: Mapping[str, str], plurals: Mapping[str, tuple[str, str]]) -> None:
        self._texts = texts
        self._plurals = plurals

    def gettext(self, text: str) -> str:
        """The translation of `text`."""
        return self._texts.get(text, text)

    def ngettext(self, one: str, many: str, number: int) -> str:
        """French uses the singular for 0 and 1, English for 1."""
        translated = self._plurals.get(one)
        if translated is None:
            return one if number == 1 else many
        return translated[0] if number < 2 else translated[1]


class _English(Catalogue):
    def __init__(self) -> None:
        super().__init__({}, {})


ENGLISH_CATALOGUE = _English()


def read_catalogue(files: Iterable[Path]) -> Catalogue:
    """One catalogue of several `.po` files; the first translation wins, fuzzy ones are left out."""
    texts: dict[str, str] = {}
    plurals: dict[str, tuple[str, str]] = {}
    for path in files:
        with path.open("rb") as file:
            for message in read_po(file):
                if not message.id or message.fuzzy or not message.string:
                    continue
                if isinstance(message.id, str):
                    texts.setdefault(message.id, str(message.string))
                else:
                    one, many = message.string[0], message.string[1]
                    plurals.setdefault(message.id[0], (one, many))
    return Catalogue(texts, plurals)

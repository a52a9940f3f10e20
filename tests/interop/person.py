"""A person with a browser: follows the pages from the wallet's link until the wallet is called again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx

from tests.interop.server_process import TIMEOUT_S

MOST_PAGES = 20


@dataclass
class Form:
    """What a form sends, and the buttons that send it: text, name, value."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)


class _Forms(HTMLParser):
    """The forms and links of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self._open: list[tuple[str, dict[str, str]]] = []
        self._text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.forms.append(Form(given.get("action", "")))
        elif tag == "input" and self.forms and given.get("name"):
            if given.get("type") not in ("checkbox", "radio") or "checked" in given:
                self.forms[-1].fields[given["name"]] = given.get("value", "")
        elif tag in ("button", "a"):
            self._open.append((tag, given))
            self._text = ""

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1][0] != tag:
            return
        _, given = self._open.pop()
        text = " ".join(self._text.split())
        if tag == "a":
            self.links.append((text, given.get("href", "")))
        elif self.forms:
            self.forms[-1].buttons.append((text, given.get("name", ""), given.get("value", "")))


@dataclass(frozen=True)
class Press:
    """A button or link by the beginning of its text, and what is written into the form's fields before."""

    text: str
    written: dict[str, str] = field(default_factory=dict)


class Person:
    """A browser of their own. ``presses``: in order."""

    def __init__(self) -> None:
        self._browser = httpx.Client(timeout=TIMEOUT_S, trust_env=False)
        self.pages: list[str] = []

    def follow(self, url: str, presses: Sequence[Press], *, until: str) -> str:
        """The address beginning with ``until`` to which the browser is sent in the end."""
        answer, left = self._browser.get(url), list(presses)
        for _ in range(MOST_PAGES):
            if answer.is_redirect:
                there = urljoin(str(answer.url), answer.headers["location"])
                if there.startswith(until):
                    assert not left, f"never asked for {left}"
                    return there
                answer = self._browser.get(there)
                continue
            assert answer.status_code == 200, answer.text
            self.pages.append(answer.text)
            assert left, f"a page more than expected:\n{answer.text}"
            answer = self._press(answer, left.pop(0))
        raise AssertionError("no end of pages")

    def _press(self, page: httpx.Response, wanted: Press) -> httpx.Response:
        found = _Forms(page.text)
        for text, there in found.links:
            if text.startswith(wanted.text):
                return self._browser.get(urljoin(str(page.url), there))
        for form in found.forms:
            for text, name, value in form.buttons:
                if text.startswith(wanted.text):
                    fields = form.fields | wanted.written | ({name: value} if name else {})
                    return self._browser.post(urljoin(str(page.url), form.action), data=fields)
        raise AssertionError(f"no {wanted.text!r} on the page:\n{page.text}")

    def close(self) -> None:
        self._browser.close()

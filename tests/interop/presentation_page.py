"""The page of a presentation as its script sees it: the browser's part of the Digital Credentials API."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.interop.server_process import TIMEOUT_S

_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')
HEADER = "Trillium-Form-Token"


@dataclass(frozen=True)
class PresentationPage:
    """One page, open in one browser."""

    url: str
    browser: httpx.Client
    token: str

    def requests(self) -> list[dict[str, Any]]:
        """What the script hands to `navigator.credentials.get`."""
        answer = self.browser.post(f"{self.url}/browser-requests", headers={HEADER: self.token})
        requests: list[dict[str, Any]] = answer.raise_for_status().json()["requests"]
        return requests

    def send(self, credential: dict[str, Any]) -> None:
        """What came back from it."""
        self.browser.post(
            f"{self.url}/browser-response", json=credential, headers={HEADER: self.token}
        ).raise_for_status()


@contextmanager
def open_page(url: str) -> Iterator[PresentationPage]:
    """Opens it as the first browser, which it then belongs to."""
    with httpx.Client(timeout=TIMEOUT_S, trust_env=False, follow_redirects=True) as browser:
        found = _TOKEN.search(browser.get(url).raise_for_status().text)
        assert found is not None
        yield PresentationPage(url, browser, found[1])

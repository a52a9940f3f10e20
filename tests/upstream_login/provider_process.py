"""oidc-provider as a process of its own, and somebody who signs in at its development pages."""

import json
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest

from tests.interop.wallet_process import find_node, search_path
from tests.patience import PATIENCE_S
from tests.ports import keep_ports

HERE = Path(__file__).parent
CLIENT_ID = "issuer & tests"
"""A name that has to be form-encoded before it goes into a header (RFC 6749 section 2.3.1)."""
_ACTION = re.compile(r'<form[^>]* action="([^"]+)"')


@dataclass(frozen=True)
class ProviderProcess:
    issuer: str
    process: subprocess.Popen[bytes]

    def sign_in(self, url: str, name: str) -> str:
        """A browser with the address that the issuer sends it to; the address that it is sent back to."""
        with httpx.Client(trust_env=False, timeout=PATIENCE_S) as browser:
            page = self._follow(browser, browser.get(url))
            if isinstance(page, str):
                return page
            form = {"prompt": "login", "login": name, "password": "any"}
            action = _ACTION.search(page.text)
            assert action, page.text
            answer = self._follow(browser, browser.post(urljoin(str(page.url), action[1]), data=form))
            assert isinstance(answer, str), answer.text
            return answer

    def cancel(self, url: str) -> str:
        """The same, but for the link that goes back without signing in."""
        with httpx.Client(trust_env=False, timeout=PATIENCE_S) as browser:
            page = self._follow(browser, browser.get(url))
            assert isinstance(page, httpx.Response)
            abort = re.search(r'href="([^"]+/abort)"', page.text)
            assert abort, page.text
            answer = self._follow(browser, browser.get(urljoin(str(page.url), abort[1])))
            assert isinstance(answer, str)
            return answer

    def _follow(self, browser: httpx.Client, answer: httpx.Response) -> httpx.Response | str:
        """Redirects as long as they stay here; the address of the first that does not."""
        while answer.is_redirect:
            target = urljoin(str(answer.url), answer.headers["location"])
            if not target.startswith(f"{self.issuer}/"):
                return target
            answer = browser.get(target)
        return answer


@contextmanager
def provider_process(redirect_uri: str, folder: Path, **options: Any) -> Iterator[ProviderProcess]:
    """A provider with one client. ``options``: see provider.mjs."""
    [port] = keep_ports(1)
    given = {
        "port": port,
        "redirectUri": redirect_uri,
        "secret": "",
        "authMethod": "none",
        "algorithm": "RS256",
        "inIdToken": True,
        **options,
    }
    command = [find_node(search_path()), str(HERE / "provider.mjs"), json.dumps(given)]
    log = folder / f"provider-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=HERE, stdout=output, stderr=subprocess.STDOUT)
    issuer = f"http://localhost:{port}"
    try:
        _wait(issuer, process, log)
        yield ProviderProcess(issuer, process)
    finally:
        process.kill()
        process.wait()


def _wait(issuer: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline, address = time.monotonic() + PATIENCE_S, f"{issuer}/.well-known/openid-configuration"
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(address, timeout=PATIENCE_S, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    pytest.fail(f"oidc-provider did not start:\n{log.read_text()}", pytrace=False)

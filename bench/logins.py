"""The client of an OpenID provider: a browser, a relying service, and the wallet where one is asked for."""

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from html import unescape
from http.client import HTTPConnection, HTTPResponse
from typing import Any, Final
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import orjson
from cryptography.hazmat.primitives.asymmetric import ec

from bench.answers import answers
from specs.encoding import b64url_encode
from specs.openid4vp import parse_request_object
from specs.sd_jwt import HeldSdJwt
from trillium.runtime.bodies import FORM, JSON

REDIRECT_URI = "http://localhost:9/callback"
_VERIFIER = "v" * 43
_CHALLENGE = b64url_encode(sha256(_VERIFIER.encode()).digest())
_FOUND = 303
_MOST_STEPS = 12


@dataclass(frozen=True, slots=True)
class Client:
    """A relying service as its provider knows it. Paths are the provider's."""

    client_id: str
    client_secret: str
    authorize: str
    token: str
    userinfo: str
    scope: str

    @property
    def basic(self) -> str:
        """The `Authorization` header of the token endpoint."""
        return "Basic " + base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()


@dataclass(slots=True)
class Browser:
    """Keeps cookies and one connection; follows nothing by itself."""

    port: int
    host: str
    cookies: dict[str, str] = field(default_factory=dict)
    _connection: HTTPConnection | None = None

    def get(self, path: str, **headers: str) -> tuple[HTTPResponse, bytes]:
        return self._ask("GET", path, None, headers)

    def post(self, path: str, form: Mapping[str, str], **headers: str) -> tuple[HTTPResponse, bytes]:
        return self._ask("POST", path, urlencode(form).encode(), {"Content-Type": FORM, **headers})

    def send(self, path: str, form: bytes) -> tuple[HTTPResponse, bytes]:
        """A form that is encoded already."""
        return self._ask("POST", path, form, {"Content-Type": FORM})

    def create(self, path: str, body: bytes) -> bytes:
        """What was made of some JSON."""
        return self._ask("POST", path, body, {"Content-Type": JSON})[1]

    def _ask(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[HTTPResponse, bytes]:
        if self._connection is None:
            self._connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {"Host": self.host, **headers}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self._connection.request(method, path, body, sent)
        answer = self._connection.getresponse()
        content = answer.read()
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        if answer.status not in (200, 201, _FOUND):
            raise RuntimeError(f"{method} {urlsplit(path).path}: {answer.status}")
        return answer, content

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()


Agreeing = Callable[[Browser, str, bytes], str]
"""What a person does on a page of the provider (its path, its text); where the browser is sent then."""


def log_in(browser: Browser, client: Client, agree: Agreeing) -> dict[str, Any]:
    """From the relying service and back to it; what UserInfo says in the end."""
    asked = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": REDIRECT_URI,
        "scope": client.scope,
        "state": "s" * 22,
        "nonce": "n" * 22,
        "code_challenge": _CHALLENGE,
        "code_challenge_method": "S256",
    }
    path = f"{client.authorize}?{urlencode(asked)}"
    for _ in range(_MOST_STEPS):
        answer, content = browser.get(path)
        where = answer.headers["Location"] if answer.status == _FOUND else agree(browser, path, content)
        if where.startswith(REDIRECT_URI):
            return _exchange(browser, client, parse_qs(urlsplit(where).query)["code"][0])
        path = without_origin(where)
    raise RuntimeError("no end of redirects")


def _exchange(browser: Browser, client: Client, code: str) -> dict[str, Any]:
    browser.cookies.clear()  # the relying service speaks from here on
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT_URI,
        "code_verifier": _VERIFIER,
    }
    _, content = browser.post(client.token, form, Authorization=client.basic)
    token = orjson.loads(content)["access_token"]
    _, content = browser.get(client.userinfo, Authorization=f"Bearer {token}")
    said: dict[str, Any] = orjson.loads(content)
    return said


def without_origin(url: str) -> str:
    """What goes over the wire."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def press_the_button(browser: Browser, path: str, _page: bytes) -> str:
    """The one form of the ordinary provider's page, which is sent to where it came from."""
    answer, _ = browser.post(path, {})
    return str(answer.headers["Location"])


@dataclass(frozen=True, slots=True)
class Presenting:
    """A person with a wallet on the same device: shows what is asked for, then goes on to the service."""

    credential: HeldSdJwt
    key: ec.EllipticCurvePrivateKey

    def __call__(self, browser: Browser, path: str, page: bytes) -> str:
        link = _LINK.search(page)
        if link is None:
            return self._go_on(browser, path, page)
        asked = dict(parse_qsl(urlsplit(unescape(link[1].decode())).query))
        return self._answer(browser, asked["request_uri"])

    def _answer(self, browser: Browser, request_uri: str) -> str:
        _, served = browser.get(without_origin(request_uri))
        request = orjson.loads(parse_request_object(served).payload)
        posted = next(answers([request], self.credential, self.key)).partition(b"\r\n\r\n")[2]
        _, answer = browser.send(without_origin(request["response_uri"]), posted)
        return str(orjson.loads(answer)["redirect_uri"])

    def _go_on(self, browser: Browser, path: str, page: bytes) -> str:
        token = _TOKEN.search(page)
        if token is None:
            raise RuntimeError("a page without a way on")
        answer, _ = browser.post(f"{path}/continue", {"form_token": unescape(token[1].decode())})
        return str(answer.headers["Location"])


_LINK: Final = re.compile(rb'href="([^"]*request_uri=[^"]*)"')
_TOKEN: Final = re.compile(rb'name="form_token" value="([^"]+)"')

"""A ministry that answers questions about its register over HTTP, as docs/ministry-api.md describes it.

It reads the questions with a library of its own (joserfc) and writes its answers by hand, so that neither
side can agree with itself. What it does wrong on purpose is a ``Fault``.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from issuer.clients.ministry_api import MinistryAccess, MinistryApi
from issuer.clients.register import SqlRegister
from issuer.domain.business import Business
from issuer.domain.event import SubjectRef
from issuer.domain.resident import Resident
from issuer.domain.subject import Guardianship, SigningAuthority, Subject
from keys import KeyPurpose, KeyRing, KeySpec, Signer, open_key_ring
from tests.issuer.surroundings import HandClock
from tests.trillium.runtime.local_server import TlsFiles, serving
from trillium.runtime.clock import SystemClock
from trillium.runtime.database import open_database
from trillium.runtime.http_client import ConfiguredClient
from trillium.runtime.randomness import SystemRandomness

TYPE = "trillium-register-request+jwt"
PATH = "/directory"
ISSUER = "https://issuer.example/tenant"


@dataclass(frozen=True)
class Fault:
    """What is answered instead. ``delay``: seconds before anything is."""

    status: int = 200
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0


@dataclass
class Ministry:
    """The ministry's server. ``keys``: the public keys it was given for each issuer, by hand."""

    register_url: str
    keys: Mapping[str, Mapping[str, Any]]
    audience: str = ""
    clock: HandClock = field(default_factory=lambda: HandClock(datetime.now(UTC)))
    fault: Fault | None = None
    questions: list[dict[str, Any]] = field(default_factory=list)
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    """URL, headers and body of everything that came, answered or not."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._respond(Request(scope, receive))
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        body = await request.body()
        self.requests.append((str(request.url), dict(request.headers), body))
        if self.fault is not None:
            await asyncio.sleep(self.fault.delay)
            if self.fault.body is not None or self.fault.status != 200:
                headers = {"Content-Type": "application/json", **self.fault.headers}
                return Response(self.fault.body or b"", self.fault.status, headers)
        if request.url.path != PATH or request.method != "POST":
            return PlainTextResponse("no such place", 404)
        if request.headers["content-type"] != "application/jwt":
            return PlainTextResponse("not a question", 415)
        try:
            claims = self._verify(body)
        except (JoseError, ValueError, KeyError) as error:
            return JSONResponse({"error": type(error).__name__}, 401)
        self.questions.append(claims)
        return JSONResponse(await self._answer(claims["question"], claims["parameters"]))

    def _verify(self, body: bytes) -> dict[str, Any]:
        """Ours to be sure of: who asks, that they ask us, now, and for the first time."""
        unverified = json.loads(jws.extract_compact(body).payload)
        keys = KeySet.import_key_set(dict(self.keys[unverified["iss"]]))  # type: ignore[arg-type]  # a JWKS
        token = jws.deserialize_compact(body, keys, algorithms=["ES256"])
        claims: dict[str, Any] = json.loads(token.payload)
        now = self.clock.now().timestamp()
        if token.headers()["typ"] != TYPE or claims["aud"] != self.audience:
            raise ValueError("not for us")
        if not claims["iat"] - 10 <= now <= claims["exp"] <= claims["iat"] + 60:
            raise ValueError("not now")
        if claims["jti"] in {one["jti"] for one in self.questions} or len(claims["jti"]) < 22:
            raise ValueError("heard before")
        return claims

    async def _answer(self, question: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        database = open_database(self.register_url)
        try:
            return await ANSWERS[question](SqlRegister(database), parameters)
        finally:
            await database.close()


async def _resident(register: SqlRegister, parameters: Mapping[str, Any]) -> dict[str, Any]:
    found = await register.get(SubjectRef(parameters["subject_ref"]))
    return {"resident": None if found is None else plain(found)}


async def _search(register: SqlRegister, parameters: Mapping[str, Any]) -> dict[str, Any]:
    found = await register.search(parameters["text"], limit=parameters["limit"])
    return {"residents": [{"subject_ref": ref, "resident": plain(one)} for ref, one in found]}


async def _subject(register: SqlRegister, parameters: Mapping[str, Any]) -> dict[str, Any]:
    found = await register.subject(SubjectRef(parameters["subject_ref"]))
    return {"subject": None if found is None else subject_message(found)}


async def _holdings(register: SqlRegister, parameters: Mapping[str, Any]) -> dict[str, Any]:
    found = await register.holdings(SubjectRef(parameters["subject_ref"]))
    held = [{"subject_ref": one.subject_ref, "subject": subject_message(one.subject)} for one in found]
    return {"holdings": held}


async def _search_businesses(register: SqlRegister, parameters: Mapping[str, Any]) -> dict[str, Any]:
    found = await register.search_businesses(parameters["text"], limit=parameters["limit"])
    return {"businesses": [{"subject_ref": ref, "business": plain(one)} for ref, one in found]}


ANSWERS = {
    "resident": _resident,
    "search": _search,
    "subject": _subject,
    "holdings": _holdings,
    "search_businesses": _search_businesses,
}


def subject_message(subject: Subject) -> dict[str, Any]:
    if isinstance(subject, Resident):
        return {"kind": "person", "person": plain(subject)}
    if isinstance(subject, Business):
        return {"kind": "business", "business": plain(subject)}
    if isinstance(subject, Guardianship):
        return {"kind": "guardianship", **plain(subject)}
    assert isinstance(subject, SigningAuthority)
    return {"kind": "signing_authority", **plain(subject)}


def plain(value: Any) -> dict[str, Any]:
    """The members of a record, dates as YYYY-MM-DD."""
    members: dict[str, Any] = json.loads(json.dumps(asdict(value), default=_date))
    return members


def _date(value: object) -> str:
    assert isinstance(value, date)
    return value.isoformat()


@asynccontextmanager
async def listening(ministry: Ministry, tls: TlsFiles | None = None) -> AsyncIterator[str]:
    """Its address, on a loopback port."""
    async with serving(ministry, tls) as port:
        ministry.audience = f"{'https' if tls else 'http'}://localhost:{port}{PATH}"
        yield ministry.audience


ASKED = frozenset({"get", "search", "subject", "holdings", "search_businesses"})


class MinistryAndItsRegister:
    """``ports.Register`` as the ministry fills it, ``ports.SubjectDirectory`` as an issuer sees it."""

    def __init__(self, register: SqlRegister, api: MinistryApi) -> None:
        self._register = register
        self._api = api

    def __getattr__(self, name: str) -> Any:
        return getattr(self._api if name in ASKED else self._register, name)


@asynccontextmanager
async def asked_over_http(register: SqlRegister, register_url: str) -> AsyncIterator[Any]:
    """The same register, filled as before and asked through the ministry's server."""
    ring = open_key_ring("memory:", sandbox=True, now=datetime.now(UTC))
    ring.ensure({KeyPurpose.DIRECTORY_REQUEST: KeySpec()}, datetime.now(UTC))
    ministry = Ministry(register_url, {ISSUER: public_keys(ring)})
    client = ConfiguredClient()
    async with listening(ministry) as url:
        access = MinistryAccess(url, ISSUER, signer_of(ring), timedelta(seconds=10))
        api = MinistryApi(access, client, SystemClock(), SystemRandomness())
        try:
            yield MinistryAndItsRegister(register, api)
        finally:
            await client.close()


def public_keys(ring: KeyRing) -> dict[str, Any]:
    """What the operator of the issuer hands to the ministry."""
    return ring.jwks([KeyPurpose.DIRECTORY_REQUEST], datetime.now(UTC))


def signer_of(ring: KeyRing) -> Callable[[datetime], Signer]:
    return lambda now: ring.signer_for(KeyPurpose.DIRECTORY_REQUEST, now)

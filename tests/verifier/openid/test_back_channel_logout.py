"""Clients are told of ended sessions (7.12): signed for them, at least once, and not for ever."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from specs.encoding import b64url_decode, parse_json_object
from specs.jose import Algorithm, Use, parse_jwks, parse_jws, verify_jws
from specs.openid_connect import InvalidIdTokenHint, verify_id_token_hint
from tests.verifier.openid.leaving import BYE, REMEMBERED, Visitor, somebody
from tests.verifier.openid.relying import ISSUER, Library, opened_library
from tests.verifier.test_planted_values import files_of
from trillium.runtime.http_client import OutgoingClient, Reply, Unreachable
from verifier.app.openid.tasks import purge_openid
from verifier.domain.event import Actor, Event, EventName
from verifier.domain.openid.logout import GIVE_UP_AFTER

HEARS = "https://library.example/back-channel"
TOLD: dict[str, Any] = REMEMBERED | {"backchannel_logout_uri": HEARS}


@dataclass
class ClientsByHand:
    """In the place of the way to other people's servers; ``status`` 0: nobody answers."""

    status: int = 200
    got: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    async def post_form(self, url: str, fields: dict[str, str], *, max_bytes: int) -> Reply:
        await asyncio.sleep(0)
        self.got.append((url, fields))
        if not self.status:
            raise Unreachable("by hand")
        return Reply(url, self.status, {}, b"")

    @property
    def tokens(self) -> list[str]:
        return [fields["logout_token"] for _, fields in self.got]


@dataclass
class Told:
    library: Library
    clients: ClientsByHand
    visitor: Visitor

    async def deliver(self) -> None:
        while await self.library.counter.desk.verifier.openid.sign_out.tell.deliver_some():
            pass

    async def ended(self, **changed: Any) -> str:
        """A session that has ended; the ID token that it began with."""
        relying = await self.library.client(**(TOLD | changed))
        token = await self.visitor.id_token(relying)
        await self.visitor.leave(id_token_hint=token, post_logout_redirect_uri=BYE)
        return token

    async def reasons(self, name: EventName) -> list[str]:
        store: Any = self.library.counter.desk.store
        return [one.reason for one in await store.latest(999) if one.name is name]


@pytest.fixture
async def telling(tmp_path: Path) -> AsyncIterator[Told]:
    async with opened_telling(tmp_path) as one:
        yield one


@asynccontextmanager
async def opened_telling(folder: Path) -> AsyncIterator[Told]:
    clients = ClientsByHand()
    others = cast(OutgoingClient, clients)
    async with opened_library(folder, others=others) as library, somebody(library) as visitor:
        yield Told(library, clients, visitor)


def payload(token: str) -> dict[str, Any]:
    return parse_json_object(b64url_decode(token.split(".")[1]), max_bytes=10_000)


@pytest.mark.parametrize("algorithm", [Algorithm.RS256, Algorithm.ES256])
async def test_7_12_a_token_for_the_client_about_its_session(telling: Told, algorithm: Algorithm) -> None:
    id_token = await telling.ended(id_token_alg=algorithm)
    await telling.deliver()
    [(url, fields)] = telling.clients.got
    assert (url, fields.keys()) == (HEARS, {"logout_token"})
    published = await telling.library.counter.http.get(f"{ISSUER}/jwks")
    keys = {key.kid: key for key in parse_jwks(published.json())}
    jws = parse_jws(fields["logout_token"], max_bytes=10_000)
    key = keys[jws.header["kid"]]
    assert key.algorithm is algorithm
    claims = verify_jws(jws, key, use=Use.LOGOUT_TOKEN, typ="logout+jwt").claims()
    began = payload(id_token)
    now = int(telling.library.counter.desk.clock.now().timestamp())
    assert claims == {
        "iss": ISSUER,
        "aud": began["aud"],
        "sub": began["sub"],
        "sid": began["sid"],
        "iat": now,
        "exp": now + 120,
        "jti": claims["jti"],
        "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
    }
    assert len(b64url_decode(claims["jti"])) == 16
    assert await telling.reasons(EventName.LOGOUT_TOLD) == [""]
    with pytest.raises(InvalidIdTokenHint):
        verify_id_token_hint(fields["logout_token"], cast(Any, keys), issuer=ISSUER)


async def test_7_12_who_has_not_asked_for_it_is_told_nothing(telling: Told) -> None:
    await telling.ended(backchannel_logout_uri=None)
    await telling.deliver()
    assert telling.clients.got == []


async def test_7_12_a_person_who_signs_out_of_everything_is_signed_out_everywhere(telling: Told) -> None:
    for _ in range(7):
        await telling.visitor.id_token(await telling.library.client(**TOLD))
    await telling.visitor.answer(await telling.visitor.leave())
    await telling.deliver()
    assert len({payload(token)["aud"] for token in telling.clients.tokens}) == 7
    assert await telling.reasons(EventName.LOGOUT_TOLD) == [""] * 7


@pytest.mark.parametrize("status", [0, 500, 503, 302, 404])
async def test_7_12_a_client_that_does_not_answer_is_told_again(telling: Told, status: int) -> None:
    await telling.ended()
    telling.clients.status = status
    await telling.deliver()
    await telling.deliver()
    assert len(telling.clients.got) == 1
    telling.library.counter.desk.clock.advance(seconds=10)
    telling.clients.status = 204
    await telling.deliver()
    first, second = map(payload, telling.clients.tokens)
    assert first["jti"] == second["jti"]
    assert second["exp"] == first["exp"] + 10
    telling.library.counter.desk.clock.advance(hours=1)
    await telling.deliver()
    assert len(telling.clients.got) == 2


async def test_7_12_a_refusal_is_final(telling: Told) -> None:
    await telling.ended()
    telling.clients.status = 400
    await telling.deliver()
    assert await telling.reasons(EventName.LOGOUT_NOT_TOLD) == ["refused"]


async def test_7_12_nobody_is_told_for_ever(telling: Told) -> None:
    await telling.ended()
    telling.clients.status = 0
    clock, began = telling.library.counter.desk.clock, telling.library.counter.desk.clock.now()
    while not await telling.reasons(EventName.LOGOUT_NOT_TOLD):
        await telling.deliver()
        clock.advance(minutes=1)
    assert await telling.reasons(EventName.LOGOUT_NOT_TOLD) == ["no_answer"]
    assert clock.now() - began <= GIVE_UP_AFTER + timedelta(minutes=20)
    assert 10 < len(telling.clients.got) < 40


async def test_7_21_whom_a_session_was_about_is_forgotten_when_the_client_is_told(
    telling: Told, tmp_path: Path
) -> None:
    began = payload(await telling.ended())
    desk = telling.library.counter.desk
    desk.clock.advance(minutes=10)
    # The tokens of the login are over; what is left is the message.
    await purge_openid(desk.verifier, desk.clock.now())
    assert [data for data in files_of(tmp_path).values() if began["sub"].encode() in data]
    await telling.deliver()
    for path, data in files_of(tmp_path).items():
        assert began["sub"].encode() not in data, path


async def test_7_12_a_client_that_is_gone_is_not_called(telling: Told) -> None:
    await telling.ended()
    clients = telling.library.counter.desk.verifier.outside.openid.clients
    [one] = await clients.clients()
    now = telling.library.counter.desk.clock.now()
    event = Event(EventName.RELYING_SERVICE_DISABLED, Actor("cli"), now, one.client_id)
    service = replace(one.service, disabled_at=now, version=one.service.version + 1)
    disabled = replace(one, service=service, openid=replace(one.openid, version=one.openid.version + 1))
    assert await clients.update(disabled, event)
    await telling.deliver()
    assert telling.clients.got == []
    assert await telling.reasons(EventName.LOGOUT_NOT_TOLD) == ["no_receiver"]

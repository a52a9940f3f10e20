"""Keys that clients publish at their own address: fetched, kept for minutes, never believed beyond that."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from tests.verifier.openid.others import OthersByHand
from tests.verifier.openid.relying import Library, opened_library, public_key
from trillium.runtime.http_client import OutgoingClient
from verifier.clients.openid_client_keys import AGAIN_AFTER, FAILURE_KEPT, KEPT_FOR, HttpClientKeys
from verifier.domain.openid.client import AuthMethod, OpenIdClient
from verifier.domain.relying_service import ClientId

URL = "https://library.example/keys"
NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


def jwks(*names: str) -> dict[str, Any]:
    return {"keys": [{**public_key(one).members, "kid": one} for one in names]}


def client(**changed: Any) -> OpenIdClient:
    members: dict[str, Any] = {
        "client_id": ClientId("oc-1"),
        "redirect_uris": ("https://library.example/back",),
        "auth_method": AuthMethod.PRIVATE_KEY_JWT,
        "jwks_uri": URL,
        "sector": "library.example",
        "created_at": NOW,
    }
    return OpenIdClient(**(members | changed))


@dataclass
class Asking:
    others: OthersByHand = field(default_factory=lambda: OthersByHand({URL: jwks("one")}))

    def __post_init__(self) -> None:
        self.keys = HttpClientKeys(cast(OutgoingClient, self.others))
        self.now = NOW

    async def names(self, kid: str | None = "one", after: timedelta = timedelta()) -> list[str | None]:
        self.now += after
        return [key.kid for key in await self.keys.keys_of(client(), kid, self.now)]

    @property
    def looks(self) -> int:
        return len(self.others.asked)


async def test_registered_keys_are_used_as_they_are() -> None:
    asking = Asking()
    own = (public_key("own"),)
    assert await asking.keys.keys_of(client(jwks=own, jwks_uri=None), None, NOW) == own
    assert asking.looks == 0


async def test_published_keys_are_fetched_once_and_again_after_minutes() -> None:
    asking = Asking()
    assert await asking.names() == ["one"]
    assert await asking.names(after=KEPT_FOR - timedelta(seconds=1)) == ["one"]
    assert asking.looks == 1
    asking.others.documents[URL] = jwks("two")
    assert await asking.names(after=timedelta(seconds=1)) == ["two"]
    assert asking.looks == 2


async def test_many_at_once_are_one_fetch() -> None:
    asking = Asking()
    await asyncio.gather(*(asking.names() for _ in range(20)))
    assert asking.looks == 1


async def test_a_new_name_is_worth_a_look_and_invented_ones_are_not_worth_many() -> None:
    asking = Asking()
    await asking.names()
    asking.others.documents[URL] = jwks("one", "two")
    assert await asking.names("two", AGAIN_AFTER - timedelta(seconds=1)) == ["one"]
    assert await asking.names("two", timedelta(seconds=1)) == ["one", "two"]
    for number in range(50):
        await asking.names(f"invented {number}")
    assert asking.looks == 2


@pytest.mark.parametrize(
    "document",
    [b"no JSON", b"[]", {"keys": "none"}, {"keys": [{"kty": "EC"}]}, {"keys": [{"kty": "oct", "k": "AAAA"}]}],
    ids=str,
)
async def test_what_is_no_key_set_gives_no_keys(document: Any) -> None:
    asking = Asking(OthersByHand({URL: document}))
    assert await asking.names() == []


async def test_private_keys_that_somebody_publishes_are_refused() -> None:
    private = {**jwks("one")["keys"][0], "d": "A" * 43}
    asking = Asking(OthersByHand({URL: {"keys": [private]}}))
    assert await asking.names() == []


@pytest.mark.parametrize("fault", ["status", "unreachable"])
async def test_a_server_that_does_not_answer_is_left_alone_for_a_while(fault: str) -> None:
    asking = Asking(OthersByHand({URL: jwks("one")}, status=500) if fault == "status" else OthersByHand())
    assert await asking.names() == []
    assert await asking.names(after=FAILURE_KEPT - timedelta(seconds=1)) == []
    assert asking.looks == 1
    asking.others.status, asking.others.documents = 200, {URL: jwks("one")}
    assert await asking.names(after=timedelta(seconds=1)) == ["one"]


async def test_withdrawn_keys_do_not_outlive_a_server_that_is_down() -> None:
    asking = Asking()
    await asking.names()
    asking.others.documents.clear()
    # Within its time what was fetched counts; an unknown name does not end that.
    assert await asking.names("two", AGAIN_AFTER) == ["one"]
    assert await asking.names(after=KEPT_FOR) == []


async def test_a_client_signs_in_with_the_keys_that_it_publishes(tmp_path: Any) -> None:
    others = OthersByHand({URL: jwks("client")})
    async with opened_library(tmp_path, others=cast(OutgoingClient, others)) as library:
        relying = await library.client(AuthMethod.PRIVATE_KEY_JWT, jwks=(), jwks_uri=URL)
        answer = await relying.exchange(await relying.code(), **relying.assertion(kid="client"))
        assert answer.status_code == 200, answer.text
        others.documents[URL] = jwks("next")
        library.counter.desk.clock.advance(minutes=5)
        assertion = relying.assertion("next", kid="next", jti="next")
        assert (await relying.exchange(await relying.code(), **assertion)).status_code == 200
        stale = relying.assertion(kid="client", jti="stale")
        assert (await relying.exchange(await relying.code(), **stale)).status_code == 401


async def test_without_a_way_out_nobody_is_believed(library: Library) -> None:
    relying = await library.client(AuthMethod.PRIVATE_KEY_JWT, jwks=())
    answer = await relying.exchange(await relying.code())
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")

"""Gathering the lists of a bundle over real HTTP; one that is broken does not stop the others (3.21)."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from specs.encoding import b64url_encode, create_json
from specs.token_status_list import MAX_LIST_BYTES, StatusList, create_status_list
from tests.patience import PATIENCE_S
from tests.trillium.runtime.local_server import serving
from tests.verifier.issuing import NOW, SimulatedIssuer, stranger
from trillium.runtime.http_client import StrangerClient
from trillium.runtime.status_lists import StatusListClient, fetch_over
from verifier.clients.list_collection import HttpListCollection
from verifier.domain.met_list import MOST_LISTS
from verifier.ports import CollectedLists

ISSUER = SimulatedIssuer()
JWT, JSON = "application/statuslist+jwt", "application/json"


@dataclass
class Shelves:
    """A site with many documents: ``path`` to media type and body."""

    documents: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked.append(scope["path"])
        found = self.documents.get(scope["path"])
        media_type, body = found or ("text/plain", b"")
        headers = [(b"content-type", media_type.encode())]
        await send({"type": "http.response.start", "status": 200 if found else 404, "headers": headers})
        await send({"type": "http.response.body", "body": body})


@dataclass
class Gathering:
    site: Shelves
    origin: str
    collection: HttpListCollection

    def shelve(self, number: int, *, aggregation: str | None = None, issuer: SimulatedIssuer = ISSUER) -> str:
        """A list under its number; its address."""
        uri = f"{self.origin}/{number}"
        members: Mapping[str, Any] = create_status_list(
            StatusList.empty(size=64, bits=1), aggregation_uri=aggregation
        )
        self.site.documents[f"/{number}"] = (JWT, issuer.status_list(sub=uri, status_list=members))
        return uri

    def aggregate(self, body: object, media_type: str = JSON) -> str:
        self.site.documents["/all"] = (media_type, create_json(body))
        return f"{self.origin}/all"

    async def collect(self, *uris: str) -> CollectedLists:
        return await self.collection.collect(uris, anchors=ISSUER.anchors, now=NOW)


@pytest.fixture
async def gathering() -> AsyncIterator[Gathering]:
    site = Shelves()
    async with serving(site) as port:
        origin = f"http://127.0.0.1:{port}"
        client = StrangerClient(loopback_origins=[origin], total_timeout=PATIENCE_S)
        yield Gathering(site, origin, HttpListCollection(StatusListClient(fetch_over(client)), client))
        await client.close()


async def test_lists_come_as_they_were_served(gathering: Gathering) -> None:
    uris = [gathering.shelve(number) for number in range(3)]
    collected = await gathering.collect(*uris)
    assert [one.uri for one in collected.lists] == uris
    assert collected.lists[0].token.encode() == gathering.site.documents["/0"][1]
    assert {one.resolved_at for one in collected.lists} == {NOW}
    assert collected.failed == 0


async def test_bad_ones_are_counted_and_left_out(gathering: Gathering) -> None:
    good = gathering.shelve(1)
    theirs = gathering.shelve(2, issuer=stranger())
    bomb = gathering.shelve(3)
    packed = create_status_list(StatusList.empty(size=2 * MAX_LIST_BYTES, bits=8))
    gathering.site.documents["/3"] = (JWT, ISSUER.status_list(sub=bomb, status_list=packed))
    rubbish = gathering.shelve(4)
    gathering.site.documents["/4"] = (JWT, b64url_encode(b"rubbish").encode())
    collected = await gathering.collect(
        good, theirs, bomb, rubbish, f"{gathering.origin}/gone", "https://[::1]/"
    )
    assert [one.uri for one in collected.lists] == [good]
    assert collected.failed == 5


async def test_lists_at_hand_come_along_and_are_not_fetched_twice(gathering: Gathering) -> None:
    first, second = gathering.shelve(1), gathering.shelve(2)
    await gathering.collect(first)
    collected = await gathering.collect(second)
    assert {one.uri for one in collected.lists} == {first, second}
    assert sorted(gathering.site.asked) == ["/1", "/2"]
    later = await gathering.collection.collect([], anchors=ISSUER.anchors, now=NOW + timedelta(seconds=61))
    assert {one.resolved_at for one in later.lists} == {NOW + timedelta(seconds=61)}
    assert len(gathering.site.asked) == 4


async def test_3_21_a_list_may_name_its_siblings(gathering: Gathering) -> None:
    siblings = [gathering.shelve(number) for number in (2, 3)]
    body = {"status_lists": [*siblings, f"{gathering.origin}/1", 7, "nonsense", f"{gathering.origin}/gone"]}
    first = gathering.shelve(1, aggregation=gathering.aggregate(body))
    collected = await gathering.collect(first)
    assert [one.uri for one in collected.lists] == [first, *siblings]
    assert collected.failed == 1


@pytest.mark.parametrize(
    ("body", "media_type"),
    [([], JSON), ({"status_lists": "x"}, JSON), ({"status_lists": []}, "text/html"), ("x" * 2**20, JSON)],
    ids=["array", "text", "media-type", "too-large"],
)
async def test_a_bad_aggregation_costs_nothing_but_itself(
    gathering: Gathering, body: object, media_type: str
) -> None:
    first = gathering.shelve(1, aggregation=gathering.aggregate(body, media_type))
    collected = await gathering.collect(first)
    assert [one.uri for one in collected.lists] == [first]
    assert collected.failed == 0


async def test_an_aggregation_that_leads_inwards_is_not_asked(gathering: Gathering) -> None:
    first = gathering.shelve(1, aggregation="http://169.254.169.254/latest")
    assert len((await gathering.collect(first)).lists) == 1


async def test_siblings_without_end_fill_no_more_than_a_bundle(gathering: Gathering) -> None:
    many = [f"{gathering.origin}/{number}" for number in range(2, 1000)]
    first = gathering.shelve(1, aggregation=gathering.aggregate({"status_lists": many}))
    collected = await gathering.collect(first)
    assert collected.failed == MOST_LISTS - 1
    assert len(gathering.site.asked) == MOST_LISTS + 1

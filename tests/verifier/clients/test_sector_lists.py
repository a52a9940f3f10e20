"""What stands at a sector_identifier_uri, as far as it can be had (OpenID Connect Registration section 5)."""

from typing import cast

import pytest

from specs.openid_connect import MAX_SECTOR_LIST_BYTES
from tests.verifier.openid.others import OthersByHand
from trillium.runtime.http_client import OutgoingClient, StrangerClient
from verifier.clients.openid.sector_lists import HttpSectorLists

URI = "https://sector.example/all.json"


async def listed(others: OthersByHand) -> object:
    return await HttpSectorLists(cast(OutgoingClient, others)).listed(URI)


async def test_the_list_is_handed_on_as_it_stands() -> None:
    others = OthersByHand({URI: ["https://a.example/", "https://b.example/"]})
    assert await listed(others) == ["https://a.example/", "https://b.example/"]
    assert others.asked == [URI]


@pytest.mark.parametrize(
    "others",
    [
        OthersByHand(),
        OthersByHand({URI: []}, status=404),
        OthersByHand({URI: b"<html>"}),
        OthersByHand({URI: b'["a", NaN]'}),
        OthersByHand({URI: [[[["deep"]]]]}),
        OthersByHand({URI: b'"' + b"x" * MAX_SECTOR_LIST_BYTES + b'"'}),
    ],
    ids=["unreachable", "not found", "no JSON", "not quite JSON", "too deep", "too large"],
)
async def test_trouble_is_no_list(others: OthersByHand) -> None:
    assert await listed(others) is None


@pytest.mark.parametrize("uri", ["http://sector.example/", "https://127.0.0.1/", "https://localhost/", "x"])
async def test_an_address_that_strangers_may_not_name_is_not_called(uri: str) -> None:
    client = StrangerClient(loopback_origins=())
    assert await HttpSectorLists(client).listed(uri) is None
    await client.close()

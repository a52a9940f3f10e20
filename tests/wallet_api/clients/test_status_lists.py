"""Status lists as the wallet reads them: whatever is wrong with one, it is no statement (3.21 to 3.28)."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from specs.jose import TrustAnchors
from specs.token_status_list import StatusOutcome, StatusReference
from tests.simulators.internet import Call, SimulatedInternet
from tests.simulators.issuer import ISSUER, SimulatedIssuer, authority, signer_below
from tests.simulators.wallet import NOW
from wallet_api.clients.status_lists import LIMITS, HttpStatusLists
from wallet_api.ports import HttpAnswer

URI = f"{ISSUER}/status/1"
HOUR = timedelta(hours=1)


class Lists:
    """The client under test, and what it reads."""

    def __init__(self) -> None:
        self.internet = SimulatedInternet()
        self.issuer = SimulatedIssuer(NOW)
        self.issuer.connect(self.internet)
        self.client = HttpStatusLists(self.internet)

    async def read(
        self,
        index: int = 0,
        *,
        uri: str = URI,
        after: timedelta = timedelta(0),
        max_age: timedelta = HOUR,
        anchors: TrustAnchors | None = None,
    ) -> StatusOutcome:
        return await self.client.status_of(
            StatusReference(uri, index),
            anchors=anchors or self.issuer.anchors,
            max_age=max_age,
            now=NOW + after,
        )

    @property
    def fetches(self) -> int:
        return len(self.internet.calls)


@pytest.fixture
def lists() -> Lists:
    return Lists()


async def test_each_value_means_what_it_says(lists: Lists) -> None:
    for index, value in enumerate((0, 1, 2, 3)):
        lists.issuer.statuses.set(index, value)

    outcomes = [await lists.read(index) for index in range(4)]

    assert outcomes == [
        StatusOutcome.VALID,
        StatusOutcome.INVALID,
        StatusOutcome.SUSPENDED,
        StatusOutcome.UNKNOWN,
    ]
    assert lists.fetches == 1
    assert lists.internet.calls[0].accept == "application/statuslist+jwt"
    assert lists.internet.calls[0].follow


async def test_a_list_is_kept_as_long_as_the_reader_allows(lists: Lists) -> None:
    await lists.read()
    await lists.read(after=timedelta(seconds=60), max_age=timedelta(seconds=60))
    assert lists.fetches == 1
    await lists.read(after=timedelta(seconds=61), max_age=timedelta(seconds=60))
    assert lists.fetches == 2
    await lists.read(after=timedelta(seconds=62), max_age=timedelta(0))
    assert lists.fetches == 3


async def test_a_list_is_kept_no_longer_than_it_says(lists: Lists) -> None:
    await lists.read()
    await lists.read(after=HOUR + timedelta(seconds=1), max_age=timedelta(days=1))

    assert lists.fetches == 2


async def test_an_old_list_that_cannot_be_fetched_again_is_stale(lists: Lists) -> None:
    await lists.read()
    lists.issuer.status_reachable = False

    assert await lists.read(after=HOUR * 2) is StatusOutcome.STALE
    assert await lists.read(uri=f"{ISSUER}/status/2") is StatusOutcome.UNKNOWN


async def test_an_index_beyond_the_list_is_unknown(lists: Lists) -> None:
    assert await lists.read(64) is StatusOutcome.UNKNOWN


async def test_e3_a_list_is_trusted_through_the_credentials_anchors_only(lists: Lists) -> None:
    lists.issuer.status_signer = signer_below(authority(NOW), NOW, "issuer.example")

    assert await lists.read() is StatusOutcome.UNKNOWN


async def test_a_list_that_was_trusted_for_one_issuer_is_not_for_another(lists: Lists) -> None:
    assert await lists.read() is StatusOutcome.VALID

    assert await lists.read(anchors=SimulatedIssuer(NOW).anchors) is StatusOutcome.UNKNOWN


async def test_a_list_for_another_address_is_unknown(lists: Lists) -> None:
    token = lists.issuer.answer(Call("GET", URI))
    lists.internet.sites[f"{ISSUER}/status/7"] = lambda _: token

    assert await lists.read(uri=f"{ISSUER}/status/7") is StatusOutcome.UNKNOWN


async def test_a_list_that_ended_in_this_very_minute_says_nothing(lists: Lists) -> None:
    """A clock that is a little off may read it; nobody relies on it any more."""
    assert await lists.read(after=timedelta(days=7, seconds=30)) is StatusOutcome.UNKNOWN


async def test_a_list_ends_with_the_certificates_above_it(lists: Lists) -> None:
    lists.issuer.status_signer = signer_below(
        lists.issuer.root, NOW, "issuer.example", not_after=NOW + timedelta(minutes=5)
    )
    assert await lists.read(after=timedelta(minutes=5)) is StatusOutcome.VALID
    assert await lists.read(after=timedelta(minutes=6)) is StatusOutcome.UNKNOWN


async def test_a_list_of_another_media_type_is_none(lists: Lists) -> None:
    good = lists.issuer.answer(Call("GET", URI))
    lists.internet.sites[URI] = lambda _: replace(good, media_type="text/plain")

    assert await lists.read() is StatusOutcome.UNKNOWN


async def test_a_list_under_an_error_is_none(lists: Lists) -> None:
    good = lists.issuer.answer(Call("GET", URI))
    lists.internet.sites[URI] = lambda _: replace(good, status=410)

    assert await lists.read() is StatusOutcome.UNKNOWN


@pytest.mark.parametrize(
    "answer",
    [
        HttpAnswer(200, "application/json", b"{}"),
        HttpAnswer(404, "application/statuslist+jwt", b"a.b.c"),
        HttpAnswer(200, "application/statuslist+jwt", b"a.b.c"),
        HttpAnswer(200, "application/statuslist+jwt", b"\xff"),
        HttpAnswer(200, "application/statuslist+jwt", b"x" * (2 * 1024 * 1024 + 1)),
    ],
    ids=["media type", "status", "no token", "no text", "oversized"],
)
async def test_what_is_no_list_is_unknown(lists: Lists, answer: HttpAnswer) -> None:
    lists.internet.sites[URI] = lambda _: answer

    assert await lists.read() is StatusOutcome.UNKNOWN


async def test_no_number_of_lists_fills_the_memory(lists: Lists) -> None:
    for number in range(LIMITS.lists + 5):
        assert await lists.read(uri=f"{ISSUER}/status/{number}") is StatusOutcome.VALID
    assert lists.fetches == LIMITS.lists + 5

    await lists.read(uri=f"{ISSUER}/status/{LIMITS.lists + 4}")
    assert lists.fetches == LIMITS.lists + 5
    await lists.read(uri=f"{ISSUER}/status/0")
    assert lists.fetches == LIMITS.lists + 6


async def test_a_list_that_has_not_changed_is_not_sent_again(lists: Lists) -> None:
    good = lists.issuer.answer(Call("GET", URI))

    def answer(call: Call) -> HttpAnswer:
        known = call.known_etag == '"7"'
        return replace(good, status=304, body=b"") if known else replace(good, etag='"7"')

    lists.internet.sites[URI] = answer
    for minutes in range(3):
        assert await lists.read(after=timedelta(minutes=minutes), max_age=HOUR * 0) is StatusOutcome.VALID
    assert [call.known_etag for call in lists.internet.calls] == ["", '"7"', '"7"']


async def test_looking_at_many_cards_at_once_reads_their_list_once(lists: Lists) -> None:
    assert set(await asyncio.gather(*(lists.read(index % 64) for index in range(100)))) == {
        StatusOutcome.VALID
    }
    assert lists.fetches == 1


async def test_an_older_list_does_not_undo_a_revocation(lists: Lists) -> None:
    before = lists.issuer.answer(Call("GET", URI))
    lists.issuer.now += HOUR
    lists.issuer.statuses.set(1, 1)
    assert await lists.read(1, after=HOUR) is StatusOutcome.INVALID
    lists.internet.sites[URI] = lambda _: before
    assert await lists.read(1, after=HOUR * 3) is StatusOutcome.STALE

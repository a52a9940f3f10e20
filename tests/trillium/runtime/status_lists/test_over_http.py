"""Status lists over real HTTP: what is fetched, how often, and what is refused (3.22 to 3.28)."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest

from specs.token_status_list import MAX_TOKEN_BYTES, StatusList, StatusOutcome
from tests.patience import until
from tests.trillium.runtime.status_lists.list_site import Reader, client_over, reading
from tests.verifier.issuing import NOW, list_with
from trillium.runtime.http_client import StrangerClient

ZERO = timedelta(0)
SECOND = timedelta(seconds=1)
VALID, INVALID, SUSPENDED = StatusOutcome.VALID, StatusOutcome.INVALID, StatusOutcome.SUSPENDED
UNKNOWN, STALE = StatusOutcome.UNKNOWN, StatusOutcome.STALE


@pytest.fixture
async def reader() -> AsyncIterator[Reader]:
    async with reading() as made:
        yield made


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(0, VALID), (1, INVALID), (2, SUSPENDED), (3, UNKNOWN), (0x0B, UNKNOWN), (0xFF, UNKNOWN)],
)
async def test_each_value_has_its_meaning(reader: Reader, status: int, outcome: StatusOutcome) -> None:
    reader.publish(list_with(status))
    assert (await reader.ask()).outcome is outcome
    assert (await reader.ask(index=41)).outcome is VALID


async def test_the_request_says_what_it_wants_and_nothing_about_anybody(reader: Reader) -> None:
    await reader.ask(index=77)
    [asked] = reader.site.asked
    assert asked["accept"] == "application/statuslist+jwt"
    assert asked["accept-encoding"] == "gzip"
    assert asked["path"] == "/lists/7"
    assert not {"authorization", "cookie", "referer", "if-none-match"} & set(asked)
    assert "77" not in str({name: value for name, value in asked.items() if name != "host"})


async def test_3_26_a_list_is_fetched_once_for_all_its_entries(reader: Reader) -> None:
    for index in range(50):
        assert (await reader.ask(index=index, now=NOW + index * SECOND)).outcome is VALID
    assert len(reader.site.asked) == 1


async def test_a_copy_is_revalidated_when_it_is_too_old(reader: Reader) -> None:
    await reader.ask()
    assert (await reader.ask(now=NOW + 60 * SECOND)).outcome is VALID
    assert len(reader.site.asked) == 1
    assert (await reader.ask(now=NOW + 61 * SECOND)).outcome is VALID
    assert reader.site.asked[1]["if-none-match"] == '"1"'
    # And counts as fresh from then on.
    assert (await reader.ask(now=NOW + 121 * SECOND)).outcome is VALID
    assert len(reader.site.asked) == 2


async def test_a_changed_list_replaces_the_copy(reader: Reader) -> None:
    await reader.ask()
    reader.publish(list_with(1), etag='"2"')
    assert (await reader.ask(now=NOW + 30 * SECOND)).outcome is VALID
    assert (await reader.ask(now=NOW + 61 * SECOND)).outcome is INVALID
    assert len(reader.site.asked) == 2


async def test_a_copy_that_has_ended_is_not_revalidated_but_fetched(reader: Reader) -> None:
    """Some servers tag the list and not the token: signed anew it has the same tag; 304 would not help."""
    await reader.ask()
    later = NOW + timedelta(hours=12)
    reader.publish(now=later)
    assert (await reader.ask(now=later)).outcome is VALID
    assert "if-none-match" not in reader.site.asked[1]


async def test_with_an_age_of_zero_every_presentation_asks(reader: Reader) -> None:
    for number in range(3):
        await reader.ask(max_age=ZERO, now=NOW + number * SECOND)
    assert len(reader.site.asked) == 3


async def test_3_24_the_lists_own_ttl_shortens_the_age(reader: Reader) -> None:
    reader.publish(ttl=20)
    await reader.ask(max_age=timedelta(hours=1))
    await reader.ask(max_age=timedelta(hours=1), now=NOW + 20 * SECOND)
    assert len(reader.site.asked) == 1
    await reader.ask(max_age=timedelta(hours=1), now=NOW + 21 * SECOND)
    assert len(reader.site.asked) == 2


@pytest.mark.parametrize("max_age", [ZERO, timedelta(minutes=1)])
async def test_fifty_presentations_at_once_cause_one_fetch(reader: Reader, max_age: timedelta) -> None:
    reader.site.delay = 0.1
    answers = await asyncio.gather(*(reader.ask(index=one, max_age=max_age) for one in range(50)))
    assert {answer.outcome for answer in answers} == {VALID}
    assert len(reader.site.asked) == 1


async def test_fifty_presentations_one_after_another_share_the_next_fetch(reader: Reader) -> None:
    """Nobody may use an answer older than their question: the first has one fetch, all others the second."""
    reader.site.silent.set()

    async def ask(number: int) -> StatusOutcome:
        return (await reader.ask(max_age=ZERO, now=NOW + timedelta(milliseconds=number))).outcome

    answers = []
    for number in range(50):
        answers.append(asyncio.create_task(ask(number)))
        await until(lambda: len(reader.site.asked) == 1)
    reader.site.silent.clear()
    assert set(await asyncio.gather(*answers)) == {VALID}
    assert len(reader.site.asked) == 2


async def test_waiting_in_three_waves_there_is_still_one_fetch_at_a_time(reader: Reader) -> None:
    reader.site.delay = 0.05
    under_way = most = 0
    fetch = reader.client.get

    async def watched(*arguments: object, **named: object) -> object:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        try:
            return await fetch(*arguments, **named)  # type: ignore[arg-type]
        finally:
            under_way -= 1

    reader.client.get = watched  # type: ignore[method-assign,assignment]

    async def ask(number: int) -> None:
        await asyncio.sleep(number * 0.03)
        await reader.ask(max_age=ZERO, now=NOW + number * SECOND)

    await asyncio.gather(*(ask(number // 5) for number in range(30)))
    assert most == 1


async def test_a_server_that_is_down_is_not_asked_for_each_of_fifty(reader: Reader) -> None:
    reader.site.delay, reader.site.status = 0.1, 503
    answers = await asyncio.gather(*(reader.ask(index=one, max_age=ZERO) for one in range(50)))
    assert {answer.outcome for answer in answers} == {UNKNOWN}
    assert len(reader.site.asked) == 1
    reader.site.status = 200
    assert (await reader.ask()).outcome is VALID


async def test_one_who_gives_up_does_not_take_the_others_along(reader: Reader) -> None:
    reader.site.silent.set()
    first = asyncio.ensure_future(reader.ask())
    await until(lambda: len(reader.site.asked) == 1)
    others = [asyncio.ensure_future(reader.ask(now=NOW + SECOND)) for _ in range(5)]
    await asyncio.sleep(0.01)  # they wait by now: all that they do before is done in one go
    first.cancel()
    reader.site.silent.clear()
    assert {answer.outcome for answer in await asyncio.gather(*others)} == {VALID}
    assert len(reader.site.asked) == 2


async def test_a_compressed_answer(reader: Reader) -> None:
    reader.site.compress = True
    assert (await reader.ask()).outcome is VALID


async def test_3_25_redirects_are_followed_three_times(reader: Reader) -> None:
    reader.site.redirects = {"/lists/7": "/a", "/a": "/b", "/b": "/c"}
    assert (await reader.ask()).outcome is VALID
    assert [asked["path"] for asked in reader.site.asked] == ["/lists/7", "/a", "/b", "/c"]


def break_loop(reader: Reader) -> None:
    reader.site.redirects = {"/lists/7": "/a", "/a": "/lists/7"}


def break_fourth_redirect(reader: Reader) -> None:
    reader.site.redirects = {"/lists/7": "/a", "/a": "/b", "/b": "/c", "/c": "/d"}


def break_redirect_inwards(reader: Reader) -> None:
    reader.site.redirects = {"/lists/7": "http://127.0.0.1:1/"}


def break_redirect_to_a_file(reader: Reader) -> None:
    reader.site.redirects = {"/lists/7": "file:///etc/passwd"}


def break_oversized(reader: Reader) -> None:
    reader.site.body = bytes(MAX_TOKEN_BYTES + 1)


def break_endless(reader: Reader) -> None:
    reader.site.endless = True


def break_gzip_bomb(reader: Reader) -> None:
    reader.site.body, reader.site.compress = bytes(20 * MAX_TOKEN_BYTES), True


def break_inner_bomb(reader: Reader) -> None:
    """Small on the wire, small as a token, 64 MiB once the list is unpacked."""
    reader.publish(StatusList.empty(size=64 * 1024 * 1024, bits=8))
    assert len(reader.site.body) < MAX_TOKEN_BYTES


def break_unknown_encoding(reader: Reader) -> None:
    reader.site.headers["content-encoding"] = "br"


def break_damaged_gzip(reader: Reader) -> None:
    reader.site.headers["content-encoding"] = "gzip"


def break_media_type(reader: Reader) -> None:
    reader.site.media_type = "application/json"


def break_cwt(reader: Reader) -> None:
    reader.site.media_type = "application/statuslist+cwt"


def break_no_media_type(reader: Reader) -> None:
    reader.site.media_type = ""


def break_not_found(reader: Reader) -> None:
    reader.site.status = 404


def break_server_error(reader: Reader) -> None:
    reader.site.status = 500


def break_partial(reader: Reader) -> None:
    reader.site.status = 206


def break_empty(reader: Reader) -> None:
    reader.site.body = b""


def break_not_ascii(reader: Reader) -> None:
    reader.site.body = b"\xff\xfe" + reader.site.body


def break_a_late_answer(reader: Reader) -> None:
    reader.client._total_timeout = 0.3
    reader.site.silent.set()


BROKEN = {
    name.removeprefix("break_"): value for name, value in list(globals().items()) if name.startswith("break_")
}


@pytest.mark.parametrize("defect", BROKEN)
async def test_3_23_bad_answers_say_nothing(reader: Reader, defect: str) -> None:
    broken: Callable[[Reader], None] = BROKEN[defect]
    broken(reader)
    answer = await reader.ask()
    assert answer.outcome is UNKNOWN
    assert answer.detail
    assert "lists" not in answer.detail, "details name no address"


async def test_a_304_that_nobody_asked_for_is_no_list(reader: Reader) -> None:
    reader.site.status = 304
    assert (await reader.ask()).outcome is UNKNOWN
    reader.site.status = 200
    reader.publish(etag="")
    await reader.ask()
    reader.site.status = 304
    assert (await reader.ask(now=NOW + 61 * SECOND)).outcome is STALE


async def test_addresses_that_are_not_public_are_not_called(reader: Reader) -> None:
    client = StrangerClient(loopback_origins=[], total_timeout=2.0)
    reader.lists = client_over(client)
    for uri in (reader.uri, reader.uri.replace("http:", "https:"), "https://[::1]/lists", "https://0x7f.1/"):
        assert (await reader.ask(uri=uri)).outcome is UNKNOWN
    assert not reader.site.asked
    await client.close()

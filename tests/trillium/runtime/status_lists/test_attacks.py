"""What somebody could try who serves a list, or stands before whoever does (D9, E3; 2.14, 3.23 to 3.28)."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

import httpcore
import pytest

from specs.token_status_list import StatusAnswer, StatusOutcome, StatusReference
from tests.patience import PATIENCE_S
from tests.trillium.runtime.local_server import serving
from tests.trillium.runtime.status_lists.list_site import ListSite, Reader, client_over, reading
from tests.verifier.issuing import ENTRY, LIST, NOW, SimulatedIssuer, list_with, stranger
from trillium.runtime.http_client import StrangerClient
from trillium.runtime.status_lists import (
    MOST_FETCHES,
    MOST_FETCHES_PER_ORIGIN,
    ListReply,
    StatusListClient,
)

VALID, INVALID = StatusOutcome.VALID, StatusOutcome.INVALID
UNKNOWN, STALE = StatusOutcome.UNKNOWN, StatusOutcome.STALE
ZERO, SECOND, MINUTE, HOUR = timedelta(0), timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
async def reader() -> AsyncIterator[Reader]:
    async with reading() as made:
        yield made


class TestPlayingBack:
    """A genuine list of before the revocation is still signed, unexpired and about the right address."""

    async def test_an_older_list_than_the_one_seen_is_no_list(self, reader: Reader) -> None:
        reader.publish(now=NOW - HOUR)
        before = reader.site.body
        reader.publish(list_with(1), etag='"2"')
        assert (await reader.ask()).outcome is INVALID
        reader.site.body, reader.site.etag = before, '"1"'
        answer = await reader.ask(now=NOW + 61 * SECOND)
        assert (answer.outcome, answer.token) == (STALE, None)
        assert answer.detail.startswith("OlderStatusList")
        # Nor does it spoil the copy that is still good.
        assert (await reader.ask(max_age=HOUR, now=NOW + 61 * SECOND)).outcome is INVALID

    async def test_the_newest_is_remembered_when_the_list_has_made_room(self, reader: Reader) -> None:
        reader.publish(now=NOW - HOUR)
        before = reader.site.body
        reader.publish(list_with(1), etag='"2"')
        await reader.ask()
        for number in range(reader.lists.kept.limits.lists):
            uri = f"{reader.origin}/other/{number}"
            reader.site.body = reader.issuer.status_list(sub=uri)
            assert (await reader.ask(uri=uri)).outcome is VALID
        reader.site.body, reader.site.etag = before, '"1"'
        answer = await reader.ask(now=NOW + SECOND)
        assert (answer.outcome, answer.detail[:15]) == (UNKNOWN, "OlderStatusList")

    async def test_servers_of_one_issuer_whose_clocks_differ_by_a_second_are_no_attack(
        self, reader: Reader
    ) -> None:
        await reader.ask()
        reader.publish(list_with(1), etag='"2"', now=NOW - SECOND)
        assert (await reader.ask(max_age=ZERO, now=NOW + SECOND)).outcome is INVALID

    async def test_many_small_steps_back_add_up_to_nothing(self, reader: Reader) -> None:
        await reader.ask()
        outcomes = []
        for step in range(1, 4):
            reader.publish(etag=f'"{step + 1}"', now=NOW - 4 * step * SECOND)
            outcomes.append((await reader.ask(max_age=ZERO, now=NOW + step * SECOND)).outcome)
        assert outcomes == [VALID, STALE, STALE]

    async def test_a_newer_list_helps_again(self, reader: Reader) -> None:
        await reader.ask()
        reader.publish(etag='"0"', now=NOW - HOUR)
        assert (await reader.ask(now=NOW + 61 * SECOND)).outcome is STALE
        reader.publish(etag='"2"', now=NOW + 61 * SECOND)
        assert (await reader.ask(now=NOW + 62 * SECOND)).outcome is VALID


class TestOtherPeoplesLists:
    async def test_another_list_of_the_same_issuer(self, reader: Reader) -> None:
        """Swapped on the way: genuine, but not the one that the credential names."""
        reader.publish(sub=f"{reader.origin}/lists/8")
        answer = await reader.ask()
        assert (answer.outcome, answer.detail) == (UNKNOWN, "WrongStatusListSubject")

    async def test_a_list_that_a_redirect_leads_to_counts_under_the_credentials_address(
        self, reader: Reader
    ) -> None:
        reader.site.redirects = {"/lists/7": "/moved"}
        assert (await reader.ask()).outcome is VALID
        reader.publish(sub=f"{reader.origin}/moved", etag='"2"')
        assert (await reader.ask(max_age=ZERO, now=NOW + SECOND)).outcome is STALE

    async def test_two_issuers_that_name_the_same_address_have_a_copy_each(self, reader: Reader) -> None:
        assert (await reader.ask()).outcome is VALID
        other = stranger()
        assert (await reader.ask(anchors=other.anchors)).outcome is UNKNOWN
        reader.site.body, reader.site.etag = other.status_list(list_with(1), sub=reader.uri), '"2"'
        assert (await reader.ask(anchors=other.anchors)).outcome is INVALID
        assert (await reader.ask()).outcome is VALID

    @pytest.mark.parametrize("index", [128, 2**31, 2**62])
    async def test_an_index_outside_the_list_is_never_valid(self, reader: Reader, index: int) -> None:
        answer = await reader.ask(index=index)
        assert (answer.outcome, answer.detail) == (UNKNOWN, "index outside the list")


class TestInwards:
    """A list's address, or a redirect, that leads to a machine of ours."""

    @pytest.mark.parametrize(
        "address", ["10.0.0.5", "127.0.0.1", "169.254.169.254", "::1", "fd00::5", "::ffff:10.0.0.5"]
    )
    async def test_a_name_that_resolves_to_a_private_address(self, address: str) -> None:
        async def resolve(_host: str, _port: int) -> list[str]:
            return ["203.0.113.9", address]

        connector = _NeverConnects()
        client = StrangerClient(loopback_origins=[], resolver=resolve, connector=connector)
        lists = client_over(client)
        answer = await lists.status_of(ENTRY, anchors=SimulatedIssuer().anchors, max_age=ZERO, now=NOW)
        assert answer.outcome is UNKNOWN
        assert answer.detail.startswith("ForbiddenAddress")
        assert not connector.called
        await client.close()

    async def test_a_redirect_to_a_private_address(self, reader: Reader) -> None:
        """The first hop is allowed; a service beside it, on another port, is not."""
        inner = ListSite(reader.site.body)
        async with serving(inner) as port:
            reader.site.redirects = {"/lists/7": f"http://127.0.0.1:{port}/lists/7"}
            answer = await reader.ask()
        assert (answer.outcome, inner.asked) == (UNKNOWN, [])

    @pytest.mark.parametrize(
        "hop", ["http://lists.example/7", "https://user:pass@lists.example/7", "ftp://x/"]
    )
    async def test_a_redirect_to_what_is_not_called(self, reader: Reader, hop: str) -> None:
        reader.site.redirects = {"/lists/7": hop}
        assert (await reader.ask()).outcome is UNKNOWN


class TestHerds:
    """3.26: a fetch is a sign that somebody is being checked, and a load on the issuer."""

    async def test_a_thousand_at_once_cause_one_fetch(self, reader: Reader) -> None:
        reader.site.delay = 0.1
        answers = await asyncio.gather(*(reader.ask(index=one % 128) for one in range(1000)))
        assert {answer.outcome for answer in answers} == {VALID}
        assert len(reader.site.asked) == 1
        assert not reader.lists.turns

    async def test_a_failing_server_is_asked_once_and_then_left_alone_for_a_while(
        self, reader: Reader
    ) -> None:
        reader.lists = client_over(reader.client, pause=3600)
        reader.site.status = 500
        for number in range(100):
            assert (await reader.ask(max_age=ZERO, now=NOW + number * SECOND)).outcome is UNKNOWN
        assert len(reader.site.asked) == 1
        reader.site.status = 200
        reader.lists.turns.pause = 0  # it is over
        assert (await reader.ask()).outcome is VALID

    async def test_a_pause_is_for_one_list_and_ends_with_a_good_answer(self, reader: Reader) -> None:
        reader.lists = client_over(reader.client, pause=3600)
        reader.site.status = 500
        await reader.ask()
        reader.site.status = 200
        other = f"{reader.origin}/lists/8"
        reader.publish(sub=other)
        assert (await reader.ask(uri=other)).outcome is VALID
        reader.lists.turns.pause = 0  # it is over
        reader.publish()
        assert (await reader.ask()).outcome is VALID
        assert (await reader.ask(max_age=ZERO, now=NOW + SECOND)).outcome is VALID

    async def test_an_entity_tag_of_kilobytes_is_not_sent_back(self, reader: Reader) -> None:
        reader.publish(etag='"' + "x" * 3000 + '"')
        await reader.ask()
        await reader.ask(max_age=ZERO, now=NOW + SECOND)
        assert "if-none-match" not in reader.site.asked[1]


class TestSlowness:
    async def test_a_server_that_sends_a_byte_now_and_then_is_given_up(self) -> None:
        """Slow loris: every read makes progress, the answer never ends."""
        async with dripping() as origin, reading() as reader:
            client = StrangerClient(loopback_origins=[origin], total_timeout=0.3)
            answers = await asyncio.gather(*_asked(client_over(client), origin, reader))
            assert {answer.outcome for answer in answers} == {UNKNOWN}
            assert {answer.detail[:8] for answer in answers} == {"TimedOut"}
            await client.close()

    async def test_another_issuers_lists_are_read_meanwhile(self) -> None:
        async with dripping() as origin, reading() as reader:
            client = StrangerClient(loopback_origins=[origin, reader.origin], total_timeout=PATIENCE_S)
            lists = client_over(client)
            slow = [asyncio.ensure_future(one) for one in _asked(lists, origin, reader)]
            good = await lists.status_of(
                reader.reference(1), anchors=reader.issuer.anchors, max_age=ZERO, now=NOW
            )
            assert good.outcome is VALID
            assert not [one for one in slow if one.done()]
            for one in slow:
                one.cancel()
            await asyncio.gather(*slow, return_exceptions=True)
            await client.close()

    async def test_one_server_has_few_of_our_connections_however_many_lists_it_has(self) -> None:
        under_way: Counter[str] = Counter()
        most: Counter[str] = Counter()

        async def fetch(uri: str, _etag: str) -> ListReply:
            origin = uri.rpartition("/")[0]
            for name in (origin, "all"):
                under_way[name] += 1
                most[name] = max(most[name], under_way[name])
            await asyncio.sleep(0.01)
            under_way.subtract((origin, "all"))
            return ListReply(503, "", "", b"")

        lists, anchors = StatusListClient(fetch), SimulatedIssuer().anchors
        addresses = [f"https://{host}.example/{number}" for host in "abcdefghijkl" for number in range(12)]
        await asyncio.gather(
            *(
                lists.status_of(StatusReference(uri, 1), anchors=anchors, max_age=ZERO, now=NOW)
                for uri in addresses
            )
        )
        assert most.pop("all") == MOST_FETCHES
        assert len(most) == 12
        assert set(most.values()) == {MOST_FETCHES_PER_ORIGIN}

    async def test_nobody_waits_in_a_queue_for_ever(self, reader: Reader) -> None:
        reader.lists.turns.patience = 0.2
        reader.site.silent.set()
        answers = await asyncio.gather(
            *(reader.ask(uri=f"{reader.origin}/lists/{one}", max_age=ZERO) for one in range(8))
        )
        assert {answer.detail for answer in answers} == {"TimedOut no list within 0.2 s"}


def _asked(lists: StatusListClient, origin: str, reader: Reader) -> list[Coroutine[Any, Any, StatusAnswer]]:
    """More lists of one server than it has connections of ours."""
    anchors = reader.issuer.anchors
    return [
        lists.status_of(StatusReference(f"{origin}/{number}", 1), anchors=anchors, max_age=ZERO, now=NOW)
        for number in range(2 * MOST_FETCHES_PER_ORIGIN + 1)
    ]


@asynccontextmanager
async def dripping() -> AsyncIterator[str]:
    """A server whose answers never end."""

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/statuslist+jwt\r\n")
            while not reader.at_eof():
                writer.write(b"X-Slow: 1\r\n")
                await writer.drain()
                await asyncio.sleep(0.05)
        writer.close()

    async with await asyncio.start_server(drip, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        await asyncio.sleep(0.1)


class _NeverConnects(httpcore.AsyncNetworkBackend):
    called = False

    async def connect_tcp(self, *_arguments: object, **_named: object) -> httpcore.AsyncNetworkStream:
        self.called = True
        raise httpcore.ConnectError


async def test_no_address_stands_in_a_detail(reader: Reader) -> None:
    """Details go to the log; a list's address is a hint at whose credentials were shown."""
    details = [(await reader.ask(uri=f"{LIST}/{number}")).detail for number in range(3)]
    details.append((await reader.ask(index=1000)).detail)
    assert not any("status-lists" in detail or "1000" in detail for detail in details)

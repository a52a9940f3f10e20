"""The verifier's port over the runtime's client: every part of an answer arrives."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from specs.token_status_list import StatusAnswer, StatusOutcome
from tests.trillium.runtime.status_lists.list_site import Reader, reading
from tests.verifier.issuing import ENTRY, NOW, list_with
from verifier.clients.status_lists import HttpStatusLists

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def reader() -> AsyncIterator[Reader]:
    async with reading() as made:
        yield made


async def ask(statuses: HttpStatusLists, reader: Reader, after: timedelta = timedelta(0)) -> StatusAnswer:
    reference = reader.reference(ENTRY.index)
    return await statuses.status_of(reference, anchors=reader.issuer.anchors, max_age=MINUTE, now=NOW + after)


async def test_the_answer_brings_the_token_that_decided(reader: Reader) -> None:
    answer = await ask(HttpStatusLists(reader.client), reader)
    assert answer == StatusAnswer(StatusOutcome.VALID, "", reader.site.body.decode())


async def test_3_27_unreachable_and_stale_are_two_answers_without_a_token(reader: Reader) -> None:
    statuses = HttpStatusLists(reader.client)
    statuses.put_out_of_reach(NOW + MINUTE)
    assert await ask(statuses, reader) == StatusAnswer(StatusOutcome.UNKNOWN, "Unreachable a drill")
    await ask(statuses, reader, MINUTE)
    statuses.put_out_of_reach(NOW + 5 * MINUTE)
    stale = await ask(statuses, reader, 3 * MINUTE)
    assert stale == StatusAnswer(StatusOutcome.STALE, "Unreachable a drill")


async def test_3_26_lists_in_use_are_refreshed(reader: Reader) -> None:
    statuses = HttpStatusLists(reader.client)
    await ask(statuses, reader)
    reader.publish(list_with(1), etag='"2"')
    await statuses.refresh_in_use(timedelta(0), NOW + MINUTE)
    assert (await ask(statuses, reader, MINUTE)).outcome is StatusOutcome.INVALID
    assert len(reader.site.asked) == 2

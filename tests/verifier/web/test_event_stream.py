"""Server-sent events: the state now, each change, the end; and nothing for anybody else."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from tests.verifier.surroundings import claims_of
from tests.verifier.web.counter import Counter, Visit, is_problem, opened_counter
from tests.verifier.web.streams import Stream, event, streaming
from verifier.domain.ends import Standing
from verifier.domain.presentation import PresentationState
from verifier.web.event_stream import QUIET_LOOKS, render_events


def following(visit: Visit) -> AbstractAsyncContextManager[Stream]:
    return streaming(visit.counter.app, visit.started["events_url"], visit.service)


async def test_states_arrive_as_they_change(counter: Counter) -> None:
    visit = await counter.start()
    async with following(visit) as stream:
        start = await stream.start()
        headers = dict(start["headers"])
        assert start["status"] == 200
        assert headers[b"content-type"].startswith(b"text/event-stream")
        assert headers[b"cache-control"] == b"no-store"
        assert await stream.event() == event("retrieved")
        await visit.show(visit.card())
        assert await stream.event() == event("accepted")


async def test_the_stream_ends_with_the_presentation(counter: Counter) -> None:
    visit = await counter.start()
    await visit.show(visit.card())
    answer = await counter.http.get(visit.started["events_url"], auth=visit.service)
    assert answer.content == b"retry: 2000\n\n" + event("accepted")


async def test_a_time_out_is_told_by_the_clock_alone(counter: Counter) -> None:
    visit = await counter.start()
    async with following(visit) as stream:
        assert await stream.event() == event("retrieved")
        counter.desk.clock.advance(minutes=5)
        assert await stream.event() == event("timed_out")


async def test_the_stream_tells_no_claims(counter: Counter) -> None:
    visit = await counter.start(preset="identity")
    await visit.show(visit.card(("given_name",), ("family_name",), ("birthdate",)))
    answer = await counter.http.get(visit.started["events_url"], auth=visit.service)
    assert "accepted" in answer.text
    assert "Planted" not in answer.text


async def test_5_29_until_its_browser_has_come_a_presentation_looks_open(counter: Counter) -> None:
    service = await counter.register()
    body = {"preset": "age-19-or-over", "flow": "page", "response_mode": "direct_post"}
    started = (await counter.http.post("/presentations", json=body, auth=service)).json()
    transaction = hashlib.sha256(started["transaction_id"].encode()).digest()
    presentation = await counter.desk.store.find_by_transaction(transaction)
    assert presentation is not None
    request = await counter.http.get(f"/request-objects/{presentation.request_id}")
    visit = Visit(counter, service, started, claims_of(request.text))
    async with following(visit) as stream:
        assert await stream.event() == event("retrieved")
        assert (await visit.show(visit.card())).status_code == 200
        assert await visit.state() == "retrieved"
        assert is_problem(await visit.fetch(), "presentation_open")
        counter.desk.clock.advance(minutes=11)
        # Not even now: whoever answered was not in the browser that began.
        assert await stream.event() == event("timed_out")
    assert (await visit.fetch()).json()["outcome"] == "timed_out"


@pytest.mark.parametrize("transaction_id", ["unknown", "A" * 22])
async def test_strangers_and_others_follow_nothing(counter: Counter, transaction_id: str) -> None:
    visit, other = await counter.start(), await counter.register()
    refused = await counter.http.get(visit.started["events_url"])
    assert is_problem(refused, "invalid_client")
    for url, service in (
        (visit.started["events_url"], other),
        (f"/presentations/{transaction_id}/events", visit.service),
    ):
        answer = await counter.http.get(url, auth=service)
        assert answer.status_code == 404
        assert is_problem(answer, "unknown_presentation")


async def test_streams_are_limited_and_those_that_were_cut_off_count_no_more(tmp_path: Path) -> None:
    async with opened_counter(tmp_path, event_streams=2) as counter:
        visit = await counter.start()
        async with following(visit) as first:
            await first.event()
            async with following(visit) as second:
                await second.event()
                refused = await counter.http.get(visit.started["events_url"], auth=visit.service)
                assert refused.status_code == 429
                assert is_problem(refused, "too_many_streams")
                other = await counter.start()
                async with following(other) as third:
                    assert (await third.start())["status"] == 200
        await visit.show(visit.card())
        answer = await counter.http.get(visit.started["events_url"], auth=visit.service)
        assert answer.status_code == 200


async def test_a_quiet_stream_is_kept_alive() -> None:
    async def states() -> AsyncIterator[Standing | None]:
        yield Standing(PresentationState.REQUESTED)
        for _ in range(2 * QUIET_LOOKS):
            yield None
        yield Standing(PresentationState.TIMED_OUT)

    parts = [part async for part in render_events(states())]
    assert parts == [
        b"retry: 2000\n\n",
        event("requested"),
        b": still open\n\n",
        b": still open\n\n",
        event("timed_out"),
    ]

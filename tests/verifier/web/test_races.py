"""Races on a real database: one answer counts, and one reader gets the result."""

import asyncio
from collections import Counter as Count

import httpx

from tests.verifier.web.counter import Counter


def statuses(answers: list[httpx.Response]) -> Count[int]:
    return Count(answer.status_code for answer in answers)


async def test_5_31_sixteen_answers_at_once_have_one_winner(counter: Counter) -> None:
    visit = await counter.start()
    cards = [visit.card() for _ in range(16)]
    answers = await asyncio.gather(*(visit.show(card) for card in cards))
    assert statuses(answers) == {200: 1, 400: 15}
    assert await visit.state() == "accepted"


async def test_an_answer_and_a_refusal_at_once(counter: Counter) -> None:
    visit = await counter.start()
    calls = [
        visit.show(visit.card()) if number % 2 else visit.post({"error": "access_denied"})
        for number in range(8)
    ]
    answers = await asyncio.gather(*calls)
    assert statuses(answers) == {200: 1, 400: 7}
    winner = [answer.status_code for answer in answers].index(200)
    assert await visit.state() == ("accepted" if winner % 2 else "cancelled")


async def test_a_forger_and_the_holder_at_once(counter: Counter) -> None:
    """Whoever wins, there is one verdict, and the wallet that lost is told so."""
    visit = await counter.start()
    forged, honest = visit.card(key="thief"), visit.card()
    answers = await asyncio.gather(visit.show(forged), visit.show(honest))
    state = await visit.state()
    assert (state, answers[1].status_code) in (("rejected", 400), ("accepted", 200))
    assert answers[0].status_code == 400


async def test_sixteen_fetches_at_once_get_the_result_once(counter: Counter) -> None:
    visit = await counter.start()
    await visit.show(visit.card())
    answers = await asyncio.gather(*(visit.fetch() for _ in range(16)))
    assert statuses(answers) == {200: 1, 410: 15}


async def test_two_relying_services_fetch_at_once(counter: Counter) -> None:
    visit, other = await counter.start(), await counter.register()
    await visit.show(visit.card())
    calls = [visit.fetch(other if number % 2 else None) for number in range(16)]
    answers = await asyncio.gather(*calls)
    assert statuses(list(answers[1::2])) == {404: 8}
    assert statuses(list(answers[0::2])) == {200: 1, 410: 7}


async def test_many_visits_at_once_do_not_mix(counter: Counter) -> None:
    service = await counter.register()
    visits = await asyncio.gather(*(counter.start(service, preset="identity") for _ in range(12)))
    names = [f"Visitor-{number}" for number in range(12)]

    async def answer(number: int) -> None:
        credential = counter.issuer.issue({"family_name": names[number], "birthdate": "2000-01-01"})
        card = visits[number].card(("family_name",), ("birthdate",), credential=credential)
        assert (await visits[number].show(card)).status_code == 200

    await asyncio.gather(*map(answer, range(12)))
    results = await asyncio.gather(*(visit.fetch() for visit in visits))
    shown = [result.json()["claims"]["photo_card"]["family_name"] for result in results]
    assert shown == names

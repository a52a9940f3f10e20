"""The verifier as it is started, its own clock included, and an issuer's status list over real HTTP."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.flows.street import Street, opened_street
from tests.patience import until
from tests.verifier.issuing import list_with


@pytest.fixture
async def street(tmp_path: Path) -> AsyncIterator[Street]:
    async with opened_street(tmp_path) as opened:
        yield opened


def codes(result: dict[str, Any]) -> Sequence[str]:
    return [reason["code"] for reason in result["reasons"]]


async def test_a_revocation_shows_at_the_next_presentation(street: Street) -> None:
    card = street.card()
    assert (await street.visit(card))["outcome"] == "accepted"
    for status, clerk in ((2, "suspended"), (0, "valid"), (1, "revoked")):
        street.publish(list_with(status), etag=f'"changed to {status}"')
        assert (await street.visit(card))["clerk_outcome"] == clerk
        assert (await street.visit(street.card(index=7)))["outcome"] == "accepted"


async def test_an_issuer_that_is_gone_leaves_us_unable_to_tell(street: Street) -> None:
    """eudiplo #860, ack #135: what cannot be checked is not accepted, and not called revoked either."""
    street.site.status = 503
    first = await street.visit(street.card())
    assert (first["outcome"], codes(first)) == ("undetermined", ["status_unknown"])
    assert codes(await street.visit(street.card())) == ["status_unknown"]
    street.site.status = 200  # which is noticed after a pause: a server in trouble is spared

    async def is_accepted() -> bool:
        return (await street.visit(street.card()))["outcome"] == "accepted"

    await until(is_accepted)
    street.site.status = 503
    later = await street.visit(street.card())
    assert (later["outcome"], codes(later)) == ("undetermined", ["status_stale"])
    assert later["clerk_outcome"] == "cannot_tell"
    assert not later["claims"]


async def test_a_drill_and_its_end(street: Street) -> None:
    await street.drill(300)
    assert codes(await street.visit(street.card())) == ["status_unknown"]
    assert not street.site.asked
    await street.drill(0)
    assert (await street.visit(street.card()))["outcome"] == "accepted"


async def test_fifty_people_at_once_cost_the_issuer_a_handful_of_requests(street: Street) -> None:
    """In the sandbox every presentation asks anew; those that wait share what the next request brings."""
    ready = [await street.prepare(street.card(index)) for index in range(50)]
    street.site.delay = 1.0
    results = await asyncio.gather(*(send() for send in ready))
    assert {result["outcome"] for result in results} == {"accepted"}
    assert len(street.site.asked) <= 25

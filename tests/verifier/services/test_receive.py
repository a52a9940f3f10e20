"""Receiving a response: what ends a presentation, what leaves it open, and what the wallet is told."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from specs.openid4vp import VpErrorResponse, VpTokenResponse
from specs.openid4vp.response_errors import TooManyPresentations, UnknownCredentialQuery, WrongState
from specs.token_status_list import StatusOutcome
from tests.verifier.holder import NINETEEN, choose, present
from tests.verifier.issuing import SimulatedIssuer, stranger
from tests.verifier.surroundings import Asked, Desk, StatusesByHand, settings_for_tests
from verifier.domain.event import Event, EventName
from verifier.domain.presentation import ClientIdPrefix, RequestId
from verifier.errors import PresentationNotGenuine, RequestGone, ResponseNotForThisRequest
from verifier.services.receive_response import Received

HONEST_ISSUER = SimulatedIssuer()
CREDENTIAL = HONEST_ISSUER.issue()


def card(asked: Asked, credential: str = CREDENTIAL, **binding: Any) -> dict[str, list[str]]:
    return {"photo_card": [present(credential, asked.binding(**binding), NINETEEN)]}


async def last_event(desk: Desk) -> Event:
    [event] = await desk.store.latest(1)  # type: ignore[attr-defined]
    assert isinstance(event, Event)
    return event


async def test_an_accepted_presentation() -> None:
    asked = await Desk().ask()
    await asked.respond(card(asked))
    assert await asked.state() == "accepted"
    assert (await last_event(asked.desk)).name is EventName.PRESENTATION_ACCEPTED
    assert (await last_event(asked.desk)).reason == ""


@pytest.mark.parametrize("prefix", list(ClientIdPrefix))
async def test_5_25_each_prefix_is_its_own_audience(prefix: ClientIdPrefix) -> None:
    asked = await Desk(settings=settings_for_tests(client_id="ontario-desk")).ask(prefix=prefix)
    known = prefix is ClientIdPrefix.PRE_REGISTERED
    assert asked.request["client_id"].startswith("ontario-desk" if known else f"{prefix.value}:")
    await asked.respond(card(asked))
    assert await asked.state() == "accepted"


async def test_a_proof_for_the_other_prefix_is_for_another_service() -> None:
    desk = Desk()
    other = (await desk.ask(prefix=ClientIdPrefix.X509_SAN_DNS)).request["client_id"]
    asked = await desk.ask()
    with pytest.raises(PresentationNotGenuine):
        await asked.respond(card(asked, audience=other))
    assert [one["code"] for one in (await asked.result())["reasons"]] == ["wrong_audience"]


async def test_not_genuine_is_recorded_and_told() -> None:
    asked = await Desk().ask()
    with pytest.raises(PresentationNotGenuine):
        await asked.respond(card(asked, key="thief"))
    assert await asked.state() == "rejected"
    event = await last_event(asked.desk)
    assert (event.name, event.reason) == (EventName.PRESENTATION_REJECTED, "bad_holder_binding")


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (StatusOutcome.INVALID, "rejected"),
        (StatusOutcome.SUSPENDED, "rejected"),
        (StatusOutcome.UNKNOWN, "undetermined"),
        (StatusOutcome.STALE, "undetermined"),
    ],
)
async def test_outcomes_of_policy_are_no_error_to_the_wallet(outcome: StatusOutcome, state: str) -> None:
    asked = await Desk(statuses=StatusesByHand(outcome)).ask()
    await asked.respond(card(asked))
    assert await asked.state() == state


@pytest.mark.parametrize(
    ("credential", "clerk"),
    [
        (stranger().issue(), "not_trusted"),
        (HONEST_ISSUER.issue(status=None), "not_trusted"),
        (HONEST_ISSUER.issue({"age_equal_or_over": {"19": False}}), "does_not_meet_the_requirement"),
        (HONEST_ISSUER.sign(HONEST_ISSUER.draft().but(exp=1)), "expired"),
    ],
    ids=["stranger", "no-status", "minor", "expired"],
)
async def test_what_is_genuine_but_refused_is_no_error_to_the_wallet(credential: str, clerk: str) -> None:
    asked = await Desk().ask()
    await asked.respond(card(asked, credential))
    result = await asked.result()
    assert (result["outcome"], result["clerk_outcome"]) == ("rejected", clerk)
    assert not result["claims"]


async def test_the_response_must_carry_our_nonce_to_end_anything() -> None:
    desk = Desk()
    asked, other = await desk.ask(), await desk.ask()
    good = card(asked)
    [text] = good["photo_card"]
    proof = text.rpartition("~")[2]
    rubbish = {
        # Whoever fetched the request knows the nonce, and can sign it with a key of their own.
        "our-nonce-and-no-card": {"photo_card": [f"rubbish~{proof}"]},
        "our-nonce-and-no-signed-card": {"photo_card": [f"a.b.c~{proof}"]},
        "our-nonce-before-a-blank": {"photo_card": [f" {text}"]},
        "our-nonce-beside-rubbish": {**good, "proof_of_age": [f"rubbish~{proof}"]},
        "another-nonce": card(other),
        "another-nonce-and-issuer": card(other, stranger().issue()),
        "no-proof": {"photo_card": [choose(CREDENTIAL, [NINETEEN])]},
        "no-nonce": card(asked, claims={"nonce": None}),
        "rubbish": {"photo_card": ["rubbish"]},
        "damaged-proof": {"photo_card": [text.replace("~ey", "~xx")]},
        "long-proof": {"photo_card": [f"{text.rpartition('~')[0]}~{'A' * 20_000}"]},
        "one-of-two": {**good, "proof_of_age": ["rubbish"]},
    }
    for defect, vp_token in rubbish.items():
        with pytest.raises(ResponseNotForThisRequest):
            await asked.respond(vp_token)
        assert await asked.state() == "retrieved", defect
    await asked.respond(good)
    assert await asked.state() == "accepted"


async def test_wrong_states_and_entries_leave_it_open() -> None:
    asked = await Desk().ask()
    good = card(asked)
    [text] = good["photo_card"]
    for state in ("wrong", asked.request["state"].upper(), "", None):
        with pytest.raises(WrongState):
            await asked.respond(good, state=state)
        response = VpErrorResponse("access_denied", None, state)
        with pytest.raises(WrongState):
            await asked.desk.verifier.receive(asked.started.presentation.request_id, response)
    with pytest.raises(UnknownCredentialQuery):
        await asked.respond({**good, "driving_licence": [text]})
    with pytest.raises(TooManyPresentations):
        await asked.respond({"photo_card": [text, text]})
    assert await asked.state() == "retrieved"


async def test_5_31_a_second_answer_is_refused_whatever_the_first_was() -> None:
    desk = Desk()
    service = await desk.register()
    for first in ("accepted", "rejected", "cancelled"):
        asked = await desk.ask(service=service)
        if first == "cancelled":
            await asked.refuse()
        elif first == "rejected":
            with pytest.raises(PresentationNotGenuine):
                await asked.respond(card(asked, key="thief"))
        else:
            await asked.respond(card(asked))
        for again in (asked.respond(card(asked)), asked.refuse()):
            with pytest.raises(RequestGone):
                await again
        assert await asked.state() == first


async def test_concurrent_answers_have_one_winner() -> None:
    """swiyu-verifier #962, walt.id #1771."""
    asked = await Desk().ask()
    outcomes = await asyncio.gather(*(asked.respond(card(asked)) for _ in range(16)), return_exceptions=True)
    assert sum(isinstance(one, Received) for one in outcomes) == 1
    assert sum(isinstance(one, RequestGone) for one in outcomes) == 15


async def test_an_answer_after_the_end_of_the_request() -> None:
    asked = await Desk().ask()
    asked.desk.clock.advance(minutes=5)
    with pytest.raises(RequestGone):
        await asked.respond(card(asked))
    assert await asked.state() == "timed_out"
    assert (await asked.result())["outcome"] == "timed_out"


async def test_an_answer_that_is_overtaken_by_the_end_while_a_list_is_fetched() -> None:
    """The conditional update is the last step: a presentation that was ended meanwhile stays ended."""
    asked = await Desk().ask()
    store, now = asked.desk.store, asked.desk.clock.now()

    class Slow(StatusesByHand):
        async def status_of(self, *arguments: Any, **named: Any) -> Any:
            await store.expire(now + timedelta(minutes=5))
            return await super().status_of(*arguments, **named)

    asked.desk.verifier.receive.verify.statuses = Slow()
    with pytest.raises(RequestGone):
        await asked.respond(card(asked))
    assert await asked.state() == "timed_out"


async def test_an_answer_to_a_request_that_nobody_fetched() -> None:
    """By a wallet that was told the request in another way; the nonce is what counts."""
    desk = Desk()
    asked = await desk.ask()
    await asked.respond(card(asked))
    assert await asked.state() == "accepted"


async def test_unknown_requests_are_gone() -> None:
    response = VpTokenResponse({"photo_card": ("x",)}, "state")
    with pytest.raises(RequestGone):
        await Desk().verifier.receive(RequestId("A" * 22), response)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ("access_denied", "access_denied"),
        ("invalid_request", "invalid_request"),
        ("invalid_client", "invalid_client"),
        ("invalid_scope", "invalid_scope"),
        ("vp_formats_not_supported", "vp_formats_not_supported"),
        ("invalid_request_uri_method", "invalid_request_uri_method"),
        ("invalid_transaction_data", "invalid_transaction_data"),
        ("wallet_unavailable", "wallet_unavailable"),
        ("My name is Planted-Maya", "other_wallet_error"),
    ],
)
async def test_5_28_a_wallet_that_says_no_ends_the_session(error: str, reason: str) -> None:
    asked = await Desk().ask()
    await asked.refuse(error)
    assert await asked.state() == "cancelled"
    event = await last_event(asked.desk)
    assert (event.name, event.reason) == (EventName.PRESENTATION_CANCELLED, reason)
    result = await asked.result()
    assert (result["outcome"], result["clerk_outcome"], result["claims"]) == ("cancelled", None, {})
    assert [one["code"] for one in result["reasons"]] == [reason]
    assert result["advice"] == result["reasons"][0]["advice"]
    assert "Planted" not in str(result)


async def test_a_preset_that_was_taken_away_cannot_be_answered() -> None:
    asked = await Desk().ask()
    receive = asked.desk.verifier.receive
    receive = replace(receive, contents=replace(receive.contents, presets={}))
    with pytest.raises(RequestGone):
        await receive(asked.started.presentation.request_id, VpTokenResponse({}, asked.request["state"]))


async def test_a_card_of_one_presentation_is_no_card_of_another() -> None:
    desk = Desk()
    service = await desk.register()
    first, second = await desk.ask(service=service), await desk.ask(service=service)
    shown = card(first)
    await first.respond(shown)
    with pytest.raises(ResponseNotForThisRequest):
        await second.respond(shown)
    relabelled = replace(first.binding(), nonce=second.request["nonce"], key="thief")
    with pytest.raises(PresentationNotGenuine):
        await second.respond({"photo_card": [present(CREDENTIAL, relabelled, NINETEEN)]})


async def test_the_log_says_of_every_verdict_what_exactly_failed() -> None:
    """Product rule 1: a sentence for the person, the detail for whoever runs the service."""
    revoked = StatusesByHand(StatusOutcome.UNKNOWN)
    cases = {
        "expired": (
            Desk(),
            HONEST_ISSUER.sign(HONEST_ISSUER.draft().but(exp=1)),
            "expired in photo_card: Expired",
        ),
        "undetermined": (Desk(statuses=revoked), CREDENTIAL, "status_unknown in photo_card"),
        "minor": (
            Desk(),
            HONEST_ISSUER.issue({"age_equal_or_over": {"19": False}}),
            "query_not_answered: QueryNotAnswered mismatch, missing",
        ),
    }
    for outcome, (desk, credential, line) in cases.items():
        asked = await desk.ask()
        with capture_logs() as lines:
            await asked.respond(card(asked, credential))
        assert [(one["event"], one["preset"], one["reasons"]) for one in lines] == [
            ("verdict", "age-19-or-over", [line])
        ], outcome
    asked = await Desk().ask()
    with capture_logs() as lines:
        await asked.respond(card(asked))
    assert not lines

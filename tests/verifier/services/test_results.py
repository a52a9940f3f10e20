"""Results: sealed while they wait, handed out once, to the relying service that asked, in time."""

import asyncio
from dataclasses import replace

import pytest
from cryptography.exceptions import InvalidTag

from keys import KeyPurpose
from keys.errors import UnwrapFailed
from specs.token_status_list import StatusOutcome
from tests.verifier.holder import NINETEEN, present
from tests.verifier.issuing import NOW, SimulatedIssuer
from tests.verifier.surroundings import Asked, Desk, StatusesByHand
from trillium.runtime.randomness import SystemRandomness
from verifier.domain import reasons
from verifier.domain.event import EventName
from verifier.domain.presentation import RESULT_LIFETIME, RequestId, SealedResult, TransactionId
from verifier.domain.verdict import Accepted, Reason, Rejected, Undetermined
from verifier.errors import PresentationOpen, ResultGone, UnknownPresentation
from verifier.services.results import ResultSeals, render_result, state_of

WHO = (("given_name",), ("family_name",), ("birthdate",))


async def accepted(desk: Desk | None = None) -> Asked:
    asked = await (desk or Desk()).ask("identity")
    card = present(SimulatedIssuer().issue(), asked.binding(), *WHO)
    await asked.respond({"photo_card": [card]})
    return asked


async def sealed_of(asked: Asked) -> SealedResult:
    return asked.desk.store._results[asked.started.presentation.request_id]  # type: ignore[attr-defined,no-any-return]


async def test_a_result_is_handed_out_once() -> None:
    asked = await accepted()
    result = await asked.result()
    assert result == {
        "outcome": "accepted",
        "clerk_outcome": "valid",
        "advice": {
            "en-CA": "Go on. Nothing else is needed.",
            "fr-CA": "Continuez. Rien d'autre n'est requis.",
        },
        "claims": {
            "photo_card": {
                "given_name": "Planted-Maya",
                "family_name": "Planted-Tremblay",
                "birthdate": "1994-06-14",
            }
        },
        "reasons": [],
        "preset": "identity",
        "verified_at": NOW.isoformat(timespec="seconds"),
    }
    with pytest.raises(ResultGone):
        await asked.result()
    assert await asked.state() == "accepted"


async def test_concurrent_fetches_get_it_once() -> None:
    asked = await accepted()
    got = await asyncio.gather(*(asked.result() for _ in range(16)), return_exceptions=True)
    assert sum(isinstance(one, dict) for one in got) == 1
    assert sum(isinstance(one, ResultGone) for one in got) == 15


async def test_an_open_presentation_has_no_result() -> None:
    asked = await Desk().ask()
    with pytest.raises(PresentationOpen):
        await asked.result()


async def test_another_relying_service_sees_nothing() -> None:
    asked = await accepted()
    other = await asked.desk.register()
    for transaction_id in (asked.started.transaction_id, TransactionId("unknown"), TransactionId("")):
        for call in (asked.desk.verifier.results.state, asked.desk.verifier.results.fetch):
            with pytest.raises(UnknownPresentation):
                await call(other, transaction_id)
    assert (await asked.result())["outcome"] == "accepted"


async def test_what_the_wallet_knows_is_no_transaction_id() -> None:
    """5.30: neither the id of the request, nor the state, nor the nonce."""
    asked = await accepted()
    one = asked.started.presentation
    for known in (one.request_id, one.state_value, one.nonce):
        with pytest.raises(UnknownPresentation):
            await asked.desk.verifier.results.fetch(asked.service, TransactionId(known))


async def test_a_result_that_nobody_fetches_in_time_is_gone() -> None:
    asked = await accepted()
    asked.desk.clock.advance(seconds=RESULT_LIFETIME.total_seconds() + 1)
    with pytest.raises(ResultGone):
        await asked.result()
    names = [event.name for event in await asked.desk.store.latest(99)]  # type: ignore[attr-defined]
    assert EventName.RESULT_FETCHED not in names
    assert await asked.desk.store.purge_results(asked.desk.clock.now() - RESULT_LIFETIME) == 1


async def test_at_the_last_moment_it_is_still_there() -> None:
    asked = await accepted()
    asked.desk.clock.advance(seconds=RESULT_LIFETIME.total_seconds())
    assert (await asked.result())["outcome"] == "accepted"


async def test_nothing_is_kept_in_the_clear() -> None:
    asked = await accepted()
    sealed = await sealed_of(asked)
    for kept in (sealed.ciphertext, sealed.wrapped_key, repr(asked.started.presentation).encode()):
        assert b"Planted" not in kept
        assert b"1994-06-14" not in kept


async def test_a_sealed_result_opens_for_its_own_presentation_only() -> None:
    desk = Desk()
    asked, other = await accepted(desk), await accepted(desk)
    seals = desk.verifier.results.seals
    sealed, foreign = await sealed_of(asked), await sealed_of(other)
    one = asked.started.presentation
    assert seals.open(one, sealed)["outcome"] == "accepted"
    wrong = (
        (one._replace(request_id=RequestId("another")), sealed),
        (one, foreign),
        (one, sealed._replace(wrapped_key=foreign.wrapped_key)),
        (one, sealed._replace(ciphertext=foreign.ciphertext)),
        (one, sealed._replace(ciphertext=sealed.ciphertext[:-1] + bytes([sealed.ciphertext[-1] ^ 1]))),
    )
    for presentation, changed in wrong:
        with pytest.raises((InvalidTag, UnwrapFailed)):
            seals.open(presentation, changed)


@pytest.mark.parametrize("depth", [29, 30, 31, 64])
async def test_claims_as_deep_as_a_credential_may_nest_them_are_not_lost_when_fetched(depth: int) -> None:
    """A credential was read to its own limit, and a result stands two levels around its claims."""
    asked = await accepted()
    value: object = "Planted"
    for _ in range(depth):
        value = [value]
    desk, presentation = asked.desk, asked.started.presentation
    seals = desk.verifier.results.seals
    result = render_result("identity", Accepted({"card": {"deep": value}}), NOW)
    assert seals.open(presentation, seals.seal(presentation, result)) == result


async def test_every_result_has_a_key_of_its_own() -> None:
    asked = await accepted()
    secret = asked.desk.verifier.ring.secret_for(KeyPurpose.WRAPPING)
    seals = ResultSeals(lambda _version: secret, SystemRandomness())
    one = asked.started.presentation
    first, second = seals.seal(one, {"a": 1}), seals.seal(one, {"a": 1})
    assert first.ciphertext != second.ciphertext
    assert first.wrapped_key != second.wrapped_key


async def test_a_result_sealed_before_a_new_wrapping_secret_opens_after_it() -> None:
    asked = await accepted()
    ring, now = asked.desk.verifier.ring, asked.desk.clock.now()
    ring.prepare_next(KeyPurpose.WRAPPING, now)
    ring.rotate(KeyPurpose.WRAPPING, now, without_publication_lead=True)
    assert (await asked.result())["outcome"] == "accepted"


@pytest.mark.parametrize("outcome", [StatusOutcome.INVALID, StatusOutcome.UNKNOWN])
async def test_only_an_accepted_result_has_claims(outcome: StatusOutcome) -> None:
    asked = await accepted(Desk(statuses=StatusesByHand(outcome)))
    result = await asked.result()
    assert not result["claims"]
    [reason] = result["reasons"]
    assert set(reason) == {"code", "query_id", "text", "advice"}
    assert set(reason["text"]) == {"en-CA", "fr-CA"}
    assert "Planted" not in str(result)


async def test_the_state_and_the_outcome_agree() -> None:
    stale, bad = Reason(reasons.STATUS_STALE), Reason(reasons.BAD_SIGNATURE)
    for verdict, state in ((Accepted({}), "accepted"), (Undetermined((stale,)), "undetermined")):
        assert state_of(verdict).value == state == render_result("identity", verdict, NOW)["outcome"]
    assert state_of(Rejected((stale, bad))).value == "rejected"


def test_one_reason_is_told_once() -> None:
    first = Reason(reasons.BAD_DISCLOSURE, "card", "first")
    found = (
        first,
        Reason(reasons.EXPIRED, "card"),
        replace(first, detail="second"),
        replace(first, query_id="x"),
    )
    told = render_result("identity", Rejected(found), NOW)["reasons"]
    assert [(one["code"], one["query_id"]) for one in told] == [
        ("bad_disclosure", "card"),
        ("expired", "card"),
        ("bad_disclosure", "x"),
    ]


async def test_details_for_the_log_are_told_to_nobody() -> None:
    asked = await Desk().ask()
    minor = SimulatedIssuer().issue({"age_equal_or_over": {"19": False}})
    await asked.respond({"photo_card": [present(minor, asked.binding(), NINETEEN)]})
    assert "detail" not in str(await asked.result())

"""Deferred issuance: whose it is, who decides, and when it is over (4.42)."""

from dataclasses import replace
from pathlib import Path

import pytest

from issuer.domain.deferred import MAX_OPEN, DeferralState, DenialReason
from issuer.domain.event import Actor, EventName, SubjectRef
from issuer.errors import DeferralDecided, UnknownDeferral
from issuer.services.authorize_request import Grant
from issuer.services.defer_credential import PromisedCredentials
from specs.openid4vci.errors import CredentialRequestDenied, InvalidTransactionId, UsedNonce
from tests.issuer.deferred_types import DEFERRED, types_with
from tests.issuer.services.issuer_in_memory import CLERK, MAYA, IssuerInMemory
from tests.issuer.services.waiting import GRANT, Waiting, waiting_in
from tests.issuer.wallet import holder_key


@pytest.fixture
def waiting(tmp_path: Path) -> Waiting:
    return waiting_in(tmp_path)


async def test_4_42_the_same_promise_until_it_is_approved_then_the_credentials_once(waiting: Waiting) -> None:
    transaction_id = await waiting.ask()
    for _ in range(3):
        assert await waiting.fetch(transaction_id) == PromisedCredentials(transaction_id, 5)
    assert not await waiting.entries()
    await waiting.approve()
    credentials = waiting.read(await waiting.fetched(transaction_id))
    assert [one.claims["family_name"] for one in credentials] == ["Tremblay"] * 2
    with pytest.raises(InvalidTransactionId):
        await waiting.fetch(transaction_id)
    [card] = await waiting.issuer.store.issuances_of(MAYA)
    assert card.copies == 2
    for name in (
        EventName.CREDENTIAL_DEFERRED,
        EventName.DEFERRED_APPROVED,
        EventName.CREDENTIAL_ISSUED,
        EventName.DEFERRED_DELIVERED,
    ):
        assert waiting.issuer.events(name) == 1


async def test_740_the_keys_are_those_of_the_request_whoever_fetches(waiting: Waiting) -> None:
    """OpenID4VCI #740: nothing in a pick-up can put another key in."""
    transaction_id = await waiting.ask(3)
    await waiting.approve()
    bound = [one.claims["cnf"]["jwk"] for one in waiting.read(await waiting.fetched(transaction_id))]
    assert bound == [dict(holder_key(number).members) for number in range(3)]


@pytest.mark.parametrize(
    "other",
    [
        replace(GRANT, subject_ref=SubjectRef("somebody-else")),
        replace(GRANT, client_id="another-wallet"),
        replace(GRANT, client_id=None),
        replace(GRANT, jkt="another-key"),
        replace(GRANT, jkt=None),
        replace(GRANT, configuration_ids=frozenset({"proof-of-age"})),
    ],
    ids=["person", "client", "no-client", "key", "no-key", "configuration"],
)
async def test_4_42_a_transaction_belongs_to_its_grant(waiting: Waiting, other: Grant) -> None:
    transaction_id = await waiting.ask()
    await waiting.approve()
    with pytest.raises(InvalidTransactionId):
        await waiting.fetch(transaction_id, grant=other)
    assert len(await waiting.fetched(transaction_id)) == 2


@pytest.mark.parametrize("name", ["nobody's", "", "deferral-1"])
async def test_4_42_an_unknown_transaction(waiting: Waiting, name: str) -> None:
    await waiting.ask()
    with pytest.raises(InvalidTransactionId):
        await waiting.fetch(name)


async def test_the_back_offices_handle_fetches_nothing(waiting: Waiting) -> None:
    await waiting.ask()
    await waiting.approve()
    [(one, state)] = await waiting.issuer.issuer.issuing.decisions.waiting(None)
    assert state is DeferralState.APPROVED
    with pytest.raises(InvalidTransactionId):
        await waiting.fetch(one.deferral_id)


# Decisions.


async def test_4_42_denied_is_final(waiting: Waiting) -> None:
    transaction_id = await waiting.ask()
    decisions = waiting.issuer.issuer.issuing.decisions
    [(one, _)] = await decisions.waiting(MAYA)
    await decisions.deny(one.deferral_id, DenialReason.FRAUD, actor=CLERK)
    for _ in range(2):
        with pytest.raises(CredentialRequestDenied):
            await waiting.fetch(transaction_id)
    found, state = await decisions.find(one.deferral_id)
    assert (state, found.reason, found.holder_keys) == (DeferralState.DENIED, "fraud", ())
    assert not await decisions.waiting(MAYA)
    with pytest.raises(DeferralDecided):
        await decisions.approve(one.deferral_id, actor=CLERK)
    with pytest.raises(DeferralDecided):
        await decisions.deny(one.deferral_id, DenialReason.ERROR, actor=CLERK)
    with pytest.raises(UnknownDeferral):
        await decisions.approve(found.deferral_id + "x", actor=CLERK)  # type: ignore[arg-type]  # a typing error
    [event] = [one for one in waiting.issuer.store.events if one.name is EventName.DEFERRED_DENIED]
    assert (event.actor, event.subject_ref, event.reason) == (Actor("management"), MAYA, "fraud")


async def test_d4_one_that_was_not_fetched_in_time_is_a_refusal_and_not_a_wait(waiting: Waiting) -> None:
    """swiyu 2.4.0: expired while deferred is a denial."""
    transaction_id = await waiting.ask()
    await waiting.approve()
    waiting.issuer.clock.advance(days=7)
    with pytest.raises(CredentialRequestDenied):
        await waiting.fetch(transaction_id)
    assert await waiting.service.purge() == 0
    waiting.issuer.clock.advance(days=7, seconds=1)
    assert await waiting.service.purge() == 1
    with pytest.raises(InvalidTransactionId):
        await waiting.fetch(transaction_id)


async def test_d4_a_moment_before_its_end_it_is_still_there(waiting: Waiting) -> None:
    transaction_id = await waiting.ask()
    await waiting.approve()
    waiting.issuer.clock.advance(days=7, microseconds=-1)
    assert len(await waiting.fetched(transaction_id)) == 2


async def test_without_a_clerk_nothing_is_ready_however_long_it_waits(waiting: Waiting) -> None:
    """web-issuing #42: a missing time was read as zero."""
    transaction_id = await waiting.ask()
    waiting.issuer.clock.advance(days=6, hours=23)
    assert isinstance(await waiting.fetch(transaction_id), PromisedCredentials)


async def test_in_the_sandbox_time_may_approve(tmp_path: Path) -> None:
    settings = {
        "credential_types_dir": types_with(tmp_path, photo_card=DEFERRED),
        "deferred_approve_after": 20,
        "deferred_interval": 7,
    }
    waiting = Waiting(IssuerInMemory(settings=settings))
    transaction_id = await waiting.ask()
    waiting.issuer.clock.advance(seconds=19.999)
    assert await waiting.fetch(transaction_id) == PromisedCredentials(transaction_id, 7)
    waiting.issuer.clock.advance(seconds=0.001)
    assert len(await waiting.fetched(transaction_id)) == 2


async def test_nobody_buries_the_clerks_in_requests(waiting: Waiting) -> None:
    for _ in range(MAX_OPEN):
        await waiting.ask(1)
    with pytest.raises(CredentialRequestDenied):
        await waiting.ask(1)


async def test_4_36_the_nonce_is_spent_by_the_promise(waiting: Waiting) -> None:
    nonce = waiting.issuer.issuer.credentials.nonces()
    await waiting.ask(nonce=nonce)
    with pytest.raises(UsedNonce):
        await waiting.ask(nonce=nonce)

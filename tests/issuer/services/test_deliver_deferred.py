"""Deferred credentials are delivered once, whatever happens on the way: races, kills, rotations (4.42)."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from issuer.domain.deferred import DELIVERY_TIME
from issuer.domain.event import EventName, SubjectRef
from issuer.domain.status import StatusChange
from issuer.errors import CredentialNotSigned, DirectoryUnavailable
from issuer.services.defer_credential import PromisedCredentials
from issuer.services.issue_deferred import FetchedCredentials, IssueDeferred
from keys import KeyPurpose
from keys.signer import Signer
from specs.openid4vci.errors import InvalidTransactionId
from specs.sd_jwt_vc import VerifiedCredential
from tests.issuer.services.issuer_in_memory import CLERK, MAYA
from tests.issuer.services.waiting import Waiting, waiting_in
from tests.issuer.surroundings import Interleaved, resident

SECONDS = timedelta(seconds=1)


@pytest.fixture
def waiting(tmp_path: Path) -> Waiting:
    return waiting_in(tmp_path)


async def test_of_many_pick_ups_at_once_one_delivers(waiting: Waiting) -> None:
    transaction_id = await waiting.ask()
    await waiting.approve()
    stores = Interleaved(waiting.issuer.deferred)
    service = replace(waiting.service, store=stores)
    found = await asyncio.gather(*(waiting.fetch(transaction_id, service=service) for _ in range(16)))
    delivered = [one for one in found if isinstance(one, FetchedCredentials)]
    assert len(delivered) == 1
    assert all(one == PromisedCredentials(transaction_id, 5) for one in found if one not in delivered)
    await waiting.service.confirm(delivered[0])
    assert len(await waiting.entries()) == 2
    assert waiting.issuer.events(EventName.CREDENTIAL_ISSUED) == 1


class Killed(BaseException):
    """The process ends: nothing after it runs, no clean-up either."""


@dataclass
class DyingSigner:
    """Signs like another until the process is killed."""

    signer: Signer
    good: int
    kill: type[BaseException] = Killed

    def __getattr__(self, name: str) -> Any:
        return getattr(self.signer, name)

    async def sign(self, data: bytes) -> bytes:
        if self.good == 0:
            raise self.kill("the key is out of reach")
        self.good -= 1
        return await self.signer.sign(data)


def dying(waiting: Waiting, good: int, kill: type[BaseException] = Killed) -> IssueDeferred:
    copies = waiting.service.copies
    signer = DyingSigner(copies.identity.credential_signer(waiting.issuer.clock.now()), good, kill)
    identity = replace(copies.identity, credential_signer=lambda _now: signer)
    return replace(waiting.service, copies=replace(copies, identity=identity))


@pytest.mark.parametrize("good", [0, 1, 2])
async def test_a_kill_between_record_and_delivery_costs_nothing_but_time(waiting: Waiting, good: int) -> None:
    """The wallet asks again and gets copies at the places that were recorded, for its keys, once."""
    transaction_id = await waiting.ask(2)
    await waiting.approve()
    try:
        # With both signatures made, the kill comes before the answer is confirmed.
        await waiting.fetch(transaction_id, service=dying(waiting, good))
    except Killed:
        assert good < 2
    recorded = await waiting.entries()
    assert len(recorded) == 2
    # until its time is over it may still be at work
    waiting.issuer.clock.moment += DELIVERY_TIME - SECONDS
    assert isinstance(await waiting.fetch(transaction_id), PromisedCredentials)
    waiting.issuer.clock.moment += SECONDS
    again = Waiting(waiting.issuer.another_process())
    credentials = waiting.read(await again.fetched(transaction_id))
    assert await waiting.entries() == recorded
    assert sorted(entry_of(one) for one in credentials) == [(one.list_id, one.index) for one in recorded]
    [card] = await waiting.issuer.store.issuances_of(MAYA)
    assert (card.copies, waiting.issuer.events(EventName.CREDENTIAL_ISSUED)) == (2, 1)
    with pytest.raises(InvalidTransactionId):
        await again.fetch(transaction_id)


def entry_of(credential: VerifiedCredential) -> tuple[str, int]:
    assert credential.status is not None
    return credential.status.uri.rpartition("/")[2], credential.status.index


async def test_each_key_keeps_its_place_when_it_is_signed_for_again(waiting: Waiting) -> None:
    """So two answers of which the wallet got both do not contradict each other."""
    transaction_id = await waiting.ask(5)
    await waiting.approve()
    first = await waiting.fetch(transaction_id)
    assert isinstance(first, FetchedCredentials)  # and its answer was lost on the way
    waiting.issuer.clock.moment += DELIVERY_TIME
    second = await waiting.fetched(transaction_id)
    before, after = waiting.read(first.issued.credentials), waiting.read(second)
    assert [entry_of(one) for one in before] == [entry_of(one) for one in after]
    assert [one.claims["exp"] for one in before] == [one.claims["exp"] for one in after]
    # whoever was too slow confirms nothing any more
    await waiting.service.confirm(first)
    assert waiting.issuer.events(EventName.DEFERRED_DELIVERED) == 1


async def test_the_end_of_validity_is_the_recorded_one_also_after_midnight(waiting: Waiting) -> None:
    waiting.issuer.clock.moment = waiting.issuer.clock.moment.replace(hour=23, minute=59, second=50)
    transaction_id = await waiting.ask(1)
    await waiting.approve()
    with pytest.raises(Killed):
        await waiting.fetch(transaction_id, service=dying(waiting, 0))
    waiting.issuer.clock.moment += DELIVERY_TIME
    [credential] = waiting.read(await waiting.fetched(transaction_id))
    [card] = await waiting.issuer.store.issuances_of(MAYA)
    assert credential.claims["exp"] == card.expires_at.timestamp()


async def test_a_signer_that_fails_frees_the_transaction_at_once(waiting: Waiting) -> None:
    transaction_id = await waiting.ask(2)
    await waiting.approve()
    with pytest.raises(CredentialNotSigned):
        await waiting.fetch(transaction_id, service=dying(waiting, 1, OSError))
    recorded = await waiting.entries()
    assert waiting.issuer.events(EventName.CREDENTIAL_NOT_SIGNED) == 1
    assert len(await waiting.fetched(transaction_id)) == 2
    assert await waiting.entries() == recorded


async def test_copies_by_a_new_key_get_new_places_and_the_old_card_is_not_shown(waiting: Waiting) -> None:
    """A list is signed by the key of its credentials, so a place does not survive a rotation."""
    transaction_id = await waiting.ask(2)
    await waiting.approve()
    with pytest.raises(Killed):
        await waiting.fetch(transaction_id, service=dying(waiting, 0))
    first = {(one.list_id, one.index) for one in await waiting.entries()}
    ring, now = waiting.issuer.ring, waiting.issuer.clock.now()
    assert ring is not None
    ring.prepare_next(KeyPurpose.CREDENTIAL, now)
    ring.rotate(KeyPurpose.CREDENTIAL, now + DELIVERY_TIME)
    waiting.issuer.clock.moment += DELIVERY_TIME
    credentials = waiting.read(await waiting.fetched(transaction_id))
    assert first.isdisjoint({entry_of(one) for one in credentials})
    [card] = await waiting.issuer.store.issuances_of(MAYA)
    assert card.copies == 2


async def test_the_register_is_asked_when_the_credential_is_made(waiting: Waiting) -> None:
    transaction_id = await waiting.ask(1)
    await waiting.approve()
    waiting.issuer.register.residents[MAYA] = resident(family_name="Gagnon")
    [credential] = waiting.read(await waiting.fetched(transaction_id))
    assert credential.claims["family_name"] == "Gagnon"


async def test_a_register_that_does_not_answer_costs_a_pick_up_and_no_place(waiting: Waiting) -> None:
    transaction_id = await waiting.ask(1)
    await waiting.approve()

    class Silent:
        async def subject(self, _subject_ref: SubjectRef) -> None:
            raise DirectoryUnavailable

    claims = replace(waiting.service.find_claims, directory=Silent())  # type: ignore[arg-type]  # enough of one
    with pytest.raises(DirectoryUnavailable):
        await waiting.fetch(transaction_id, service=replace(waiting.service, find_claims=claims))
    assert not await waiting.entries()
    assert len(await waiting.fetched(transaction_id)) == 1


async def test_what_was_fetched_can_be_revoked_like_any_card(waiting: Waiting) -> None:
    transaction_id = await waiting.ask(1)
    await waiting.approve()
    await waiting.fetched(transaction_id)
    changed = await waiting.issuer.issuer.statuses.of_person(
        MAYA, StatusChange.REVOKE, actor=CLERK, reason="fraud"
    )
    assert changed.changed_copies == 1


async def test_4_44_what_is_kept_of_a_request_opens_nothing_and_names_nobody(waiting: Waiting) -> None:
    transaction_id = await waiting.ask(1)
    kept = repr(waiting.issuer.deferred) + repr(waiting.issuer.store)
    for told in ("Tremblay", "1994-06-14", "Spadina", transaction_id, "thumbprint", "wallet-7"):
        assert told not in kept

"""Deferred issuance: whose it is, when it is ready, and that it is delivered once whatever happens (4.42)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from issuer.domain.deferred import DELIVERY_TIME, MAX_OPEN, DeferralState, DenialReason
from issuer.domain.event import Actor, EventName, SubjectRef
from issuer.domain.records import StatusEntry
from issuer.domain.status import StatusChange
from issuer.errors import CredentialNotSigned, DeferralDecided, DirectoryUnavailable, UnknownDeferral
from issuer.services.authorize_request import Grant
from issuer.services.defer_credential import PromisedCredentials
from issuer.services.issue_deferred import FetchedCredentials, IssueDeferred
from keys import KeyPurpose
from keys.signer import Signer
from specs.encoding import create_json
from specs.openid4vci import DeferredCredentialRequest, parse_credential_request
from specs.openid4vci.errors import CredentialRequestDenied, InvalidTransactionId, UsedNonce
from specs.sd_jwt_vc import VerifiedCredential
from tests.issuer.deferred_types import DEFERRED, types_with
from tests.issuer.services.issuer_in_memory import CLERK, MAYA, PHOTO_CARD, IssuerInMemory
from tests.issuer.surroundings import Interleaved, resident
from tests.issuer.wallet import holder_key, request_body

GRANT = Grant(MAYA, frozenset({PHOTO_CARD}), "wallet-7", "thumbprint")
SECONDS = timedelta(seconds=1)


@dataclass
class Waiting:
    """An issuer, and what Maya's wallet holds of it."""

    issuer: IssuerInMemory

    @property
    def service(self) -> IssueDeferred:
        return self.issuer.issuer.issuing.deferred

    async def ask(self, copies: int = 2, *, grant: Grant = GRANT, nonce: str | None = None) -> str:
        """A credential request that is promised; the transaction_id."""
        issue = self.issuer.issuer.credentials
        proofs = self.issuer.prover.proofs(nonce or issue.nonces(), copies)
        promised = await issue(grant, parse_credential_request(create_json(request_body(proofs))))
        assert isinstance(promised, PromisedCredentials)
        return promised.transaction_id

    async def approve(self) -> None:
        decisions = self.issuer.issuer.issuing.decisions
        [*_, (newest, _)] = await decisions.waiting(MAYA)
        await decisions.approve(newest.deferral_id, actor=CLERK)

    async def fetch(
        self, transaction_id: str, *, grant: Grant = GRANT, service: IssueDeferred | None = None
    ) -> FetchedCredentials | PromisedCredentials:
        return await (service or self.service)(grant, DeferredCredentialRequest(transaction_id))

    async def fetched(self, transaction_id: str, service: IssueDeferred | None = None) -> Sequence[str]:
        """The credentials, fetched and confirmed."""
        found = await self.fetch(transaction_id, service=service)
        assert isinstance(found, FetchedCredentials)
        await self.service.confirm(found)
        return found.issued.credentials

    def read(self, texts: Sequence[str]) -> list[VerifiedCredential]:
        """Checked as a wallet does, each for its own key."""
        return [
            self.issuer.inspector.credential(text, holder_key(number)) for number, text in enumerate(texts)
        ]

    async def entries(self) -> list[StatusEntry]:
        """Every place in a status list that was ever taken for a copy."""
        return sorted(self.issuer.store._copies, key=lambda entry: (entry.list_id, entry.index))


@pytest.fixture
def waiting(tmp_path: Path) -> Waiting:
    return Waiting(
        IssuerInMemory(settings={"credential_types_dir": types_with(tmp_path, photo_card=DEFERRED)})
    )


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


# Crashes and races.


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

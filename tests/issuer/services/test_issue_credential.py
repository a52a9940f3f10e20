"""The credential endpoint's use case: record, check, sign; a credential without a record never exists."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from issuer.domain.event import EventName, SubjectRef
from issuer.domain.records import StatusEntry
from issuer.domain.subject import Subject
from issuer.errors import ClaimsDoNotFit, CredentialNotSigned, DirectoryUnavailable, StatusEntryTaken
from issuer.services.authorize_request import Grant
from issuer.services.issue_credential import IssueCredential, IssuedCredentials
from keys.signer import Signer
from specs.encoding import create_json
from specs.openid4vci import parse_credential_request
from specs.openid4vci.errors import CredentialRequestDenied, UsedNonce
from specs.sd_jwt_vc import VerifiedCredential
from tests.issuer.services.issuer_in_memory import ISSUER, MAYA, PHOTO_CARD, PROOF_OF_AGE, IssuerInMemory
from tests.issuer.surroundings import NOW, Interleaved, RegisterInMemory, resident
from tests.issuer.wallet import holder_key, request_body

GRANT = Grant(MAYA, frozenset({PHOTO_CARD}), None)


@pytest.fixture
def issuer() -> IssuerInMemory:
    return IssuerInMemory()


async def ask(
    issuer: IssuerInMemory, issue: IssueCredential, copies: int = 1, nonce: str | None = None
) -> Sequence[str]:
    """Maya's wallet asks for a photo card; ``nonce``: one that it has already."""
    proofs = issuer.prover.proofs(nonce or issue.nonces(), copies)
    issued = await issue(GRANT, parse_credential_request(create_json(request_body(proofs))))
    assert isinstance(issued, IssuedCredentials)
    return issued.credentials


def nothing_written(issuer: IssuerInMemory) -> bool:
    """Neither a card, nor a used nonce, nor an event of an issuance."""
    store = issuer.store
    events = issuer.events(EventName.CREDENTIAL_ISSUED) + issuer.events(EventName.CREDENTIAL_NOT_SIGNED)
    return not (store._copies or store._nonces or events)


@dataclass
class FailingSigner:
    """Signs like another, but not after a number of signatures; looks at the store each time."""

    signer: Signer
    good: int
    store: Any
    records_seen: int = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.signer, name)

    async def sign(self, data: bytes) -> bytes:
        self.records_seen = len(self.store._copies)
        if self.good == 0:
            raise OSError("the key is out of reach")
        self.good -= 1
        return await self.signer.sign(data)


def failing(issuer: IssuerInMemory, *, good: int) -> tuple[IssueCredential, FailingSigner]:
    issue = issuer.issuer.credentials
    signer = FailingSigner(issue.identity.credential_signer(issuer.clock.now()), good, issuer.store)
    identity = replace(issue.identity, credential_signer=lambda _now: signer)
    return replace(issue, copies=replace(issue.copies, identity=identity)), signer


async def test_4_32_each_key_gets_one_copy_in_the_order_of_the_proofs_all_with_the_same_claims(
    issuer: IssuerInMemory,
) -> None:
    credentials = await issuer.issue(10)  # checks that each is for the key of its proof
    assert len(credentials) == 10
    datasets = [{k: v for k, v in one.claims.items() if k not in ("cnf", "status")} for one in credentials]
    assert all(dataset == datasets[0] for dataset in datasets)
    assert datasets[0]["family_name"] == "Tremblay"
    assert datasets[0]["iss"] == ISSUER


async def test_everything_is_recorded_before_the_first_signature(issuer: IssuerInMemory) -> None:
    issue, signer = failing(issuer, good=99)
    await ask(issuer, issue, 5)
    assert signer.records_seen == 5
    [card] = await issuer.store.issuances_of(MAYA)
    assert card.copies == 5
    issued = [event for event in issuer.store.events if event.name is EventName.CREDENTIAL_ISSUED]
    assert [(event.subject_ref, event.reason, event.count) for event in issued] == [(MAYA, PHOTO_CARD, 5)]


@pytest.mark.parametrize("good", [0, 1, 4])
async def test_a_signer_that_fails_leaves_a_record_without_a_card_and_its_indices_are_used_up(
    issuer: IssuerInMemory, good: int
) -> None:
    issue, _ = failing(issuer, good=good)
    nonce = issue.nonces()
    with pytest.raises(CredentialNotSigned):
        await ask(issuer, issue, 5, nonce)
    lost = set(issuer.store._copies)
    assert len(lost) == 5
    assert not await issuer.store.issuances_of(MAYA)
    assert issuer.events(EventName.CREDENTIAL_NOT_SIGNED) == 1
    # the nonce is spent, and the next request gets other entries
    with pytest.raises(UsedNonce):
        await ask(issuer, issuer.issuer.credentials, 5, nonce)
    credentials = await issuer.issue(10)
    assert lost.isdisjoint({entry_of(one) for one in credentials})


def entry_of(credential: VerifiedCredential) -> StatusEntry:
    assert credential.status is not None
    return StatusEntry(credential.status.uri.rpartition("/")[2], credential.status.index)  # type: ignore[arg-type]  # a ListId


@pytest.mark.parametrize(
    "changes",
    [{"birthdate": date(2027, 1, 1)}, {"personal_administrative_number": ""}],
    ids=["born-in-the-future", "mandatory-claim-missing"],
)
async def test_claims_that_do_not_fit_the_type_are_refused_before_anything_is_written(
    issuer: IssuerInMemory, changes: dict[str, Any]
) -> None:
    issuer.register.residents[MAYA] = resident(**changes)
    issue, nonce = issuer.issuer.credentials, issuer.issuer.credentials.nonces()
    with pytest.raises(ClaimsDoNotFit) as refused:
        await ask(issuer, issue, 3, nonce)
    assert refused.value.code == "credential_request_denied"
    assert nothing_written(issuer)
    issuer.register.residents[MAYA] = resident()
    assert len(await ask(issuer, issue, 3, nonce)) == 3  # the nonce was not spent


async def test_a_person_who_left_the_register_gets_no_card(issuer: IssuerInMemory) -> None:
    issuer.register.residents.clear()
    with pytest.raises(CredentialRequestDenied):
        await ask(issuer, issuer.issuer.credentials)
    assert nothing_written(issuer)


async def test_nothing_is_issued_while_the_register_does_not_answer(issuer: IssuerInMemory) -> None:
    class Silent(RegisterInMemory):
        async def subject(self, subject_ref: SubjectRef) -> Subject | None:
            raise DirectoryUnavailable

    issue = issuer.issuer.credentials
    with pytest.raises(DirectoryUnavailable):
        await ask(issuer, replace(issue, find_claims=replace(issue.find_claims, directory=Silent())))
    assert nothing_written(issuer)


async def test_4_36_of_many_requests_with_one_nonce_one_is_fulfilled(issuer: IssuerInMemory) -> None:
    issue = replace(issuer.issuer.credentials, issuances=Interleaved(issuer.store))
    nonce = issue.nonces()
    outcomes = await asyncio.gather(*(ask(issuer, issue, 2, nonce) for _ in range(8)), return_exceptions=True)
    assert sum(isinstance(outcome, UsedNonce) for outcome in outcomes) == 7
    [card] = await issuer.store.issuances_of(MAYA)
    assert card.copies == 2


async def test_3_10_an_occupied_index_stops_the_issuance_and_spends_nothing(issuer: IssuerInMemory) -> None:
    """Should two servers ever derive the same index, the store catches it."""
    [first] = await issuer.issue()
    issue = issuer.issuer.credentials

    class SameAgain:
        async def take(self, *_arguments: object) -> list[StatusEntry]:
            return [entry_of(first)]

    nonce = issue.nonces()
    copies = replace(issue.copies, allocate=SameAgain())  # type: ignore[arg-type]  # a fault
    with pytest.raises(StatusEntryTaken):
        await ask(issuer, replace(issue, copies=copies), 1, nonce)
    assert len(issuer.store._copies) == 1
    assert await ask(issuer, issue, 1, nonce)


async def test_age_is_counted_on_the_civil_date_in_toronto(issuer: IssuerInMemory) -> None:
    issuer.register.residents[MAYA] = resident(birthdate=date(2007, 11, 23))
    answers = []
    for moment in (datetime(2026, 11, 23, 4, 59, tzinfo=UTC), datetime(2026, 11, 23, 5, 0, tzinfo=UTC)):
        issuer.clock.moment = moment
        [credential] = await issuer.issue(1, PROOF_OF_AGE)
        answers.append(credential.claims["age_equal_or_over"]["19"])
    assert answers == [False, True]


async def test_1_14_times_are_whole_days_and_say_nothing_about_the_moment(issuer: IssuerInMemory) -> None:
    times = set()
    for hour in (0, 12, 23):
        issuer.clock.moment = NOW.replace(hour=hour, minute=59, second=58, microsecond=999_999)
        [credential] = await issuer.issue()
        times.add((credential.claims["iat"], credential.claims["exp"]))
    [(issued_at, expires_at)] = times
    assert issued_at % 86_400 == expires_at % 86_400 == 0
    assert "nbf" not in credential.claims


async def test_what_is_recorded_is_what_is_signed_around_midnight_too() -> None:
    """The end of validity decides on which list a copy is, so both must come from one moment."""
    issuer = IssuerInMemory()

    class Hurrying:
        def now(self) -> datetime:
            issuer.clock.advance(hours=5)
            return issuer.clock.moment

    issuer.clock.moment = datetime(2026, 12, 31, 20, tzinfo=UTC)
    patient = replace(issuer.issuer.credentials.nonces, lifetime=timedelta(days=9))
    issue = issuer.issuer.credentials
    issue = replace(issue, clock=Hurrying(), holder_keys=replace(issue.holder_keys, nonces=patient))
    nonce = patient()
    issuer.clock.advance(hours=5)
    proofs = issuer.prover.proofs(nonce, 1)
    issuer.clock.advance(hours=-5)
    issued = await issue(GRANT, parse_credential_request(create_json(request_body(proofs))))
    assert isinstance(issued, IssuedCredentials)
    [text] = issued.credentials
    credential = issuer.inspector.credential(text, holder_key())
    [card] = await issuer.store.issuances_of(MAYA)
    assert card.expires_at == datetime.fromtimestamp(credential.claims["exp"], UTC)


async def test_3_09_a_second_card_gets_fresh_entries_and_leaves_the_first_alone(
    issuer: IssuerInMemory,
) -> None:
    first, second = await issuer.issue(3), await issuer.issue(3)
    assert {entry_of(one) for one in first}.isdisjoint({entry_of(one) for one in second})
    assert [card.status for card in await issuer.store.issuances_of(MAYA)] == [0, 0]


async def test_4_44_what_is_kept_of_an_issuance_has_no_claim_and_no_credential(
    issuer: IssuerInMemory,
) -> None:
    [text] = await ask(issuer, issuer.issuer.credentials)
    kept = repr(issuer.store)
    for told in ("Tremblay", "1994-06-14", "Spadina", "administrative-1", text, text.partition("~")[0]):
        assert told not in kept

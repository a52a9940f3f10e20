"""What two copies of a batch have in common is what all cards have in common (1.05, 1.14, 3.08, 3.12).

Colluding verifiers compare what they were shown; whatever is equal in two copies and rare elsewhere tells
them that one person holds both.
"""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import pytest

from issuer.domain.configuration import CredentialConfiguration
from issuer.domain.event import SubjectRef
from issuer.domain.issuance import BatchFacts, CopyFacts, prepare_copies
from issuer.domain.linkability import measure_linkability
from issuer.services.authorize_request import Grant
from issuer.services.issue_credential import IssuedCredentials
from specs.encoding import b64url_decode, create_json
from specs.jose import Algorithm
from specs.openid4vci import parse_credential_request
from specs.sd_jwt_vc import UnverifiedCredential, parse_credential
from specs.sd_jwt_vc.credential_issuance import CredentialHeader
from specs.token_status_list import StatusReference
from tests.issuer.services.issuer_in_memory import ISSUER, MAYA, PHOTO_CARD, PROOF_OF_AGE, IssuerInMemory
from tests.issuer.surroundings import NOW, RegisterInMemory, resident
from tests.issuer.wallet import holder_key, request_body
from trillium.runtime.randomness import SystemRandomness

SILA = SubjectRef("sila")
DAY = 86_400
COPIES = 10
PER_COPY = {"_sd", "cnf", "status"}
"""Claims that every copy has for itself; all others must be everybody's."""


@pytest.fixture(params=[PHOTO_CARD, PROOF_OF_AGE])
def kind(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def issuer() -> IssuerInMemory:
    """With the operating system's randomness, and with somebody who has one name and no stated sex."""
    sila = resident(2, family_name="ᐊᓚᓱᐊᖅ", given_name=None, sex=None, birthdate=date(1948, 1, 2))
    people = RegisterInMemory({MAYA: resident(), SILA: sila})
    settings = {"status_list_size": 2**20}
    return IssuerInMemory(register=people, randomness=SystemRandomness(), settings=settings)  # type: ignore[arg-type]  # the real one


async def batch(
    issuer: IssuerInMemory, kind: Any, person: SubjectRef = MAYA, *, start: int = 0
) -> list[UnverifiedCredential]:
    proofs = issuer.prover.proofs(issuer.issuer.credentials.nonces(), COPIES, start=start)
    request = parse_credential_request(create_json(request_body(proofs, kind)))
    issued = await issuer.issuer.credentials(Grant(person, frozenset({kind}), None), request)
    assert isinstance(issued, IssuedCredentials)
    return [parse_credential(text) for text in issued.credentials]


def payloads(credentials: Sequence[UnverifiedCredential]) -> list[dict[str, Any]]:
    return [dict(one.sd_jwt.payload) for one in credentials]


def salts(credential: UnverifiedCredential) -> list[str]:
    return [json.loads(b64url_decode(text))[0] for text in credential.sd_jwt.disclosures]


def digests(value: Any) -> list[str]:
    """Every digest at every depth."""
    if isinstance(value, dict):
        own = list(value.get("_sd", []))
        return own + [digest for member in value.values() for digest in digests(member)]
    if isinstance(value, list):
        return [digest for entry in value for digest in digests(entry)]
    return []


async def test_1_14_every_copy_has_a_key_salts_digests_and_a_signature_of_its_own(
    issuer: IssuerInMemory, kind: Any
) -> None:
    credentials = await batch(issuer, kind)
    every_salt = [salt for one in credentials for salt in salts(one)]
    every_digest = [digest for payload in payloads(credentials) for digest in digests(payload)]
    for unique in (
        [json.dumps(payload["cnf"]) for payload in payloads(credentials)],
        [one.sd_jwt.jws.signature for one in credentials],
        every_salt,
        every_digest,
    ):
        assert len(unique) >= COPIES
        assert len(set(unique)) == len(unique)
    assert all(len(b64url_decode(salt)) * 8 >= 128 for salt in every_salt)  # 1.05


async def test_what_copies_share_everybody_shares(issuer: IssuerInMemory, kind: Any) -> None:
    """Two people on one day: their cards differ in nothing that the copies of one have in common."""
    mine, theirs = await batch(issuer, kind), await batch(issuer, kind, SILA, start=20)
    shared = [
        {name: value for name, value in payload.items() if name not in PER_COPY}
        for payload in payloads(mine) + payloads(theirs)
    ]
    for entry in shared:
        for value in entry.values():
            if isinstance(value, dict):  # an object whose members are all withheld
                value.pop("_sd", None)
    assert all(entry == shared[0] for entry in shared)
    headers = [dict(one.header) for one in mine + theirs]
    assert all(header == headers[0] for header in headers)


async def test_1_09_the_number_of_digests_does_not_tell_which_claims_somebody_has(
    issuer: IssuerInMemory, kind: Any
) -> None:
    mine, theirs = await batch(issuer, kind), await batch(issuer, kind, SILA, start=20)
    assert len({len(digests(payload)) for payload in payloads(mine + theirs)}) == 1
    assert len({len(payload.get("_sd", ())) for payload in payloads(mine + theirs)}) == 1
    # 1.07: sorted or shuffled, so that the order tells nothing either
    first = [payload["_sd"] for payload in payloads(mine) if "_sd" in payload]
    assert all(order == sorted(order) for order in first) or len({tuple(order) for order in first}) > 1


async def test_copies_have_the_same_size_but_for_the_digits_of_their_index(
    issuer: IssuerInMemory, kind: Any
) -> None:
    sizes = set()
    for one in await batch(issuer, kind):
        payload = dict(one.sd_jwt.payload)
        digits = len(str(payload["status"]["status_list"]["idx"]))
        lengths = tuple(len(text) for text in one.sd_jwt.disclosures)
        sizes.add((len(create_json(payload)) - digits, lengths))
    assert len(sizes) == 1


async def test_1_14_times_are_whole_days_and_the_same_for_all_of_a_day(
    issuer: IssuerInMemory, kind: Any
) -> None:
    times = set()
    for second, person in ((0, MAYA), (7, MAYA), (3600, SILA)):
        issuer.clock.moment = NOW.replace(hour=1)
        issuer.clock.advance(seconds=second)
        for payload in payloads(await batch(issuer, kind, person, start=second)):
            times.add((payload["iat"], payload["exp"], payload.get("nbf")))
    [(issued_at, expires_at, not_before)] = times
    assert (issued_at % DAY, expires_at % DAY, not_before) == (0, 0, None)
    # the suite's trap: an end that is the exact moment of issuance plus a lifetime
    assert datetime.fromtimestamp(expires_at, UTC) > issuer.clock.now()


async def test_3_08_indices_of_a_batch_form_no_sequence_and_lie_on_a_few_lists(
    issuer: IssuerInMemory, kind: Any
) -> None:
    for start in range(0, 100, COPIES):
        found = [one["status"]["status_list"] for one in payloads(await batch(issuer, kind, start=start))]
        indices = [entry["idx"] for entry in found]
        assert len({(entry["uri"], entry["idx"]) for entry in found}) == COPIES
        steps = {b - a for a, b in pairwise(indices)}
        assert len(steps) > COPIES - 3
        assert sorted(indices) != list(range(min(indices), min(indices) + COPIES))
        lists = Counter(entry["uri"] for entry in found)
        assert 2 <= len(lists) <= 4 or max(lists.values()) == COPIES  # 4^-9: hardly ever


async def test_3_12_a_list_is_shared_by_many_people(issuer: IssuerInMemory, kind: Any) -> None:
    uris, credentials = set(), 0
    for number in range(12):
        people = (MAYA, SILA)
        for payload in payloads(await batch(issuer, kind, people[number % 2], start=number * COPIES)):
            uris.add(payload["status"]["status_list"]["uri"])
            credentials += 1
    assert len(uris) / credentials <= 4 / 120
    for uri in uris:
        assert "?" not in uri
        assert MAYA not in uri


async def test_the_same_keys_again_give_nothing_that_was_there_before(issuer: IssuerInMemory) -> None:
    """A renewal with the same keys is linked by them, and by nothing else."""
    first, second = await batch(issuer, PHOTO_CARD), await batch(issuer, PHOTO_CARD)
    for one, other in zip(first, second, strict=True):
        assert set(salts(one)).isdisjoint(salts(other))
        assert set(digests(one.sd_jwt.payload)).isdisjoint(digests(other.sd_jwt.payload))
        assert one.sd_jwt.payload["status"] != other.sd_jwt.payload["status"]


def test_1_05_of_ten_thousand_salts_none_repeats(issuer: IssuerInMemory) -> None:
    configuration = issuer.issuer.configurations[PROOF_OF_AGE]
    seen: Counter[str] = Counter()
    for _ in range(20):
        for prepared in prepare_some(configuration, 100):
            seen.update(salts(prepared))
    assert seen.total() >= 10_000
    assert max(seen.values()) == 1


def prepare_some(configuration: CredentialConfiguration, count: int) -> list[UnverifiedCredential]:
    """Copies for one key, all but signed: the signature is not what this is about."""
    ages = {str(age): True for age in (18, 19, 21, 25)} | {"65": False}
    validity = configuration.validity_at(NOW)
    facts = BatchFacts(ISSUER, validity, CredentialHeader(Algorithm.ES256, "key", ()))
    copies = [CopyFacts(holder_key(), StatusReference(f"{ISSUER}/status-lists/a", n)) for n in range(count)]
    prepared = prepare_copies(
        configuration,
        {"age_equal_or_over": ages},
        facts,
        copies,
        random=SystemRandomness().token_bytes,
    )
    return [parse_credential(one.attach(bytes(64))) for one in prepared]


async def test_the_report_that_operators_get_has_nothing_to_complain_of(
    issuer: IssuerInMemory, kind: Any
) -> None:
    mine, theirs = await batch(issuer, kind), await batch(issuer, kind, SILA, start=20)
    assert [one for one in measure_linkability([mine, theirs]) if not one.passed] == []

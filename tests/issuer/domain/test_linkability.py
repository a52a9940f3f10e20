"""Each measurement sees its defect, planted in credentials that have none, and nothing else."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest

from issuer.domain.linkability import CHECKS, Batch, digests_of, measure_linkability, salts_of
from specs.encoding import b64url_encode, create_json
from specs.sd_jwt_vc import UnverifiedCredential, parse_credential
from trillium.runtime.randomness import SystemRandomness

COPIES = 10
IAT = 20_000 * 86_400
random = SystemRandomness().token_bytes
LISTS = [f"https://issuer.example/status-lists/{name}" for name in "abcd"]


given: set[int] = set()


def fresh_index() -> int:
    """Of six digits, and like an issuer's never the same again."""
    while True:
        index = int.from_bytes(random(4), "big") % 900_000 + 100_000
        if index not in given:
            given.add(index)
            return index


@dataclass(frozen=True)
class Copy:
    """The parts of a credential, before they are written down."""

    header: dict[str, Any]
    payload: dict[str, Any]
    disclosures: list[str]
    signature: bytes

    def read(self) -> UnverifiedCredential:
        parts = (create_json(self.header), create_json(self.payload), self.signature)
        return parse_credential("~".join([".".join(map(b64url_encode, parts)), *self.disclosures, ""]))


def digest_of(text: str) -> str:
    return b64url_encode(hashlib.sha256(text.encode()).digest())


def disclosure(salt: bytes, name: str, value: str) -> str:
    return b64url_encode(create_json([b64url_encode(salt), name, value]))


def good_copy(number: int, person: int) -> Copy:
    """Two claims of this person, and a decoy."""
    disclosures = [
        disclosure(random(16), "given_name", f"Person{person}"),
        disclosure(random(16), "family_name", f"Family{person}"),
    ]
    index = fresh_index()
    payload = {
        "_sd": sorted([*map(digest_of, disclosures), b64url_encode(random(32))]),
        "_sd_alg": "sha-256",
        "vct": "https://issuer.example/types/card/1",
        "iss": "https://issuer.example",
        "iat": IAT,
        "exp": IAT + 90 * 86_400,
        "cnf": {"jwk": {"kty": "EC", "crv": "P-256", "x": b64url_encode(random(32))}},
        "status": {"status_list": {"uri": LISTS[number % 4], "idx": index}},
    }
    return Copy({"typ": "dc+sd-jwt", "alg": "ES256", "kid": "key"}, payload, disclosures, random(64))


People = list[list[Copy]]


def people(number: int = 2) -> People:
    return [[good_copy(copy, person) for copy in range(COPIES)] for person in range(number)]


def read(batches: People) -> Sequence[Batch]:
    return [[copy.read() for copy in batch] for batch in batches]


def failed(batches: People) -> set[str]:
    return {one.code for one in measure_linkability(read(batches)) if not one.passed}


def every(batches: People) -> list[Copy]:
    return [copy for batch in batches for copy in batch]


def plant_same_key(batches: People) -> None:
    batches[0][3].payload["cnf"] = batches[0][7].payload["cnf"]


def plant_salt(salt: Callable[[], bytes]) -> Callable[[People], None]:
    def plant(batches: People) -> None:
        for copy in every(batches):
            old = digest_of(copy.disclosures[0])
            copy.disclosures[0] = disclosure(salt(), "given_name", "Person0")
            digests = [digest_of(copy.disclosures[0]) if one == old else one for one in copy.payload["_sd"]]
            copy.payload["_sd"] = sorted(digests)

    return plant


def plant_same_decoy(batches: People) -> None:
    for copy in batches[0]:
        real = [digest_of(text) for text in copy.disclosures]
        copy.payload["_sd"] = sorted([*real, "A" * 43])


def plant_fewer_digests(batches: People) -> None:
    for copy in batches[1]:
        copy.payload["_sd"] = sorted(digest_of(text) for text in copy.disclosures)


def plant_digests_in_order_of_claims(batches: People) -> None:
    for copy in every(batches):
        real = [digest_of(text) for text in copy.disclosures]
        copy.payload["_sd"] = [*sorted(real, reverse=True), *(set(copy.payload["_sd"]) - set(real))]


def plant_same_signature(batches: People) -> None:
    batches[0][1] = Copy(**{**vars(batches[0][1]), "signature": batches[1][4].signature})


def plant_indices(step: Callable[[int], int]) -> Callable[[People], None]:
    def plant(batches: People) -> None:
        for person, batch in enumerate(batches):
            for number, copy in enumerate(batch):
                entry = copy.payload["status"]["status_list"]
                entry["idx"] = 100_000 * (person + 1) + step(number)

    return plant


def plant_same_index(batches: People) -> None:
    batches[1][0].payload["status"] = batches[0][0].payload["status"]


def plant_list_of_each(batches: People) -> None:
    for person, batch in enumerate(batches):
        for copy in batch:
            copy.payload["status"]["status_list"]["uri"] = LISTS[person]


def plant_list_of_each_copy(batches: People) -> None:
    numbers = count(10)
    for copy in every(batches):
        copy.payload["status"]["status_list"]["uri"] = f"{LISTS[0]}{next(numbers)}"


def plant_marked_list(batches: People) -> None:
    for copy in every(batches):
        copy.payload["status"]["status_list"]["uri"] = f"{LISTS[0]}?fetch=once"


def plant_payload(change: Callable[[dict[str, Any], int, int], Any]) -> Callable[[People], None]:
    def plant(batches: People) -> None:
        for person, batch in enumerate(batches):
            for number, copy in enumerate(batch):
                change(copy.payload, number, person)

    return plant


def plant_header(batches: People) -> None:
    for number, copy in enumerate(batches[0]):
        copy.header["kid"] = f"key{number}"


def plant_padding(batches: People) -> None:
    copy = batches[0][0]
    old = digest_of(copy.disclosures[0])
    copy.disclosures[0] = disclosure(random(24), "given_name", "Person0")
    copy.payload["_sd"] = sorted(
        digest_of(copy.disclosures[0]) if one == old else one for one in copy.payload["_sd"]
    )


salts = count(1)
DEFECTS: dict[str, tuple[Callable[[People], None], set[str]]] = {
    "two copies with one key": (plant_same_key, {"keys"}),
    "salts that are always the same": (plant_salt(lambda: b"s" * 16), {"salts", "digests"}),
    "salts that are a counter, too short": (plant_salt(lambda: next(salts).to_bytes(8, "big")), {"salts"}),
    "a decoy that comes in every copy": (plant_same_decoy, {"digests"}),
    "no decoys for one person": (plant_fewer_digests, {"digests"}),
    "digests in the order of their claims": (plant_digests_in_order_of_claims, {"order"}),
    "a signature that comes twice": (plant_same_signature, {"signatures"}),
    "indices that count up": (plant_indices(lambda number: number), {"indices"}),
    "indices that count down": (plant_indices(lambda number: 90_000 - number), {"indices"}),
    "indices with an equal step": (plant_indices(lambda number: 7919 * number), {"indices"}),
    "neighbours in another order": (plant_indices(lambda number: number * 7 % 10), {"indices"}),
    "an index that comes twice": (plant_same_index, {"indices"}),
    "a list for each person": (plant_list_of_each, {"lists"}),
    "a list for each copy": (plant_list_of_each_copy, {"lists"}),
    "a list whose address says something": (plant_marked_list, {"lists"}),
    "issued at the second": (
        plant_payload(lambda payload, number, person: payload.update(iat=IAT + 3600 + number)),
        {"times"},
    ),
    "an end at the second, equal for all": (
        plant_payload(lambda payload, number, person: payload.update(exp=IAT + 86_400 * 90 + 17)),
        {"times"},
    ),
    "an end that is one person's": (
        plant_payload(lambda payload, number, person: payload.update(exp=IAT + 86_400 * (90 + person))),
        {"times"},
    ),
    "a time with a fraction": (
        plant_payload(lambda payload, number, person: payload.update(nbf=IAT + 0.5)),
        {"times"},
    ),
    "a number of the batch in the clear": (
        plant_payload(lambda payload, number, person: payload.update(jti=f"batch{person}")),
        {"claims"},
    ),
    "a claim that only one has": (
        plant_payload(lambda payload, number, person: person or payload.update(sex="F")),
        {"claims"},
    ),
    "a member below that differs": (
        plant_payload(lambda payload, number, person: payload.update(address={"country": f"C{person}"})),
        {"claims"},
    ),
    "headers that differ": (plant_header, {"headers"}),
    "one copy with a longer salt": (plant_padding, {"sizes"}),
}


@pytest.mark.parametrize("name", DEFECTS)
def test_a_planted_defect_is_seen_and_no_other(name: str) -> None:
    plant, expected = DEFECTS[name]
    batches = people()
    plant(batches)
    assert failed(batches) == expected


def test_every_check_has_a_defect_that_it_sees() -> None:
    assert {code for _, codes in DEFECTS.values() for code in codes} == {check.code for check in CHECKS}


def test_credentials_without_defect_pass_every_check_again_and_again() -> None:
    for _ in range(40):
        assert failed(people(3)) == set()


def test_what_is_told_has_no_values_of_claims() -> None:
    batches = people()
    for plant, _ in DEFECTS.values():
        plant(batches)
    told = json.dumps([[one.measured, one.text] for one in measure_linkability(read(batches))])
    assert not [value for value in ("Person", "Family", "batch0", "C1") if value in told]


def test_a_single_copy_each_is_compared_as_far_as_it_goes() -> None:
    assert failed([batch[:1] for batch in people()]) == set()


@pytest.mark.parametrize("batches", [people(1), [people(1)[0], []], []])
def test_one_person_alone_cannot_be_compared(batches: People) -> None:
    with pytest.raises(ValueError, match="two people"):
        measure_linkability(read(batches))


def test_salts_and_digests_are_found_at_every_depth() -> None:
    copy = good_copy(0, 0)
    copy.payload["address"] = {"_sd": ["x"], "inner": [{"...": "y"}, {"_sd": ["z"]}]}
    assert {"x", "y", "z"} < set(digests_of(copy.payload))
    assert len(salts_of(copy.read())) == 2

"""What a person was asked to agree to is signed along, by one of the credentials named for it (5.09)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from specs.openid4vp import (
    TransactionData,
    create_transaction_data,
    create_transaction_data_claims,
    hash_transaction_data,
)
from tests.verifier.holder import NINETEEN, present
from tests.verifier.issuing import SimulatedIssuer
from tests.verifier.services.checking import HONEST, Checker, codes
from verifier.domain.verdict import Accepted, ClerkOutcome, Rejected, Verdict

ISSUER = SimulatedIssuer()
CARD, PROOF = ISSUER.issue(), ISSUER.issue_proof_of_age()
HASHES, ALGORITHM = "transaction_data_hashes", "transaction_data_hashes_alg"


def item(text: str = "Planted-agreement", *ids: str, hashes: Sequence[str] = ("sha-256",)) -> TransactionData:
    words = {"text": {"en-CA": text, "fr-CA": text}}
    return create_transaction_data("ca.example", ids or ("photo_card",), words, hash_algorithms=hashes)


def card(credential: str = CARD, claims: Mapping[str, Any] | None = None) -> str:
    return present(credential, replace(HONEST, claims=claims), NINETEEN)


async def decide(token: Mapping[str, str], *sent: TransactionData) -> Verdict:
    vp_token = {query_id: [one] for query_id, one in token.items()}
    return (await Checker().decision(vp_token, "age-19-or-over", *sent)).verdict


async def test_5_09_what_was_agreed_to_is_accepted() -> None:
    claims = create_transaction_data_claims([item()])
    assert isinstance(await decide({"photo_card": card(claims=claims)}, item()), Accepted)
    two = (item(), item("another"))
    claims = create_transaction_data_claims(list(reversed(two)))
    assert isinstance(await decide({"photo_card": card(claims=claims)}, *two), Accepted)


ONE = hash_transaction_data(item().encoded)
SPOILT: dict[str, dict[str, Any]] = {
    "nothing": {},
    "empty": {HASHES: [], ALGORITHM: "sha-256"},
    "another": {HASHES: [hash_transaction_data(item("another").encoded)], ALGORITHM: "sha-256"},
    "one-more": {HASHES: [ONE, hash_transaction_data("more")], ALGORITHM: "sha-256"},
    "twice": {HASHES: [ONE, ONE], ALGORITHM: "sha-256"},
    "no-algorithm": {HASHES: [ONE]},
    "not-allowed": {HASHES: [hash_transaction_data(item().encoded, "sha-512")], ALGORITHM: "sha-512"},
    "another-algorithm-named": {HASHES: [ONE], ALGORITHM: "sha-384"},
    "unknown-algorithm": {HASHES: [ONE], ALGORITHM: "md5"},
    "algorithm-a-number": {HASHES: [ONE], ALGORITHM: 256},
    "algorithm-an-array": {HASHES: [ONE], ALGORITHM: ["sha-256"]},
    "a-text": {HASHES: ONE, ALGORITHM: "sha-256"},
    "an-object": {HASHES: {ONE: True}, ALGORITHM: "sha-256"},
    "numbers": {HASHES: [1], ALGORITHM: "sha-256"},
    "decoded-first": {HASHES: [hash_transaction_data("{}")], ALGORITHM: "sha-256"},
}


@pytest.mark.parametrize("defect", SPOILT)
async def test_5_09_anything_else_is_not_agreement(defect: str) -> None:
    verdict = await decide({"photo_card": card(claims=SPOILT[defect])}, item())
    assert isinstance(verdict, Rejected)
    assert set(codes(verdict)) == {"not_agreed"}
    assert verdict.outcome is ClerkOutcome.NOT_GENUINE
    assert "Planted" not in repr(verdict)


async def test_hashes_of_what_was_never_sent_are_refused() -> None:
    """A wallet that signs what nobody asked for was led by another request."""
    claims = create_transaction_data_claims([item()])
    assert codes(await decide({"photo_card": card(claims=claims)})) == ["not_agreed"]


async def test_every_item_has_to_be_agreed_to() -> None:
    claims = create_transaction_data_claims([item()])
    verdict = await decide({"photo_card": card(claims=claims)}, item(), item("another"))
    assert codes(verdict) == ["not_agreed"]


async def test_one_of_the_credentials_named_for_it_is_enough() -> None:
    sent = item("both", "photo_card", "proof_of_age")
    claims = create_transaction_data_claims([sent])
    with_card = {"photo_card": card(claims=claims), "proof_of_age": card(PROOF)}
    with_proof = {"photo_card": card(), "proof_of_age": card(PROOF, claims)}
    for token in (with_card, with_proof, {"proof_of_age": card(PROOF, claims)}):
        assert isinstance(await decide(token, sent), Accepted)
    assert codes(await decide({"photo_card": card(), "proof_of_age": card(PROOF)}, sent)) == ["not_agreed"]


async def test_a_credential_that_was_not_named_for_it_does_not_do() -> None:
    claims = create_transaction_data_claims([item()])
    verdict = await decide({"proof_of_age": card(PROOF, claims)}, item())
    assert set(codes(verdict)) == {"not_agreed"}
    split = {"photo_card": card(), "proof_of_age": card(PROOF, claims)}
    assert set(codes(await decide(split, item()))) == {"not_agreed"}

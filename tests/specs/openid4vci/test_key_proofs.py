"""The proofs of a whole request (4.30, 4.32, 4.36)."""

from datetime import datetime, timedelta
from functools import partial

import pytest

from specs.openid4vci import NonceClaims, VerifiedKeyProofs, verify_key_proofs, verify_nonce
from specs.openid4vci.errors import (
    DifferentNonces,
    ExpiredNonce,
    InvalidProof,
    InvalidProofSignature,
    MissingProofNonce,
    MissingProofs,
    RefusedNonces,
    RefusedProofs,
    RepeatedProofKey,
    UnknownNonce,
    WrongProofAudience,
)
from tests.specs.openid4vci.material import NOW, POLICY, key, mac, nonce, proof


def verify(*proofs: str, now: datetime = NOW) -> VerifiedKeyProofs:
    return verify_key_proofs(proofs, POLICY, now=now, check_nonce=partial(verify_nonce, mac=mac, now=now))


def test_the_keys_come_out_in_the_order_of_the_proofs_4_32() -> None:
    found = verify(*(proof(number) for number in (3, 1, 2)))
    assert found.keys == (key(3), key(1), key(2))
    assert found.nonce == NonceClaims(bytes(16), NOW + timedelta(minutes=5))


def test_a_request_without_proofs_is_refused_4_30() -> None:
    with pytest.raises(MissingProofs) as raised:
        verify()
    assert raised.value.code == "invalid_proof"


def test_one_bad_proof_refuses_all_and_every_bad_one_is_named_4_36() -> None:
    proofs = [
        proof(0),
        proof(1, claims={"aud": "https://other.example"}),
        proof(2),
        proof(3, header={"jwk": dict(key(4).members)}),
        proof(5, claims={"nonce": "stale"}),
        proof(6, claims={"nonce": None}),
        "not a proof",
    ]
    with pytest.raises(RefusedProofs) as raised:
        verify(*proofs)
    found = [(one.index, type(one.reason)) for one in raised.value.reasons]
    assert found[:4] == [
        (1, WrongProofAudience),
        (3, InvalidProofSignature),
        (4, UnknownNonce),
        (5, MissingProofNonce),
    ]
    assert found[4][0] == 6
    assert isinstance(raised.value.reasons[4].reason, InvalidProof)
    assert raised.value.code == "invalid_proof"
    assert "1: WrongProofAudience, 3: InvalidProofSignature" in raised.value.detail


def test_two_proofs_for_one_key_are_refused_4_32() -> None:
    with pytest.raises(RefusedProofs) as raised:
        verify(proof(0), proof(1), proof(0, claims={"x": 1}))
    assert [(one.index, type(one.reason)) for one in raised.value.reasons] == [(2, RepeatedProofKey)]


def test_the_same_key_under_another_name_is_still_one_key_4_32() -> None:
    renamed = dict(key().members) | {"kid": "other", "alg": "ES256"}
    with pytest.raises(RefusedProofs) as raised:
        verify(proof(0), proof(0, header={"jwk": renamed}))
    assert isinstance(raised.value.reasons[0].reason, RepeatedProofKey)


def test_nothing_but_stale_nonces_asks_for_a_fresh_one_4_36() -> None:
    late = NOW + timedelta(minutes=5)
    made = {"iat": int(late.timestamp())}
    with pytest.raises(RefusedNonces) as raised:
        verify(proof(0, claims=made), proof(1, claims=made), now=late)
    assert raised.value.code == "invalid_nonce"
    assert [(one.index, type(one.reason)) for one in raised.value.reasons] == [
        (0, ExpiredNonce),
        (1, ExpiredNonce),
    ]


def test_a_second_nonce_would_go_unspent_and_is_refused() -> None:
    with pytest.raises(RefusedNonces) as raised:
        verify(proof(0), proof(1, claims={"nonce": nonce(1)}), proof(2, claims={"nonce": nonce(1)}), proof(3))
    assert [(one.index, type(one.reason)) for one in raised.value.reasons] == [
        (1, DifferentNonces),
        (2, DifferentNonces),
    ]


def test_reasons_hold_no_content_of_the_proofs() -> None:
    with pytest.raises(RefusedNonces) as raised:
        verify(proof(0, claims={"nonce": "do-not-log-me"}))
    assert "do-not-log-me" not in raised.value.detail + raised.value.reasons[0].reason.detail

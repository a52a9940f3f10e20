"""Proofs that rest on key attestations, and certificates as key references (4.31, 4.32, 4.33)."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from specs.errors import ProtocolError
from specs.jose import Algorithm, create_x5c, sign_with
from specs.openid4vci import (
    ATTESTATION_PROOF_TYPE,
    ProofPolicy,
    VerifiedKeyProofs,
    parse_key_proof,
    prepare_key_proof,
    verify_key_proof,
    verify_key_proofs,
    verify_nonce,
)
from specs.openid4vci.errors import (
    AmbiguousProofKey,
    DifferentNonces,
    ExpiredNonce,
    InvalidProofSignature,
    MalformedProof,
    MalformedProofs,
    ProofAlgorithmNotSupported,
    RefusedNonces,
    RefusedProofs,
    UnknownNonce,
    UnsupportedProofKey,
    UnsupportedProofType,
)
from specs.openid4vci.key_attestation_errors import (
    InsufficientKeyStorage,
    InvalidKeyAttestationSignature,
    KeyNotAttested,
    MalformedKeyAttestation,
    MissingKeyAttestation,
    MissingKeyAttestationNonce,
    TooManyAttestedKeys,
    UntrustedKeyAttestation,
)
from tests.specs.jose.certificates import LEAF
from tests.specs.jose.material import private_key
from tests.specs.openid4vci.attestations import (
    FROM,
    HIGH,
    UNTIL,
    attestation,
    attester,
    authority,
    policy,
)
from tests.specs.openid4vci.material import ISSUER, NOW, POLICY, key, mac, nonce, proof

TRUSTING = policy()
BY_KID = {"jwk": None}


def verify(*proofs: str, to: ProofPolicy = TRUSTING, **options: Any) -> VerifiedKeyProofs:
    moment = options.pop("now", NOW)
    check = partial(verify_nonce, mac=mac, now=moment)
    return verify_key_proofs(proofs, to, now=moment, check_nonce=check, **options)


def reasons(*proofs: str, to: ProofPolicy = TRUSTING, **options: Any) -> list[type[ProtocolError]]:
    with pytest.raises((RefusedProofs, RefusedNonces)) as raised:
        verify(*proofs, to=to, **options)
    assert isinstance(raised.value, RefusedProofs | RefusedNonces)
    return [type(one.reason) for one in raised.value.reasons]


def alone(text: str, to: ProofPolicy = TRUSTING, **options: Any) -> VerifiedKeyProofs:
    return verify(text, to=to, proof_type=ATTESTATION_PROOF_TYPE, **options)


def attested(number: int, text: str, **header: Any) -> str:
    return proof(number, header={"key_attestation": text, **header})


# Beside one proof, and beside several.


def test_one_proof_with_an_attestation_speaks_for_all_attested_keys_4_33() -> None:
    found = verify(attested(1, attestation(0, 1, 2)))
    assert found.keys == (key(0), key(1), key(2))
    [verified] = found.attestations
    assert verified.keys == found.keys


def test_several_proofs_speak_for_their_own_keys_and_share_an_attestation_4_33() -> None:
    shared = attestation(0, 1, 2, 3)
    found = verify(attested(2, shared), attested(0, shared))
    assert found.keys == (key(2), key(0))
    assert len(found.attestations) == 1
    assert len(verify(attested(0, attestation(0)), attested(1, attestation(1))).attestations) == 2


def test_what_a_wallet_prepares_with_an_attestation_is_accepted() -> None:
    prepared = prepare_key_proof(
        key(0), credential_issuer=ISSUER, nonce=nonce(), issued_at=NOW, key_attestation=attestation(0)
    )
    text = prepared.attach(sign_with(private_key(Algorithm.ES256), Algorithm.ES256, prepared.data))
    assert verify(text).keys == (key(0),)


def test_an_attestation_for_another_key_does_not_cover_the_proof_4_33() -> None:
    """Lessons E3: a good attestation, and somebody else's key."""
    assert reasons(attested(3, attestation(0, 1))) == [KeyNotAttested]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (lambda: attestation(0, signer=attester("Strangers")), UntrustedKeyAttestation),
        (lambda: attestation(0)[:-8] + "AAAAAAAA", InvalidKeyAttestationSignature),
        (lambda: attestation(0, claims={"exp": None}), MalformedKeyAttestation),
        (lambda: attestation(0, claims={"nonce": None}), MissingKeyAttestationNonce),
        (lambda: "x", MalformedKeyAttestation),
    ],
    ids=["stranger", "signature", "without-end", "without-nonce", "no-jwt"],
)
def test_a_bad_attestation_refuses_the_proof_even_where_none_is_required_4_33(
    text: Any, error: type[ProtocolError]
) -> None:
    assert reasons(attested(0, text())) == [error]


def test_an_attestation_of_another_request_is_refused_4_33() -> None:
    assert reasons(attested(0, attestation(0, claims={"nonce": nonce(1)}))) == [DifferentNonces]


@pytest.mark.parametrize("value", [5, ["a"], {"a": 1}])
def test_an_attestation_that_is_no_text_is_refused(value: Any) -> None:
    assert reasons(attested(0, value)) == [MalformedProof]


def test_where_one_is_required_each_proof_needs_one_4_33() -> None:
    strict = policy(required=True)
    assert verify(attested(0, attestation(0)), to=strict).keys == (key(0),)
    assert reasons(proof(0), to=strict) == [MissingKeyAttestation]
    assert reasons(attested(0, attestation(0)), proof(1), to=strict) == [MissingKeyAttestation]


def test_the_levels_of_the_policy_are_asked_for_4_33() -> None:
    strict = policy(key_storage=frozenset({HIGH}))
    assert reasons(attested(0, attestation(0)), to=strict) == [InsufficientKeyStorage]


def test_where_nobody_is_trusted_an_attestation_adds_and_takes_nothing() -> None:
    found = verify(attested(0, attestation(0, 1), x=1), to=POLICY)
    assert (found.keys, found.attestations) == ((key(0),), ())


def test_more_attested_keys_than_credentials_are_given_out_are_refused_4_30() -> None:
    few = policy(max_keys=2)
    assert len(verify(attested(0, attestation(0, 1)), to=few).keys) == 2
    with pytest.raises(TooManyAttestedKeys) as raised:
        verify(attested(0, attestation(0, 1, 2)), to=few)
    assert raised.value.code == "invalid_credential_request"
    with pytest.raises(TooManyAttestedKeys):
        alone(attestation(0, 1, 2), few)
    # Several proofs choose among them.
    assert len(verify(attested(0, text := attestation(0, 1, 2)), attested(1, text), to=few).keys) == 2


# `kid`: one of the attested keys.


def test_kid_names_an_attested_key_by_its_place_4_31() -> None:
    text = attestation(4, 5)
    assert verify(attested(5, text, **BY_KID, kid="1")).keys == (key(4), key(5))
    assert reasons(attested(5, text, **BY_KID, kid="0")) == [InvalidProofSignature]


def test_kid_names_an_attested_key_by_its_own_kid_4_31() -> None:
    named = [dict(key(number).members) | {"kid": kid} for number, kid in ((4, "1"), (5, "0"))]
    text = attestation(claims={"attested_keys": named})
    assert verify(attested(5, text, **BY_KID, kid="0")).keys == (key(4), key(5))
    assert reasons(attested(4, text, **BY_KID, kid="0")) == [InvalidProofSignature]


@pytest.mark.parametrize("kid", ["2", "-1", "01", "+1", " 1", "1.0", "", "key", "did:jwk:abc#0", "٠"])
def test_a_kid_that_names_none_of_them_is_refused_4_31(kid: str) -> None:
    assert reasons(attested(0, attestation(0, 1), **BY_KID, kid=kid)) == [KeyNotAttested]


def test_a_kid_that_names_two_of_them_or_may_mean_either_is_refused_4_31() -> None:
    keys = [dict(key(number).members) for number in (0, 1)]
    for kids in (("a", "a"), ("0", "0")):
        twice = attestation(
            claims={"attested_keys": [one | {"kid": kid} for one, kid in zip(keys, kids, strict=True)]}
        )
        assert reasons(attested(0, twice, **BY_KID, kid=kids[0])) == [KeyNotAttested]
    mixed = attestation(claims={"attested_keys": [keys[0] | {"kid": "a"}, keys[1]]})
    assert reasons(attested(1, mixed, **BY_KID, kid="1")) == [KeyNotAttested]


def test_a_kid_without_an_attestation_names_nothing_4_31() -> None:
    assert reasons(proof(0, header={"jwk": None, "kid": "0"})) == [UnsupportedProofKey]
    assert reasons(attested(0, attestation(0), jwk=None, kid=0)) == [UnsupportedProofKey]


def test_a_kid_rests_on_an_attestation_that_somebody_must_be_trusted_for() -> None:
    assert reasons(attested(0, attestation(0), **BY_KID, kid="0"), to=POLICY) == [UnsupportedProofKey]


def test_a_key_and_a_kid_beside_an_attestation_are_two_references_4_31() -> None:
    assert reasons(attested(0, attestation(0), kid="0")) == [AmbiguousProofKey]


# `x5c`: the key of a certificate, of which nothing else is believed.


def certified(number: int = 0, algorithm: Algorithm = Algorithm.ES256, **changes: Any) -> str:
    leaf = authority("Anybody").issue(LEAF.but(key=private_key(algorithm, number), **changes))
    return proof(number, algorithm=algorithm, header={"jwk": None, "x5c": create_x5c([leaf.certificate])})


def test_a_certificate_names_the_key_of_a_proof_4_31() -> None:
    assert verify(certified(1), certified(2)).keys == (key(1), key(2))
    assert verify_key_proof(parse_key_proof(certified()), POLICY, now=NOW).key == key(0)
    assert verify(certified(not_before=FROM, not_after=FROM + timedelta(days=1))).keys == (key(0),)


def test_the_key_of_a_certificate_is_proved_like_any_other_4_31() -> None:
    other = create_x5c([authority("Anybody").issue(LEAF.but(not_before=FROM, not_after=UNTIL)).certificate])
    assert reasons(proof(0, header={"jwk": None, "x5c": other})) == [InvalidProofSignature]
    assert reasons(certified(0, Algorithm.ES512)) == [ProofAlgorithmNotSupported]
    assert reasons(certified(0), proof(0))[-1].__name__ == "RepeatedProofKey"


@pytest.mark.parametrize("value", [[], "x", ["x"], [5], {"a": 1}, ["AAAA"]])
def test_what_is_no_certificate_is_refused_4_31(value: Any) -> None:
    assert reasons(proof(0, header={"jwk": None, "x5c": value})) == [UnsupportedProofKey]


def test_an_attestation_may_stand_beside_a_certificate() -> None:
    leaf = authority("Anybody").issue(LEAF.but(key=private_key(Algorithm.ES256)))
    text = attested(0, attestation(0, 1), jwk=None, x5c=create_x5c([leaf.certificate]))
    assert verify(text).keys == (key(0), key(1))


# Alone: the proof type `attestation`.


def test_an_attestation_alone_speaks_for_its_keys_4_33() -> None:
    found = alone(attestation(0, 1, 2, claims={"exp": None}))
    assert found.keys == (key(0), key(1), key(2))
    assert found.nonce.nonce_id == bytes(16)


@pytest.mark.parametrize(
    ("changes", "error", "refusal"),
    [
        ({"claims": {"nonce": "stale"}}, UnknownNonce, RefusedNonces),
        ({"claims": {"nonce": None}}, MissingKeyAttestationNonce, RefusedProofs),
        ({"header": {"typ": "openid4vci-proof+jwt"}}, None, RefusedProofs),
        ({"claims": {"attested_keys": []}}, MalformedKeyAttestation, RefusedProofs),
    ],
    ids=["stale-nonce", "no-nonce", "type-of-a-proof", "no-keys"],
)
def test_a_bad_attestation_alone_is_refused_with_its_reason_4_36(
    changes: Any, error: type[ProtocolError] | None, refusal: type[ProtocolError]
) -> None:
    with pytest.raises(refusal) as raised:
        alone(attestation(0, **changes))
    assert isinstance(raised.value, RefusedProofs | RefusedNonces)
    assert [one.index for one in raised.value.reasons] == [0]
    assert error is None or type(raised.value.reasons[0].reason) is error


def test_a_stale_nonce_of_a_good_attestation_asks_for_a_fresh_one_4_36() -> None:
    late = NOW + timedelta(minutes=6)
    assert reasons(attestation(0), proof_type=ATTESTATION_PROOF_TYPE, now=late) == [ExpiredNonce]


def test_two_attestations_a_proof_in_its_place_or_another_type_are_refused_4_33() -> None:
    with pytest.raises(MalformedProofs):
        verify(attestation(0), attestation(1), proof_type=ATTESTATION_PROOF_TYPE)
    with pytest.raises(RefusedProofs):
        alone(proof(0))
    with pytest.raises(RefusedProofs):
        verify(attestation(0))
    with pytest.raises(UnsupportedProofType):
        verify(proof(0), proof_type="di_vp")


def test_where_nobody_is_trusted_an_attestation_alone_is_nothing() -> None:
    with pytest.raises(UnsupportedProofType):
        alone(attestation(0), POLICY)


def test_the_refused_attestation_does_not_show_in_the_detail() -> None:
    with pytest.raises(RefusedNonces) as raised:
        alone(attestation(0, claims={"nonce": "do-not-log-me"}))
    assert "do-not-log-me" not in raised.value.detail

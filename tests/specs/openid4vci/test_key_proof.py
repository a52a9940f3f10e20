"""Key proofs of type `jwt`, one by one (4.31, 4.36)."""

import contextlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.encoding import b64url_encode, create_json
from specs.errors import ProtocolError
from specs.jose import Algorithm, create_x5c, prepare_jws, sign_with
from specs.openid4vci import (
    KEY_PROOF_TYPE,
    NonceClaims,
    ProofPolicy,
    VerifiedKeyProof,
    parse_key_proof,
    prepare_key_proof,
    verify_key_proof,
    verify_key_proofs,
)
from specs.openid4vci.errors import (
    AmbiguousProofKey,
    InvalidProof,
    InvalidProofSignature,
    MalformedProof,
    MissingProofNonce,
    PrivateKeyInProof,
    ProofAlgorithmNotSupported,
    ProofNotCurrent,
    RefusedNonces,
    RefusedProofs,
    UnknownNonce,
    UnsupportedProofKey,
    WrongProofAudience,
    WrongProofIssuer,
    WrongProofType,
)
from tests.specs.jose.material import private_key
from tests.specs.openid4vci.material import ISSUER, NOW, POLICY, key, load, nonce, proof

VECTORS = load("jwt_proof_cases.json")
REASONS: dict[str, type[ProtocolError]] = {
    "typ-wrong": WrongProofType,
    "typ-missing": WrongProofType,
    "aud-wrong": WrongProofAudience,
    "aud-endpoint": WrongProofAudience,
    "nonce-missing": MissingProofNonce,
    "nonce-unknown": UnknownNonce,
    "iat-missing": MalformedProof,
    "iat-old": ProofNotCurrent,
    "iat-future": ProofNotCurrent,
    "signature-wrong-key": InvalidProofSignature,
    "private-key-in-header": PrivateKeyInProof,
    "two-key-references": AmbiguousProofKey,
    "no-key-reference": AmbiguousProofKey,
    "alg-none": ProofAlgorithmNotSupported,
    "alg-hs256": ProofAlgorithmNotSupported,
    "alg-not-announced": ProofAlgorithmNotSupported,
    "iss-in-anonymous-flow": WrongProofIssuer,
}


def verify(text: str, policy: ProofPolicy = POLICY, now: datetime = NOW) -> VerifiedKeyProof:
    return verify_key_proof(parse_key_proof(text), policy, now=now)


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["id"])
def test_vector_has_its_registered_code_and_its_reason_4_31(case: dict[str, Any]) -> None:
    vector_policy = VECTORS["policy"]
    anonymous = case.get("context", {}).get("anonymous_pre_authorized", False)
    policy = ProofPolicy(
        credential_issuer=vector_policy["credential_issuer"],
        client_id=None if anonymous else "wallet",
        algorithms=frozenset(Algorithm(one) for one in vector_policy["proof_signing_alg_values_supported"]),
        max_age=timedelta(seconds=vector_policy["proof_max_age_seconds"]),
        leeway=timedelta(seconds=vector_policy["clock_skew_seconds"]),
    )
    now = datetime.fromtimestamp(vector_policy["now"], UTC)

    def check_nonce(value: str) -> NonceClaims:
        if value not in vector_policy["valid_c_nonces"]:
            raise UnknownNonce
        return NonceClaims(b"id", now)

    if case["expect"] == "accept":
        assert len(verify_key_proofs([case["proof"]], policy, now=now, check_nonce=check_nonce).keys) == 1
        return
    with pytest.raises(RefusedProofs if case["error"] == "invalid_proof" else RefusedNonces) as raised:
        verify_key_proofs([case["proof"]], policy, now=now, check_nonce=check_nonce)
    assert raised.value.code == case["error"]
    assert isinstance(raised.value, RefusedProofs | RefusedNonces)
    assert [type(one.reason) for one in raised.value.reasons] == [REASONS[case["id"]]]


def test_every_refused_vector_has_a_reason() -> None:
    assert REASONS.keys() == {case["id"] for case in VECTORS["cases"] if case["expect"] == "reject"}


@pytest.mark.parametrize("algorithm", [Algorithm.ES256, Algorithm.ES384, Algorithm.EDDSA])
@pytest.mark.parametrize("client_id", [None, "wallet"])
def test_what_a_wallet_prepares_an_issuer_accepts_4_31(algorithm: Algorithm, client_id: str | None) -> None:
    prepared = prepare_key_proof(
        key(0, algorithm), credential_issuer=ISSUER, nonce=nonce(), issued_at=NOW, client_id=client_id
    )
    text = prepared.attach(sign_with(private_key(algorithm), algorithm, prepared.data))
    found = verify(text, replace(POLICY, client_id=client_id))
    assert found == VerifiedKeyProof(key(0, algorithm), nonce())


def test_a_proof_without_a_nonce_is_prepared_only_on_request() -> None:
    prepared = prepare_key_proof(key(), credential_issuer=ISSUER, nonce=None, issued_at=NOW)
    text = prepared.attach(sign_with(private_key(Algorithm.ES256), Algorithm.ES256, prepared.data))
    with pytest.raises(MissingProofNonce):
        verify(text)


def test_a_client_we_know_may_leave_its_name_out() -> None:
    assert verify(proof(), replace(POLICY, client_id="wallet")).key == key()


def test_unknown_claims_and_headers_are_ignored_d10() -> None:
    assert verify(proof(claims={"x": 1, "jti": "1"}, header={"trust_chain": ["x"], "x": {}})).key == key()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"header": {"typ": "JWT"}}, WrongProofType, id="type-of-another-token"),
        pytest.param({"header": {"typ": None}}, WrongProofType, id="no-type"),
        pytest.param({"header": {"jwk": None}}, AmbiguousProofKey, id="no-key"),
        pytest.param({"header": {"kid": "x"}}, AmbiguousProofKey, id="key-and-key-id"),
        pytest.param({"header": {"x5c": ["x"]}}, AmbiguousProofKey, id="key-and-certificate"),
        pytest.param({"header": {"jwk": None, "kid": "did:x:1"}}, UnsupportedProofKey, id="did"),
        pytest.param({"header": {"jwk": None, "x5c": create_x5c([])}}, UnsupportedProofKey, id="certificate"),
        pytest.param({"header": {"jwk": "x"}}, UnsupportedProofKey, id="key-not-an-object"),
        pytest.param({"header": {"jwk": {"kty": "oct", "k": "AA"}}}, PrivateKeyInProof, id="symmetric-key"),
        pytest.param(
            {"header": {"jwk": dict(key().members) | {"d": "AA"}}}, PrivateKeyInProof, id="private-key"
        ),
        pytest.param(
            {"header": {"jwk": dict(key().members) | {"use": "enc"}}},
            UnsupportedProofKey,
            id="encryption-key",
        ),
        pytest.param({"header": {"jwk": dict(key(1).members)}}, InvalidProofSignature, id="key-of-another"),
        pytest.param({"header": {"alg": "ES384"}}, ProofAlgorithmNotSupported, id="algorithm-of-another-key"),
        pytest.param({"claims": {"aud": [ISSUER]}}, WrongProofAudience, id="audience-in-an-array"),
        pytest.param({"claims": {"aud": f"{ISSUER}/"}}, WrongProofAudience, id="audience-with-slash"),
        pytest.param({"claims": {"aud": None}}, WrongProofAudience, id="no-audience"),
        pytest.param({"claims": {"iss": "wallet"}}, WrongProofIssuer, id="anonymous-with-a-name"),
        pytest.param({"claims": {"iat": "1"}}, MalformedProof, id="time-as-text"),
        pytest.param({"claims": {"iat": True}}, MalformedProof, id="time-as-boolean"),
        pytest.param({"claims": {"exp": int(NOW.timestamp()) - 60}}, ProofNotCurrent, id="expired"),
        pytest.param({"claims": {"nbf": int(NOW.timestamp()) + 61}}, ProofNotCurrent, id="not-yet-valid"),
        pytest.param({"claims": {"nonce": 5}}, MissingProofNonce, id="nonce-not-a-string"),
    ],
)
def test_refused_for_its_reason_4_31(changes: dict[str, Any], reason: type[InvalidProof]) -> None:
    with pytest.raises(InvalidProof) as raised:
        verify(proof(**changes))
    assert type(raised.value) is reason
    assert raised.value.code == "invalid_proof"


def test_a_name_of_another_client_is_refused() -> None:
    with pytest.raises(WrongProofIssuer):
        verify(proof(claims={"iss": "other"}), replace(POLICY, client_id="wallet"))
    with pytest.raises(WrongProofIssuer):
        verify(proof(claims={"iss": ["wallet"]}), replace(POLICY, client_id="wallet"))


def test_a_name_that_is_null_is_still_there() -> None:
    claims = {"aud": ISSUER, "iat": int(NOW.timestamp()), "nonce": nonce(), "iss": None}
    header = {"alg": "ES256", "typ": KEY_PROOF_TYPE, "jwk": dict(key().members)}
    prepared = prepare_jws(header, create_json(claims))
    text = prepared.attach(sign_with(private_key(Algorithm.ES256), Algorithm.ES256, prepared.data))
    with pytest.raises(WrongProofIssuer):
        verify(text)


def test_an_algorithm_that_is_not_announced_is_refused() -> None:
    announced = replace(POLICY, algorithms=frozenset({Algorithm.ES256}))
    with pytest.raises(ProofAlgorithmNotSupported):
        verify(proof(algorithm=Algorithm.EDDSA), announced)


def test_an_algorithm_that_is_never_used_for_proofs_is_refused_even_if_announced() -> None:
    announced = replace(POLICY, algorithms=frozenset({Algorithm.RS256}))
    with pytest.raises(ProofAlgorithmNotSupported):
        verify(proof(algorithm=Algorithm.RS256), announced)


@pytest.mark.parametrize(("seconds", "good"), [(-360, True), (-361, False), (60, True), (61, False)])
def test_the_window_is_the_age_and_the_leeway(seconds: int, good: bool) -> None:
    text = proof(claims={"iat": int(NOW.timestamp()) + seconds})
    if good:
        assert verify(text).key == key()
    else:
        with pytest.raises(ProofNotCurrent):
            verify(text)


@pytest.mark.parametrize("text", ["", ".", "a.b", "a.b.c.d", "é.é.é", "e30.e30.", "x" * 20_000])
def test_what_is_no_jws_is_refused(text: str) -> None:
    with pytest.raises(MalformedProof):
        parse_key_proof(text)


def test_claims_that_are_no_object_are_refused() -> None:
    head, _, _ = proof().split(".")
    data = f"{head}.W10"  # []
    signature = sign_with(private_key(Algorithm.ES256), Algorithm.ES256, data.encode())
    with pytest.raises(MalformedProof):
        verify(f"{data}.{b64url_encode(signature)}")


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_any_changed_byte_is_refused(position: int, difference: int) -> None:
    text = bytearray(proof(), "ascii")
    text[position % len(text)] ^= difference
    with pytest.raises(InvalidProof):
        verify(text.decode("latin-1"))


@given(st.text(max_size=100) | st.text(st.sampled_from("eyJ.aW1_-="), max_size=60))
def test_nothing_but_a_refusal_is_raised(text: str) -> None:
    with contextlib.suppress(InvalidProof):
        parse_key_proof(text)

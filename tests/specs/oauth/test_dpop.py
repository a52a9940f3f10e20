"""DPoP proofs: every check of RFC 9449 section 4.3 (4.22, 4.23, 6.01)."""

import contextlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.jose import Algorithm, sign_with
from specs.oauth import (
    DpopPolicy,
    DpopRequest,
    InvalidDpopProof,
    OAuthError,
    UseDpopNonce,
    WrongDpopKey,
    create_access_token_hash,
    dpop_proof_of,
    prepare_dpop_proof,
    verify_dpop_proof,
)
from tests.specs.jose.material import private_key, public_key, token_with_header
from tests.specs.oauth.senders import (
    ACCESS_TOKEN,
    NOW,
    SECONDS,
    URL,
    dpop_proof,
    jwt,
    resource_proof,
)
from tests.specs.oauth.strategies import VALUES

VECTORS = json.loads((Path(__file__).parents[2] / "vectors/oauth-oidc/dpop_proofs.json").read_text())
HASHES = json.loads((Path(__file__).parents[2] / "vectors/oauth-oidc/hash_vectors.json").read_text())
AT_TOKEN_ENDPOINT = DpopRequest("POST", URL)
AT_RESOURCE = DpopRequest("POST", URL, ACCESS_TOKEN, public_key(Algorithm.ES256).thumbprint)
LEEWAY, MAX_AGE = timedelta(seconds=60), timedelta(minutes=5)


def check_nonce(nonce: str) -> None:
    if nonce != "good":
        raise UseDpopNonce(nonce="fresh")


POLICY = DpopPolicy(MAX_AGE, LEEWAY, check_nonce, nonce_required=False)


def verify(proof: str, request: DpopRequest = AT_TOKEN_ENDPOINT, policy: DpopPolicy = POLICY) -> Any:
    return verify_dpop_proof(proof, request, policy, now=NOW)


@pytest.mark.parametrize("case", ["token_request", "resource_request"])
def test_4_22_the_proofs_of_the_standard_are_good(case: str) -> None:
    vector = VECTORS[case]
    request = DpopRequest(vector["method"], vector["url"], vector.get("access_token"), vector.get("jkt"))
    now = datetime.fromtimestamp(vector["iat"], UTC)
    proof = verify_dpop_proof(vector["proof"], request, POLICY, now=now)
    assert proof.jkt == VECTORS["resource_request"]["jkt"]


def test_4_22_the_hash_of_the_access_token_is_that_of_the_standard() -> None:
    vector = HASHES["dpop_ath"]
    assert create_access_token_hash(vector["access_token"]) == vector["ath"]


@pytest.mark.parametrize("algorithm", [Algorithm.ES256, Algorithm.ES384, Algorithm.ES512, Algorithm.EDDSA])
def test_6_07_what_a_client_makes_is_read(algorithm: Algorithm) -> None:
    key = public_key(algorithm)
    request = DpopRequest("POST", f"{URL}?a=b#c", ACCESS_TOKEN)
    prepared = prepare_dpop_proof(key, request, jti="j", issued_at=NOW, nonce="good")
    proof = prepared.attach(sign_with(private_key(algorithm), algorithm, prepared.data))
    verified = verify(proof, replace(request, jkt=key.thumbprint))
    assert (verified.key, verified.jkt, verified.jti) == (key, key.thumbprint, "j")
    assert verified.replay_until == NOW + MAX_AGE + LEEWAY


def test_4_22_one_header_and_no_more() -> None:
    assert dpop_proof_of([]) is None
    assert dpop_proof_of(["a"]) == "a"
    with pytest.raises(InvalidDpopProof):
        dpop_proof_of(["a", "a"])
    with pytest.raises(InvalidDpopProof):  # two that a proxy has joined
        verify(f"{dpop_proof()}, {dpop_proof()}")


REFUSED: dict[str, str] = {
    "empty": "",
    "not-a-jwt": "abc",
    "two-parts": "a.b",
    "type-missing": dpop_proof(header={"typ": None}),
    "type-of-another-token": dpop_proof(header={"typ": "JWT"}),
    "algorithm-none": token_with_header(b'{"alg":"none","typ":"dpop+jwt"}'),
    "algorithm-symmetric": token_with_header(b'{"alg":"HS256","typ":"dpop+jwt"}'),
    "algorithm-of-another-key": dpop_proof(header={"alg": "ES384"}),
    "key-missing": dpop_proof(header={"jwk": None}),
    "key-private": dpop_proof(header={"jwk": {**public_key(Algorithm.ES256).members, "d": "AAAA"}}),
    "key-symmetric": dpop_proof(header={"jwk": {"kty": "oct", "k": "AAAA"}}),
    "key-as-text": dpop_proof(header={"jwk": "key"}),
    "key-by-name-only": dpop_proof(header={"jwk": None, "kid": "1"}),
    "key-of-another": dpop_proof(header={"jwk": dict(public_key(Algorithm.ES256, 1).members)}),
    "critical-extension": token_with_header(b'{"alg":"ES256","typ":"dpop+jwt","crit":["x"],"x":1}'),
    "signature-changed": dpop_proof()[:-8] + "AAAAAAAA",
    "too-long": dpop_proof(more="x" * 9000),
    "method-missing": dpop_proof(htm=None),
    "method-of-another-request": dpop_proof(htm="GET"),
    "method-in-lower-case": dpop_proof(htm="post"),
    "address-missing": dpop_proof(htu=None),
    "address-no-text": dpop_proof(htu=1),
    "address-of-another-host": dpop_proof(htu="https://attacker.example/tenant/token"),
    "address-of-another-path": dpop_proof(htu="https://issuer.example/tenant/credential"),
    "address-longer": dpop_proof(htu=f"{URL}/"),
    "address-without-tls": dpop_proof(htu="http://issuer.example/tenant/token"),
    "address-of-another-port": dpop_proof(htu="https://issuer.example:8443/tenant/token"),
    "address-only-a-path": dpop_proof(htu="/tenant/token"),
    "address-with-user": dpop_proof(htu="https://a@issuer.example/tenant/token"),
    "id-missing": dpop_proof(jti=None),
    "id-empty": dpop_proof(jti=""),
    "id-no-text": dpop_proof(jti=7),
    "id-endless": dpop_proof(jti="x" * 513),
    "time-missing": dpop_proof(iat=None),
    "time-no-number": dpop_proof(iat="now"),
    "time-true": dpop_proof(iat=True),
    "too-old": dpop_proof(iat=SECONDS - 361),
    "too-far-ahead": dpop_proof(iat=SECONDS + 61),
    "expired": dpop_proof(exp=SECONDS - 61),
    "not-valid-yet": dpop_proof(nbf=SECONDS + 61),
    "nonce-no-text": dpop_proof(nonce=1),
}


@pytest.mark.parametrize("proof", REFUSED.values(), ids=REFUSED)
def test_4_22_refused(proof: str) -> None:
    with pytest.raises(InvalidDpopProof) as refused:
        verify(proof)
    assert refused.value.code == "invalid_dpop_proof"


@pytest.mark.parametrize(
    "claims", [{"ath": None}, {"ath": "x"}, {"ath": 1}, {"ath": create_access_token_hash("other")}]
)
def test_4_22_at_a_resource_the_proof_is_for_this_access_token(claims: dict[str, Any]) -> None:
    assert verify(resource_proof(), AT_RESOURCE)
    with pytest.raises(InvalidDpopProof):
        verify(resource_proof(**claims), AT_RESOURCE)


def test_4_22_at_a_resource_the_proof_is_by_the_key_of_the_token() -> None:
    with pytest.raises(WrongDpopKey) as refused:
        verify(resource_proof(number=1), AT_RESOURCE)
    assert refused.value.code == "invalid_dpop_proof"


@pytest.mark.parametrize("age", [-60, -10, 0, 300, 360])
def test_6_01_clocks_may_differ_a_little(age: int) -> None:
    """FAPI 2.0: ten seconds ahead are accepted, more than sixty are not."""
    assert verify(dpop_proof(iat=SECONDS - age))


@pytest.mark.parametrize(
    "htu",
    [
        "HTTPS://ISSUER.EXAMPLE/tenant/token",
        "https://issuer.example:443/tenant/token",
        "https://issuer.example/tenant/./x/../token",
        "https://issuer.example/%74enant/token",
        "https://issuer.example/tenant/token?query=1",
        "https://issuer.example/tenant/token#fragment",
    ],
)
def test_4_22_other_spellings_of_the_same_address(htu: str) -> None:
    """Check 9: after syntax-based and scheme-based normalisation, without query and fragment."""
    assert verify(dpop_proof(htu=htu))


def test_4_22_an_algorithm_that_is_not_announced_is_refused() -> None:
    only = replace(POLICY, algorithms=frozenset({Algorithm.ES256}))
    with pytest.raises(InvalidDpopProof):
        verify(dpop_proof(algorithm=Algorithm.ES384), policy=only)
    assert verify(dpop_proof(algorithm=Algorithm.ES384))


class TestNonces:
    def test_4_23_without_one_where_one_is_needed(self) -> None:
        with pytest.raises(UseDpopNonce) as asked:
            verify(dpop_proof(), policy=replace(POLICY, nonce_required=True))
        assert (asked.value.code, asked.value.nonce) == ("use_dpop_nonce", "fresh")

    @pytest.mark.parametrize("required", [True, False])
    def test_4_23_one_that_is_there_is_checked_also_where_none_is_needed(self, required: bool) -> None:
        policy = replace(POLICY, nonce_required=required)
        assert verify(dpop_proof(nonce="good"), policy=policy)
        for nonce in ("old", ""):
            with pytest.raises(UseDpopNonce):
                verify(dpop_proof(nonce=nonce), policy=policy)

    def test_4_23_a_bad_proof_is_not_told_to_try_again(self) -> None:
        with pytest.raises(InvalidDpopProof):
            verify(dpop_proof(htm="GET"), policy=replace(POLICY, nonce_required=True))


class TestReplayKey:
    def test_4_22_it_belongs_to_key_and_id(self) -> None:
        first, again = verify(dpop_proof()), verify(dpop_proof(iat=SECONDS - 5))
        assert first.replay_key == again.replay_key
        assert len(first.replay_key) == 32
        others = [verify(dpop_proof(jti="proof-2")), verify(dpop_proof(number=1))]
        assert len({first.replay_key, *(one.replay_key for one in others)}) == 3

    def test_4_22_from_its_end_on_the_proof_is_refused_anyway(self) -> None:
        proof = dpop_proof(iat=SECONDS + 30)
        until = verify(proof).replay_until
        assert verify_dpop_proof(proof, AT_TOKEN_ENDPOINT, POLICY, now=until)
        with pytest.raises(InvalidDpopProof):
            verify_dpop_proof(proof, AT_TOKEN_ENDPOINT, POLICY, now=until + timedelta(milliseconds=1))


@given(st.dictionaries(st.sampled_from(["htm", "htu", "iat", "jti", "ath", "nonce", "exp"]), VALUES))
def test_whatever_it_says_nothing_but_a_refusal_is_raised(claims: dict[str, Any]) -> None:
    header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": dict(public_key(Algorithm.ES256).members)}
    proof = jwt(header, claims, private_key(Algorithm.ES256), Algorithm.ES256)
    with contextlib.suppress(OAuthError):
        verify(proof, AT_RESOURCE)


@given(st.text(max_size=80), st.text(max_size=40))
def test_whatever_arrives_nothing_but_a_refusal_is_raised(text: str, tail: str) -> None:
    for proof in (text, dpop_proof() + tail, f"{text}.{tail}.{text}"):
        with contextlib.suppress(OAuthError):
            verify(proof)


@given(st.integers(0, 400), st.characters(codec="ascii"))
def test_any_changed_character_is_refused(place: int, character: str) -> None:
    proof = dpop_proof()
    changed = proof[: place % len(proof)] + character + proof[place % len(proof) + 1 :]
    if changed != proof:
        with pytest.raises(InvalidDpopProof):
            verify(changed)

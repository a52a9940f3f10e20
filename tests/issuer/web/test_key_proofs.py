"""Key proofs at the credential endpoint (4.31, 4.32): each defect alone, and nothing is written for it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from issuer.services.issue_credential import LEEWAY, PROOF_MAX_AGE
from issuer.services.issue_nonce import NONCE_LIFETIME
from tests.issuer.wallet import holder_key, private_members, request_body
from tests.issuer.web.answers import refusal
from tests.issuer.web.running_issuer import ISSUER, RunningIssuer

pytestmark = pytest.mark.asyncio(loop_scope="module")

INVALID_PROOF = (400, "invalid_proof")
INVALID_NONCE = (400, "invalid_nonce")
OCT = {"kty": "oct", "k": "c2VjcmV0"}

HEADERS: dict[str, dict[str, Any]] = {
    "alg-none": {"alg": "none"},
    "alg-hs256": {"alg": "HS256"},
    "alg-not-announced": {"alg": "ES384"},
    "alg-not-of-the-key": {"alg": "PS256"},
    "alg-missing": {"alg": None},
    "typ-missing": {"typ": None},
    "typ-jwt": {"typ": "JWT"},
    "typ-of-drafts": {"typ": "openid4vci-proof"},
    "typ-of-access-tokens": {"typ": "at+jwt"},
    "no-key": {"jwk": None},
    "key-by-did": {"jwk": None, "kid": "did:example:1#0"},
    "key-and-kid": {"kid": "key-1"},
    "key-and-certificate": {"x5c": ["MIIB"]},
    "certificate-only": {"jwk": None, "x5c": ["MIIB"]},
    "private-key": {"jwk": private_members()},
    "symmetric-key": {"jwk": OCT},
    "key-off-the-curve": {"jwk": {**holder_key().members, "y": holder_key(1).members["y"]}},
    "key-is-no-object": {"jwk": "key"},
    "unknown-critical-extension": {"crit": ["exp"], "exp": 1},
    "unencoded-payload": {"crit": ["b64"], "b64": False},
    "compressed": {"zip": "DEF"},
}
CLAIMS: dict[str, dict[str, Any]] = {
    "for-another-issuer": {"aud": "https://other.example"},
    "for-the-same-host": {"aud": "https://issuer.example"},
    "for-the-endpoint": {"aud": f"{ISSUER}/credential"},
    "audience-with-slash": {"aud": f"{ISSUER}/"},
    "audience-as-array": {"aud": [ISSUER]},
    "audience-missing": {"aud": None},
    "time-missing": {"iat": None},
    "time-as-text": {"iat": "now"},
    "issuer-of-an-anonymous-client": {"iss": "wallet-1"},
    "nonce-missing": {"nonce": None},
    "nonce-as-number": {"nonce": 7},
}


async def asked(issuer: RunningIssuer, proofs: Any, *, token: str | None = None) -> tuple[int, str]:
    """What a request with these proofs is told; that nothing was written is checked here, for every one."""
    token = token or await issuer.access_token()
    before = issuer.rows()
    answer = await issuer.request(token, request_body([]) | {"proofs": proofs})
    told = refusal(answer)
    assert issuer.rows() == before
    return told


@pytest.mark.parametrize("defect", HEADERS)
async def test_a_proof_with_a_defect_in_its_header_is_refused(issuer: RunningIssuer, defect: str) -> None:
    proof = issuer.prover().proof(await issuer.nonce(), header=HEADERS[defect])
    assert await asked(issuer, {"jwt": [proof]}) == INVALID_PROOF


@pytest.mark.parametrize("defect", CLAIMS)
async def test_a_proof_with_a_defect_in_its_claims_is_refused(issuer: RunningIssuer, defect: str) -> None:
    proof = issuer.prover().proof(await issuer.nonce(), claims=CLAIMS[defect])
    assert await asked(issuer, {"jwt": [proof]}) == INVALID_PROOF


DAMAGE: dict[str, Callable[[str], str]] = {
    "signature-of-another-key": lambda proof: proof,
    "signature-altered": lambda proof: proof[:-6] + ("AAAAAA" if proof[-6:] != "AAAAAA" else "BBBBBB"),
    "signature-empty": lambda proof: proof.rpartition(".")[0] + ".",
    "signature-missing": lambda proof: proof.rpartition(".")[0],
    "not-a-jwt": lambda _proof: "proof",
    "empty": lambda _proof: "",
    "padded": lambda proof: proof + "=",
    "with-white-space": lambda proof: f" {proof}",
    "huge": lambda proof: proof + "A" * 20_000,
}


@pytest.mark.parametrize("defect", DAMAGE)
async def test_a_damaged_proof_is_refused(issuer: RunningIssuer, defect: str) -> None:
    header = {"jwk": dict(holder_key(1).members)} if defect == "signature-of-another-key" else None
    proof = DAMAGE[defect](issuer.prover().proof(await issuer.nonce(), header=header))
    assert await asked(issuer, {"jwt": [proof]}) == INVALID_PROOF


NO_PROOFS = (
    *(None, [], {}, "proof", 7),
    *({"jwt": []}, {"jwt": {}}, {"jwt": "proof"}, {"jwt": [7]}, {"jwt": [None]}),
    *({"attestation": ["b"]}, {"di_vp": [{}]}, {"jwt": ["a"], "attestation": ["b"]}),
)


@pytest.mark.parametrize("proofs", NO_PROOFS, ids=repr)
async def test_4_29_proofs_have_one_member_with_a_non_empty_array_of_texts(
    issuer: RunningIssuer, proofs: Any
) -> None:
    assert await asked(issuer, proofs) == INVALID_PROOF


async def test_4_30_a_request_without_proofs_is_refused(issuer: RunningIssuer) -> None:
    token, before = await issuer.access_token(), issuer.rows()
    answer = await issuer.request(token, {"credential_configuration_id": "photo-card"})
    assert refusal(answer) == INVALID_PROOF
    assert issuer.rows()["issuer_credential"] == before["issuer_credential"]


async def test_4_30_more_proofs_than_the_batch_size_are_refused(issuer: RunningIssuer) -> None:
    proofs = issuer.prover().proofs(await issuer.nonce(), 11)
    assert await asked(issuer, {"jwt": proofs}) == INVALID_PROOF
    token = await issuer.access_token()
    assert (await issuer.request(token, request_body(proofs[:10]))).status_code == 200


async def test_4_32_two_proofs_with_one_key_are_refused(issuer: RunningIssuer) -> None:
    prover, nonce = issuer.prover(), await issuer.nonce()
    same_again = prover.proof(nonce, 0, header={"jwk": {**holder_key(0).members, "kid": "another name"}})
    assert await asked(issuer, {"jwt": [prover.proof(nonce, 0), same_again]}) == INVALID_PROOF


async def test_one_bad_proof_among_good_ones_refuses_the_request(issuer: RunningIssuer) -> None:
    prover, nonce = issuer.prover(), await issuer.nonce()
    proofs = [*prover.proofs(nonce, 4), prover.proof(nonce, 5, claims={"aud": "https://other.example"})]
    assert await asked(issuer, {"jwt": proofs}) == INVALID_PROOF
    proofs[-1] = prover.proof(nonce, 5)
    assert (await issuer.request(await issuer.access_token(), request_body(proofs))).status_code == 200


# Nonces: every proof is good but for this, so the wallet fetches a new one and tries again (4.36).


@pytest.mark.parametrize("nonce", ["", "unknown", "A" * 54, "A" * 2000, "ünbekannt"])
async def test_4_36_an_unknown_nonce(issuer: RunningIssuer, nonce: str) -> None:
    assert await asked(issuer, {"jwt": [issuer.prover().proof(nonce)]}) == INVALID_NONCE


async def test_4_36_a_nonce_is_good_for_one_request_that_succeeded(issuer: RunningIssuer) -> None:
    nonce, token = await issuer.nonce(), await issuer.access_token()
    body = request_body(issuer.prover().proofs(nonce, 2))
    assert (await issuer.request(token, body)).status_code == 200
    assert await asked(issuer, body["proofs"], token=token) == INVALID_NONCE
    again = issuer.prover().proofs(nonce, 2, start=5)
    assert await asked(issuer, {"jwt": again}) == INVALID_NONCE


async def test_4_36_an_expired_nonce_at_its_last_moment_and_after_it(issuer: RunningIssuer) -> None:
    early, late = await issuer.nonce(), await issuer.nonce()
    issuer.clock.moment += NONCE_LIFETIME - timedelta(milliseconds=1)
    body = request_body([issuer.prover().proof(early)])
    assert (await issuer.request(await issuer.access_token(), body)).status_code == 200
    issuer.clock.moment += timedelta(milliseconds=1)
    assert await asked(issuer, {"jwt": [issuer.prover().proof(late)]}) == INVALID_NONCE


async def test_two_nonces_in_one_request_would_leave_one_unspent(issuer: RunningIssuer) -> None:
    prover = issuer.prover()
    proofs = [prover.proof(await issuer.nonce(), number) for number in range(2)]
    assert await asked(issuer, {"jwt": proofs}) == INVALID_NONCE


# Clocks that differ: a proof may be a minute ahead of us, and six minutes old (five, and the same minute).


@pytest.mark.parametrize(
    ("offset", "accepted"),
    [
        (LEEWAY, True),
        (LEEWAY + timedelta(seconds=1), False),
        (-(PROOF_MAX_AGE + LEEWAY), True),
        (-(PROOF_MAX_AGE + LEEWAY + timedelta(seconds=1)), False),
        (timedelta(days=-365), False),
        (timedelta(days=365), False),
    ],
    ids=["a-minute-ahead", "further-ahead", "six-minutes-old", "older", "a-year-old", "a-year-ahead"],
)
async def test_4_31_a_proof_was_made_recently(
    issuer: RunningIssuer, offset: timedelta, accepted: bool
) -> None:
    made_at = int((issuer.clock.now() + offset).timestamp())
    proof = issuer.prover().proof(await issuer.nonce(), claims={"iat": made_at})
    if accepted:
        token = await issuer.access_token()
        assert (await issuer.request(token, request_body([proof]))).status_code == 200
    else:
        assert await asked(issuer, {"jwt": [proof]}) == INVALID_PROOF


async def test_4_31_a_client_with_a_name_may_say_it_and_no_other(issuer: RunningIssuer) -> None:
    for name, told in (("wallet-1", None), ("wallet-2", INVALID_PROOF)):
        redeemed = await issuer.redeem(await issuer.offer(), client_id="wallet-1")
        token = redeemed.json()["access_token"]
        proof = issuer.prover().proof(await issuer.nonce(), claims={"iss": name})
        if told is None:
            assert (await issuer.request(token, request_body([proof]))).status_code == 200
        else:
            assert await asked(issuer, {"jwt": [proof]}, token=token) == told

"""The single proof of drafts before 1.0: read in the sandbox, counted, and refused everywhere else."""

from typing import Any

import pytest

from issuer.app.issuing import check_issuing
from issuer.settings import Settings
from tests.issuer.wallet import request_body
from tests.issuer.web.answers import refusal
from tests.issuer.web.running_issuer import ISSUER, RunningIssuer, running_issuer

pytestmark = pytest.mark.asyncio(loop_scope="module")

INVALID_PROOF = (400, "invalid_proof")


async def draft_body(issuer: RunningIssuer, **proof: Any) -> dict[str, Any]:
    """What a wallet of the drafts sends."""
    members = {"proof_type": "jwt", "jwt": issuer.prover().proof(await issuer.nonce())}
    return {"credential_configuration_id": "photo-card", "format": "vc+sd-jwt", "proof": members | proof}


async def counted(issuer: RunningIssuer) -> float:
    page = await issuer.client.get(f"{ISSUER}/metrics", headers=issuer.management)
    assert page.status_code == 200
    [line] = [one for one in page.text.splitlines() if one.startswith("issuer_draft_proofs_total ")]
    return float(line.split()[1])


async def test_4_29_the_sandbox_reads_and_counts_it(issuer: RunningIssuer) -> None:
    before = await counted(issuer)
    answer = await issuer.request(await issuer.access_token(), await draft_body(issuer))
    assert answer.status_code == 200
    assert len(answer.json()["credentials"]) == 1
    assert await counted(issuer) == before + 1
    await issuer.issue(2)
    assert await counted(issuer) == before + 1


async def test_4_31_it_proves_as_much_as_one_of_today(issuer: RunningIssuer) -> None:
    token = await issuer.access_token()
    body = await draft_body(issuer)
    assert (await issuer.request(token, body)).status_code == 200
    assert refusal(await issuer.request(token, body)) == (400, "invalid_nonce")
    forged = await draft_body(issuer, jwt=issuer.prover().proof(await issuer.nonce(), claims={"aud": "x"}))
    assert refusal(await issuer.request(token, forged)) == INVALID_PROOF


@pytest.mark.parametrize(
    "proof",
    [
        {"proof_type": "cwt"},
        {"proof_type": "ldp_vp"},
        {"proof_type": None},
        {"jwt": None},
        {"jwt": ["a.b.c"]},
        {"jwt": "a.b.c"},
    ],
    ids=str,
)
async def test_a_malformed_one(issuer: RunningIssuer, proof: dict[str, Any]) -> None:
    token = await issuer.access_token()
    assert refusal(await issuer.request(token, await draft_body(issuer, **proof))) == INVALID_PROOF


async def test_both_forms_at_once_are_refused(issuer: RunningIssuer) -> None:
    """Two readers could take different keys."""
    body = await draft_body(issuer) | request_body(issuer.prover().proofs(await issuer.nonce(), 1))
    assert refusal(await issuer.request(await issuer.access_token(), body)) == INVALID_PROOF


async def test_where_it_is_off_it_is_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    async with running_issuer(tmp_path_factory.mktemp("strict"), draft_proof=False) as issuer:
        before = issuer.rows()["issuer_credential"]
        answer = await issuer.request(await issuer.access_token(), await draft_body(issuer))
        assert refusal(answer) == INVALID_PROOF
        assert "use proofs" in answer.json()["error_description"]
        assert issuer.rows()["issuer_credential"] == before
        assert await counted(issuer) == 0


async def test_the_counters_are_closed_to_strangers(issuer: RunningIssuer) -> None:
    answer = await issuer.client.get(f"{ISSUER}/metrics")
    assert answer.status_code == 401
    assert "issuer_draft_proofs" not in answer.text


async def test_production_reads_none_and_refuses_to_be_told_to() -> None:
    production = Settings(profile="production", public_url="https://issuer.example")
    assert production.draft_proof is False
    assert not list(check_issuing(production)())
    told = Settings(profile="production", public_url=ISSUER, draft_proof=True, deferred_approve_after=5)
    assert [refusal.setting for refusal in check_issuing(told)()] == [
        "ISSUER_DRAFT_PROOF",
        "ISSUER_DEFERRED_APPROVE_AFTER",
    ]
    assert Settings(public_url=ISSUER).draft_proof is True

"""What each type asks of holder keys: how many at once, attested by whom, how well kept (4.30-4.33, 6.07)."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from specs.jose import parse_public_jwk
from specs.sd_jwt_vc import parse_credential
from specs.well_known import inserted
from tests.issuer.deferred_types import types_with
from tests.issuer.wallet import holder_key, request_body
from tests.issuer.web.answers import refusal
from tests.issuer.web.attester import HIGH, MODERATE, Attester, with_signature_of_nobody, with_type
from tests.issuer.web.running_issuer import ISSUER, RunningIssuer, running_issuer

pytestmark = pytest.mark.asyncio(loop_scope="module")

INVALID_PROOF = (400, "invalid_proof")
INVALID_NONCE = (400, "invalid_nonce")
INVALID_REQUEST = (400, "invalid_credential_request")
POLICY = {
    "batch_size": 4,
    "holder_key": {
        "proof_algorithms": ["ES256"],
        "server_held_in_production": False,
        "attestation": {"key_storage": [HIGH]},
    },
}
ATTESTER, STRANGER = Attester.open(), Attester.open()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningIssuer]:
    """Photo cards go to well-kept keys only, four at once; proofs of age to any, ten at once."""
    folder = tmp_path_factory.mktemp("policy")
    types = types_with(folder, photo_card=POLICY)
    anchors = ATTESTER.anchors_file(folder)
    async with running_issuer(folder, credential_types_dir=types, key_attesters_file=anchors) as running:
        yield running


async def ask(issuer: RunningIssuer, proofs: dict[str, Any], configuration_id: str = "photo-card") -> Any:
    """A credential request with these proofs; the answer."""
    token = await issuer.access_token((configuration_id,))
    body = {"credential_configuration_id": configuration_id, "proofs": proofs}
    return await issuer.request(token, body)


async def told(issuer: RunningIssuer, proofs: dict[str, Any], configuration_id: str = "photo-card") -> Any:
    """The refusal; nothing is recorded."""
    before = issuer.rows()["issuer_credential"]
    answer = await ask(issuer, proofs, configuration_id)
    assert issuer.rows()["issuer_credential"] == before
    return refusal(answer)


def proof_with(issuer: RunningIssuer, nonce: str, attestation: str, number: int = 0) -> dict[str, Any]:
    """One ``jwt`` proof with an attestation in its header."""
    return {"jwt": [issuer.prover().proof(nonce, number, header={"key_attestation": attestation})]}


# How many at once.


async def test_4_30_metadata_has_the_largest_batch_and_a_type_gives_out_its_own(
    issuer: RunningIssuer,
) -> None:
    """A wallet that reads the metadata asks for ten of everything: it gets fewer, and no refusal."""
    metadata = (await issuer.client.get(inserted(ISSUER, "openid-credential-issuer"))).json()
    assert metadata["batch_credential_issuance"] == {"batch_size": 10}
    nonce = await issuer.nonce()
    attestation = await ATTESTER.attest(nonce, range(10), expires_at=None)
    answer = await ask(issuer, {"attestation": [attestation]})
    assert answer.status_code == 200, answer.text
    copies = [parse_credential(one["credential"]).sd_jwt.payload for one in answer.json()["credentials"]]
    keys = [parse_public_jwk(copy["cnf"]["jwk"]) for copy in copies]
    assert keys == [holder_key(number) for number in range(4)]


async def test_4_30_more_than_the_largest_batch(issuer: RunningIssuer) -> None:
    proofs = {"jwt": issuer.prover().proofs(await issuer.nonce(), 11)}
    assert await told(issuer, proofs, "proof-of-age") == INVALID_PROOF


async def test_4_32_a_wallet_that_asks_for_fewer_gets_fewer(issuer: RunningIssuer) -> None:
    answer = await ask(issuer, {"jwt": issuer.prover().proofs(await issuer.nonce(), 2)}, "proof-of-age")
    assert len(answer.json()["credentials"]) == 2


# Attested by whom, and how well kept.


async def test_4_06_metadata_says_what_an_attestation_must_say(issuer: RunningIssuer) -> None:
    metadata = (await issuer.client.get(inserted(ISSUER, "openid-credential-issuer"))).json()
    types = metadata["credential_configurations_supported"]
    required = {"key_storage": [HIGH]}
    for proof_type in ("jwt", "attestation"):
        announced = types["photo-card"]["proof_types_supported"][proof_type]
        assert announced["key_attestations_required"] == required
        assert announced["proof_signing_alg_values_supported"] == ["ES256"]
    free = types["proof-of-age"]["proof_types_supported"]
    assert "key_attestations_required" not in free["jwt"]
    assert free["attestation"]["key_attestations_required"] == {}


async def test_4_33_an_attested_key_gets_a_card(issuer: RunningIssuer) -> None:
    nonce = await issuer.nonce()
    answer = await ask(issuer, proof_with(issuer, nonce, await ATTESTER.attest(nonce, range(1))))
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["credentials"]) == 1


async def test_4_33_one_proof_and_an_attestation_get_a_card_for_each_attested_key(
    issuer: RunningIssuer,
) -> None:
    nonce = await issuer.nonce()
    answer = await ask(issuer, proof_with(issuer, nonce, await ATTESTER.attest(nonce, range(3)), 1))
    assert len(answer.json()["credentials"]) == 3


async def test_4_33_an_attestation_alone_gets_a_card_for_each_key(issuer: RunningIssuer) -> None:
    nonce = await issuer.nonce()
    proofs = {"attestation": [await ATTESTER.attest(nonce, range(4), expires_at=None)]}
    answer = await ask(issuer, proofs)
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["credentials"]) == 4
    assert refusal(await ask(issuer, proofs)) == INVALID_NONCE  # it is good for once


async def test_4_30_more_attested_keys_than_the_metadata_says(issuer: RunningIssuer) -> None:
    nonce = await issuer.nonce()
    alone = await ATTESTER.attest(nonce, range(11), expires_at=None)
    beside = proof_with(issuer, nonce, await ATTESTER.attest(nonce, range(11)))
    for proofs in ({"attestation": [alone]}, beside):
        answer = await ask(issuer, proofs)
        assert refusal(answer) == INVALID_REQUEST
        assert "At most 10 copies" in answer.json()["error_description"]


async def test_4_33_exactly_one_attestation(issuer: RunningIssuer) -> None:
    nonce = await issuer.nonce()
    two = [await ATTESTER.attest(nonce, range(1)), await ATTESTER.attest(nonce, range(1, 2))]
    assert await told(issuer, {"attestation": two}) == INVALID_PROOF
    assert await told(issuer, {"attestation": []}) == INVALID_PROOF


async def test_4_33_a_key_without_attestation_gets_none(issuer: RunningIssuer) -> None:
    assert await told(issuer, {"jwt": issuer.prover().proofs(await issuer.nonce(), 1)}) == INVALID_PROOF


@pytest.mark.parametrize(
    "defect", ["kept-too-badly", "keeping-not-said", "expired", "without-end", "without-nonce"]
)
@pytest.mark.parametrize("alone", [False, True], ids=["beside-a-proof", "alone"])
async def test_4_33_an_attestation_that_is_not_good_enough(
    issuer: RunningIssuer, defect: str, alone: bool
) -> None:
    nonce = await issuer.nonce()
    now = issuer.clock.now()
    defects: dict[str, dict[str, Any]] = {
        "kept-too-badly": {"key_storage": (MODERATE,)},
        "keeping-not-said": {"key_storage": ()},
        "expired": {"issued_at": now - timedelta(hours=2), "expires_at": now - timedelta(hours=1)},
        "without-end": {"expires_at": None},
        "without-nonce": {},
    }
    attestation = await ATTESTER.attest(
        None if defect == "without-nonce" else nonce, range(1), **defects[defect]
    )
    proofs = {"attestation": [attestation]} if alone else proof_with(issuer, nonce, attestation)
    if alone and defect == "without-end":
        assert (await ask(issuer, proofs)).status_code == 200  # only beside a proof it has to end
    else:
        assert await told(issuer, proofs) == INVALID_PROOF


@pytest.mark.parametrize(
    "forge",
    [
        with_signature_of_nobody,
        lambda text: with_type(text, "key-attestation+jwt"),
        lambda text: with_type(text, "keyattestation+jwt"),
        lambda _text: "a.b.c",
        lambda _text: "",
    ],
    ids=["signature", "without-chain", "type", "no-jws", "empty"],
)
@pytest.mark.parametrize("alone", [False, True], ids=["beside-a-proof", "alone"])
async def test_15_a_forged_attestation(
    issuer: RunningIssuer, forge: Callable[[str], str], alone: bool
) -> None:
    nonce = await issuer.nonce()
    forged = forge(await ATTESTER.attest(nonce, range(1)))
    proofs = {"attestation": [forged]} if alone else proof_with(issuer, nonce, forged)
    assert await told(issuer, proofs) == INVALID_PROOF


@pytest.mark.parametrize("alone", [False, True], ids=["beside-a-proof", "alone"])
async def test_e3_an_attester_whom_nobody_trusts(issuer: RunningIssuer, alone: bool) -> None:
    """Its chain is as good as any, and its authority is not in the settings."""
    nonce = await issuer.nonce()
    attestation = await STRANGER.attest(nonce, range(1))
    proofs = {"attestation": [attestation]} if alone else proof_with(issuer, nonce, attestation)
    assert await told(issuer, proofs) == INVALID_PROOF


async def test_e3_a_good_attestation_for_another_key(issuer: RunningIssuer) -> None:
    """swiyu-issuer #979: it was accepted beside a proof of a key that it does not cover."""
    nonce = await issuer.nonce()
    attestation = await ATTESTER.attest(nonce, range(1, 3))
    assert await told(issuer, proof_with(issuer, nonce, attestation, number=0)) == INVALID_PROOF


async def test_4_33_an_attestation_of_an_earlier_request(issuer: RunningIssuer) -> None:
    old, new = await issuer.nonce(), await issuer.nonce()
    attestation = await ATTESTER.attest(old, range(1))
    assert (await told(issuer, proof_with(issuer, new, attestation)))[0] == 400
    assert await told(issuer, {"attestation": [await ATTESTER.attest("x" * 54, range(1))]}) == INVALID_NONCE


async def test_where_nobody_is_trusted_a_type_that_asks_for_attestations_is_not_issued(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("nobody")
    async with running_issuer(folder, credential_types_dir=types_with(folder, photo_card=POLICY)) as issuer:
        nonce = await issuer.nonce()
        attestation = await ATTESTER.attest(nonce, range(1))
        assert await told(issuer, proof_with(issuer, nonce, attestation)) == INVALID_PROOF
        assert await told(issuer, {"jwt": issuer.prover().proofs(nonce, 1)}) == INVALID_PROOF
        assert (await told(issuer, {"attestation": [attestation]}))[1] == "invalid_proof"
        # where it is not asked for, one that we cannot judge takes nothing away
        body = request_body([], "proof-of-age") | {"proofs": proof_with(issuer, nonce, attestation)}
        assert (await issuer.request(await issuer.access_token(("proof-of-age",)), body)).status_code == 200

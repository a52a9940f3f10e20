"""Every type issued from the shipped registers over HTTP, and read back by our own cores and by the IETF
reference implementation of SD-JWT."""

import base64
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from importlib import resources
from typing import Any

import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwcrypto.jwk import JWK
from sd_jwt.verifier import SDJWTVerifier

from specs.jose import parse_x5c, public_jwk_of
from specs.sd_jwt import WithoutKeyBinding
from specs.sd_jwt_vc import (
    Reader,
    VerifiedCredential,
    parse_credential,
    process_type_metadata,
    verify_credential,
    verify_issued_credential,
)
from tests.issuer.wallet import holder_key, request_body
from tests.issuer.web.running_issuer import GRANT_TYPE, ISSUER, RunningIssuer, running_issuer
from tests.issuer.web.waiting import decide, fetch

pytestmark = pytest.mark.asyncio(loop_scope="module")

FOLDER = resources.files("issuer") / "sample_data"
MAYA = "ON-1000003"
BATCHES = {
    "photo-card": 10,
    "drivers-licence": 10,
    "health-card": 5,
    "birth-certificate": 2,
    "proof-of-age": 10,
    "proof-of-residence": 10,
    "business-registration": 1,
    "business-authority": 5,
}
KINDS = {"business-registration": "business", "business-authority": "signing_authority"}
CASES = [(name, KINDS.get(name, "person")) for name in BATCHES] + [
    (name, "child") for name in ("photo-card", "health-card", "birth-certificate")
]
FROM_THE_REGISTER: dict[str, dict[str, Any]] = {
    "photo-card": {"family_name": "Tremblay-O'Connor", "birthdate": "1994-06-14", "sex": "F"},
    "drivers-licence": {"ca.on.licence_number": "T5468-48745-26859", "ca.on.licence_conditions": ["X"]},
    "health-card": {"ca.on.health_number": "9493739644", "ca.on.health_card_version": "BD"},
    "birth-certificate": {
        "place_of_birth": {"locality": "Toronto", "region": "ON", "country": "CA"},
        "ca.on.birth_registration_number": "1994983690",
    },
    "proof-of-age": {"age_equal_or_over": {"18": True, "19": True, "21": True, "25": True, "65": False}},
    "proof-of-residence": {"ca.on.postal_prefix": "M5V"},
    "business-registration": {
        "ca.on.business_name": {"en": "Maple Loop Bakery Ltd."},
        "ca.on.directors": [
            {"family_name": "Tremblay-O'Connor", "given_name": "Maya Élise", "position": "director"}
        ],
    },
    "business-authority": {
        "given_name": "Maya Élise",
        "birthdate": "1994-06-14",
        "ca.on.position": "director",
        "ca.on.signing": "alone",
    },
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningIssuer]:
    async with running_issuer(tmp_path_factory.mktemp("issuer")) as running:
        for register in ("residents", "businesses"):
            text = (FOLDER / f"{register}.csv").read_bytes()
            headers = {"Content-Type": "text/csv"}
            await running.manage("POST", f"/{register}/import", content=text, headers=headers)
        yield running


async def token_for(issuer: RunningIssuer, name: str, kind: str) -> str:
    """An access token for the first holding of that kind that Maya has."""
    person = await issuer.subject_ref(MAYA)
    answer = await issuer.manage("POST", "/holdings/search", json={"subject_ref": person})
    ref = next(one["subject_ref"] for one in answer.json()["holdings"] if one["kind"] == kind)
    request = {"subject_ref": ref, "credential_configuration_ids": [name]}
    offer = (await issuer.manage("POST", "/offers", json=request)).json()
    code = offer["credential_offer"]["grants"][GRANT_TYPE]["pre-authorized_code"]
    form = {"grant_type": GRANT_TYPE, "pre-authorized_code": code}
    return str((await issuer.client.post(f"{ISSUER}/token", data=form)).json()["access_token"])


async def issue(issuer: RunningIssuer, name: str, kind: str) -> list[str]:
    """The largest batch of the type; a registrar approves where one has to."""
    token = await token_for(issuer, name, kind)
    body = request_body(issuer.prover().proofs(await issuer.nonce(), BATCHES[name]), name)
    answer = await issuer.request(token, body)
    if answer.status_code == 202:
        transaction_id = answer.json()["transaction_id"]
        assert (await decide(issuer, transaction_id, "approve")).status_code == 200
        answer = await fetch(issuer, token, transaction_id)
    assert answer.status_code == 200, answer.text
    return [entry["credential"] for entry in answer.json()["credentials"]]


def issuer_key(header: Any) -> Any:
    return public_jwk_of(parse_x5c(header["x5c"])[0].public_key())


def received(issuer: RunningIssuer, text: str, number: int) -> VerifiedCredential:
    credential = parse_credential(text)
    return verify_issued_credential(
        credential,
        issuer_key(credential.header),
        holder_key=holder_key(number),
        now=issuer.clock.now(),
        leeway=timedelta(0),
    )


async def type_documents(issuer: RunningIssuer, vct: str) -> dict[str, bytes]:
    return {vct: (await issuer.client.get(vct)).content}


def leaf_key(_issuer: str, header: dict[str, Any]) -> JWK:
    leaf = x509.load_der_x509_certificate(base64.b64decode(header["x5c"][0]))
    return JWK.from_pem(leaf.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


@pytest.mark.parametrize(("name", "kind"), CASES, ids=[f"{name} about {kind}" for name, kind in CASES])
async def test_2_28_what_is_issued_is_what_the_type_says_to_every_reader(
    issuer: RunningIssuer, name: str, kind: str
) -> None:
    texts = await issue(issuer, name, kind)
    assert len(texts) == BATCHES[name]
    for number, text in enumerate(texts):
        credential = received(issuer, text, number)
        documents = await type_documents(issuer, credential.vct)
        assert process_type_metadata(credential.processed, documents, Reader.HOLDER).vct == credential.vct
        reference = SDJWTVerifier(text, leaf_key).get_verified_payload()
        assert reference == credential.claims
        assert credential.claims["iss"] == ISSUER
        assert credential.status is not None
        if kind == "child":
            assert credential.claims["ca.on.holder_role"] == "guardian"
            assert (credential.claims["given_name"], credential.claims["family_name"]) == ("Arjun", "Singh")
        else:
            expected = FROM_THE_REGISTER[name]
            assert {claim: credential.claims[claim] for claim in expected} == expected
            assert "ca.on.holder_role" not in credential.claims


@pytest.mark.parametrize(("name", "kind"), CASES, ids=[f"{name} about {kind}" for name, kind in CASES])
async def test_2_24_with_nothing_disclosed_a_verifier_learns_only_what_is_never_withheld(
    issuer: RunningIssuer, name: str, kind: str
) -> None:
    [text, *_] = await issue(issuer, name, kind)
    bare = parse_credential(f"{text.partition('~')[0]}~")
    verified = verify_credential(
        bare,
        issuer_key(bare.header),
        key_binding=WithoutKeyBinding(None),
        now=issuer.clock.now(),
        leeway=timedelta(0),
    )
    documents = await type_documents(issuer, verified.vct)
    process_type_metadata(verified.processed, documents, Reader.VERIFIER)
    shown = json.dumps(verified.claims, ensure_ascii=False)
    if kind != "business":
        for personal in ("Tremblay", "Maya", "Arjun", "Singh", "1994", "2010-09", "T5468", "94937", "M5V"):
            assert personal not in shown
    if kind == "child":
        assert verified.claims["ca.on.holder_role"] == "guardian"


async def test_a_batch_over_the_limit_of_its_type_becomes_smaller(issuer: RunningIssuer) -> None:
    token = await token_for(issuer, "business-authority", "signing_authority")
    body = request_body(issuer.prover().proofs(await issuer.nonce(), 6), "business-authority")
    answer = await issuer.request(token, body)
    assert answer.status_code == 200
    assert len(answer.json()["credentials"]) == 5


async def test_nobody_who_is_not_of_the_kind_is_offered_the_type(issuer: RunningIssuer) -> None:
    request = {
        "subject_ref": await issuer.subject_ref("ON-1015841"),
        "credential_configuration_ids": ["business-authority"],
    }
    assert (await issuer.manage("POST", "/offers", json=request)).status_code == 400

"""Encrypted requests and answers over HTTP (4.39-4.41; acceptance list 2.1 items 15 and 17)."""

import json
import os
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric import ec

from specs.jose import public_jwk_of
from specs.jose.encryption_jwk import create_encryption_jwk
from specs.jose.jwe import Encryption, create_jwe
from specs.jose.jwk import PublicJwk
from specs.openid4vci import (
    ResponseEncryption,
    decrypt_response,
    parse_encrypted_response,
    parse_issuer_metadata,
    select_request_encryption,
)
from specs.well_known import inserted
from tests.issuer.deferred_types import DEFERRED, types_with
from tests.issuer.wallet import request_body
from tests.issuer.web.answers import refusal
from tests.issuer.web.running_issuer import ISSUER, RunningIssuer, running_issuer
from tests.issuer.web.waiting import decide, post

pytestmark = pytest.mark.asyncio(loop_scope="module")

REFUSED = (400, "invalid_encryption_parameters")
JWT = {"Content-Type": "application/jwt"}
PRIVATE = ec.generate_private_key(ec.SECP256R1())
OTHER = ec.generate_private_key(ec.SECP256R1())


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningIssuer]:
    """Photo cards wait for a decision; proofs of age do not."""
    folder = tmp_path_factory.mktemp("encrypted")
    types = types_with(folder, photo_card=DEFERRED)
    async with running_issuer(folder, credential_types_dir=types) as running:
        yield running


async def metadata_of(issuer: RunningIssuer) -> dict[str, Any]:
    answer = await issuer.client.get(inserted(ISSUER, "openid-credential-issuer"))
    return dict(answer.json())


async def issuer_key(issuer: RunningIssuer) -> PublicJwk:
    document = await metadata_of(issuer)
    metadata = parse_issuer_metadata(json.dumps(document).encode(), credential_issuer=ISSUER)
    chosen = select_request_encryption(metadata)
    assert chosen is not None
    return chosen.key


async def encrypted(
    issuer: RunningIssuer, body: Mapping[str, Any], *, enc: Encryption = Encryption.A256GCM, **changes: Any
) -> bytes:
    """A request as a wallet encrypts it; ``recipient``: another key than the issuer's."""
    recipient = changes.pop("recipient", None) or await issuer_key(issuer)
    return create_jwe(
        json.dumps(body).encode(),
        recipient=recipient,
        encryption=enc,
        ephemeral=ec.generate_private_key(ec.SECP256R1()),
        iv=os.urandom(12),
        **changes,
    ).encode()


def asked_for(
    private: ec.EllipticCurvePrivateKey = PRIVATE, enc: str = "A128GCM", **members: Any
) -> dict[str, Any]:
    """``credential_response_encryption``, for the wallet's key."""
    key = public_jwk_of(private.public_key(), kid="wallet-key")
    return {"jwk": create_encryption_jwk(key), "enc": enc, **members}


def opened(
    answer: httpx.Response, private: ec.EllipticCurvePrivateKey = PRIVATE, enc: str = "A128GCM"
) -> dict[str, Any]:
    """What the wallet reads."""
    assert answer.headers["content-type"] == "application/jwt"
    assert answer.headers["cache-control"] == "no-store"
    expected = ResponseEncryption(public_jwk_of(private.public_key(), kid="wallet-key"), Encryption(enc))
    jwe = parse_encrypted_response(answer.content, expected)
    epk = jwe.epk.key
    assert isinstance(epk, ec.EllipticCurvePublicKey)
    return dict(json.loads(decrypt_response(jwe, private.exchange(ec.ECDH(), epk))))


async def good_body(
    issuer: RunningIssuer, configuration_id: str = "proof-of-age", **members: Any
) -> dict[str, Any]:
    return request_body(issuer.prover().proofs(await issuer.nonce(), 2), configuration_id, **members)


async def token_for(issuer: RunningIssuer) -> str:
    return await issuer.access_token(("photo-card", "proof-of-age"))


async def told(issuer: RunningIssuer, content: bytes) -> tuple[int, str]:
    """The refusal of an encrypted request; nothing is written for it."""
    token = await token_for(issuer)
    before = issuer.rows()
    answer = await issuer.request(token, content, headers=JWT)
    assert issuer.rows() == before
    return refusal(answer)


async def test_4_39_metadata_announces_public_keys_that_can_be_told_apart(issuer: RunningIssuer) -> None:
    announced = await metadata_of(issuer)
    requests, answers = (
        announced["credential_request_encryption"],
        announced["credential_response_encryption"],
    )
    for key in requests["jwks"]["keys"]:
        assert set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
        assert (key["alg"], key["use"], key["crv"]) == ("ECDH-ES", "enc", "P-256")
    for one in (requests, answers):
        assert one["enc_values_supported"] == ["A128GCM", "A256GCM"]
        assert one["encryption_required"] is False
        assert "zip_values_supported" not in one
    assert answers["alg_values_supported"] == ["ECDH-ES"]


@pytest.mark.parametrize("enc", Encryption)
async def test_17_the_answer_is_a_jwe_to_the_wallets_key_with_the_enc_it_asked_for(
    issuer: RunningIssuer, enc: Encryption
) -> None:
    body = await good_body(issuer, credential_response_encryption=asked_for(enc=enc))
    answer = await issuer.request(
        await token_for(issuer), await encrypted(issuer, body, enc=enc), headers=JWT
    )
    assert answer.status_code == 200
    read = opened(answer, enc=enc)
    assert set(read) == {"credentials", "notification_id"}
    assert len(read["credentials"]) == 2


async def test_4_40_an_encrypted_request_that_asks_for_nothing_is_answered_in_the_clear(
    issuer: RunningIssuer,
) -> None:
    content = await encrypted(issuer, await good_body(issuer))
    answer = await issuer.request(await token_for(issuer), content, headers=JWT)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")


async def test_4_40_a_promise_is_encrypted_too_and_the_key_of_the_later_request_counts(
    issuer: RunningIssuer,
) -> None:
    token = await token_for(issuer)
    body = await good_body(issuer, "photo-card", credential_response_encryption=asked_for())
    answer = await issuer.request(token, await encrypted(issuer, body), headers=JWT)
    assert answer.status_code == 202
    promise = opened(answer)
    assert set(promise) == {"transaction_id", "interval"}
    transaction_id = promise["transaction_id"]
    again = {
        "transaction_id": transaction_id,
        "credential_response_encryption": asked_for(OTHER, "A256GCM"),
    }

    async def fetch(body: dict[str, Any]) -> httpx.Response:
        return await post(issuer, "/deferred-credential", token, await encrypted(issuer, body), headers=JWT)

    pending = await fetch(again)
    assert pending.status_code == 202
    assert opened(pending, OTHER, "A256GCM") == promise
    # without the object in this request the answer is not encrypted, whatever the first one asked for
    in_the_clear = await post(issuer, "/deferred-credential", token, {"transaction_id": transaction_id})
    assert in_the_clear.json() == promise
    assert (await decide(issuer, transaction_id, "approve")).status_code == 200
    fetched = await fetch(again)
    assert fetched.status_code == 200
    assert len(opened(fetched, OTHER, "A256GCM")["credentials"]) == 2
    # an error is in the clear although encryption was asked for
    assert refusal(await fetch(again)) == (400, "invalid_transaction_id")


async def test_15_errors_are_never_encrypted(issuer: RunningIssuer) -> None:
    wanted = asked_for()
    good = await good_body(issuer, credential_response_encryption=wanted)
    unknown_nonce = request_body(
        issuer.prover().proofs("x" * 54, 1), "proof-of-age", credential_response_encryption=wanted
    )
    without_proofs = {name: value for name, value in good.items() if name != "proofs"}
    bad_signature = request_body(
        [good["proofs"]["jwt"][0][:-8] + "AAAAAAAA"], "proof-of-age", credential_response_encryption=wanted
    )
    unknown = {**good, "credential_configuration_id": "passport"}
    identifier = {**without_proofs, "proofs": good["proofs"], "credential_identifier": "x"}
    del identifier["credential_configuration_id"]
    cases = [
        (unknown_nonce, "invalid_nonce"),
        (without_proofs, "invalid_proof"),
        (bad_signature, "invalid_proof"),
        (unknown, "unknown_credential_configuration"),
        (identifier, "unknown_credential_identifier"),
    ]
    for body, code in cases:
        assert await told(issuer, await encrypted(issuer, body)) == (400, code)


@pytest.mark.parametrize(
    "change",
    [
        {"enc": "A192GCM"},
        {"enc": "A128CBC-HS256"},
        {"enc": None},
        {"zip": "DEF"},
        {"jwk": {"kty": "oct", "k": "c2VjcmV0"}},
        {"jwk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "alg": "ECDH-ES"}},
        {"jwk": None},
        {"jwk": {**asked_for()["jwk"], "alg": "RSA-OAEP"}},
        {"jwk": {**asked_for()["jwk"], "d": "c2VjcmV0"}},
    ],
    ids=lambda change: "-".join(f"{name}-{str(value)[:24]}" for name, value in change.items()),
)
async def test_15_encryption_that_is_not_offered(issuer: RunningIssuer, change: dict[str, Any]) -> None:
    body = await good_body(issuer, credential_response_encryption=asked_for() | change)
    assert await told(issuer, await encrypted(issuer, body)) == REFUSED


async def test_4_40_an_answer_is_not_encrypted_for_a_key_that_came_in_the_clear(
    issuer: RunningIssuer,
) -> None:
    """Whoever was in between could have put theirs in."""
    body = await good_body(issuer, credential_response_encryption=asked_for())
    token = await token_for(issuer)
    before = issuer.rows()
    assert refusal(await issuer.request(token, body)) == REFUSED
    assert issuer.rows() == before


@pytest.mark.parametrize("content", [b"", b"{}", b"a.b.c", b"a.b.c.d.e", b"\xff" * 40, b"." * 4])
async def test_what_is_no_jwe(issuer: RunningIssuer, content: bytes) -> None:
    assert await told(issuer, content) == REFUSED


async def test_a_jwe_for_another_key_of_that_name(issuer: RunningIssuer) -> None:
    kid = (await issuer_key(issuer)).kid
    stranger = public_jwk_of(OTHER.public_key(), kid=kid)
    assert await told(issuer, await encrypted(issuer, await good_body(issuer), recipient=stranger)) == REFUSED


@pytest.mark.parametrize("kid", [None, "unknown", ""])
async def test_a_jwe_that_names_no_key_of_ours(issuer: RunningIssuer, kid: str | None) -> None:
    stranger = public_jwk_of(OTHER.public_key(), kid=kid) if kid else public_jwk_of(OTHER.public_key())
    assert await told(issuer, await encrypted(issuer, await good_body(issuer), recipient=stranger)) == REFUSED


async def test_a_jwe_that_names_a_key_of_ours_for_something_else(issuer: RunningIssuer) -> None:
    """The names of signing keys are public; none of them is ever used to agree on a secret."""
    jwks = (await issuer.client.get(f"{ISSUER}/jwks")).json()
    own = public_jwk_of(OTHER.public_key(), kid=jwks["keys"][0]["kid"])
    assert await told(issuer, await encrypted(issuer, await good_body(issuer), recipient=own)) == REFUSED


async def test_a_changed_jwe(issuer: RunningIssuer) -> None:
    content = await encrypted(issuer, await good_body(issuer))
    header, _, iv, ciphertext, tag = content.split(b".")
    flipped = b"A" if ciphertext[:1] != b"A" else b"B"
    assert await told(issuer, b".".join((header, b"", iv, flipped + ciphertext[1:], tag))) == REFUSED
    assert await told(issuer, b".".join((header, b"", iv, ciphertext, tag[:-4] + b"AAAA"))) == REFUSED


async def test_what_is_inside_is_read_as_strictly(issuer: RunningIssuer) -> None:
    twice = json.dumps(await good_body(issuer)).replace('"proofs":', '"proofs": null, "proofs":', 1)
    key = await issuer_key(issuer)
    content = create_jwe(
        twice.encode(),
        recipient=key,
        encryption=Encryption.A128GCM,
        ephemeral=ec.generate_private_key(ec.SECP256R1()),
        iv=os.urandom(12),
    )
    assert await told(issuer, content.encode()) == (400, "invalid_credential_request")


async def test_4_40_where_encryption_is_required_nothing_goes_in_the_clear(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("required")
    async with running_issuer(folder, credential_encryption="required") as issuer:
        announced = await metadata_of(issuer)
        assert announced["credential_request_encryption"]["encryption_required"] is True
        assert announced["credential_response_encryption"]["encryption_required"] is True
        token = await token_for(issuer)
        assert refusal(await issuer.request(token, await good_body(issuer))) == REFUSED
        only_request = await encrypted(issuer, await good_body(issuer))
        assert refusal(await issuer.request(token, only_request, headers=JWT)) == REFUSED
        assert refusal(await post(issuer, "/deferred-credential", token, {"transaction_id": "x"})) == REFUSED
        body = await good_body(issuer, credential_response_encryption=asked_for())
        answer = await issuer.request(token, await encrypted(issuer, body), headers=JWT)
        assert len(opened(answer)["credentials"]) == 2

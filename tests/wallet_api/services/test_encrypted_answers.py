"""Answers by `direct_post.jwt`: for the verifier's key of this one request (5.23, 5.24, 6.10)."""

import pytest

from specs.encoding import b64url_decode, parse_json_object
from specs.jose import create_encryption_jwk
from specs.openid4vp import ResponseMode, VpErrorResponse, VpTokenResponse
from specs.openid4vp.errors import InvalidClientMetadata, NoUsableEncryptionKey
from tests.simulators.internet import refusal
from tests.simulators.verifier import FORMATS, RESPONSE_JWK, STATE
from tests.simulators.wallet import World
from wallet_api.domain.account import Account
from wallet_api.errors import VerifierRefused


def last_form(world: World) -> dict[str, str]:
    return dict(world.verifier.forms[-1])


def header_of(world: World) -> dict[str, object]:
    return parse_json_object(b64url_decode(last_form(world)["response"].split(".")[0]), max_bytes=10_000)


async def answer(world: World, account: Account) -> None:
    wallet = world.wallet()
    opened = await wallet.open_request(account, world.verifier.link())
    await wallet.consent(account, opened.operation_id)


@pytest.mark.parametrize(
    ("listed", "expected"),
    [(["A128GCM"], "A128GCM"), (["A256GCM"], "A256GCM"), (["A128GCM", "A256GCM"], "A256GCM")],
    ids=str,
)
async def test_5_23_only_the_verifier_can_read_the_answer(
    world: World, account: Account, listed: list[str], expected: str
) -> None:
    await world.receive(account)
    world.verifier.encrypt(listed)

    await answer(world, account)

    assert set(last_form(world)) == {"response"}
    header = header_of(world)
    assert (header["alg"], header["enc"], header["kid"]) == ("ECDH-ES", expected, "response-1")
    assert list(world.verifier.verify_last(world.issuer)) == ["age"]


async def test_5_24_every_answer_has_a_key_and_an_iv_of_its_own(world: World, account: Account) -> None:
    await world.receive(account)
    world.verifier.encrypt()
    seen = set()
    for _ in range(3):
        await answer(world, account)
        seen.add((str(header_of(world)["epk"]), last_form(world)["response"].split(".")[2]))
    assert len({epk for epk, _ in seen}) == len({iv for _, iv in seen}) == 3


async def test_an_encrypted_answer_to_an_unsigned_request(world: World, account: Account) -> None:
    await world.receive(account)
    world.verifier.encrypt()
    wallet, claims = world.wallet(), world.verifier.claims
    link = world.verifier.unsigned_link(
        client_metadata=claims["client_metadata"], response_mode=ResponseMode.DIRECT_POST_JWT
    )

    opened = await wallet.open_request(account, link)
    await wallet.consent(account, opened.operation_id)

    response = world.verifier.responses[-1]
    assert isinstance(response, VpTokenResponse)
    assert set(last_form(world)) == {"response"}


async def test_5_28_a_refusal_is_encrypted_like_a_presentation(world: World, account: Account) -> None:
    world.verifier.encrypt()
    wallet = world.wallet()
    opened = await wallet.open_request(account, world.verifier.link())

    refused = await wallet.answer.refuse(account, opened.operation_id)

    assert refused.delivered
    assert set(last_form(world)) == {"response"}
    [response] = world.verifier.responses
    assert isinstance(response, VpErrorResponse)
    assert (response.error, response.state) == ("access_denied", STATE)


@pytest.mark.parametrize(
    "metadata",
    [
        {"vp_formats_supported": FORMATS},
        {"vp_formats_supported": FORMATS, "jwks": {"keys": []}},
        {
            "vp_formats_supported": FORMATS,
            "jwks": {"keys": [create_encryption_jwk(RESPONSE_JWK)]},
            "encrypted_response_enc_values_supported": ["A128CBC-HS256"],
        },
    ],
    ids=["no-keys", "empty", "unknown-enc"],
)
async def test_5_23_what_cannot_be_encrypted_is_not_sent_in_the_clear(
    world: World, account: Account, metadata: dict[str, object]
) -> None:
    await world.receive(account)
    world.verifier.claims = {"response_mode": "direct_post.jwt", "client_metadata": metadata}

    with pytest.raises((NoUsableEncryptionKey, InvalidClientMetadata)):
        await world.wallet().open_request(account, world.verifier.link())

    # The verifier is known, so it is told; that error is all it gets (8.3.1).
    [response] = world.verifier.responses
    assert isinstance(response, VpErrorResponse)
    assert response.error == "invalid_request"


async def test_a_verifier_that_refuses_an_encrypted_answer_is_heard(world: World, account: Account) -> None:
    await world.receive(account)
    world.verifier.encrypt()
    world.verifier.response_answer = lambda: refusal("invalid_request")

    with pytest.raises(VerifierRefused):
        await answer(world, account)

"""Requests of pages through the Digital Credentials API: read, agreed to, handed back (5.25, 5.34, 6.10)."""

from datetime import timedelta
from typing import Any

import pytest

from specs.dcql import parse_dcql_query
from specs.encoding import b64url_decode, parse_json_object
from specs.jose import Algorithm, UnverifiedJwe, create_x5c
from specs.jose.signatures import sign_with
from specs.openid4vp import (
    BrowserProtocol,
    BrowserRequestParameters,
    ClientSignature,
    ResponseMode,
    VpTokenResponse,
    create_client_metadata,
    create_signed_browser_request,
    create_unsigned_browser_request,
    parse_browser_response,
    prepare_multisigned_browser_request,
    prepare_signed_browser_request,
)
from specs.openid4vp.errors import (
    InvalidExpectedOrigins,
    RequestError,
    UnexpectedOrigin,
    UnsupportedResponseMode,
    UntrustedVerifier,
)
from specs.sd_jwt import KeyBindingPolicy
from specs.sd_jwt_vc import parse_credential, verify_credential
from tests.simulators.issuer import authority, signer_below
from tests.simulators.verifier import AGE, FORMATS, NONCE, RESPONSE_JWK, client_id_of, issuer_key
from tests.simulators.wallet import NOW, World
from wallet_api.domain.account import Account
from wallet_api.errors import UnknownOperation, UnsupportedBrowserProtocol
from wallet_api.services.open_request import OpenedRequest
from wallet_api.services.read_request import PageRequest

ORIGIN = "https://pages.example"
PLAIN = BrowserRequestParameters(
    NONCE, parse_dcql_query(AGE), create_client_metadata(FORMATS), ResponseMode.DC_API
)
ENCRYPTED = BrowserRequestParameters(
    NONCE, parse_dcql_query(AGE), create_client_metadata(FORMATS, jwks=[RESPONSE_JWK])
)


def signed(world: World, *origins: str, parameters: BrowserRequestParameters = ENCRYPTED) -> dict[str, Any]:
    """A request that the verifier signed for pages of these origins."""
    signer = world.verifier.signed_by or world.verifier.signer
    prepared = prepare_signed_browser_request(
        parameters,
        client_id=world.verifier.client_id,
        expected_origins=origins or (ORIGIN,),
        algorithm=Algorithm.ES256,
        certificate_chain=create_x5c([signer.certificate]),
        issued_at=NOW,
        expires_at=NOW + timedelta(minutes=5),
    )
    return create_signed_browser_request(
        prepared.attach(sign_with(signer.key, Algorithm.ES256, prepared.data))
    )


async def opened(world: World, account: Account, data: Any, protocol: BrowserProtocol) -> OpenedRequest:
    page = PageRequest(ORIGIN, protocol.value, data)
    return await world.wallet().open_request.from_page(account, page)


@pytest.mark.parametrize("kind", ["unsigned", "signed"])
async def test_5_34_a_page_is_given_an_encrypted_answer_bound_to_its_origin(
    world: World, account: Account, kind: str
) -> None:
    await world.receive(account)
    calls = len(world.internet.calls)
    if kind == "signed":
        found = await opened(world, account, signed(world), BrowserProtocol.SIGNED)
    else:
        data = create_unsigned_browser_request(ENCRYPTED)
        found = await opened(world, account, data, BrowserProtocol.UNSIGNED)

    delivered = await world.wallet().consent(account, found.operation_id)

    assert delivered.browser_response is not None
    assert delivered.browser_response.keys() == {"response"}
    jwe = parse_browser_response(delivered.browser_response, mode=ResponseMode.DC_API_JWT)
    assert isinstance(jwe, UnverifiedJwe)
    response = world.verifier.decrypt(jwe)
    assert isinstance(response, VpTokenResponse)
    verify(world, response, f"origin:{ORIGIN}")
    # Nothing left for anywhere: the page carries it.
    assert len(world.internet.calls) == calls


async def test_6_10_of_several_signatures_the_known_one_counts(world: World, account: Account) -> None:
    await world.receive(account)
    stranger = signer_below(authority(NOW), NOW, "verifier.example")
    signers = [stranger, world.verifier.signer]
    prepared = prepare_multisigned_browser_request(
        ENCRYPTED,
        clients=[
            ClientSignature(
                client_id=client_id_of(one),
                algorithm=Algorithm.ES256,
                certificate_chain=create_x5c([one.certificate]),
            )
            for one in signers
        ],
        expected_origins=[ORIGIN],
        issued_at=NOW,
        expires_at=NOW + timedelta(minutes=5),
    )
    inputs = zip(signers, prepared.inputs, strict=True)
    data = prepared.attach([sign_with(one.key, Algorithm.ES256, part.data) for one, part in inputs])

    found = await opened(world, account, data, BrowserProtocol.MULTISIGNED)

    assert found.verifier.client_id == world.verifier.client_id.full
    assert (await world.wallet().consent(account, found.operation_id)).browser_response is not None


async def test_5_34_a_plain_answer_where_a_page_asks_for_one(world: World, account: Account) -> None:
    await world.receive(account)
    data = create_unsigned_browser_request(PLAIN)
    found = await opened(world, account, data, BrowserProtocol.UNSIGNED)

    delivered = await world.wallet().consent(account, found.operation_id)

    response = parse_browser_response(delivered.browser_response, mode=ResponseMode.DC_API)
    assert isinstance(response, VpTokenResponse)
    verify(world, response, f"origin:{ORIGIN}")


async def test_who_asks_is_the_origin_and_whoever_signed(world: World, account: Account) -> None:
    unsigned = await opened(
        world, account, create_unsigned_browser_request(ENCRYPTED), BrowserProtocol.UNSIGNED
    )
    by_name = await opened(world, account, signed(world), BrowserProtocol.SIGNED)

    assert (unsigned.verifier.client_id, unsigned.verifier.origin) == (None, ORIGIN)
    assert (unsigned.verifier.trusted, unsigned.verifier.name) == (False, None)
    assert by_name.verifier.client_id == world.verifier.client_id.full
    assert (by_name.verifier.trusted, by_name.verifier.origin) == (True, ORIGIN)


async def test_5_25_the_origin_counts_even_when_the_request_names_another_client(
    world: World, account: Account
) -> None:
    await world.receive(account)
    lies = {"client_id": world.verifier.client_id.full, "expected_origins": ["https://other.example"]}
    data = create_unsigned_browser_request(PLAIN) | lies
    found = await opened(world, account, data, BrowserProtocol.UNSIGNED)

    delivered = await world.wallet().consent(account, found.operation_id)

    response = parse_browser_response(delivered.browser_response, mode=ResponseMode.DC_API)
    assert isinstance(response, VpTokenResponse)
    [presentation] = response.vp_token["age"]
    payload = presentation.rpartition("~")[2].split(".")[1]
    assert parse_json_object(b64url_decode(payload), max_bytes=10_000)["aud"] == f"origin:{ORIGIN}"


async def test_5_34_a_request_for_other_pages_is_a_replay(world: World, account: Account) -> None:
    with pytest.raises(UnexpectedOrigin) as raised:
        await opened(world, account, signed(world, "https://bank.example"), BrowserProtocol.SIGNED)
    assert raised.value.code == "invalid_request"


async def test_a_stranger_is_not_known_through_the_browser_either(world: World, account: Account) -> None:
    world.verifier.signed_by = signer_below(authority(NOW), NOW, "verifier.example")

    with pytest.raises(UntrustedVerifier):
        await opened(world, account, signed(world), BrowserProtocol.SIGNED)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_mode": "direct_post"}, UnsupportedResponseMode),
        ({"response_mode": None}, UnsupportedResponseMode),
        ({"nonce": ""}, RequestError),
        ({"transaction_data": ["e30"]}, RequestError),
        ({"client_metadata": {"vp_formats_supported": {"mso_mdoc": {}}}}, RequestError),
    ],
    ids=str,
)
async def test_a_request_of_a_page_is_as_strictly_read(
    world: World, account: Account, changes: dict[str, Any], error: type[RequestError]
) -> None:
    data = create_unsigned_browser_request(PLAIN) | changes
    with pytest.raises(error):
        await opened(world, account, data, BrowserProtocol.UNSIGNED)


async def test_a_signed_request_passes_for_nothing_else(world: World, account: Account) -> None:
    with pytest.raises(RequestError):
        await opened(world, account, signed(world), BrowserProtocol.UNSIGNED)
    # One that was signed for a link, brought by a page: it names no origins.
    world.verifier.claims = {"response_mode": "dc_api.jwt", "response_uri": None}
    link = create_signed_browser_request(world.verifier.signed_request().decode())
    with pytest.raises(InvalidExpectedOrigins):
        await opened(world, account, link, BrowserProtocol.SIGNED)


@pytest.mark.parametrize("protocol", ["openid4vp", "org-iso-mdoc", "openid4vp-v2-unsigned", ""])
async def test_another_protocol_is_not_guessed_at(world: World, account: Account, protocol: str) -> None:
    with pytest.raises(UnsupportedBrowserProtocol):
        await world.wallet().open_request.from_page(account, PageRequest(ORIGIN, protocol, {}))


async def test_5_28_a_refusal_is_a_code_for_the_page(world: World, account: Account) -> None:
    found = await opened(world, account, create_unsigned_browser_request(ENCRYPTED), BrowserProtocol.UNSIGNED)
    assert not found.can_answer

    refused = await world.wallet().answer.refuse(account, found.operation_id)

    assert refused.browser_response == {"error": "access_denied"}
    with pytest.raises(UnknownOperation):
        await world.wallet().answer.refuse(account, found.operation_id)


async def test_what_a_page_was_given_is_in_the_record(world: World, account: Account) -> None:
    await world.receive(account)
    found = await opened(world, account, create_unsigned_browser_request(ENCRYPTED), BrowserProtocol.UNSIGNED)

    delivered = await world.wallet().consent(account, found.operation_id)

    [entry] = await world.wallet().history.list(account)
    assert (entry.entry_id, entry.shown.asked.origin) == (delivered.entry_id, ORIGIN)
    assert (entry.shown.accepted, entry.shown.receipt) == (True, None)


def verify(world: World, response: VpTokenResponse, audience: str) -> None:
    [presentation] = response.vp_token["age"]
    credential = verify_credential(
        parse_credential(presentation),
        issuer_key(world.issuer),
        key_binding=KeyBindingPolicy(NONCE, audience, timedelta(minutes=5)),
        now=NOW,
        leeway=timedelta(seconds=60),
        required=("exp",),
    )
    assert credential.claims["age_equal_or_over"] == {"19": True}

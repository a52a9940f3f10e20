"""Every way a request can reach the wallet, and every kind of client (5.02, 5.08)."""

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from specs.encoding import b64url_decode, parse_json_object
from specs.errors import ProtocolError
from specs.jose import public_jwk_of
from specs.openid4vp import RegisteredClient, VpTokenResponse, parse_client_id
from specs.openid4vp.errors import (
    ClientIdMismatch,
    InvalidRequestObjectSignature,
    MissingQuery,
    RequestError,
    ResponseUriNotAllowed,
    SignedRequestRequired,
    UnknownClient,
    UntrustedVerifier,
    WrongRequestObjectAudience,
)
from tests.simulators.issuer import authority, signer_below
from tests.simulators.verifier import RESPONSE_URI, STATE
from tests.simulators.wallet import NOW, World
from wallet_api.domain.account import Account
from wallet_api.domain.event import EventName

REGISTERED = "service-ontario"


def registered(world: World, **changes: Any) -> dict[str, RegisteredClient]:
    """The simulated verifier as a client known beforehand."""
    client = RegisteredClient(
        REGISTERED,
        (public_jwk_of(world.verifier.signer.key.public_key(), kid="k1"),),
        frozenset({RESPONSE_URI}),
        name="ServiceOntario",
    )
    return {REGISTERED: replace(client, **changes)}


def ask_as_registered(world: World) -> None:
    world.verifier.linked_client = parse_client_id(REGISTERED)
    world.verifier.claims = {"client_id": REGISTERED}
    world.verifier.header = {"x5c": None, "kid": "k1"}


async def test_5_02_a_request_by_value_is_answered_as_a_fetched_one(world: World, account: Account) -> None:
    await world.receive(account)
    wallet = world.wallet()

    opened = await wallet.open_request(account, world.verifier.link_by_value())
    await wallet.consent(account, opened.operation_id)

    assert opened.verifier.trusted
    assert not world.internet.called("/request-objects/1")
    assert list(world.verifier.verify_last(world.issuer)) == ["age"]


async def test_5_03_a_request_may_name_its_own_address_as_audience(world: World, account: Account) -> None:
    """As credo-ts 0.6.3 writes it; only where it was fetched from there."""
    world.verifier.claims = {"aud": "https://verifier.example/request-objects/1"}
    assert (await world.wallet().open_request(account, world.verifier.link())).verifier.trusted

    with pytest.raises(WrongRequestObjectAudience):
        await world.wallet().open_request(account, world.verifier.link_by_value())
    world.verifier.claims = {"aud": "https://verifier.example/request-objects/2"}
    with pytest.raises(WrongRequestObjectAudience):
        await world.wallet().open_request(account, world.verifier.link())


async def test_5_01_a_request_by_value_of_a_stranger_is_not_opened(world: World, account: Account) -> None:
    world.verifier.signed_by = signer_below(authority(NOW), NOW, "verifier.example")

    with pytest.raises(UntrustedVerifier):
        await world.wallet().open_request(account, world.verifier.link_by_value())
    assert not world.internet.calls


async def test_5_08_an_unsigned_request_is_shown_as_nobodys(world: World, account: Account) -> None:
    await world.receive(account)

    opened = await world.wallet().open_request(account, world.verifier.unsigned_link())

    assert opened.can_answer
    assert (opened.verifier.trusted, opened.verifier.name, opened.verifier.registration) == (
        False,
        None,
        None,
    )
    assert opened.verifier.client_id == f"redirect_uri:{RESPONSE_URI}"


async def test_5_25_an_answer_to_an_unsigned_request_is_bound_to_its_address(
    world: World, account: Account
) -> None:
    await world.receive(account)
    wallet = world.wallet()

    opened = await wallet.open_request(account, world.verifier.unsigned_link())
    await wallet.consent(account, opened.operation_id)

    response = world.verifier.responses[-1]
    assert isinstance(response, VpTokenResponse)
    assert response.state == STATE
    assert audience(response) == f"redirect_uri:{RESPONSE_URI}"


@pytest.mark.parametrize(
    ("link", "error"),
    [
        ({"client_id": "x509_san_dns:verifier.example"}, SignedRequestRequired),
        ({"client_id": REGISTERED}, SignedRequestRequired),
        ({"response_uri": "https://evil.example/1"}, ClientIdMismatch),
        ({"dcql_query": None}, MissingQuery),
    ],
)
async def test_what_is_wrong_with_an_unsigned_request_is_told_to_nobody(
    world: World, account: Account, link: dict[str, str | None], error: type[ProtocolError]
) -> None:
    """Anybody could have written it: the address in it may be somebody else's."""
    with pytest.raises(error):
        await world.wallet().open_request(account, changed(world.verifier.unsigned_link(), link))
    assert not world.internet.calls
    assert not world.store.events or world.store.events[-1].name is not EventName.PRESENTATION_OPENED


async def test_a_refusal_of_an_unsigned_request_is_told_when_the_resident_says_so(
    world: World, account: Account
) -> None:
    wallet = world.wallet()
    opened = await wallet.open_request(account, world.verifier.unsigned_link())
    assert not world.internet.calls

    refused = await wallet.answer.refuse(account, opened.operation_id)

    assert refused.delivered
    assert [one.url for one in world.internet.calls] == [RESPONSE_URI]


async def test_5_08_a_registered_verifier_is_known_by_its_key(world: World, account: Account) -> None:
    await world.receive(account)
    ask_as_registered(world)
    wallet = world.wallet(registered=registered(world))

    opened = await wallet.open_request(account, world.verifier.link())
    await wallet.consent(account, opened.operation_id)

    assert (opened.verifier.name, opened.verifier.trusted) == ("ServiceOntario", True)
    response = world.verifier.responses[-1]
    assert isinstance(response, VpTokenResponse)
    assert audience(response) == REGISTERED


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_uris": frozenset({"https://other.example/1"})}, ResponseUriNotAllowed),
        ({"keys": ()}, InvalidRequestObjectSignature),
        (
            {"keys": (public_jwk_of(ec.derive_private_key(5, ec.SECP256R1()).public_key(), kid="k1"),)},
            InvalidRequestObjectSignature,
        ),
    ],
    ids=["address", "no-key", "another-key"],
)
async def test_5_08_a_registration_is_kept_to(
    world: World, account: Account, changes: Any, error: type[RequestError]
) -> None:
    ask_as_registered(world)

    with pytest.raises(error):
        await world.wallet(registered=registered(world, **changes)).open_request(
            account, world.verifier.link()
        )
    assert not world.verifier.responses


async def test_5_08_who_is_not_registered_is_not_even_asked(world: World, account: Account) -> None:
    ask_as_registered(world)

    with pytest.raises(UnknownClient):
        await world.wallet().open_request(account, world.verifier.link())
    assert not world.internet.calls


def audience(response: VpTokenResponse) -> str:
    """``aud`` of the key binding."""
    [presentation] = response.vp_token["age"]
    payload = presentation.rpartition("~")[2].split(".")[1]
    return str(parse_json_object(b64url_decode(payload), max_bytes=10_000)["aud"])


def changed(link: str, changes: dict[str, str | None]) -> str:
    """A link with other parameters; None leaves one out."""
    parameters = dict(parse_qsl(urlsplit(link).query)) | changes
    kept = {name: value for name, value in parameters.items() if value is not None}
    return "openid4vp://?" + urlencode(kept)

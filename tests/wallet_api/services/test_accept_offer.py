"""Receiving credentials: code, token, nonce, proofs, credential request (OpenID4VCI 1.0 sections 6 to 8)."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest

from specs.encoding import parse_json_object
from specs.jose import parse_jws
from specs.openid4vci import KEY_PROOF_TYPE
from specs.openid4vci.wallet_errors import InvalidCredentialResponse, InvalidNonceResponse, TooManyCredentials
from tests.simulators.internet import json_answer, refusal
from tests.simulators.issuer import ISSUER, VCT
from tests.simulators.wallet import World
from wallet_api.domain.account import Account
from wallet_api.domain.event import EventName
from wallet_api.domain.held_credential import CardStatus, TypeName
from wallet_api.domain.operation import OperationId
from wallet_api.errors import (
    IssuanceDeferred,
    IssuerRefused,
    IssuerUnreachable,
    OfferNotSupported,
    ServerHeldKeysNotAllowed,
    TransactionCodeNeeded,
    UnknownOperation,
)
from wallet_api.ports import HttpAnswer
from wallet_api.services.accept_offer import AcceptedOffer


@dataclass
class Offered:
    """An offer that was opened."""

    world: World
    account: Account
    operation_id: OperationId

    async def accept(
        self, *, tx_code: str | None = None, copies: int | None = None, client_id: str | None = None
    ) -> AcceptedOffer:
        wallet = self.world.wallet(client_id=client_id)
        return await wallet.accept_offer(self.account, self.operation_id, tx_code=tx_code, copies=copies)


async def opened(world: World, account: Account) -> Offered:
    found = await world.wallet().open_offer(account, world.issuer.link())
    return Offered(world, account, found.operation_id)


def proofs_sent(world: World) -> list[dict[str, Any]]:
    """Header and claims of every proof of the last credential request."""
    body = parse_json_object(world.internet.called("/credential")[-1].body, max_bytes=10**6)
    found = [parse_jws(one, max_bytes=9999) for one in body["proofs"]["jwt"]]
    return [{**one.header, **parse_json_object(one.payload, max_bytes=9999)} for one in found]


async def test_a_batch_is_received_with_a_key_for_each_copy(world: World, account: Account) -> None:
    accepted = await (await opened(world, account)).accept()

    [card] = accepted.received
    assert (card.copies, card.copies_left, card.vct) == (10, 10, VCT)
    assert card.names == (TypeName("en-CA", "Photo card"), TypeName("fr-CA", "Carte-photo"))
    assert card.lineage == (VCT,)
    assert card.status is CardStatus.VALID
    assert not accepted.refused
    assert await world.store.find_credential(account.account_id, card.credential_id) == card
    assert world.store.events[-1].name is EventName.CREDENTIAL_RECEIVED
    assert world.store.events[-1].reason == "photo-card"


async def test_4_31_proofs_are_for_different_keys_this_issuer_and_its_nonce(
    world: World, account: Account
) -> None:
    await (await opened(world, account)).accept()

    proofs = proofs_sent(world)
    assert len({proof["jwk"]["x"] for proof in proofs}) == len(proofs) == 10
    for proof in proofs:
        assert (proof["typ"], proof["alg"], proof["aud"]) == (KEY_PROOF_TYPE, "ES256", ISSUER)
        assert proof["nonce"] == "nonce-0"
        assert "d" not in proof["jwk"]
        assert "iss" not in proof


async def test_4_31_a_wallet_that_names_itself_does_so_in_the_proofs_too(
    world: World, account: Account
) -> None:
    await (await opened(world, account)).accept(client_id="trillium-wallet")

    assert dict(world.internet.called("/token")[0].fields)["client_id"] == "trillium-wallet"
    assert {proof["iss"] for proof in proofs_sent(world)} == {"trillium-wallet"}


@pytest.mark.parametrize(
    ("batch_size", "wanted", "received"), [(10, 3, 3), (4, None, 4), (4, 10, 4), (50, None, 10), (1, None, 1)]
)
async def test_4_30_no_more_copies_than_the_issuer_hands_out_or_ten(
    world: World, account: Account, batch_size: int, wanted: int | None, received: int
) -> None:
    world.issuer.batch_size = batch_size

    accepted = await (await opened(world, account)).accept(copies=wanted)

    assert accepted.received[0].copies == received


async def test_4_32_the_copies_may_come_in_any_order(world: World, account: Account) -> None:
    world.issuer.deliver = lambda copies: copies[::-1]

    accepted = await (await opened(world, account)).accept()

    assert accepted.received[0].copies == 10


async def test_4_32_fewer_copies_than_keys_are_fine(world: World, account: Account) -> None:
    world.issuer.deliver = lambda copies: copies[3:5]

    assert (await (await opened(world, account)).accept()).received[0].copies == 2


async def test_4_32_more_copies_than_keys_are_refused(world: World, account: Account) -> None:
    world.issuer.deliver = lambda copies: [*copies, copies[0]]

    with pytest.raises(TooManyCredentials):
        await (await opened(world, account)).accept()
    assert not await world.store.credentials_of(account.account_id)


async def test_a_used_nonce_is_replaced_once_by_a_fresh_one(world: World, account: Account) -> None:
    world.issuer.bad_nonces = 1

    accepted = await (await opened(world, account)).accept()

    assert accepted.received[0].copies == 10
    assert {proof["nonce"] for proof in proofs_sent(world)} == {"nonce-1"}
    assert len(world.internet.called("/token")) == 1


async def test_a_second_refused_nonce_ends_it(world: World, account: Account) -> None:
    world.issuer.bad_nonces = 2

    with pytest.raises(IssuerRefused) as refused:
        await (await opened(world, account)).accept()
    assert refused.value.code_to_show == "invalid_nonce"
    assert len(world.internet.called("/credential")) == 2


async def test_an_issuer_without_nonce_endpoint_gets_proofs_without_nonce(
    world: World, account: Account
) -> None:
    world.issuer.metadata = {"nonce_endpoint": None}

    await (await opened(world, account)).accept()

    assert not any("nonce" in proof for proof in proofs_sent(world))
    assert not world.internet.called("/nonce")


@pytest.mark.parametrize(("needed", "sent"), [("1234", None), (None, "1234")])
async def test_4_18_a_transaction_code_is_sent_exactly_when_it_is_needed(
    world: World, account: Account, needed: str | None, sent: str | None
) -> None:
    world.issuer.tx_code = needed
    offer = await opened(world, account)

    with pytest.raises(TransactionCodeNeeded):
        await offer.accept(tx_code=sent)

    assert not world.internet.called("/token")
    assert (await offer.accept(tx_code=needed)).received


async def test_a_wrong_transaction_code_may_be_corrected(world: World, account: Account) -> None:
    world.issuer.tx_code = "493536"
    offer = await opened(world, account)

    with pytest.raises(IssuerRefused) as refused:
        await offer.accept(tx_code="493537")

    assert refused.value.code_to_show == "invalid_grant"
    assert (await offer.accept(tx_code="493536")).received[0].copies == 10


async def test_an_offer_is_accepted_once(world: World, account: Account) -> None:
    offer = await opened(world, account)
    await offer.accept()

    with pytest.raises(UnknownOperation):
        await offer.accept()


async def test_an_offer_is_accepted_once_even_at_once(world: World, account: Account) -> None:
    offer = await opened(world, account)

    results = await asyncio.gather(*(offer.accept() for _ in range(3)), return_exceptions=True)

    assert len([one for one in results if isinstance(one, AcceptedOffer)]) == 1
    assert len(await world.store.credentials_of(account.account_id)) == 1


async def test_another_account_cannot_accept_it(world: World, account: Account) -> None:
    offer = await opened(world, account)
    offer.account = await world.account("somebody else")

    with pytest.raises(UnknownOperation):
        await offer.accept()
    assert not world.internet.called("/token")


async def test_an_offer_waits_for_minutes_only(world: World, account: Account) -> None:
    offer = await opened(world, account)
    world.clock.advance(minutes=10)

    with pytest.raises(UnknownOperation):
        await offer.accept()


async def test_a_type_whose_policy_wants_a_device_key_is_not_received_by_the_server(
    world: World, account: Account
) -> None:
    world.server_holds = False

    with pytest.raises(ServerHeldKeysNotAllowed):
        await (await opened(world, account)).accept()
    assert not world.internet.called("/token")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refusal("invalid_grant"), IssuerRefused),
        (refusal("made_up_code"), IssuerRefused),
        (json_answer({}), Exception),
        (HttpAnswer(500, "application/json", b"{}"), IssuerUnreachable),
        (HttpAnswer(400, "application/json", b"{}"), IssuerUnreachable),
        (HttpAnswer(400, "text/html", b"<p>"), IssuerUnreachable),
        (HttpAnswer(200, "text/html", b"<p>"), IssuerUnreachable),
        (HttpAnswer(302, "application/json", b"{}"), IssuerUnreachable),
    ],
)
async def test_token_answers_that_are_none(
    world: World, account: Account, answer: HttpAnswer, error: type[Exception]
) -> None:
    world.issuer.token_answer = lambda: answer

    with pytest.raises(error) as raised:
        await (await opened(world, account)).accept()
    if isinstance(raised.value, IssuerRefused):
        assert raised.value.code_to_show in ("invalid_grant", "issuer_refused")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refusal("credential_request_denied"), IssuerRefused),
        (refusal("invalid_token", 401), IssuerRefused),
        (json_answer({"transaction_id": "later", "interval": 5}, 202), IssuanceDeferred),
        (json_answer({"credentials": []}), InvalidCredentialResponse),
        (json_answer({"credential": "draft"}), InvalidCredentialResponse),
        (HttpAnswer(200, "application/jwt", b"..."), IssuerUnreachable),
        (HttpAnswer(200, "application/json", b"x" * (4 * 1024 * 1024 + 1)), IssuerUnreachable),
    ],
)
async def test_credential_answers_that_are_none(
    world: World, account: Account, answer: HttpAnswer, error: type[Exception]
) -> None:
    world.issuer.credential_answer = lambda: answer

    with pytest.raises(error):
        await (await opened(world, account)).accept()
    assert not await world.store.credentials_of(account.account_id)


async def test_a_nonce_answer_that_is_none(world: World, account: Account) -> None:
    world.internet.sites[f"{ISSUER}/nonce"] = lambda _: json_answer({"nonce": "draft"})

    with pytest.raises(InvalidNonceResponse):
        await (await opened(world, account)).accept()


def token_with(*details: dict[str, Any]) -> HttpAnswer:
    token = {"access_token": "the-token", "token_type": "Bearer", "expires_in": 300}
    return json_answer({**token, "authorization_details": list(details)})


def granted(configuration_id: str, *identifiers: str) -> dict[str, Any]:
    return {
        "type": "openid_credential",
        "credential_configuration_id": configuration_id,
        "credential_identifiers": list(identifiers),
    }


async def test_4_29_credentials_are_asked_for_by_identifier_when_the_token_names_some(
    world: World, account: Account
) -> None:
    world.issuer.token_answer = lambda: token_with(granted("photo-card", "maya-1", "maya-2"))

    accepted = await (await opened(world, account)).accept()

    bodies = [parse_json_object(call.body, max_bytes=10**6) for call in world.internet.called("/credential")]
    assert [body["credential_identifier"] for body in bodies] == ["maya-1", "maya-2"]
    assert not any("credential_configuration_id" in body for body in bodies)
    assert len(accepted.received) == 2


async def test_a_token_for_nothing_that_was_offered_ends_it(world: World, account: Account) -> None:
    world.issuer.token_answer = lambda: token_with(granted("licence", "x"))

    with pytest.raises(OfferNotSupported):
        await (await opened(world, account)).accept()


async def test_what_was_received_stays_when_another_credential_of_the_offer_is_refused(
    world: World, account: Account
) -> None:
    world.issuer.token_answer = lambda: token_with(granted("photo-card", "first", "second"))
    offer = await opened(world, account)
    good = world.issuer.answer
    world.internet.sites[f"{ISSUER}/credential"] = lambda call: (
        refusal("credential_request_denied") if b"second" in call.body else good(call)
    )

    accepted = await offer.accept()

    assert len(accepted.received) == 1
    assert accepted.refused == [("photo-card", "credential_request_denied")]

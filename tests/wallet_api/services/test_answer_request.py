"""Showing what was agreed to, to whom it was agreed, once (OpenID4VP 1.0 sections 8 and 14)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from specs.encoding import parse_json_object
from specs.openid4vp import VpErrorResponse, VpTokenResponse
from specs.openid4vp.response_errors import InvalidResponseAnswer
from specs.sd_jwt import SdJwtRejected, parse_sd_jwt
from tests.simulators.internet import json_answer, refusal
from tests.simulators.issuer import MAYA, VCT
from tests.simulators.verifier import AGE, NONCE, STATE
from tests.simulators.wallet import World
from wallet_api.clients.internet import DirectPost
from wallet_api.domain.account import Account
from wallet_api.domain.event import EventName
from wallet_api.domain.operation import OperationId
from wallet_api.errors import (
    ConsentBroken,
    NothingToShow,
    UnknownCredential,
    UnknownOperation,
    VerifierRefused,
    VerifierUnreachable,
)
from wallet_api.ports import Delivery, HttpAnswer
from wallet_api.services.answer_request import Delivered

NAME_QUERY: dict[str, Any] = {
    "credentials": [
        {
            "id": "name",
            "format": "dc+sd-jwt",
            "meta": {"vct_values": [VCT]},
            "claims": [{"path": ["family_name"]}, {"path": ["address"]}],
        }
    ]
}


async def opened(world: World, account: Account) -> OperationId:
    return (await world.wallet().open_request(account, world.verifier.link())).operation_id


async def consent(
    world: World, account: Account, operation_id: OperationId | None = None, delivery: Delivery | None = None
) -> Delivered:
    found = operation_id or await opened(world, account)
    return await world.wallet(delivery=delivery).consent(account, found)


async def test_exactly_what_was_agreed_to_is_shown_bound_to_this_request(
    world: World, account: Account
) -> None:
    await world.receive(account)

    delivered = await consent(world, account)

    assert (delivered.delivered, delivered.redirect_uri, delivered.receipt) == (True, None, False)
    [credential] = world.verifier.verify_last(world.issuer)["age"]
    assert credential.claims["age_equal_or_over"] == {"19": True}
    shown = set(credential.claims) - {"age_equal_or_over"}
    assert shown == {"iss", "vct", "iat", "exp", "cnf", "status", "vct#integrity", "issuing_country"}
    binding = credential.key_binding
    assert binding is not None
    assert set(binding.claims) == {"iat", "aud", "nonce", "sd_hash"}  # 1.17
    assert (binding.claims["aud"], binding.claims["nonce"]) == (world.verifier.client_id.full, NONCE)
    assert world.store.events[-1].name is EventName.PRESENTATION_SENT


async def test_1_20_a_claim_is_shown_with_all_that_is_in_it_and_its_parents(
    world: World, account: Account
) -> None:
    await world.receive(account)
    world.verifier.query = NAME_QUERY

    await consent(world, account)

    [credential] = world.verifier.verify_last(world.issuer)["name"]
    assert credential.claims["address"] == MAYA["address"]
    assert credential.claims["family_name"] == MAYA["family_name"]
    assert not {"given_name", "birthdate"} & set(credential.claims)
    assert credential.claims["age_equal_or_over"] == {}


async def test_5_13_a_query_without_claims_shows_nothing_that_can_be_withheld(
    world: World, account: Account
) -> None:
    await world.receive(account)
    world.verifier.query = {
        "credentials": [{"id": "any", "format": "dc+sd-jwt", "meta": {"vct_values": [VCT]}}]
    }

    await consent(world, account)

    response = world.verifier.responses[-1]
    assert isinstance(response, VpTokenResponse)
    assert not parse_sd_jwt(response.vp_token["any"][0]).disclosures


async def test_5_15_only_the_queries_of_the_chosen_option_are_answered(
    world: World, account: Account
) -> None:
    await world.receive(account)
    licence = {
        "id": "licence",
        "format": "dc+sd-jwt",
        "meta": {"vct_values": ["https://x.example/licence/1"]},
    }
    world.verifier.query = {
        "credentials": [licence, *AGE["credentials"]],
        "credential_sets": [{"options": [["licence"], ["age"]]}],
    }

    await consent(world, account)

    assert list(world.verifier.verify_last(world.issuer)) == ["age"]


async def test_two_queries_are_answered_with_a_copy_each(world: World, account: Account) -> None:
    await world.receive(account)
    world.verifier.query = {"credentials": [*AGE["credentials"], *NAME_QUERY["credentials"]]}

    await consent(world, account)

    answers = world.verifier.verify_last(world.issuer)
    keys = {one.holder_key for presentations in answers.values() for one in presentations}
    assert (list(answers), len(keys)) == (["age", "name"], 2)
    assert (await world.store.credentials_of(account.account_id))[0].copies_left == 8


async def test_each_presentation_is_a_fresh_copy(world: World, account: Account) -> None:
    await world.receive(account, copies=3)
    keys, statuses = set(), set()
    for _ in range(3):
        await consent(world, account)
        [credential] = world.verifier.verify_last(world.issuer)["age"]
        keys.add(credential.holder_key)
        statuses.add(credential.status)
    assert len(keys) == len(statuses) == 3
    assert (await world.store.credentials_of(account.account_id))[0].copies_left == 0

    await consent(world, account)  # used up: the one shown least is better than none
    [credential] = world.verifier.verify_last(world.issuer)["age"]
    assert credential.holder_key in keys


async def test_a_request_is_answered_once(world: World, account: Account) -> None:
    await world.receive(account)
    operation_id = await opened(world, account)

    results = await asyncio.gather(
        *(consent(world, account, operation_id) for _ in range(4)), return_exceptions=True
    )

    assert [isinstance(one, Delivered) for one in results].count(True) == 1
    assert [type(one) for one in results if not isinstance(one, Delivered)] == [UnknownOperation] * 3
    assert len(world.verifier.responses) == 1
    with pytest.raises(UnknownOperation):
        await world.wallet().answer.refuse(account, operation_id)


async def test_another_account_can_neither_answer_nor_refuse_it(world: World, account: Account) -> None:
    await world.receive(account)
    operation_id, other = await opened(world, account), await world.account("somebody else")

    with pytest.raises(UnknownOperation):
        await consent(world, other, operation_id)
    with pytest.raises(UnknownOperation):
        await world.wallet().answer.refuse(other, operation_id)
    assert not world.verifier.responses
    assert (await consent(world, account, operation_id)).delivered


async def test_consent_waits_for_minutes_only(world: World, account: Account) -> None:
    await world.receive(account)
    operation_id = await opened(world, account)
    world.clock.advance(minutes=10)

    with pytest.raises(UnknownOperation):
        await consent(world, account, operation_id)


async def test_5_20_nothing_to_show_is_never_an_empty_answer(world: World, account: Account) -> None:
    operation_id = await opened(world, account)

    with pytest.raises(NothingToShow):
        await consent(world, account, operation_id)

    assert not world.verifier.responses
    assert (await world.wallet().answer.refuse(account, operation_id)).delivered


@pytest.mark.parametrize("has_card", [True, False])
async def test_5_28_a_refusal_looks_the_same_with_and_without_a_card(
    world: World, account: Account, *, has_card: bool
) -> None:
    if has_card:
        await world.receive(account)

    await world.wallet().answer.refuse(account, await opened(world, account))

    [response] = world.verifier.responses
    assert response == VpErrorResponse("access_denied", "The request was not answered.", STATE)
    assert world.store.events[-1].name is EventName.PRESENTATION_REFUSED


async def test_a_refusal_nobody_hears_is_a_refusal_still(world: World, account: Account) -> None:
    world.verifier.response_answer = lambda: json_answer({}, 503)
    operation_id = await opened(world, account)

    assert await world.wallet().answer.refuse(account, operation_id) == Delivered(False, None)
    with pytest.raises(UnknownOperation):
        await world.wallet().answer.refuse(account, operation_id)


async def test_a_card_that_was_deleted_since_is_not_shown(world: World, account: Account) -> None:
    card = await world.receive(account)
    operation_id = await opened(world, account)
    await world.wallet().cards.delete(account, card.credential_id)

    with pytest.raises(UnknownCredential):
        await consent(world, account, operation_id)
    assert not world.verifier.responses


async def test_a_copy_that_would_show_something_else_is_not_shown(world: World, account: Account) -> None:
    """Consent was to the first copy; what is drawn is compared with it."""
    await world.receive(account, copies=2)
    world.verifier.query = {
        "credentials": [
            {
                "id": "one",
                "format": "dc+sd-jwt",
                "meta": {"vct_values": [VCT]},
                "claims": [{"id": "a", "path": ["given_name"]}, {"id": "b", "path": ["family_name"]}],
                "claim_sets": [["a"], ["b"]],
            }
        ]
    }
    operation_id = await opened(world, account)
    [card] = await world.store.credentials_of(account.account_id)
    other = World(internet=world.internet, clock=world.clock, issuer=world.issuer, verifier=world.verifier)
    world.issuer.claims = {name: value for name, value in MAYA.items() if name != "given_name"}
    replaced = await other.receive(account)
    world.store._copies[card.credential_id] = other.store._copies[replaced.credential_id]
    resealed = [
        type(copy)(copy.number, reseal(other, account, replaced.credential_id, card.credential_id, copy))
        for copy in world.store._copies[card.credential_id]
    ]
    world.store._copies[card.credential_id] = resealed

    with pytest.raises(ConsentBroken):
        await consent(world, account, operation_id)
    assert not world.verifier.responses


def reseal(world: World, account: Account, was: str, becomes: str, copy: Any) -> bytes:
    """What only somebody with the resident's key can do: a copy moved to another card."""
    vault, prefix = world.wallet().cards.vault, f"credential/{account.account_id}"
    plain = vault.open_for(account, copy.sealed, f"{prefix}/{was}/{copy.number}")
    return vault.seal_for(account, plain, f"{prefix}/{becomes}/{copy.number}")


# Delivery


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refusal("invalid_request"), VerifierRefused),
        (json_answer({}, 500), VerifierUnreachable),
        (HttpAnswer(302, "text/html", b""), VerifierUnreachable),
        (HttpAnswer(200, "text/html", b"thanks"), VerifierUnreachable),
        (HttpAnswer(400, "text/html", b"no"), VerifierUnreachable),
        (json_answer({}, 400), VerifierUnreachable),
        (json_answer([]), InvalidResponseAnswer),
        (json_answer({"redirect_uri": "http://verifier.example/"}), InvalidResponseAnswer),
        (json_answer({"redirect_uri": "javascript:alert(1)"}), InvalidResponseAnswer),
    ],
)
async def test_5_21_answers_that_are_not_what_section_8_2_says(
    world: World, account: Account, answer: HttpAnswer, error: type[Exception]
) -> None:
    await world.receive(account)
    world.verifier.response_answer = lambda: answer

    with pytest.raises(error):
        await consent(world, account)


async def test_a_presentation_that_was_not_accepted_is_remembered_so(world: World, account: Account) -> None:
    await world.receive(account)
    world.verifier.response_answer = lambda: refusal("invalid_request")

    with pytest.raises(VerifierRefused) as refused:
        await consent(world, account)
    assert refused.value.verifier_code == "invalid_request"
    assert world.store.events[-1].name is EventName.PRESENTATION_NOT_ACCEPTED


async def test_5_22_where_to_go_on_is_handed_on_and_not_followed(world: World, account: Account) -> None:
    await world.receive(account)
    uri = "https://verifier.example/done?response_code=abc#x"
    world.verifier.response_answer = lambda: json_answer({"redirect_uri": uri, "more": 1})

    delivered = await consent(world, account)
    assert (delivered.delivered, delivered.redirect_uri) == (True, uri)
    assert not [call for call in world.internet.calls if "done" in call.url]


@dataclass
class CrookedDelivery:
    """What a forger's wallet would do: change what leaves, and keep it."""

    honest: Delivery
    change: Any
    sent: list[Sequence[tuple[str, str]]] = field(default_factory=list)

    async def deliver(self, response_uri: str, fields: Sequence[tuple[str, str]]) -> HttpAnswer:
        self.sent.append(fields)
        changed = [(name, self.change(value) if name == "vp_token" else value) for name, value in fields]
        return await self.honest.deliver(response_uri, changed)


async def test_another_delivery_may_be_handed_in(world: World, account: Account) -> None:
    """The verifier sees through a changed presentation; the seam is there for demonstrations of that."""
    await world.receive(account)

    def swap_claims(token: str) -> str:
        [[presentation]] = parse_json_object(token, max_bytes=10**6).values()
        jwt, *_disclosures, key_binding = presentation.split("~")
        return '{"age":["' + "~".join((jwt, key_binding)) + '"]}'

    crooked = CrookedDelivery(DirectPost(world.internet), swap_claims)
    await consent(world, account, delivery=crooked)

    with pytest.raises(SdJwtRejected) as rejected:
        world.verifier.verify_last(world.issuer)
    assert [one.code for one in rejected.value.reasons] == ["key_binding_hash_wrong"]


async def test_1_31_a_presentation_does_not_answer_another_request(world: World, account: Account) -> None:
    """Replay: the key binding names the verifier and the nonce it was made for."""
    await world.receive(account)
    crooked = CrookedDelivery(DirectPost(world.internet), lambda token: token)
    await consent(world, account, delivery=crooked)
    world.verifier.claims = {"nonce": "another-nonce-of-22-chars"}
    await consent(world, account)

    with pytest.raises(SdJwtRejected) as rejected:
        world.verifier.verify_last(world.issuer)
    assert [one.code for one in rejected.value.reasons] == ["key_binding_nonce_wrong"]

"""Texts that the resident agrees to: shown in both languages, signed word for word, or refused (5.09)."""

from typing import Any

import pytest

from specs.encoding import b64url_encode, create_json
from specs.openid4vp import (
    TransactionDataType,
    VpErrorResponse,
    create_transaction_data,
    parse_transaction_data,
    verify_transaction_data_hashes,
)
from specs.openid4vp.errors import InvalidTransactionData, UnknownTransactionDataType
from tests.simulators.issuer import VCT
from tests.simulators.verifier import AGE
from tests.simulators.wallet import World
from wallet_api.domain.account import Account
from wallet_api.domain.agreement import CONSENT

ENGLISH, FRENCH = "I agree to the terms of the lease.", "J'accepte les conditions du bail."
TEXT = {"en-CA": ENGLISH, "fr-CA": FRENCH}
TWO: dict[str, Any] = {
    "credentials": [
        *AGE["credentials"],
        {
            "id": "name",
            "format": "dc+sd-jwt",
            "meta": {"vct_values": [VCT]},
            "claims": [{"path": ["family_name"]}],
        },
    ]
}
TYPES = {CONSENT: TransactionDataType(required={"text": dict})}


def ask(world: World, *items: str) -> None:
    world.verifier.claims = {"transaction_data": list(items)}


def consent_to(text: Any, ids: list[str] | None = None, **members: Any) -> str:
    return create_transaction_data(CONSENT, ids or ["age"], {"text": text, **members}).encoded


def sent(world: World) -> dict[str, Any]:
    """What was agreed to, by query, and the claims of each key binding."""
    found = {}
    for query_id, [credential] in world.verifier.verify_last(world.issuer).items():
        assert credential.key_binding is not None
        found[query_id] = credential.key_binding.claims
    return found


async def test_5_09_the_text_is_shown_and_its_hash_is_signed(world: World, account: Account) -> None:
    await world.receive(account)
    encoded = consent_to(TEXT)
    ask(world, encoded)
    wallet = world.wallet()

    opened = await wallet.open_request(account, world.verifier.link())
    [agreement] = opened.verifier.agreements
    assert (agreement.english, agreement.french) == (ENGLISH, FRENCH)
    await wallet.consent(account, opened.operation_id)

    claims = sent(world)["age"]
    items = parse_transaction_data([encoded], known=TYPES, credential_query_ids={"age"})
    verify_transaction_data_hashes(claims, items)
    assert claims["transaction_data_hashes_alg"] == "sha-256"


async def test_5_09_nothing_is_signed_that_was_not_asked_for(world: World, account: Account) -> None:
    await world.receive(account)
    wallet = world.wallet()
    opened = await wallet.open_request(account, world.verifier.link())
    await wallet.consent(account, opened.operation_id)
    assert set(sent(world)["age"]) == {"iat", "aud", "nonce", "sd_hash"}


async def test_each_text_goes_with_one_card_and_no_other(world: World, account: Account) -> None:
    await world.receive(account)
    world.verifier.query = TWO
    first, second = consent_to(TEXT, ["name", "age"]), consent_to({"en-CA": "B", "fr-CA": "B"}, ["age"])
    ask(world, first, second)
    wallet = world.wallet()

    opened = await wallet.open_request(account, world.verifier.link())
    await wallet.consent(account, opened.operation_id)

    claims = sent(world)
    items = parse_transaction_data([first, second], known=TYPES, credential_query_ids={"age", "name"})
    verify_transaction_data_hashes(claims["name"], items[:1])
    verify_transaction_data_hashes(claims["age"], items[1:])


async def test_what_no_shown_card_can_agree_to_is_not_answered(world: World, account: Account) -> None:
    await world.receive(account)
    licence = {"id": "licence", "format": "dc+sd-jwt", "meta": {"vct_values": ["https://x.example/l/1"]}}
    world.verifier.query = {
        "credentials": [licence, *AGE["credentials"]],
        "credential_sets": [{"options": [["age"]]}, {"options": [["licence"]], "required": False}],
    }
    ask(world, consent_to(TEXT, ["licence"]))

    opened = await world.wallet().open_request(account, world.verifier.link())

    assert not opened.can_answer
    [reason] = opened.why_not
    assert (reason.query_id, reason.code) == ("licence", "nothing_to_agree_with")
    assert reason.english == "What is to be agreed to needs a l, which would not be shown."
    assert reason.french.startswith("Ce qui est à accepter")


@pytest.mark.parametrize(
    "item",
    [
        pytest.param(consent_to({"en-CA": ENGLISH}), id="one-language"),
        pytest.param(consent_to({**TEXT, "de": "Ja"}), id="a-language-that-is-not-shown"),
        pytest.param(consent_to({**TEXT, "en-CA": ""}), id="empty"),
        pytest.param(consent_to({**TEXT, "en-CA": "   "}), id="blank"),
        pytest.param(consent_to({**TEXT, "en-CA": 5}), id="number"),
        pytest.param(consent_to({**TEXT, "en-CA": "x" * 1001}), id="too-long"),
        pytest.param(consent_to({**TEXT, "en-CA": "pay \u202e001$"}), id="turned-around"),
        pytest.param(consent_to({**TEXT, "en-CA": "pay\u200b 1"}), id="invisible"),
        pytest.param(consent_to({**TEXT, "en-CA": "a\nb"}), id="line-break"),
        pytest.param(consent_to("I agree"), id="not-an-object"),
        pytest.param(consent_to(TEXT, amount=5), id="a-field-that-is-not-known"),
        pytest.param(consent_to(TEXT, ["other"]), id="another-card"),
        pytest.param("!!!", id="not-base64url"),
        pytest.param(b64url_encode(create_json({"credential_ids": ["age"], "text": TEXT})), id="no-type"),
    ],
)
async def test_5_09_nobody_signs_what_cannot_be_shown(world: World, account: Account, item: str) -> None:
    await world.receive(account)
    ask(world, item)

    with pytest.raises(InvalidTransactionData):
        await world.wallet().open_request(account, world.verifier.link())

    [response] = world.verifier.responses
    assert isinstance(response, VpErrorResponse)
    assert response.error == "invalid_transaction_data"


async def test_5_09_a_type_that_is_not_known_refuses_the_whole_request(
    world: World, account: Account
) -> None:
    ask(world, consent_to(TEXT), create_transaction_data("payment", ["age"], {"amount": 5}).encoded)

    with pytest.raises(UnknownTransactionDataType):
        await world.wallet().open_request(account, world.verifier.link())

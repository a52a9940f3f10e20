"""What a verifier says of its service (5.10), the receipt it gives, and the resident's own record of both."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from specs.encoding import create_json
from specs.jose import Algorithm, create_public_jwk, prepare_jws
from specs.jose.signatures import sign_with
from specs.openid4vp import VerifierInfo, create_verifier_info
from tests.simulators.internet import json_answer, refusal
from tests.simulators.issuer import MAYA, authority, signer_below
from tests.simulators.verifier import ORIGIN, RECEIPT_KEY
from tests.simulators.wallet import NOW, World
from wallet_api.domain.account import Account
from wallet_api.domain.event import EventName
from wallet_api.domain.history import HistoryId
from wallet_api.domain.registration import TYPE
from wallet_api.errors import UnknownHistoryEntry, VerifierRefused
from wallet_api.services.answer_request import Delivered

SECONDS = int(NOW.timestamp())
REGISTRATION: dict[str, Any] = {
    "iss": ORIGIN,
    "iat": SECONDS,
    "exp": SECONDS + 300,
    "service": {"client_id": "tavern", "names": {"en-CA": "The Tavern", "fr-CA": "La Taverne"}},
    "preset": "age-19-or-over",
    "purposes": {"en-CA": "To sell alcohol.", "fr-CA": "Pour vendre de l'alcool."},
    "retention": {"purposes": {}, "days": 0},
    "evidence": {"purposes": {"en-CA": "The law.", "fr-CA": "La loi."}, "days": 30},
}
CODE = "Zm9vYmFyYmF6cXV4MTIzNA"


def register(world: World, *, typ: str = TYPE, format_: str = "jwt", **changes: Any) -> None:
    claims = {name: value for name, value in (REGISTRATION | changes).items() if value is not None}
    entry = VerifierInfo(format_, world.verifier.sign(typ, claims))
    world.verifier.claims |= {"verifier_info": create_verifier_info([entry])}


def receipt(key: ec.EllipticCurvePrivateKey = RECEIPT_KEY, **changes: Any) -> str:
    header = {"alg": "ES256", "typ": "trillium-receipt+jwt", "kid": "receipt-1"}
    claims = {"iss": ORIGIN, "jti": "r-1", "date": "2027-01-15"}
    for name, value in changes.items():
        (header if name in header else claims)[name] = value
    prepared = prepare_jws(header, create_json(claims))
    return prepared.attach(sign_with(key, Algorithm.ES256, prepared.data))


async def present(world: World, account: Account) -> Delivered:
    wallet = world.wallet()
    opened = await wallet.open_request(account, world.verifier.link())
    return await wallet.consent(account, opened.operation_id)


def give_receipt(
    world: World, text: str, redirect_uri: str = f"{ORIGIN}/return?response_code={CODE}"
) -> None:
    world.verifier.receipts[CODE] = text
    world.verifier.response_answer = lambda: json_answer({"redirect_uri": redirect_uri})


# What the verifier says.


async def test_5_10_the_resident_is_told_for_whom_what_for_and_what_is_kept(
    world: World, account: Account
) -> None:
    register(world)

    found = (await world.wallet().open_request(account, world.verifier.link())).verifier.registration

    assert found is not None
    assert (found.service.names.english, found.service.names.french) == ("The Tavern", "La Taverne")
    assert (found.purposes.english, found.purposes.french) == (
        "To sell alcohol.",
        "Pour vendre de l'alcool.",
    )
    assert (found.retention.days, found.retention.purposes) == (0, None)
    assert found.evidence is not None
    assert found.evidence.purposes is not None
    assert (found.evidence.days, found.evidence.purposes.french) == (30, "La loi.")


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"format_": "registration_cert"}, id="another-format"),
        pytest.param({"typ": "JWT"}, id="another-type"),
        pytest.param({"exp": SECONDS - 61}, id="expired"),
        pytest.param({"exp": None}, id="without-end"),
        pytest.param({"iat": SECONDS + 3600}, id="of-the-future"),
        pytest.param({"iss": None}, id="by-nobody"),
        pytest.param({"iss": "https://other.example"}, id="of-another-verifier"),
        pytest.param({"iss": "https://verifier.exampl"}, id="of-nearly-the-verifier"),
        pytest.param({"purposes": {"en-CA": "Only English"}}, id="one-language"),
        pytest.param({"purposes": None}, id="without-purpose"),
        pytest.param({"retention": {"days": -1}}, id="negative-days"),
        pytest.param({"retention": {"days": "1"}}, id="days-as-text"),
        pytest.param({"service": "tavern"}, id="service-as-text"),
    ],
)
async def test_5_10_what_it_does_not_understand_or_believe_is_passed_over(
    world: World, account: Account, changes: dict[str, Any]
) -> None:
    await world.receive(account)
    register(world, **changes)

    opened = await world.wallet().open_request(account, world.verifier.link())

    assert opened.verifier.registration is None
    assert opened.can_answer


async def test_5_10_what_another_key_signed_is_not_the_verifiers_word(world: World, account: Account) -> None:
    """A registration of a good service, copied into the request of another."""
    stranger = signer_below(authority(NOW), NOW, "verifier.example")
    entry = VerifierInfo("jwt", world.verifier.sign(TYPE, REGISTRATION, stranger))
    world.verifier.claims = {"verifier_info": create_verifier_info([entry])}

    opened = await world.wallet().open_request(account, world.verifier.link())

    assert opened.verifier.registration is None


async def test_5_10_an_unsigned_request_says_nothing_of_a_service(world: World, account: Account) -> None:
    entry = VerifierInfo("jwt", world.verifier.sign(TYPE, REGISTRATION))

    opened = await world.wallet().open_request(account, world.verifier.unsigned_link(verifier_info=[entry]))

    assert opened.verifier.registration is None


async def test_words_that_would_turn_the_line_around_are_straightened(world: World, account: Account) -> None:
    register(world, purposes={"en-CA": "To \u202eesufnoc", "fr-CA": "x"})

    found = (await world.wallet().open_request(account, world.verifier.link())).verifier.registration

    assert found is not None
    assert found.purposes.english == "To esufnoc"


# The receipt and the record.


async def test_a_presentation_is_recorded_with_its_receipt(world: World, account: Account) -> None:
    await world.receive(account)
    register(world)
    kept = receipt()
    give_receipt(world, kept)

    delivered = await present(world, account)

    assert delivered.receipt
    assert world.verifier.receipts_asked == [CODE]
    [entry] = await world.wallet().history.list(account)
    assert (entry.entry_id, entry.at) == (delivered.entry_id, NOW)
    assert entry.shown.receipt == kept
    assert entry.shown.asked.registration is not None
    [card] = entry.shown.cards
    assert (card.type, card.claims) == ("photo-card", (("age_equal_or_over", "19"),))
    assert card.always_shown == (("issuing_country",),)
    names = [event.name for event in world.store.events]
    assert names[-2:] == [EventName.PRESENTATION_SENT, EventName.RECEIPT_KEPT]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(receipt(ec.derive_private_key(3, ec.SECP256R1())), id="by-another-key"),
        pytest.param(receipt(iss="https://other.example"), id="of-another-verifier"),
        pytest.param(receipt(typ="JWT"), id="another-type"),
        pytest.param(receipt(kid="other"), id="unknown-key"),
        pytest.param("not a receipt", id="not-a-token"),
        pytest.param(receipt()[:-4] + "AAAA", id="changed"),
        pytest.param("x" * 70_000, id="too-long"),
    ],
)
async def test_a_receipt_that_is_not_the_verifiers_is_not_kept(
    world: World, account: Account, text: str
) -> None:
    await world.receive(account)
    register(world)
    give_receipt(world, text)

    delivered = await present(world, account)

    assert (delivered.delivered, delivered.receipt) == (True, False)
    [entry] = await world.wallet().history.list(account)
    assert entry.shown.receipt is None


@pytest.mark.parametrize(
    "redirect_uri",
    [
        f"https://other.example/return?response_code={CODE}",
        f"{ORIGIN}.evil.example/return?response_code={CODE}",
        f"{ORIGIN}/return",
        f"{ORIGIN}/return?response_code={CODE}&response_code=2",
        f"{ORIGIN}/return?response_code={'x' * 300}",
    ],
)
async def test_a_code_is_sent_to_nobody_but_its_verifier(
    world: World, account: Account, redirect_uri: str
) -> None:
    await world.receive(account)
    register(world)
    give_receipt(world, receipt(), redirect_uri)

    delivered = await present(world, account)

    assert (delivered.redirect_uri, delivered.receipt) == (redirect_uri, False)
    assert not world.verifier.receipts_asked


async def test_without_a_registration_no_receipt_is_asked_for(world: World, account: Account) -> None:
    await world.receive(account)
    give_receipt(world, receipt())

    assert not (await present(world, account)).receipt
    assert not world.verifier.receipts_asked


async def test_keys_that_cannot_be_had_lose_the_receipt_and_nothing_else(
    world: World, account: Account
) -> None:
    await world.receive(account)
    register(world)
    give_receipt(world, receipt())
    whole = world.verifier.answer
    world.internet.sites[ORIGIN] = lambda call: (
        refusal("gone", 404) if call.url.endswith("/jwks") else whole(call)
    )

    assert (await present(world, account)).delivered
    assert (await world.wallet().history.list(account))[0].shown.receipt is None


async def test_a_jwks_with_a_private_key_signs_nothing(world: World, account: Account) -> None:
    await world.receive(account)
    register(world)
    give_receipt(world, receipt())
    whole = world.verifier.answer
    jwk = create_public_jwk(RECEIPT_KEY.public_key(), kid="receipt-1") | {"d": "AAAA"}
    world.internet.sites[ORIGIN] = lambda call: (
        json_answer({"keys": [jwk]}) if call.url.endswith("/jwks") else whole(call)
    )

    assert not (await present(world, account)).receipt


async def test_what_a_verifier_refused_it_has_seen_all_the_same(world: World, account: Account) -> None:
    await world.receive(account)
    world.verifier.response_answer = lambda: refusal("invalid_request")

    with pytest.raises(VerifierRefused):
        await present(world, account)

    [entry] = await world.wallet().history.list(account)
    assert not entry.shown.accepted
    assert world.store.events[-1].name is EventName.PRESENTATION_NOT_ACCEPTED


async def test_the_record_is_the_residents_alone_and_sealed(world: World, account: Account) -> None:
    await world.receive(account)
    register(world)
    await present(world, account)
    other = await world.account("somebody else")

    [stored] = await world.store.history_of(account.account_id)
    for planted in (b"Tavern", b"age_equal", b"verifier.example", MAYA["given_name"].encode()):
        assert planted not in stored.sealed
    assert await world.wallet().history.list(other) == []
    with pytest.raises(UnknownHistoryEntry):
        await world.wallet().history.delete(other, stored.entry_id)


async def test_no_claim_value_is_in_the_record(world: World, account: Account) -> None:
    await world.receive(account)
    await present(world, account)

    [entry] = await world.wallet().history.list(account)
    assert "Planted" not in entry.shown.model_dump_json()


async def test_the_resident_deletes_a_record(world: World, account: Account) -> None:
    await world.receive(account)
    delivered = await present(world, account)
    history = world.wallet().history
    assert delivered.entry_id is not None

    await history.delete(account, delivered.entry_id)

    assert await history.list(account) == []
    assert world.store.events[-1].name is EventName.HISTORY_DELETED
    with pytest.raises(UnknownHistoryEntry):
        await history.delete(account, HistoryId("other"))


async def test_a_refusal_leaves_no_record(world: World, account: Account) -> None:
    wallet = world.wallet()
    opened = await wallet.open_request(account, world.verifier.link())
    await wallet.answer.refuse(account, opened.operation_id)
    assert await wallet.history.list(account) == []

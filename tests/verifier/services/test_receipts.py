"""A receipt for every accepted presentation, once, to the wallet or on the end page, and for nothing else."""

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from keys import KeyPurpose
from specs.openid4vp import ResponseMode
from specs.token_status_list import StatusOutcome
from tests.verifier.holder import NINETEEN, present
from tests.verifier.issuing import PERSON, SimulatedIssuer, public_key
from tests.verifier.surroundings import PUBLIC_URL, Asked, Desk, claims_of
from verifier.domain.event import EventName
from verifier.domain.receipt import Receipt, verify_receipt
from verifier.errors import PresentationNotGenuine, ReceiptGone
from verifier.store.memory import MemoryVerifierStore

CREDENTIAL = SimulatedIssuer().issue()


def card(asked: Asked, *paths: Any, **binding: Any) -> dict[str, list[str]]:
    return {"photo_card": [present(CREDENTIAL, asked.binding(**binding), *(paths or (NINETEEN,)))]}


async def answered(asked: Asked, *paths: Any) -> str:
    """The response code of an honest answer."""
    received = await asked.respond(card(asked, *paths))
    [code] = parse_qs(urlsplit(str(received.redirect_uri)).query)["response_code"]
    return code


async def take(asked: Asked, code: str) -> Receipt:
    return read(asked.desk, await asked.desk.verifier.kept.receipts.take_with_code(code))


def read(desk: Desk, text: str) -> Receipt:
    entries = desk.verifier.ring.signers_publishable(KeyPurpose.RECEIPT, desk.clock.now())
    keys = [one.public_jwk for one in entries if one.public_jwk is not None]
    return verify_receipt(text, keys, issuer=PUBLIC_URL)


async def test_the_wallet_fetches_the_receipt_with_its_code() -> None:
    asked = await Desk().ask()
    receipt = await take(asked, await answered(asked))
    assert receipt.client_id == asked.service.client_id
    assert receipt.service_names == {"en-CA": "Shop", "fr-CA": "Boutique"}
    assert receipt.preset == "age-19-or-over"
    assert receipt.purposes == asked.desk.verifier.presets["age-19-or-over"].purposes
    assert receipt.claims == {"photo_card": (("age_equal_or_over", "19"),)}


async def test_a_receipt_has_no_value_no_key_and_nothing_of_the_credential_or_the_transaction() -> None:
    asked = await Desk().ask("identity", response_mode=ResponseMode.DIRECT_POST_JWT)
    code = await answered(asked, ("given_name",), ("family_name",), ("birthdate",))
    text = await asked.desk.verifier.kept.receipts.take_with_code(code)
    inside = str(claims_of(text))
    holder = public_key("holder")
    secrets = (
        *(str(PERSON[name]) for name in ("given_name", "family_name", "birthdate")),
        holder.members["x"],
        holder.thumbprint,
        asked.started.transaction_id,
        asked.started.presentation.request_id,
        asked.request["nonce"],
        asked.request["state"],
        code,
        CREDENTIAL.split("~", maxsplit=1)[0].rpartition(".")[2],
    )
    assert [one for one in secrets if one in inside] == []


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 22, 15, 0, tzinfo=UTC), "2026-11-22"),
        (datetime(2026, 11, 23, 4, 59, tzinfo=UTC), "2026-11-22"),
        (datetime(2026, 11, 23, 5, 0, tzinfo=UTC), "2026-11-23"),
    ],
)
async def test_the_day_is_that_of_ontario_and_there_is_no_time(moment: datetime, day: str) -> None:
    desk = Desk()
    desk.clock.moment = moment
    asked = await desk.ask()
    text = await desk.verifier.kept.receipts.take_with_code(await answered(asked))
    assert claims_of(text)["date"] == day
    assert not {"iat", "exp", "nbf", "sub", "aud"} & set(claims_of(text))


async def test_two_receipts_for_one_person_have_no_id_in_common() -> None:
    desk = Desk()
    service = await desk.register()
    first, second = await desk.ask(service=service), await desk.ask(service=service)
    receipts = [await take(one, await answered(one)) for one in (first, second)]
    assert receipts[0].receipt_id != receipts[1].receipt_id
    assert receipts[0].claims == receipts[1].claims


async def test_a_receipt_is_handed_out_once() -> None:
    asked = await Desk().ask()
    code = await answered(asked)
    receipts = asked.desk.verifier.kept.receipts
    request_id = asked.started.presentation.request_id
    assert await receipts.waits(request_id)
    everybody = [receipts.take_with_code(code) for _ in range(8)] + [
        receipts.take(request_id) for _ in range(8)
    ]
    outcomes = await asyncio.gather(*everybody, return_exceptions=True)
    assert sum(isinstance(one, str) for one in outcomes) == 1
    assert sum(isinstance(one, ReceiptGone) for one in outcomes) == 15
    assert not await receipts.waits(request_id)


async def test_the_end_page_hands_it_out_too() -> None:
    asked = await Desk().ask()
    await answered(asked)
    text = await asked.desk.verifier.kept.receipts.take(asked.started.presentation.request_id)
    assert read(asked.desk, text).preset == "age-19-or-over"
    store = asked.desk.store
    assert isinstance(store, MemoryVerifierStore)
    newest = store.events[-1]
    assert (newest.name, newest.actor) == (EventName.RECEIPT_TAKEN, "person")
    assert (newest.client_id, newest.preset) == (asked.service.client_id, "age-19-or-over")


async def test_a_receipt_that_nobody_fetches_is_deleted_with_the_time_of_results() -> None:
    asked = await Desk().ask()
    code = await answered(asked)
    desk = asked.desk
    desk.clock.moment += desk.settings.result_lifetime
    with pytest.raises(ReceiptGone):
        await take(asked, code)
    await desk.verifier.kept.tidy(desk.clock.now())
    assert not getattr(desk.store, "_receipts")  # noqa: B009 - the slot of the store in memory


async def test_fetching_the_result_leaves_the_receipt_to_the_person() -> None:
    asked = await Desk().ask()
    code = await answered(asked)
    assert (await asked.result())["outcome"] == "accepted"
    assert (await take(asked, code)).preset == "age-19-or-over"


@pytest.mark.parametrize("end", ["forged", "revoked", "cannot tell", "refused"])
async def test_what_was_not_accepted_has_no_receipt(end: str) -> None:
    asked = await Desk().ask()
    code = "A" * 22
    if end == "forged":
        with pytest.raises(PresentationNotGenuine):
            await asked.respond(card(asked, key="thief"))
    elif end == "refused":
        received = await asked.refuse()
        [code] = parse_qs(urlsplit(str(received.redirect_uri)).query)["response_code"]
    else:
        outcome = StatusOutcome.INVALID if end == "revoked" else StatusOutcome.UNKNOWN
        asked.desk.statuses.outcome = outcome
        code = await answered(asked)
    with pytest.raises(ReceiptGone):
        await take(asked, code)
    assert not await asked.desk.verifier.kept.receipts.waits(asked.started.presentation.request_id)


@pytest.mark.parametrize("code", ["", "A" * 22, "A" * 5000, "é", "\x00"])
async def test_unknown_codes(code: str) -> None:
    asked = await Desk().ask()
    await answered(asked)
    with pytest.raises(ReceiptGone):
        await take(asked, code)


async def test_the_code_of_one_presentation_opens_no_other_receipt() -> None:
    desk = Desk()
    service = await desk.register()
    first = await desk.ask(service=service)
    second = await desk.ask("identity", service=service)
    code = await answered(first)
    await answered(second, ("given_name",), ("family_name",), ("birthdate",))
    assert (await take(first, code)).preset == "age-19-or-over"
    assert await desk.verifier.kept.receipts.waits(second.started.presentation.request_id)


async def test_a_result_does_not_open_in_the_place_of_a_receipt() -> None:
    """Somebody who can write to the database must not get claims out through the receipts."""
    asked = await Desk().ask("identity")
    code = await answered(asked, ("given_name",), ("family_name",), ("birthdate",))
    store: Any = asked.desk.store
    [(request_id, receipt)] = store._receipts.items()
    store._receipts[request_id] = type(receipt)(request_id, receipt.kept_until, store._results[request_id])
    with pytest.raises(Exception) as refusal:  # noqa: PT011 - whatever it is, it is not handed out
        await asked.desk.verifier.kept.receipts.take_with_code(code)
    assert not isinstance(refusal.value, ReceiptGone)


async def test_of_many_answers_at_once_one_has_a_receipt() -> None:
    """swiyu-verifier #962: the ones that come second leave nothing."""
    asked = await Desk().ask()
    outcomes = await asyncio.gather(*(answered(asked) for _ in range(8)), return_exceptions=True)
    [code] = [one for one in outcomes if isinstance(one, str)]
    store: Any = asked.desk.store
    assert len(store._receipts) == 1
    assert (await take(asked, code)).preset == "age-19-or-over"


async def test_the_store_knows_neither_code_nor_receipt() -> None:
    asked = await Desk().ask()
    code = await answered(asked)
    store: Any = asked.desk.store
    [kept] = store._receipts.values()
    assert code not in repr(vars(type(asked.desk)) | {"kept": kept})
    assert b"age_equal_or_over" not in kept.sealed.ciphertext
    assert hashlib.sha256(code.encode()).digest() in store._by_response_code
    assert kept.kept_until == asked.desk.clock.now() + timedelta(minutes=10)


async def test_a_receipt_is_verifiable_after_its_key_was_replaced() -> None:
    desk = Desk()
    asked = await desk.ask()
    text = await desk.verifier.kept.receipts.take_with_code(await answered(asked))
    ring = desk.verifier.ring
    ring.prepare_next(KeyPurpose.RECEIPT, desk.clock.now())
    desk.clock.advance(hours=1)
    ring.rotate(KeyPurpose.RECEIPT, desk.clock.now())
    desk.clock.advance(days=9 * 365)
    assert read(desk, text).preset == "age-19-or-over"

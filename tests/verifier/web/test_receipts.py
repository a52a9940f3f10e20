"""Receipts over HTTP: a wallet's one fetch, and what everybody else is told."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from keys import KeyPurpose
from specs.jose import parse_jwks
from tests.verifier.surroundings import PUBLIC_URL
from tests.verifier.web.counter import Counter, Visit, is_problem, opened_counter
from verifier.domain.receipt import verify_receipt

SHOWN = (("given_name",), ("family_name",), ("birthdate",))


async def shown(counter: Counter) -> tuple[Visit, str]:
    """An accepted presentation, and the code that the wallet was given."""
    visit = await counter.start(preset="identity", response_mode="direct_post")
    answer = await visit.show(visit.card(*SHOWN))
    assert answer.status_code == 200, answer.text
    [code] = parse_qs(urlsplit(answer.json()["redirect_uri"]).query)["response_code"]
    return visit, code


async def fetch(counter: Counter, code: str) -> httpx.Response:
    return await counter.http.post("/receipts", data={"response_code": code})


async def test_a_wallet_fetches_its_receipt_and_whoever_likes_checks_it(counter: Counter) -> None:
    visit, code = await shown(counter)
    answer = await fetch(counter, code)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/trillium-receipt+jwt"
    assert answer.headers["cache-control"] == "no-store"
    keys = parse_jwks((await counter.http.get("/jwks")).json())
    receipt = verify_receipt(answer.text, keys, issuer=PUBLIC_URL)
    assert receipt.preset == "identity"
    assert receipt.claims == {"photo_card": SHOWN}
    assert await visit.state() == "accepted"
    assert (await visit.fetch()).status_code == 200


async def test_a_receipt_is_fetched_once_and_the_second_is_told_no_more_than_a_stranger(
    counter: Counter,
) -> None:
    _, code = await shown(counter)
    assert (await fetch(counter, code)).status_code == 200
    again, unknown = await fetch(counter, code), await fetch(counter, "A" * 22)
    for answer in (again, unknown):
        assert answer.status_code == 404
        assert is_problem(answer, "receipt_gone")
    told = [{**answer.json(), "request_id": ""} for answer in (again, unknown)]
    assert told[0] == told[1]


async def test_the_code_of_a_refusal_has_no_receipt(counter: Counter) -> None:
    visit = await counter.start(preset="identity", response_mode="direct_post")
    answer = await visit.post({"error": "access_denied"})
    [code] = parse_qs(urlsplit(answer.json()["redirect_uri"]).query)["response_code"]
    assert (await fetch(counter, code)).status_code == 404


MALFORMED: dict[str, tuple[int, dict[str, object]]] = {
    "no code": (404, {"data": {"code": "A" * 22}}),
    "an empty code": (404, {"data": {"response_code": ""}}),
    "two codes": (404, {"data": {"response_code": ["A" * 22, "B" * 22]}}),
    "a long code": (404, {"data": {"response_code": "A" * 50_000}}),
    "no text": (404, {"data": {"response_code": "\x00"}}),
    "not UTF-8": (
        400,
        {
            "content": b"response_code=%ff",
            "headers": {"Content-Type": "application/x-www-form-urlencoded"},
        },
    ),
    "json": (415, {"json": {"response_code": "A" * 22}}),
    "nothing": (415, {}),
}


@pytest.mark.parametrize("defect", MALFORMED)
async def test_malformed_questions_get_errors(counter: Counter, defect: str) -> None:
    status, sent = MALFORMED[defect]
    answer = await counter.http.post("/receipts", **sent)  # type: ignore[arg-type]
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"


async def test_the_code_is_in_no_address(counter: Counter) -> None:
    _, code = await shown(counter)
    answer = await counter.http.get("/receipts", params={"response_code": code})
    assert answer.status_code == 405
    assert (await fetch(counter, code)).status_code == 200


async def test_no_receipt_stays_in_a_file_once_it_was_fetched(tmp_path: Path) -> None:
    async with opened_counter(tmp_path) as counter:
        _, code = await shown(counter)
        [sealed] = await _ciphertexts(counter)
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert any(sealed in path.read_bytes() for path in files), "the search looks in the right files"
        assert not [path for path in files if code.encode() in path.read_bytes()]
        receipt = (await fetch(counter, code)).content
        for path in files:
            if path.exists():
                data = path.read_bytes()
                assert sealed not in data, path
                assert sealed[:32] not in data, path
                assert receipt not in data, path


async def _ciphertexts(counter: Counter) -> list[bytes]:
    store = counter.desk.store
    rows = await store._rows("SELECT ciphertext FROM verifier_receipt")  # type: ignore[attr-defined]
    return [bytes(row["ciphertext"]) for row in rows]


async def test_receipts_are_signed_with_a_key_of_their_own(counter: Counter) -> None:
    """7.07: one key, one purpose."""
    ring, now = counter.desk.verifier.ring, counter.desk.clock.now()
    ids = [
        ring.signer_for(purpose, now).key_id
        for purpose in (KeyPurpose.RECEIPT, KeyPurpose.REQUEST_OBJECT, KeyPurpose.WEBHOOK)
    ]
    assert len(set(ids)) == 3

"""The page that checks receipts: for whoever has one, in both languages, and nothing of it stays."""

from pathlib import Path

import httpx
import pytest

from keys import KeyPurpose
from specs.encoding import b64url_decode, b64url_encode, create_json, parse_json_object
from tests.verifier.surroundings import PUBLIC_URL
from tests.verifier.web.counter import Counter
from tests.verifier.web.test_receipts import fetch, shown
from verifier.domain.receipt import MAX_RECEIPT_BYTES

PAGE = "/receipt-check"
FRENCH = {"Accept-Language": "fr-CA"}


@pytest.fixture
async def receipt(counter: Counter) -> str:
    _, code = await shown(counter)
    return (await fetch(counter, code)).text


async def paste(counter: Counter, text: str, **headers: str) -> httpx.Response:
    return await counter.http.post(PAGE, data={"receipt": text}, headers=headers)


async def test_the_page_says_how_to_check_and_names_the_published_keys(counter: Counter) -> None:
    answer = await counter.http.get(PAGE)
    assert answer.status_code == 200
    assert "Check a receipt" in answer.text
    assert f"{PUBLIC_URL}/jwks" in answer.text
    now = counter.desk.clock.now()
    [entry] = counter.desk.verifier.ring.signers_publishable(KeyPurpose.RECEIPT, now)
    assert entry.public_jwk is not None
    assert entry.public_jwk.thumbprint in answer.text
    assert "Vérifier un reçu" in (await counter.http.get(PAGE, headers=FRENCH)).text


async def test_a_genuine_receipt_is_told_in_words(counter: Counter, receipt: str) -> None:
    answer = await paste(counter, receipt)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    for said in ("This receipt is genuine", "November 22, 2026", "Shop", "Date of birth", "Family name"):
        assert said in answer.text, said
    french = (await paste(counter, receipt, **FRENCH)).text
    for said in ("Ce reçu est authentique", "22 novembre 2026", "Boutique", "Date de naissance"):
        assert said in french, said


async def test_a_file_does_as_well_as_its_text(counter: Counter, receipt: str) -> None:
    """Lines that a mail program has broken too."""
    files = {"file": ("trillium-receipt-recu.jwt", receipt.encode(), "application/octet-stream")}
    assert "This receipt is genuine" in (await counter.http.post(PAGE, files=files)).text
    broken = "\r\n".join(receipt[start : start + 60] for start in range(0, len(receipt), 60))
    assert "This receipt is genuine" in (await paste(counter, f"  {broken}\n")).text


def forged(receipt: str, **changed: object) -> str:
    header, payload, signature = receipt.split(".")
    members = parse_json_object(b64url_decode(payload), max_bytes=10_000) | changed
    return f"{header}.{b64url_encode(create_json(members))}.{signature}"


async def test_whatever_we_have_not_signed_is_not_ours_and_nothing_of_it_is_shown(
    counter: Counter, receipt: str
) -> None:
    evil = {"client_id": "<script>alert(1)</script>", "names": {"en-CA": "Evil", "fr-CA": "Mal"}}
    for text in (
        forged(receipt, service=evil),
        forged(receipt, date="2026-11-21"),
        receipt[:-4],
        receipt.split(".")[1],
        "hello",
        "é",
        "a.b.c",
        f"{receipt}.{receipt}",
    ):
        answer = await paste(counter, text)
        assert answer.status_code == 200, text
        assert "We have not signed this." in answer.text
        assert "Evil" not in answer.text
        assert "<script>alert" not in answer.text
    assert "Nous n’avons pas signé ceci." in (await paste(counter, "hello", **FRENCH)).text


async def test_an_empty_form_is_a_slip(counter: Counter) -> None:
    for answer in (await paste(counter, " \n"), await counter.http.post(PAGE, data={"other": "x"})):
        assert "Choose a file, or paste the receipt." in answer.text
        assert "We have not signed" not in answer.text


async def test_what_is_too_large_is_refused_with_a_page(counter: Counter) -> None:
    answer = await paste(counter, "x" * (MAX_RECEIPT_BYTES + 20_000))
    assert answer.status_code == 413
    assert "There is a problem" in answer.text
    large = {"file": ("r.jwt", b"x" * (MAX_RECEIPT_BYTES + 10_000), "text/plain")}
    assert "We have not signed this." in (await counter.http.post(PAGE, files=large)).text


async def test_a_form_that_is_none(counter: Counter) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = await counter.http.post(PAGE, content=b"nonsense", headers=headers)
    assert answer.status_code in (200, 400)
    many = [("file", (f"{one}.jwt", b"x", "text/plain")) for one in range(3)]
    assert (await counter.http.post(PAGE, files=many)).status_code == 400


async def test_nothing_of_a_receipt_stays(
    counter: Counter, receipt: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    signature = receipt.rpartition(".")[2]
    number = parse_json_object(b64url_decode(receipt.split(".")[1]), max_bytes=10_000)["jti"]
    await paste(counter, receipt)
    logged = capsys.readouterr()
    at_rest = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for secret in (signature, number):
        assert secret not in logged.out + logged.err
        assert secret.encode() not in at_rest


async def test_receipts_of_a_replaced_key_stay_genuine(counter: Counter, receipt: str) -> None:
    """7.07: receipts are kept for years."""
    ring, clock = counter.desk.verifier.ring, counter.desk.clock
    ring.prepare_next(KeyPurpose.RECEIPT, clock.now())
    clock.advance(minutes=10)
    ring.rotate(KeyPurpose.RECEIPT, clock.now())
    _, code = await shown(counter)
    newer = (await fetch(counter, code)).text
    assert newer.partition(".")[0] != receipt.partition(".")[0]
    for one in (receipt, newer):
        assert "This receipt is genuine" in (await paste(counter, one)).text

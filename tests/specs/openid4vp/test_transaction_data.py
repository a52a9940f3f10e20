"""Transaction data: read or refused by the wallet, hashed by both (5.09)."""

import contextlib
import hashlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specs.encoding import b64url_decode, b64url_encode, create_json
from specs.openid4vp import (
    TransactionData,
    TransactionDataType,
    create_transaction_data,
    create_transaction_data_claims,
    hash_transaction_data,
    parse_transaction_data,
    verify_transaction_data_hashes,
)
from specs.openid4vp.errors import InvalidTransactionData, UnknownTransactionDataType
from specs.openid4vp.response_errors import WrongTransactionData
from tests.specs.oauth.strategies import VALUES, objects_with
from tests.specs.openid4vp.material import load

VECTOR = load("transaction_data.json")
FORM = "https://example.gov/txn/sign-form/1"
KNOWN = {
    FORM: TransactionDataType(required={"form": str, "digest": str}, optional={"pages": int, "urgent": bool})
}
GOOD: dict[str, Any] = {"type": FORM, "credential_ids": ["pid"], "form": "ON-1042", "digest": "b64:abc"}
HASHES, ALGORITHM = "transaction_data_hashes", "transaction_data_hashes_alg"


def encode(**changes: Any) -> str:
    """A member changed to None is left out."""
    value = {name: member for name, member in (GOOD | changes).items() if member is not None}
    return b64url_encode(create_json(value))


def parse(*items: Any) -> tuple[TransactionData, ...]:
    return parse_transaction_data(list(items), known=KNOWN, credential_query_ids={"pid", "licence"})


def test_vector_the_string_is_hashed_as_it_was_sent_5_09() -> None:
    [text] = VECTOR["transaction_data"]
    assert [hash_transaction_data(text)] == VECTOR["transaction_data_hashes"]
    over_decoded = b64url_encode(hashlib.sha256(b64url_decode(text)).digest())
    assert over_decoded == VECTOR["wrong_hash_over_decoded_bytes"]
    assert hash_transaction_data(text) != over_decoded


def test_vector_is_read_and_answered_5_09() -> None:
    items = parse(*VECTOR["transaction_data"])
    [decoded] = VECTOR["decoded"]
    assert (items[0].type, list(items[0].credential_ids)) == (decoded["type"], decoded["credential_ids"])
    assert items[0].members == {"form": decoded["form"], "digest": decoded["digest"]}
    claims = create_transaction_data_claims(items)
    assert claims == {HASHES: VECTOR["transaction_data_hashes"], ALGORITHM: "sha-256"}
    verify_transaction_data_hashes(claims, items)


def test_a_wallet_that_knows_no_type_refuses_all_5_09() -> None:
    with pytest.raises(UnknownTransactionDataType) as raised:
        parse_transaction_data([encode()], known={}, credential_query_ids={"pid"})
    assert raised.value.code == "invalid_transaction_data"


@pytest.mark.parametrize(
    "item",
    [
        pytest.param(encode(type=None), id="no-type"),
        pytest.param(encode(type="other"), id="unknown-type"),
        pytest.param(encode(type=[FORM]), id="type-in-an-array"),
        pytest.param(encode(credential_ids=None), id="no-credential-ids"),
        pytest.param(encode(credential_ids=[]), id="credential-ids-empty"),
        pytest.param(encode(credential_ids="pid"), id="credential-ids-as-text"),
        pytest.param(encode(credential_ids=["pid", "other"]), id="id-that-the-query-lacks"),
        pytest.param(encode(credential_ids=[["pid"]]), id="id-in-an-array"),
        pytest.param(encode(form=None), id="field-missing"),
        pytest.param(encode(form=5), id="field-of-the-wrong-type"),
        pytest.param(encode(pages=True), id="boolean-for-a-number"),
        pytest.param(encode(urgent=1), id="number-for-a-boolean"),
        pytest.param(encode(amount="5"), id="unknown-field"),
        pytest.param(encode(transaction_data_hashes_alg=[]), id="algorithms-empty"),
        pytest.param(encode(transaction_data_hashes_alg="sha-256"), id="algorithms-as-text"),
        pytest.param(encode(transaction_data_hashes_alg=["sha-1"]), id="only-a-weak-algorithm"),
        pytest.param(encode() + "=", id="padded"),
        pytest.param("e30.e30", id="not-base64url"),
        pytest.param(b64url_encode(b"[]"), id="not-an-object"),
        pytest.param(b64url_encode(b'{"type":"a","type":"b"}'), id="a-name-twice"),
        pytest.param(5, id="number"),
        pytest.param(GOOD, id="object-not-encoded"),
    ],
)
def test_what_is_not_fully_understood_is_refused_5_09(item: Any) -> None:
    for items in ((item,), (encode(), item)):
        with pytest.raises(InvalidTransactionData) as raised:
            parse(*items)
        assert raised.value.code == "invalid_transaction_data"


@pytest.mark.parametrize(
    "value", [None, [], {}, "x", [encode()] * 17], ids=["null", "empty", "object", "text", "many"]
)
def test_the_parameter_is_a_non_empty_array_5_09(value: Any) -> None:
    with pytest.raises(InvalidTransactionData):
        parse_transaction_data(value, known=KNOWN, credential_query_ids={"pid"})


def test_the_strongest_common_wish_is_met_and_named_only_when_asked_5_09() -> None:
    plain, named = parse(encode(), encode(transaction_data_hashes_alg=["sha-512", "sha-256"]))
    assert create_transaction_data_claims([plain]) == {HASHES: [hash_transaction_data(plain.encoded)]}
    assert create_transaction_data_claims([plain, named])[ALGORITHM] == "sha-256"
    only = parse(encode(transaction_data_hashes_alg=["sha-512"]))
    assert create_transaction_data_claims(only) == {
        HASHES: [hash_transaction_data(only[0].encoded, "sha-512")],
        ALGORITHM: "sha-512",
    }
    with pytest.raises(InvalidTransactionData):
        create_transaction_data_claims([plain, *only])
    with pytest.raises(InvalidTransactionData):
        create_transaction_data_claims([])


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({HASHES: None}, id="hashes-missing"),
        pytest.param({HASHES: "x"}, id="hashes-not-an-array"),
        pytest.param({HASHES: []}, id="hashes-empty"),
        pytest.param({HASHES: [5, 6]}, id="hashes-not-strings"),
        pytest.param({HASHES: ["\ud800", "é"]}, id="hashes-not-base64url"),
        pytest.param({HASHES: [hash_transaction_data(encode())]}, id="one-of-two"),
        pytest.param({HASHES: [hash_transaction_data(encode())] * 2}, id="one-twice"),
        pytest.param({HASHES: [hash_transaction_data(encode(form=form)) for form in "abc"]}, id="one-more"),
        pytest.param({ALGORITHM: "sha-512"}, id="algorithm-not-asked-for"),
        pytest.param({ALGORITHM: "sha-1"}, id="weak-algorithm"),
        pytest.param({ALGORITHM: ["sha-256"]}, id="algorithm-in-an-array"),
        pytest.param({ALGORITHM: None}, id="algorithm-missing"),
    ],
)
def test_a_presentation_of_other_transaction_data_is_refused_5_09(changes: dict[str, Any]) -> None:
    sent = parse(encode(form="a"), encode(form="b", transaction_data_hashes_alg=["sha-256", "sha-1"]))
    good = create_transaction_data_claims(sent)
    verify_transaction_data_hashes(good, sent)
    claims = {name: value for name, value in (good | changes).items() if value is not None}
    with pytest.raises(WrongTransactionData):
        verify_transaction_data_hashes(claims, sent)


def test_the_order_of_hashes_says_nothing() -> None:
    sent = parse(encode(form="a"), encode(form="b"))
    claims = create_transaction_data_claims(sent)
    verify_transaction_data_hashes({**claims, HASHES: claims[HASHES][::-1]}, sent)


def test_hashes_that_nobody_asked_for_are_refused_5_09() -> None:
    verify_transaction_data_hashes({}, ())
    with pytest.raises(WrongTransactionData):
        verify_transaction_data_hashes({HASHES: []}, ())


def test_mistakes_of_ours_are_value_errors() -> None:
    with pytest.raises(ValueError, match="hash algorithm"):
        hash_transaction_data("x", "sha-1")
    for arguments in (([], {}), (["pid"], {"type": "x"})):
        with pytest.raises(ValueError, match="transaction data"):
            create_transaction_data(FORM, *arguments)


@given(st.text(max_size=20), st.text(max_size=20), st.none() | st.integers(0, 99))
def test_what_a_verifier_creates_a_wallet_reads(form: str, digest: str, pages: int | None) -> None:
    members: dict[str, Any] = {"form": form, "digest": digest} | ({} if pages is None else {"pages": pages})
    item = create_transaction_data(FORM, ["licence"], members)
    assert parse(item.encoded) == (item,)


@settings(max_examples=40)
@given(
    st.lists(
        VALUES | objects_with(*GOOD, ALGORITHM).map(lambda value: b64url_encode(create_json(value))),
        max_size=3,
    )
)
def test_nothing_but_a_refusal_is_raised(items: list[Any]) -> None:
    with contextlib.suppress(InvalidTransactionData):
        parse(encode(), *items)


@given(objects_with(HASHES, ALGORITHM))
def test_nothing_but_a_refusal_is_raised_for_claims(claims: dict[str, Any]) -> None:
    with contextlib.suppress(WrongTransactionData):
        verify_transaction_data_hashes(claims, parse(encode()))

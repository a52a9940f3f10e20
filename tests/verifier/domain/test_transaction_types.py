"""What people are asked to agree to: only words that every wallet of ours can show (5.09)."""

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.encoding import b64url_decode, parse_json_object
from verifier.domain.transaction_types import CONSENT, MAX_ITEMS, MAX_TEXT, create_wanted, parse_sent
from verifier.errors import BadTransactionData

IDS = ["photo_card", "proof_of_age"]
TEXT = {"en-CA": "You may call me.", "fr-CA": "Vous pouvez m'appeler : le 5 à 18 h."}
WANTED = {"type": CONSENT, "text": TEXT}


def test_5_09_what_is_sent_comes_back_as_it_was_sent() -> None:
    [item] = create_wanted([WANTED], query_ids=IDS)
    assert parse_sent([item.encoded], query_ids=IDS) == (item,)
    assert parse_json_object(b64url_decode(item.encoded), max_bytes=10_000) == {
        "type": CONSENT,
        "credential_ids": IDS,
        "transaction_data_hashes_alg": ["sha-256"],
        "text": TEXT,
    }


def test_one_credential_may_be_named() -> None:
    [item] = create_wanted([{**WANTED, "credential_ids": ["proof_of_age"]}], query_ids=IDS)
    assert item.credential_ids == ("proof_of_age",)


def test_nothing_wanted_is_nothing_sent() -> None:
    assert create_wanted([], query_ids=IDS) == ()
    assert parse_sent([], query_ids=IDS) == ()


DEFECTS: dict[str, Any] = {
    "no type": {"text": TEXT},
    "another type": {**WANTED, "type": "ca.on.trillium.payment"},
    "a member nobody knows": {**WANTED, "amount": "10"},
    "a hash of its own": {**WANTED, "transaction_data_hashes_alg": ["sha-1"]},
    "no text": {"type": CONSENT},
    "text in no language": {**WANTED, "text": "Yes"},
    "text in English only": {**WANTED, "text": {"en-CA": "Yes"}},
    "a third language": {**WANTED, "text": {**TEXT, "de-DE": "Ja"}},
    "empty text": {**WANTED, "text": {**TEXT, "fr-CA": ""}},
    "blank text": {**WANTED, "text": {**TEXT, "fr-CA": " \u00a0 "}},
    "long text": {**WANTED, "text": {**TEXT, "fr-CA": "a" * (MAX_TEXT + 1)}},
    "a number as text": {**WANTED, "text": {**TEXT, "fr-CA": 7}},
    "a line end": {**WANTED, "text": {**TEXT, "en-CA": "Yes\nNo"}},
    "a nul": {**WANTED, "text": {**TEXT, "en-CA": "Yes\x00"}},
    "a turned direction": {**WANTED, "text": {**TEXT, "en-CA": "Pay \u202e0001"}},
    "an invisible space": {**WANTED, "text": {**TEXT, "en-CA": "Pay 1\u200b000"}},
    "half a character": {**WANTED, "text": {**TEXT, "en-CA": "Pay \ud800"}},
    "no credentials": {**WANTED, "credential_ids": []},
    "a credential not asked for": {**WANTED, "credential_ids": ["licence"]},
    "one credential twice": {**WANTED, "credential_ids": ["photo_card", "photo_card"]},
    "credentials as text": {**WANTED, "credential_ids": "photo_card"},
    "a credential that is a list": {**WANTED, "credential_ids": [["photo_card"]]},
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_what_could_not_be_shown_is_not_sent(defect: str) -> None:
    with pytest.raises(BadTransactionData):
        create_wanted([DEFECTS[defect]], query_ids=IDS)


def test_the_same_twice_and_too_much() -> None:
    with pytest.raises(BadTransactionData):
        create_wanted([WANTED, WANTED], query_ids=IDS)
    many = [{**WANTED, "text": {**TEXT, "en-CA": f"Item {number}"}} for number in range(MAX_ITEMS + 1)]
    assert len(create_wanted(many[:MAX_ITEMS], query_ids=IDS)) == MAX_ITEMS
    with pytest.raises(BadTransactionData):
        create_wanted(many, query_ids=IDS)


@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_is_sent_can_be_read_again(english: str, french: str) -> None:
    try:
        [item] = create_wanted(
            [{"type": CONSENT, "text": {"en-CA": english, "fr-CA": french}}], query_ids=IDS
        )
    except BadTransactionData:
        return
    [again] = parse_sent([item.encoded], query_ids=IDS)
    assert again.members == {"text": {"en-CA": english, "fr-CA": french}}
    assert not any(unicodedata.category(one)[0] == "C" for one in english + french)

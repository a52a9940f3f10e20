"""Texts to be agreed to: which can be shown, and which card agrees to which (5.09)."""

import unicodedata
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.openid4vp import TransactionData, create_transaction_data
from specs.openid4vp.errors import InvalidTransactionData
from wallet_api.domain.agreement import CONSENT, Agreement, assign_agreements, read_agreement

IDS = ("a", "b", "c")


def item(*ids: str, english: str = "Yes", french: str = "Oui") -> TransactionData:
    return create_transaction_data(CONSENT, ids or ("a",), {"text": {"en-CA": english, "fr-CA": french}})


def test_a_text_is_read_as_it_was_sent() -> None:
    assert read_agreement(item(english="I agree.  Twice", french="D’accord — é")) == Agreement(
        "I agree.  Twice", "D’accord — é"
    )


@given(st.characters(categories=["Cc", "Cf", "Co", "Cs", "Zl", "Zp"]))
def test_nothing_that_is_not_seen_is_agreed_to(hidden: str) -> None:
    if unicodedata.category(hidden) == "Cs":
        return  # no JSON text has half a surrogate pair
    for text in (hidden + "Yes", "Y" + hidden + "es", "Yes" + hidden):
        with pytest.raises(InvalidTransactionData):
            read_agreement(item(english=text))
        with pytest.raises(InvalidTransactionData):
            read_agreement(item(french=text))


def test_each_goes_with_the_first_of_its_cards_that_is_shown() -> None:
    first, second = item("a", "b"), item("b")
    assert assign_agreements([first, second], ["b", "a"]) == {"a": [first], "b": [second]}
    assert assign_agreements([first, second], ["b"]) == {"b": [first, second]}
    assert assign_agreements([first, second], ["a"]) is None
    assert assign_agreements([], []) == {}


@given(
    st.lists(st.lists(st.sampled_from(IDS), min_size=1, unique=True), max_size=5),
    st.lists(st.sampled_from(IDS), unique=True),
)
def test_every_one_is_agreed_to_once_or_nothing_is(wanted: Sequence[Sequence[str]], shown: list[str]) -> None:
    items = [item(*ids, english=f"Text {number}") for number, ids in enumerate(wanted)]
    assigned = assign_agreements(items, shown)
    if assigned is None:
        assert any(set(one.credential_ids).isdisjoint(shown) for one in items)
        return
    flat = [one.encoded for carried in assigned.values() for one in carried]
    assert sorted(flat) == sorted(one.encoded for one in items)
    assert assigned.keys() <= set(shown)
    assert all(query_id in one.credential_ids for query_id, carried in assigned.items() for one in carried)

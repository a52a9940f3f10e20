"""Receipts: what stands in them, what never does, and that only the verifier's own are believed."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.dcql import DcqlQuery, parse_dcql_query
from specs.encoding import b64url_decode, b64url_encode
from specs.jose import Algorithm, prepare_jws, public_jwk_of, sign_with
from tests.verifier.issuing import private_key
from verifier.domain.receipt import RECEIPT_TYPE, Receipt, prepare_receipt, shown_claims, verify_receipt
from verifier.domain.relying_service import ClientId
from verifier.errors import BadReceipt

ISSUER = "https://verifier.example/desk"
KEY = public_jwk_of(private_key("receipts").public_key())
OTHER_KEY = public_jwk_of(private_key("other receipts").public_key())
RECEIPT = Receipt(
    issuer=ISSUER,
    receipt_id="A" * 22,
    day=date(2026, 11, 22),
    client_id=ClientId("rs-shop"),
    service_names={"en-CA": "Shop", "fr-CA": "Boutique"},
    preset="age-19-or-over",
    purposes={"en-CA": "To sell you wine.", "fr-CA": "Vous vendre du vin."},
    claims={"photo_card": (("age_equal_or_over", "19"), ("nationalities", None))},
)


def signed(receipt: Receipt = RECEIPT, who: str = "receipts") -> str:
    prepared = prepare_receipt(receipt, algorithm=Algorithm.ES256, key_id=KEY.thumbprint)
    return prepared.attach(sign_with(private_key(who), Algorithm.ES256, prepared.data))


def signed_members(members: dict[str, Any], **header: Any) -> str:
    head = {"alg": "ES256", "typ": RECEIPT_TYPE, "kid": KEY.thumbprint, **header}
    prepared = prepare_jws(head, json.dumps(members).encode())
    return prepared.attach(sign_with(private_key("receipts"), Algorithm.ES256, prepared.data))


def members_of(text: str) -> dict[str, Any]:
    members: dict[str, Any] = json.loads(b64url_decode(text.split(".")[1]))
    return members


def test_a_receipt_is_read_as_it_was_written() -> None:
    assert verify_receipt(signed(), [OTHER_KEY, KEY], issuer=ISSUER) == RECEIPT


def test_a_receipt_says_who_asked_for_what_and_why_on_which_day_and_nothing_else() -> None:
    assert members_of(signed()) == {
        "iss": ISSUER,
        "jti": "A" * 22,
        "date": "2026-11-22",
        "service": {"client_id": "rs-shop", "names": {"en-CA": "Shop", "fr-CA": "Boutique"}},
        "preset": "age-19-or-over",
        "purposes": {"en-CA": "To sell you wine.", "fr-CA": "Vous vendre du vin."},
        "claims": {"photo_card": [["age_equal_or_over", "19"], ["nationalities", None]]},
    }


BAD: dict[str, str] = {
    "of another verifier": signed(RECEIPT._replace(issuer="https://other.example")),
    "signed with another key under our name": signed(who="other receipts"),
    "another kind of token": signed_members(members_of(signed()), typ="trillium-webhook+jwt"),
    "no type": signed_members(members_of(signed()), typ=""),
    "a key nobody knows": signed_members(members_of(signed()), kid="unknown"),
    "a member too many": signed_members({**members_of(signed()), "sub": "somebody"}),
    "a time of day": signed_members({**members_of(signed()), "date": "2026-11-22T15:00:00Z"}),
    "no such day": signed_members({**members_of(signed()), "date": "2026-02-30"}),
    "an id of another form": signed_members({**members_of(signed()), "jti": 7}),
    "a value beside a name": signed_members({**members_of(signed()), "claims": {"a": [["b", 1.5]]}}),
    "an empty path": signed_members({**members_of(signed()), "claims": {"a": [[]]}}),
    "a number for a name": signed_members({**members_of(signed()), "purposes": {"en-CA": 1}}),
    "no object": signed_members([]),  # type: ignore[arg-type]
    "no token": "receipt",
    "nothing": "",
    "a large one": "A" * 300_000,
}


@pytest.mark.parametrize("defect", BAD)
def test_what_is_no_receipt_of_ours_is_refused(defect: str) -> None:
    with pytest.raises(BadReceipt):
        verify_receipt(BAD[defect], [KEY, OTHER_KEY], issuer=ISSUER)


def test_without_keys_nothing_is_believed() -> None:
    with pytest.raises(BadReceipt):
        verify_receipt(signed(), [], issuer=ISSUER)


@given(st.data())
def test_no_changed_byte_is_accepted(data: st.DataObject) -> None:
    text = signed()
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from("ABCabc019-_.~"))
    if other == text[place]:
        return
    with pytest.raises(BadReceipt):
        verify_receipt(text[:place] + other + text[place + 1 :], [KEY], issuer=ISSUER)


QUERY: DcqlQuery = parse_dcql_query(
    {
        "credentials": [
            {
                "id": "card",
                "format": "dc+sd-jwt",
                "meta": {"vct_values": ["https://issuer.example/types/card/1"]},
                "claims": [
                    {"id": "name", "path": ["given_name"]},
                    {"id": "street", "path": ["address", "street_address"]},
                    {"id": "states", "path": ["nationalities", None]},
                    {"id": "second", "path": ["nationalities", 1]},
                    {"id": "address", "path": ["address"]},
                ],
                "claim_sets": [["name", "street", "states", "second", "address"], ["name"]],
            },
            {
                "id": "other",
                "format": "dc+sd-jwt",
                "meta": {"vct_values": ["https://issuer.example/types/other/1"]},
            },
        ]
    }
)


@pytest.mark.parametrize(
    ("claims", "shown"),
    [
        ({}, {}),
        ({"card": {"given_name": "Maya"}}, {"card": (("given_name",),)}),
        (
            {"card": {"address": {"street_address": "1 Main", "Maya lives": "here"}}},
            {"card": (("address", "street_address"), ("address",))},
        ),
        ({"card": {"address": "1 Main"}}, {"card": (("address",),)}),
        ({"card": {"nationalities": ["CA"]}}, {"card": (("nationalities", None), ("nationalities", 1))}),
        ({"card": {"nationalities": []}}, {"card": ()}),
        ({"card": {"nationalities": {"0": "CA"}}}, {"card": ()}),
        ({"card": {"given_name": False}}, {"card": (("given_name",),)}),
        ({"card": {}, "other": {"anything": 1}}, {"card": (), "other": ()}),
        ({"unknown": {"given_name": "Maya"}}, {}),
    ],
)
def test_names_come_from_the_query_never_from_the_answer(claims: Any, shown: Any) -> None:
    assert shown_claims(QUERY, claims) == shown


@given(
    st.dictionaries(
        st.text(),
        st.recursive(
            st.none() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
        ),
    )
)
def test_whatever_was_shown_nothing_of_it_gets_into_a_receipt(shown: dict[str, Any]) -> None:
    asked = {claim.path for claim in QUERY.credentials[0].claims or ()}
    assert set(shown_claims(QUERY, {"card": shown})["card"]) <= asked


def test_a_receipt_is_no_credential_and_no_webhook() -> None:
    """Key separation (7.07) beside: the type says what it is."""
    header = json.loads(b64url_decode(signed().split(".")[0]))
    assert header == {"alg": "ES256", "typ": "trillium-receipt+jwt", "kid": KEY.thumbprint}
    assert b64url_encode(b64url_decode(signed().split(".")[0])) == signed().split(".")[0]

"""Credential offers and the links that carry them (4.09 to 4.13)."""

import contextlib
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.encoding import create_json
from specs.oauth import InvalidUrl
from specs.openid4vci import (
    AuthorizationCodeGrant,
    CredentialOffer,
    CredentialOfferReference,
    PreAuthorizedCodeGrant,
    TxCode,
    create_credential_offer,
    create_credential_offer_reference_uri,
    create_credential_offer_uri,
    parse_credential_offer,
    parse_credential_offer_uri,
    verify_credential_offer,
)
from specs.openid4vci.wallet_errors import (
    InvalidCredentialOffer,
    UnknownOfferedConfiguration,
    WrongAuthorizationServer,
)
from tests.specs.oauth.strategies import bodies_with
from tests.specs.openid4vci.material import ISSUER, load, metadata

EXAMPLES = load("credential_offers.json")
DERIVED = load("credential_offer_cases.json")
REFERENCE = "https://issuer.example/offers/GkurKxf5T0Y-mnPFCHqWOMiZi4VS138c"
OFFER = CredentialOffer(ISSUER, ("person",), PreAuthorizedCodeGrant("code", TxCode(length=6)))
SERVERS = ("https://a.example", "https://b.example")

TEXT = st.text(min_size=1, max_size=20)
TX_CODES = st.builds(
    TxCode,
    st.sampled_from(["numeric", "text"]),
    st.none() | st.integers(1, 64),
    st.none() | st.text(max_size=300),
)
OFFERS = st.builds(
    CredentialOffer,
    st.just(ISSUER),
    st.lists(TEXT, min_size=1, max_size=4, unique=True).map(tuple),
    st.none() | st.builds(PreAuthorizedCodeGrant, TEXT, st.none() | TX_CODES, st.none() | TEXT),
    st.none() | st.builds(AuthorizationCodeGrant, st.none() | TEXT, st.none() | TEXT),
)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_of_the_standard_are_read_and_written_4_10(name: str) -> None:
    offer = parse_credential_offer(create_json(EXAMPLES[name]))
    assert offer.credential_configuration_ids == tuple(EXAMPLES[name]["credential_configuration_ids"])
    assert parse_credential_offer(create_json(create_credential_offer(offer))) == offer


def test_a_transaction_code_without_details_is_still_one_4_12() -> None:
    offer = parse_credential_offer(create_json(EXAMPLES["pre_authorized_empty_tx_code"]))
    assert offer.pre_authorized_code is not None
    assert offer.pre_authorized_code.tx_code == TxCode("numeric", None, None)
    written = create_credential_offer(offer)["grants"].popitem()[1]
    assert "tx_code" in written


@pytest.mark.parametrize("case", DERIVED["offers"], ids=lambda case: case["id"])
def test_vector_offer_4_10(case: dict[str, Any]) -> None:
    body = create_json(case["offer"])
    if case["expect"] == "reject":
        with pytest.raises(InvalidCredentialOffer) as raised:
            parse_credential_offer(body)
        assert raised.value.code == case["error"]
        return
    offer = parse_credential_offer(body)
    if "tx_code" in case:
        assert offer.pre_authorized_code is not None
        found = offer.pre_authorized_code.tx_code
        assert (None if found is None else asdict(found)) == case["tx_code"]


@pytest.mark.parametrize("case", DERIVED["links"], ids=lambda case: case["id"])
def test_vector_link_4_09(case: dict[str, Any]) -> None:
    if case["expect"] == "reject":
        with pytest.raises(InvalidCredentialOffer) as raised:
            parse_credential_offer_uri(case["uri"])
        assert raised.value.code == case["error"]
        return
    kinds = {"value": CredentialOffer, "reference": CredentialOfferReference}
    assert type(parse_credential_offer_uri(case["uri"])) is kinds[case["expect"]]


def test_a_link_by_reference_is_short_and_escaped_4_09() -> None:
    link = create_credential_offer_reference_uri(REFERENCE)
    assert link == f"openid-credential-offer://?credential_offer_uri={quote(REFERENCE, safe='')}"
    assert parse_credential_offer_uri(link) == CredentialOfferReference(REFERENCE)


def test_a_wallets_own_address_can_be_the_start_of_the_link() -> None:
    link = create_credential_offer_reference_uri(REFERENCE, endpoint="https://wallet.example/offer")
    assert link.startswith("https://wallet.example/offer?")
    assert parse_credential_offer_uri(link) == CredentialOfferReference(REFERENCE)
    with pytest.raises(InvalidCredentialOffer):
        parse_credential_offer_uri(link, schemes=("openid-credential-offer",))


def test_http_needs_a_long_word_4_09() -> None:
    plain = "http://localhost:8000/issuer/offers/a"
    with pytest.raises(InvalidUrl):
        create_credential_offer_reference_uri(plain)
    link = create_credential_offer_reference_uri(plain, insecure_allow_http=True)
    with pytest.raises(InvalidCredentialOffer):
        parse_credential_offer_uri(link)
    assert parse_credential_offer_uri(link, insecure_allow_http=True) == CredentialOfferReference(plain)


@pytest.mark.parametrize(
    "ids",
    [(), ("a", "a"), ("",), tuple(f"c{number}" for number in range(65))],
    ids=["none", "twice", "empty", "many"],
)
def test_an_offer_of_nothing_or_twice_the_same_is_not_made_4_10(ids: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="credential_configuration_ids"):
        CredentialOffer(ISSUER, ids)


@pytest.mark.parametrize(
    "arguments", [("pin",), ("numeric", 0), ("numeric", 65), ("numeric", 4, "x" * 301)], ids=str
)
def test_a_transaction_code_that_no_wallet_can_ask_for_is_not_made_4_12(arguments: tuple[Any, ...]) -> None:
    with pytest.raises(ValueError, match=r"input_mode|length|description"):
        TxCode(*arguments)


def test_every_offered_credential_is_in_the_metadata_4_10() -> None:
    assert verify_credential_offer(OFFER, metadata(), authorization_server=None) == (ISSUER,)
    with pytest.raises(UnknownOfferedConfiguration):
        verify_credential_offer(
            CredentialOffer(ISSUER, ("person", "nope")), metadata(), authorization_server=None
        )


def test_a_named_authorization_server_is_one_of_the_listed_4_11() -> None:
    several = metadata(authorization_servers=SERVERS)
    assert verify_credential_offer(OFFER, several, authorization_server=None) == SERVERS
    assert verify_credential_offer(OFFER, several, authorization_server=SERVERS[1]) == (SERVERS[1],)
    for document, server in (
        (several, "https://evil.example"),
        (several, SERVERS[0] + "/"),
        (metadata(), ISSUER),
    ):
        with pytest.raises(WrongAuthorizationServer):
            verify_credential_offer(OFFER, document, authorization_server=server)


def test_metadata_of_another_issuer_is_a_mistake_of_ours_4_13() -> None:
    other = CredentialOffer("https://other.example", ("person",))
    with pytest.raises(ValueError, match="another issuer"):
        verify_credential_offer(other, metadata(), authorization_server=None)


def test_the_code_does_not_show_in_a_log_line() -> None:
    assert "code-4711" not in repr(CredentialOffer(ISSUER, ("person",), PreAuthorizedCodeGrant("code-4711")))


@given(OFFERS)
def test_what_an_issuer_creates_a_wallet_reads(offer: CredentialOffer) -> None:
    assert parse_credential_offer(create_json(create_credential_offer(offer))) == offer
    assert parse_credential_offer_uri(create_credential_offer_uri(offer)) == offer


@given(bodies_with("credential_issuer", "credential_configuration_ids", "grants"))
def test_nothing_but_a_refusal_is_raised_for_an_offer(body: bytes) -> None:
    with contextlib.suppress(InvalidCredentialOffer):
        parse_credential_offer(body)


@given(
    st.text(max_size=60)
    | st.from_regex(r"openid-credential-offer://\?credential_offer(_uri)?=[\x00-\x7f]{0,40}", fullmatch=True)
)
def test_nothing_but_a_refusal_is_raised_for_a_link(uri: str) -> None:
    with contextlib.suppress(InvalidCredentialOffer):
        parse_credential_offer_uri(uri)

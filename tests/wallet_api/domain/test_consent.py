"""What the resident is told before anything is shown; words in both languages, values never."""

from typing import Any

import pytest

from specs.dcql import Candidate, Match, match_query, parse_dcql_query
from wallet_api.domain.consent import describe_queries, visible_paths, why_not
from wallet_api.domain.held_credential import short_type

VCT = "https://issuer.example/types/photo-card/1"


def matched(query: dict[str, Any], *claims: dict[str, Any], vct: str = VCT) -> Match:
    one = {"id": "q", "format": "dc+sd-jwt", "meta": {"vct_values": [VCT]}, **query}
    candidates = [
        Candidate(credential_id=str(number), format="dc+sd-jwt", types=(vct,), claims=held, holder_bound=True)
        for number, held in enumerate(claims)
    ]
    return match_query(parse_dcql_query({"credentials": [one]}), candidates)


@pytest.mark.parametrize(
    ("vct", "name"),
    [
        (VCT, "photo-card"),
        ("https://issuer.example/types/photo-card", "photo-card"),
        ("https://issuer.example/photo-card/12", "photo-card"),
        ("https://issuer.example/1", "1"),
        ("https://issuer.example", "https://issuer.example"),
        ("https://issuer.example/", "https://issuer.example/"),
        ("urn:eudi:pid:1", "urn:eudi:pid:1"),
        ("photo-card/1", "photo-card/1"),
        ("https://issuer.example/photo-card/v2", "v2"),
    ],
)
def test_types_have_short_names_for_people(vct: str, name: str) -> None:
    assert short_type(vct) == name


def test_what_is_always_visible_is_named_leaf_by_leaf() -> None:
    claims = {
        "iss": "https://issuer.example",
        "vct": VCT,
        "cnf": {"jwk": {}},
        "family_name": "hidden",
        "address": {"locality": "hidden", "region": "ON"},
        "nationalities": ["CA", "FR"],
        "age": {},
    }
    withheld = [("family_name",), ("address", "locality"), ("nationalities", 1)]

    assert visible_paths(claims, withheld) == (("address", "region"), ("nationalities", 0))


def test_a_withheld_parent_hides_what_is_in_it() -> None:
    assert visible_paths({"address": {"region": "ON"}}, [("address",)]) == ()


def test_a_query_that_cannot_be_answered_is_described_by_its_preferred_claims() -> None:
    query = {
        "claims": [{"id": "a", "path": ["given_name"]}, {"id": "b", "path": ["family_name"]}],
        "claim_sets": [["b"], ["a", "b"]],
    }

    [described] = describe_queries(matched(query))

    assert (described.type, described.claims) == ("photo-card", (("family_name",),))
    assert described.credential_id is None


@pytest.mark.parametrize(
    ("query", "held", "vct", "expected"),
    [
        ({}, [], VCT, [("no_credential", "There is no photo-card in this wallet.")]),
        ({}, [{}], f"{VCT}0", [("no_credential", "There is no photo-card in this wallet.")]),
        (
            {"claims": [{"path": ["portrait"]}]},
            [{}],
            VCT,
            [("claim_absent", "The photo-card does not contain portrait.")],
        ),
        (
            {"claims": [{"path": ["age", "19"], "values": [True]}]},
            [{"age": {"19": False}}],
            VCT,
            [("claim_value", "In the photo-card, age.19 is not what the service requires.")],
        ),
        (
            {"trusted_authorities": [{"type": "aki", "values": ["AAAA"]}]},
            [{}],
            VCT,
            [("authority", "The photo-card comes from an issuer that the service does not accept.")],
        ),
    ],
)
def test_the_reasons_are_told_in_words(
    query: dict[str, Any], held: list[dict[str, Any]], vct: str, expected: list[tuple[str, str]]
) -> None:
    reasons = why_not(matched(query, *held, vct=vct), [])

    assert [(one.code, one.english) for one in reasons] == expected
    assert all(one.french != one.english and "{" not in one.french for one in reasons)


def test_a_reason_is_told_once_however_many_cards_have_it() -> None:
    query = {"claims": [{"path": ["portrait"]}]}

    assert len(why_not(matched(query, {}, {}, {}), [])) == 1


def test_an_expired_card_of_the_type_is_the_reason() -> None:
    reasons = why_not(matched({}), [frozenset({"https://other.example/x/1"}), frozenset({VCT})])

    assert [one.code for one in reasons] == ["expired"]


def test_no_reason_holds_a_value() -> None:
    query = {"claims": [{"path": ["family_name"], "values": ["Wanted"]}]}

    [reason] = why_not(matched(query, {"family_name": "Held"}), [])

    assert not {"Held", "Wanted"} & set(f"{reason.english} {reason.french}".replace(".", " ").split())

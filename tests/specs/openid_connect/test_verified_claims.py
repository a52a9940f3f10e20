"""Verified claims: how they are asked for, and what is answered (7.20)."""

import contextlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.encoding import create_json
from specs.openid_connect import (
    ClaimsRequest,
    DocumentEvidence,
    InvalidClaimsRequest,
    KnownVerification,
    answer_verified_claims,
    create_claims_parameter,
    parse_claims_parameter,
    parse_verified_claims_request,
)
from tests.specs.oauth.strategies import SCALARS, VALUES, objects_with

FRAMEWORK = "https://verifier.example/openid/trust-framework/ontario"
CARD = "https://issuer.example/types/photo-card/1"
AT = datetime(2026, 6, 1, 12, 0, 30, 987654, UTC)
ASKED = AT - timedelta(minutes=2)
KNOWN = KnownVerification(
    trust_framework=FRAMEWORK,
    verified_at=AT,
    evidence=(DocumentEvidence(CARD, "https://issuer.example"),),
)
CLAIMS = {
    "given_name": "Maya",
    "birthdate": "1994-06-14",
    "age_19_or_over": True,
    "address": {"region": "ON"},
}
TIME = "2026-06-01T12:00:30Z"
DOCUMENT: dict[str, Any] = {"type": {"value": "document"}}


def answered(asked: object, known: KnownVerification = KNOWN) -> Any:
    return answer_verified_claims(parse_verified_claims_request(asked), known, CLAIMS, asked_at=ASKED)


def asking(verification: dict[str, Any] | None = None, claims: Any = None) -> dict[str, Any]:
    return {"verification": {"trust_framework": None, **(verification or {})}, "claims": claims}


def verification(**members: Any) -> dict[str, Any]:
    return {"trust_framework": FRAMEWORK, **members}


def test_7_20_what_is_asked_for_and_nothing_more() -> None:
    """The first request of the standard's section 5.3, and the one of section 5.4 for the time."""
    asked = asking(claims={"given_name": None, "family_name": None})
    assert answered(asked) == {"verification": verification(), "claims": {"given_name": "Maya"}}
    asked = asking({"time": None}, {"birthdate": {"essential": True}})
    assert answered(asked) == {
        "verification": verification(time=TIME),
        "claims": {"birthdate": "1994-06-14"},
    }


@pytest.mark.parametrize("claims", [None, {}])
def test_7_20_without_claims_the_verification_alone(claims: object) -> None:
    """The schema: `claims` may be empty where verification is required and no data has to be shared."""
    assert answered(asking(claims=claims)) == {"verification": verification(), "claims": {}}


def test_7_20_none_of_the_claims_is_no_statement() -> None:
    assert answered(asking(claims={"family_name": None, "email": {"essential": True}})) is None


@pytest.mark.parametrize(
    ("wish", "is_there"),
    [
        ({"value": "1994-06-14"}, True),
        ({"value": "1994-06-15"}, False),
        ({"values": ["1", "1994-06-14"]}, True),
        ({"values": ["1", "2"]}, False),
        ({"value": "1994-06-14", "values": ["1"]}, False),
        ({"essential": True, "value": 19940614}, False),
        ({"max_age": 40 * 31_557_600}, True),
        ({"max_age": 18 * 31_557_600}, False),
        ({"purpose": "To greet you", "unknown": 7}, True),
        ({"year": {"value": "1994"}}, False),
    ],
)
def test_7_20_a_claim_that_is_not_so_is_left_out(wish: dict[str, Any], is_there: bool) -> None:
    """Section 5.7: the claim alone, and no error."""
    found = answered(asking(claims={"given_name": None, "birthdate": wish}))
    assert found["claims"].keys() == ({"given_name", "birthdate"} if is_there else {"given_name"})


@pytest.mark.parametrize(("wanted", "is_there"), [(True, True), (1, False), ("true", False), (False, False)])
def test_7_20_true_is_not_one(wanted: object, is_there: bool) -> None:
    found = answered(asking(claims={"given_name": None, "age_19_or_over": {"value": wanted}}))
    assert ("age_19_or_over" in found["claims"]) is is_there


@pytest.mark.parametrize(
    "wanted",
    [
        {"trust_framework": {"value": "eidas"}},
        {"trust_framework": {"values": ["gold", "silver"]}},
        {"trust_framework": {"value": FRAMEWORK, "values": ["gold"]}},
        {"trust_framework": {"max_age": 10}},
        {"assurance_level": {"value": "high"}},
        {"assurance_level": {"values": ["low", "high"]}},
        {"assurance_level": {"essential": True}},
        {"verification_process": {"essential": True}},
        {"assurance_process": {"policy": {"value": "gpg45"}}},
        {"assurance_process": {"assurance_details": [{"assurance_type": {"value": "validity"}}]}},
        {"time": {"value": "2026-06-01T12:00:31Z"}},
        {"unknown": {"value": "x"}},
        {"evidence": [{"type": {"value": "electronic_record"}}]},
        {"evidence": [{"type": {"value": "vouch"}}, {"type": {"value": "rubbish"}}]},
        {"evidence": [DOCUMENT | {"method": {"value": "pipp"}}]},
        {"evidence": [DOCUMENT | {"check_details": [{"check_method": {"value": "vpip"}}]}]},
        {"evidence": [DOCUMENT | {"document_details": {"type": {"values": ["passport", "idcard"]}}}]},
        {"evidence": [DOCUMENT | {"document_details": {"document_number": {"essential": True}}}]},
        {"evidence": [DOCUMENT | {"document_details": {"issuer": {"name": {"value": "Mint"}}}}]},
        {"evidence": [DOCUMENT | {"document_details": {"date_of_issuance": {"max_age": 100}}}]},
        {"evidence": [DOCUMENT | {"document_details": {"issuer": {"essential": True}}}]},
        {"evidence": [DOCUMENT | {"document_details": {"value": CARD}}]},
    ],
    ids=json.dumps,
)
def test_7_20_what_is_not_so_of_the_verification_takes_all_with_it(wanted: dict[str, Any]) -> None:
    """Section 5.7, and restrictions are never ignored (section 5.5)."""
    assert answered(asking(wanted, {"given_name": None})) is None


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"trust_framework": {"value": FRAMEWORK}}, {}),
        ({"trust_framework": {"values": ["gold", FRAMEWORK]}}, {}),
        ({"assurance_level": None, "verification_process": {}, "unknown": None, "note": "x"}, {}),
        ({"assurance_process": {"policy": None, "assurance_details": [{"assurance_type": None}]}}, {}),
        ({"time": {"essential": True}}, {"time": TIME}),
        ({"evidence": None}, {}),
        ({"evidence": [DOCUMENT]}, {"evidence": [{"type": "document"}]}),
        (
            {"evidence": [DOCUMENT | {"method": None, "document_details": {"type": None}}]},
            {"evidence": [{"type": "document", "document_details": {"type": CARD}}]},
        ),
        (
            {"evidence": [DOCUMENT | {"document_details": {"issuer": {"name": None, "country": None}}}]},
            {
                "evidence": [
                    {
                        "type": "document",
                        "document_details": {"type": CARD, "issuer": {"name": "https://issuer.example"}},
                    }
                ]
            },
        ),
        (
            {"evidence": [{"type": {"value": "vouch"}}, DOCUMENT | {"document_details": None}]},
            {"evidence": [{"type": "document", "document_details": {"type": CARD}}]},
        ),
    ],
)
def test_7_20_of_the_verification_what_is_known(wanted: dict[str, Any], found: dict[str, Any]) -> None:
    assert answered(asking(wanted)) == {"verification": verification(**found), "claims": {}}


def test_7_20_each_credential_is_evidence_where_it_fits() -> None:
    licence = "https://issuer.example/types/drivers-licence/1"
    two = KnownVerification(
        trust_framework=FRAMEWORK,
        verified_at=AT,
        evidence=(*KNOWN.evidence, DocumentEvidence(licence, "https://other.example")),
    )
    asked = {"evidence": [DOCUMENT | {"document_details": {"type": {"values": [licence, "x"]}}}]}
    [only] = answered(asking(asked), two)["verification"]["evidence"]
    assert only["document_details"] == {"type": licence}
    assert len(answered(asking({"evidence": [DOCUMENT]}), two)["verification"]["evidence"]) == 2
    none = KnownVerification(trust_framework=FRAMEWORK, verified_at=AT)
    assert answered(asking({"evidence": [DOCUMENT]}), none) is None


@pytest.mark.parametrize(
    ("after", "max_age", "is_met"), [(0, 0, True), (61, 60, False), (60, 61, True), (-120, 0, True)]
)
def test_7_20_max_age_counts_until_the_request(after: int, max_age: int, is_met: bool) -> None:
    """Section 5.5. ``after``: seconds from the verification until the request."""
    request = parse_verified_claims_request(asking({"time": {"max_age": max_age}}))
    asked_at = AT.replace(microsecond=0) + timedelta(seconds=after)
    assert (answer_verified_claims(request, KNOWN, CLAIMS, asked_at=asked_at) is not None) is is_met


def test_7_20_of_several_sets_those_that_can_be_answered() -> None:
    """Section 5.6: each by itself, the same claim as often as it is asked for."""
    gold = asking({"trust_framework": {"value": "gold"}}, {"given_name": None})
    ours, both = asking(claims={"given_name": None}), asking({"time": None}, {"given_name": None})
    first, second = answered([gold, ours, both])
    assert "time" not in first["verification"]
    assert second["verification"]["time"] == TIME
    assert first["claims"] == second["claims"] == {"given_name": "Maya"}
    assert answered([ours]) == [first]
    assert answered([gold]) is None


@pytest.mark.parametrize(
    "asked",
    [
        None,
        "all",
        [],
        [None],
        {},
        {"claims": {"given_name": None}},
        {"verification": None, "claims": None},
        {"verification": {}, "claims": None},
        {"verification": {"trust_framework": None}},
        {"verification": {"trust_framework": "eidas"}, "claims": None},
        asking(claims=["given_name"]),
        asking(claims={"given_name": True}),
        asking(claims={"given_name": []}),
        asking(claims={"": None}),
        asking(claims={"x" * 257: None}),
        asking(claims={str(number): None for number in range(65)}),
        asking(claims={"given_name": {"values": []}}),
        asking(claims={"given_name": {"values": list(range(33))}}),
        asking(claims={"given_name": {"values": "Maya"}}),
        asking(claims={"given_name": {"essential": 1}}),
        asking({"assurance_level": "high"}),
        asking({"time": {"max_age": -1}}),
        asking({"time": {"max_age": True}}),
        asking({"time": {"max_age": "60"}}),
        asking({"time": {"max_age": 10**12}}),
        asking({"evidence": []}),
        asking({"evidence": {}}),
        asking({"evidence": ["document"]}),
        asking({"evidence": [{}]}),
        asking({"evidence": [{"type": None}]}),
        asking({"evidence": [{"type": "document"}]}),
        asking({"evidence": [{"type": {"values": ["document"]}}]}),
        asking({"evidence": [{"type": {"value": "document", "values": ["document"]}}]}),
        asking({"evidence": [{"type": {"value": 1}}]}),
        asking({"evidence": [DOCUMENT] * 17}),
        asking({"evidence": [DOCUMENT | {"document_details": {"type": "passport"}}]}),
        [asking()] * 9,
    ],
    ids=range(37),
)
def test_7_20_malformed_is_an_invalid_request(asked: object) -> None:
    with pytest.raises(InvalidClaimsRequest) as refused:
        parse_verified_claims_request(asked)
    assert refused.value.code == "invalid_request"


def test_7_20_too_deep_is_an_invalid_request() -> None:
    deep: Any = None
    for _ in range(9):
        deep = {"x": deep}
    with pytest.raises(InvalidClaimsRequest, match="depth"):
        parse_verified_claims_request(asking({"x": deep}))
    for _ in range(5000):
        deep = {"x": deep}
    with pytest.raises(InvalidClaimsRequest, match="depth"):
        parse_verified_claims_request(asking({"x": deep}))


def test_7_20_in_the_claims_parameter() -> None:
    """Beside the other claims, as deep as evidence goes, and it can be kept and read again."""
    names = {"name": {"values": ["x"]}}
    whole = [asking({"evidence": [DOCUMENT | {"document_details": {"issuer": names}}]}, {"name": None})]
    text = json.dumps({"id_token": {"verified_claims": whole, "acr": None}, "userinfo": {"name": None}})
    request = parse_claims_parameter(text)
    assert list(request.id_token) == ["acr"]
    assert request.verified.keys() == {"id_token"}
    assert request.verified["id_token"].is_list
    assert parse_claims_parameter(json.dumps(create_claims_parameter(request))) == request
    with pytest.raises(InvalidClaimsRequest):
        parse_claims_parameter('{"userinfo": {"verified_claims": null}}')
    assert parse_claims_parameter("{}") == ClaimsRequest()


ELEMENTS = st.recursive(
    SCALARS | st.fixed_dictionaries({"value": st.sampled_from(["document", "Maya", FRAMEWORK])}),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "type",
                    "value",
                    "values",
                    "essential",
                    "max_age",
                    "time",
                    "name",
                    "evidence",
                    "document_details",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)
SETS = st.fixed_dictionaries(
    {
        "verification": st.fixed_dictionaries(
            {"trust_framework": st.none() | ELEMENTS},
            optional={
                "time": ELEMENTS,
                "assurance_level": ELEMENTS,
                "evidence": st.lists(
                    st.fixed_dictionaries(
                        {"type": st.just({"value": "document"})}, optional={"document_details": ELEMENTS}
                    ),
                    max_size=3,
                ),
            },
        ),
        "claims": st.none()
        | st.dictionaries(st.sampled_from([*CLAIMS, "email", "sub"]), st.none() | ELEMENTS, max_size=4),
    }
)


@given(VALUES | objects_with("verification", "claims") | SETS | st.lists(SETS, max_size=3))
def test_7_20_rubbish_is_refused_and_nothing_appears_that_is_not_known(asked: Any) -> None:
    with contextlib.suppress(InvalidClaimsRequest):
        found = answered(asked)
        for one in found if isinstance(found, list) else [found] if found else []:
            assert one["claims"].items() <= CLAIMS.items()
            assert one["verification"].keys() <= {"trust_framework", "time", "evidence"}
            assert one["verification"]["trust_framework"] == FRAMEWORK
            assert one["verification"].get("time", TIME) == TIME
            for document in one["verification"].get("evidence", []):
                assert document.get("document_details", {}).get("type", CARD) == CARD


@given(st.fixed_dictionaries({"userinfo": st.fixed_dictionaries({"verified_claims": VALUES | SETS})}))
def test_7_20_what_is_read_can_be_kept_and_read_again(members: dict[str, Any]) -> None:
    with contextlib.suppress(InvalidClaimsRequest):
        request = parse_claims_parameter(create_json(members).decode())
        kept = create_json(create_claims_parameter(request)).decode()
        assert parse_claims_parameter(kept) == request

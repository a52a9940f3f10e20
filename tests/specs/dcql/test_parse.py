"""The grammar of section 6, rule by rule (5.12). Negative cases are named after the defect."""

from typing import Any

import pytest

from specs.dcql import (
    ClaimsQuery,
    CredentialSet,
    InvalidClaimsPath,
    InvalidIdentifier,
    InvalidQuery,
    MalformedMember,
    QueryTooLarge,
    RepeatedIdentifier,
    UnknownIdentifier,
    create_dcql_query,
    parse_dcql_query,
)
from tests.specs.dcql.wallet import PERSON, query, two_queries

A, B = {"id": "a", "path": ["x"]}, {"id": "b", "path": ["y"]}
MDOC = {"format": "mso_mdoc", "meta": {"doctype_value": "org.iso.18013.5.1.mDL"}}


def without(member: str) -> dict[str, Any]:
    value = query()
    del value["credentials"][0][member]
    return value


def with_sets(*sets: Any) -> dict[str, Any]:
    return two_queries(credential_sets=list(sets))


DEFECTS: dict[str, tuple[Any, type[InvalidQuery]]] = {
    "query-is-an-array": ([], MalformedMember),
    "query-is-null": (None, MalformedMember),
    "credentials-missing": ({}, MalformedMember),
    "credentials-is-an-object": ({"credentials": {"0": {}}}, MalformedMember),
    "credential-is-a-string": ({"credentials": ["p"]}, MalformedMember),
    "id-missing": (without("id"), InvalidIdentifier),
    "id-empty": (query(id=""), InvalidIdentifier),
    "id-with-line-end": (query(id="p\n"), InvalidIdentifier),
    "id-not-ascii": (query(id="é"), InvalidIdentifier),
    "id-number": (query(id=1), InvalidIdentifier),
    "id-endless": (query(id="p" * 257), InvalidIdentifier),
    "format-missing": (without("format"), MalformedMember),
    "format-empty": (query(format=""), MalformedMember),
    "format-endless": (query(format="f" * 2049), QueryTooLarge),
    "meta-array": (query(meta=[]), MalformedMember),
    "vct-values-missing": (query(meta={}), MalformedMember),
    "vct-values-string": (query(meta={"vct_values": PERSON}), MalformedMember),
    "vct-value-number": (query(meta={"vct_values": [1]}), MalformedMember),
    "vct-values-too-many": (query(meta={"vct_values": ["v"] * 129}), QueryTooLarge),
    "doctype-missing": (query(format="mso_mdoc", meta={}), MalformedMember),
    "doctype-array": (query(format="mso_mdoc", meta={"doctype_value": ["x"]}), MalformedMember),
    "unknown-format-without-meta": (without("meta"), MalformedMember),
    "multiple-number": (query(multiple=1), MalformedMember),
    "multiple-null": (query(multiple=None), MalformedMember),
    "holder-binding-string": (query(require_cryptographic_holder_binding="false"), MalformedMember),
    "authorities-empty": (query(trusted_authorities=[]), MalformedMember),
    "authorities-null": (query(trusted_authorities=None), MalformedMember),
    "authority-without-values": (query(trusted_authorities=[{"type": "aki"}]), MalformedMember),
    "authority-without-type": (query(trusted_authorities=[{"values": ["x"]}]), MalformedMember),
    "authority-value-number": (query(trusted_authorities=[{"type": "aki", "values": [1]}]), MalformedMember),
    "claims-empty": (query(claims=[]), MalformedMember),
    "claims-null": (query(claims=None), MalformedMember),
    "claims-too-many": (query(*({"path": [str(n)]} for n in range(129))), QueryTooLarge),
    "claim-without-path": (query({"id": "a"}), InvalidClaimsPath),
    "path-string": (query({"path": "given_name"}), InvalidClaimsPath),
    "path-boolean": (query({"path": ["a", True]}), InvalidClaimsPath),
    "path-fraction": (query({"path": ["a", 1.0]}), InvalidClaimsPath),
    "path-object": (query({"path": [{}]}), InvalidClaimsPath),
    "path-endless": (query({"path": ["a"] * 33}), QueryTooLarge),
    "path-name-endless": (query({"path": ["a" * 1025]}), QueryTooLarge),
    "mdoc-path-of-three": (query({"path": ["n", "e", "x"]}, **MDOC), InvalidClaimsPath),
    "mdoc-path-with-null": (query({"path": ["n", None]}, **MDOC), InvalidClaimsPath),
    "value-null": (query({"path": ["a"], "values": [None]}), MalformedMember),
    "value-fraction": (query({"path": ["a"], "values": [1.5]}), MalformedMember),
    "value-object": (query({"path": ["a"], "values": [{}]}), MalformedMember),
    "value-endless": (query({"path": ["a"], "values": ["v" * 2049]}), QueryTooLarge),
    "values-too-many": (query({"path": ["a"], "values": [1] * 129}), QueryTooLarge),
    "claim-id-repeated": (query(A, {"id": "a", "path": ["z"]}), RepeatedIdentifier),
    "claim-id-with-space": (query({"id": "a b", "path": ["z"]}), InvalidIdentifier),
    "claim-sets-empty": (query(A, claim_sets=[]), MalformedMember),
    "claim-sets-flat": (query(A, claim_sets=["a"]), MalformedMember),
    "claim-set-empty": (query(A, B, claim_sets=[["a"], []]), MalformedMember),
    "claim-sets-too-many": (query(A, claim_sets=[["a"]] * 65), QueryTooLarge),
    "credentials-too-many": (
        {"credentials": [query(id=f"q{n}")["credentials"][0] for n in range(33)]},
        QueryTooLarge,
    ),
    "credential-sets-empty": (with_sets(), MalformedMember),
    "credential-sets-null": (two_queries(credential_sets=None), MalformedMember),
    "options-missing": (with_sets({"required": True}), MalformedMember),
    "options-empty": (with_sets({"options": []}), MalformedMember),
    "option-empty": (with_sets({"options": [["p"], []]}), MalformedMember),
    "option-unknown": (with_sets({"options": [["p", "q"]]}), UnknownIdentifier),
    "required-string": (with_sets({"options": [["p"]], "required": "false"}), MalformedMember),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_5_12_a_defect_is_refused_for_its_reason(defect: str) -> None:
    value, expected = DEFECTS[defect]

    with pytest.raises(InvalidQuery) as refused:
        parse_dcql_query(value)

    assert type(refused.value) is expected


def test_5_12_defaults() -> None:
    (one,) = parse_dcql_query(query()).credentials

    assert one.multiple is False
    assert one.require_holder_binding is True
    assert one.trusted_authorities is one.claims is one.claim_sets is None
    assert parse_dcql_query(with_sets({"options": [["p"]]})).credential_sets == (
        CredentialSet((("p",),), required=True),
    )


def test_5_12_unknown_members_are_ignored_everywhere() -> None:
    plain = query(
        {**A, "values": ["v"]}, claim_sets=[["a"]], trusted_authorities=[{"type": "t", "values": ["x"]}]
    )
    wordy = query(
        {**A, "values": ["v"], "purpose": 1},
        claim_sets=[["a"]],
        trusted_authorities=[{"type": "t", "values": ["x"], "more": {}}],
        meta={"vct_values": [PERSON], "future": []},
        intent_to_retain=True,
    )

    assert parse_dcql_query({**wordy, "version": 2}) == parse_dcql_query(plain)


def test_5_12_the_number_one_is_not_the_value_true() -> None:
    """Python compares them as equal; two claims with them stay different."""
    (one,) = parse_dcql_query(query({"path": ["a"], "values": [1, True, "1"]})).credentials

    assert one.claims is not None
    assert one.claims[0].values is not None
    assert [type(value) for value in one.claims[0].values] == [int, bool, str]


def test_5_12_an_unknown_format_is_no_error() -> None:
    (one,) = parse_dcql_query(query(format="ldp_vc", meta={"type_values": [["X"]]})).credentials

    assert one.types == ()


def test_5_12_an_id_named_twice_in_one_set_counts_once() -> None:
    parsed = parse_dcql_query(query(A, B, claim_sets=[["b", "a", "b"]]))

    assert parsed.credentials[0].claim_sets == (("b", "a"),)
    assert parsed.credentials[0].alternatives() == ((ClaimsQuery(("y",), "b"), ClaimsQuery(("x",), "a")),)


def test_6_a_query_is_written_with_the_members_of_the_standard_only() -> None:
    """A conformance suite warns about every other member."""
    value = query(
        {**A, "values": [True]},
        B,
        claim_sets=[["a", "b"], ["b"]],
        multiple=True,
        require_cryptographic_holder_binding=False,
        trusted_authorities=[{"type": "aki", "values": ["s9tIpPmhxdiuNkHMEWNpYim8S8Y"]}],
    )
    value["credential_sets"] = [{"options": [["p"]], "required": False}]

    assert create_dcql_query(parse_dcql_query({**value, "unknown": 1})) == value
    assert (
        create_dcql_query(parse_dcql_query(query(format="x", meta={"y": 1})))["credentials"][0]["meta"] == {}
    )

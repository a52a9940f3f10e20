"""What a verifier refuses to publish (5.19)."""

import pytest

from specs.dcql import (
    ClaimsQuery,
    CredentialQuery,
    Finding,
    Lint,
    lint_query,
    parse_dcql_query,
    without_purpose_check,
)
from tests.specs.dcql.wallet import load, query, two_queries


def lint(value: object) -> tuple[Lint, ...]:
    return lint_query(parse_dcql_query(value), allows=without_purpose_check)


@pytest.mark.parametrize("example", ["simple.json", "claims_alternatives.json", "complex_mdoc.json"])
def test_5_19_an_honest_query_has_no_findings(example: str) -> None:
    assert lint(load(f"dcql/{example}")) == ()


@pytest.mark.parametrize("name", ["iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "status"])
def test_5_19_a_claim_that_cannot_be_withheld(name: str) -> None:
    path = ["status", "status_list"] if name == "status" else [name]

    assert lint(query({"path": path})) == (Lint(Finding.NEVER_WITHHELD, "p", tuple(path)),)


def test_5_19_such_a_name_deeper_down_or_in_an_mdoc_is_a_claim_like_others() -> None:
    mdoc = {"format": "mso_mdoc", "meta": {"doctype_value": "d"}}

    assert lint(query({"path": ["permit", "status"]})) == ()
    assert lint(query({"path": ["iss", "exp"]}, **mdoc)) == ()


def test_5_19_a_claim_that_no_claim_set_uses() -> None:
    a, b = {"id": "a", "path": ["x"]}, {"id": "b", "path": ["y"]}

    assert lint(query(a, b, claim_sets=[["a"]])) == (Lint(Finding.CLAIM_IN_NO_SET, "p", ("y",)),)


def test_5_19_a_credential_query_that_no_credential_set_uses() -> None:
    assert lint(two_queries(credential_sets=[{"options": [["r"]]}])) == (Lint(Finding.QUERY_IN_NO_SET, "p"),)


@pytest.mark.parametrize(
    ("inner", "outer"),
    [
        (["address", "region"], ["address"]),
        (["list", 0], ["list", None]),
        (["list", None, "a"], ["list", None]),
    ],
)
def test_5_19_a_claim_within_another_one(
    inner: list[str | int | None], outer: list[str | int | None]
) -> None:
    assert lint(query({"path": inner}, {"path": outer})) == (Lint(Finding.CLAIM_TWICE, "p", tuple(inner)),)


def test_5_19_in_different_claim_sets_they_are_alternatives() -> None:
    a, b = {"id": "a", "path": ["address"]}, {"id": "b", "path": ["address", "region"]}

    assert lint(query(a, b, claim_sets=[["b"], ["a"]])) == ()
    assert [one.finding for one in lint(query(a, b, claim_sets=[["b", "a"]]))] == [Finding.CLAIM_TWICE]


def test_5_19_a_claim_beyond_the_purpose() -> None:
    def allows(credential: CredentialQuery, claim: ClaimsQuery) -> bool:
        return claim.path[0] != "birthdate"

    asked = parse_dcql_query(query({"path": ["birthdate"]}, {"path": ["given_name"]}))

    assert lint_query(asked, allows=allows) == (Lint(Finding.BEYOND_PURPOSE, "p", ("birthdate",)),)


def test_5_19_the_purpose_cannot_be_left_out_by_omission() -> None:
    with pytest.raises(TypeError):
        lint_query(parse_dcql_query(query()))  # type: ignore[call-arg]


def test_5_19_everything_is_reported_at_once() -> None:
    both = query({"path": ["vct"]}, {"path": ["address"]}, {"path": ["address", "region"]})

    assert [one.finding for one in lint(both)] == [Finding.NEVER_WITHHELD, Finding.CLAIM_TWICE]

"""Which claims are selectively disclosable (RFC 9901 sections 4.2, 6, 9.7)."""

from typing import Any

import pytest

from specs.sd_jwt import NEVER_DISCLOSABLE, DisclosurePlan, IssuanceRefused, disclosable_paths, entropy_length
from specs.sd_jwt.issue import SALT_BYTES

CLAIMS: dict[str, Any] = {
    "name": "Aida",
    "address": {"street": "12 Queen St W", "city": "Toronto"},
    "nationalities": ["CA", "NG"],
    "degrees": [{"type": "BSc", "year": 2008}, {"type": "MSc"}],
}


def _salts(plan: DisclosurePlan) -> int:
    return entropy_length(CLAIMS, plan) // SALT_BYTES


def test_parents_come_before_their_children() -> None:
    """1.10."""
    plan = DisclosurePlan((("address", "city"), ("address",), ("name",)))
    assert disclosable_paths(CLAIMS, plan) == [("address",), ("address", "city"), ("name",)]
    assert _salts(plan) == 3


def test_null_stands_for_every_element() -> None:
    plan = DisclosurePlan((("nationalities", None), ("degrees", None, "type")))
    assert disclosable_paths(CLAIMS, plan) == [
        ("nationalities", 0),
        ("nationalities", 1),
        ("degrees", 0, "type"),
        ("degrees", 1, "type"),
    ]
    assert _salts(plan) == 4


def test_index_and_null_for_one_array_add_up() -> None:
    plan = DisclosurePlan((("degrees", 0), ("degrees", None, "type"), ("degrees", 0, "year")))
    assert set(disclosable_paths(CLAIMS, plan)) == {
        ("degrees", 0),
        ("degrees", 0, "type"),
        ("degrees", 0, "year"),
        ("degrees", 1, "type"),
    }
    assert _salts(plan) == 4


def test_absent_claims_need_no_salt() -> None:
    plan = DisclosurePlan((("email",), ("nationalities", 7), ("address", "country"), ("name",)))
    assert disclosable_paths(CLAIMS, plan) == [("name",)]
    assert _salts(plan) == 1


def test_decoys_fill_up_to_the_total() -> None:
    """1.09: the total is what counts, so it is also what needs salts."""
    plan = DisclosurePlan(
        (("name",), ("nationalities", None)), {(): 6, ("nationalities",): 4, ("missing",): 9}
    )
    assert _salts(plan) == 10


@pytest.mark.parametrize("name", sorted(NEVER_DISCLOSABLE))
def test_validity_claims_are_never_disclosable(name: str) -> None:
    """1.13."""
    with pytest.raises(ValueError, match="never selectively disclosable"):
        DisclosurePlan(((name,),))


def test_such_names_are_fine_below_the_top() -> None:
    assert disclosable_paths({"deed": {"exp": 1}}, DisclosurePlan((("deed", "exp"),))) == [("deed", "exp")]


@pytest.mark.parametrize(
    "path",
    [(), ("_sd",), ("address", "..."), ("_sd_alg",), ("nationalities", -1), ("nationalities", True)],
    ids=["empty", "_sd", "dots", "_sd_alg", "negative", "boolean"],
)
def test_impossible_paths(path: tuple[Any, ...]) -> None:
    """1.04."""
    with pytest.raises(ValueError, match=r"path|index"):
        DisclosurePlan((path,))


def test_one_claim_is_not_object_and_array() -> None:
    with pytest.raises(ValueError, match="both an object and an array"):
        DisclosurePlan((("a", "b"), ("a", 0)))


def test_total_of_no_digests() -> None:
    with pytest.raises(ValueError, match="at least one"):
        DisclosurePlan((), {(): 0})


@pytest.mark.parametrize(
    "path",
    [("name", "first"), ("name", None), ("address", None), ("address", 0), ("nationalities", "first")],
    ids=["member-of-text", "element-of-text", "every-of-object", "index-of-object", "member-of-array"],
)
def test_claims_of_another_shape_are_not_issued_in_the_clear(path: tuple[Any, ...]) -> None:
    with pytest.raises(IssuanceRefused):
        disclosable_paths(CLAIMS, DisclosurePlan((path,)))
    with pytest.raises(IssuanceRefused):
        entropy_length(CLAIMS, DisclosurePlan((path,)))


def test_plans_can_be_keys_of_a_cache() -> None:
    plan = DisclosurePlan((("name",),), {(): 3})
    assert {plan: 1}[plan] == 1

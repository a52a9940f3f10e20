"""What a holder shows (RFC 9901 sections 4 and 4.2.6)."""

from typing import Any

import pytest

from specs.sd_jwt import (
    HeldSdJwt,
    PlanPath,
    SdJwtRejected,
    UnknownDisclosurePath,
    UnreferencedDisclosure,
    open_held_sd_jwt,
    parse_sd_jwt,
    process_claims,
    select_disclosures,
)
from tests.specs.sd_jwt.material import disclosure, issue, present

CLAIMS: dict[str, Any] = {
    "iss": "https://issuer.example",
    "name": "Aida",
    "address": {"street": "12 Queen St W", "city": "Toronto", "geo": {"lat": 43.65}},
    "nationalities": ["CA", "NG"],
    "degrees": [{"type": "BSc", "year": 2008}, {"type": "MSc", "year": 2010}],
}
PATHS: tuple[PlanPath, ...] = (
    ("name",),
    ("address",),
    ("address", "city"),
    ("address", "geo", "lat"),
    ("nationalities", None),
    ("degrees", None),
    ("degrees", None, "year"),
)
HELD = open_held_sd_jwt(parse_sd_jwt(issue(CLAIMS, PATHS, {("nationalities",): 4, (): 5})))


def _shown(*paths: PlanPath, held: HeldSdJwt = HELD, **options: Any) -> Any:
    presentation = select_disclosures(held, paths, **options)
    parsed = parse_sd_jwt(presentation.text)
    assert tuple(parsed.disclosures) == presentation.disclosures
    return process_claims(parsed.payload, parsed.disclosures).claims


def test_nothing_selected_shows_the_clear_claims() -> None:
    assert _shown() == {"iss": "https://issuer.example", "nationalities": [], "degrees": []}


def test_one_claim() -> None:
    assert _shown(("name",))["name"] == "Aida"
    assert "address" not in _shown(("name",))


def test_parents_come_along() -> None:
    """1.20: without them the child would be unreferenced."""
    assert _shown(("address", "geo", "lat"))["address"] == {
        "street": "12 Queen St W",
        "geo": {"lat": 43.65},
    }
    assert _shown(("degrees", 1, "year"))["degrees"] == [{"type": "MSc", "year": 2010}]


def test_a_parent_alone_keeps_its_children_hidden() -> None:
    assert _shown(("address",))["address"] == {"street": "12 Queen St W", "geo": {}}


def test_descendants_on_request() -> None:
    assert _shown(("address",), with_descendants=True)["address"] == CLAIMS["address"]
    assert _shown(("degrees", 0), with_descendants=True)["degrees"] == CLAIMS["degrees"][:1]


def test_clear_claim_below_a_hidden_parent() -> None:
    assert _shown(("address", "street"))["address"]["street"] == "12 Queen St W"
    assert _shown(("degrees", None, "type"))["degrees"] == [{"type": "BSc"}, {"type": "MSc"}]


def test_null_selects_every_element_and_no_decoy() -> None:
    assert _shown(("nationalities", None))["nationalities"] == ["CA", "NG"]
    assert _shown(("nationalities", 1))["nationalities"] == ["NG"]


def test_permanently_disclosed_claims_need_nothing() -> None:
    assert select_disclosures(HELD, [("iss",), ("degrees",)]).disclosures == ()


def test_no_disclosure_goes_twice() -> None:
    """1.20."""
    paths: list[PlanPath] = [("name",), ("name",), ("address", "city"), ("address",), ("address", None)]
    chosen = select_disclosures(HELD, paths[:-1]).disclosures
    assert len(set(chosen)) == len(chosen) == 3


@pytest.mark.parametrize(
    "path",
    [
        ("email",),
        ("address", "country"),
        ("address", None),
        ("nationalities", 2),
        ("nationalities", 9),
        ("name", 0),
        ("iss", "x"),
        ("_sd",),
    ],
    ids=[
        "absent",
        "absent-member",
        "null-of-object",
        "decoy",
        "beyond-the-end",
        "element-of-text",
        "member-of-text",
        "_sd",
    ],
)
def test_what_was_not_issued_cannot_be_shown(path: PlanPath) -> None:
    """1.20."""
    with pytest.raises(UnknownDisclosurePath):
        select_disclosures(HELD, [path])


def test_a_presentation_is_not_held() -> None:
    """1.32."""
    with pytest.raises(ValueError, match="as it was issued"):
        open_held_sd_jwt(parse_sd_jwt(present(issue(CLAIMS, PATHS), [])))


def test_unmatched_disclosures_are_not_held() -> None:
    """1.32."""
    stray, _ = disclosure("salt", "email", "aida@example.ca")
    with pytest.raises(SdJwtRejected) as caught:
        open_held_sd_jwt(parse_sd_jwt(issue(CLAIMS, PATHS) + stray + "~"))
    assert [type(reason) for reason in caught.value.reasons] == [UnreferencedDisclosure]


def test_order_is_the_order_of_issue() -> None:
    one = select_disclosures(HELD, [("name",), ("address", "city")])
    other = select_disclosures(HELD, [("address", "city"), ("name",)])
    assert one == other

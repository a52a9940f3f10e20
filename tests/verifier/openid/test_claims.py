"""Claims of credentials under their OpenID names: nothing that was not asked for, each well typed."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.openid_connect import mistyped_claims
from tests.verifier.openid.presets import SHIPPED, card, path, preset, shipped
from verifier.domain.openid.claims import map_claims, mapped_names, stable_query
from verifier.domain.preset import Preset

EVERYTHING: dict[str, Any] = {
    "given_name": "Maya",
    "family_name": "Tremblay",
    "birthdate": "1994-06-14",
    "sex": "F",
    "portrait": "data:image/png;base64,UGxhbnRlZA==",
    "age_equal_or_over": {"14": True, "18": True, "19": True, "65": False},
    "address": {
        "street_address": "118 Elm St",
        "locality": "Sudbury",
        "region": "ON",
        "postal_code": "P3C 1T8",
        "country": "CA",
    },
    "nationalities": ["CA", "FR"],
    "personal_administrative_number": "q7GkT0cJ2mVbXw4n",
    "document_number": "PC-1234-5678-9ABC",
    "ca.on.licence_class": {"G": True, "M": True},
    "ca.on.licence_expires_on": "2029-06-14",
    "ca.on.business_number": "1234567",
    "ca.on.business_name": "Tremblay Books",
    "ca.on.signing": "alone",
    "sub": "somebody",
    "acr": "the best",
}


def mapped(asked: Preset, given_claims: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """All credentials of a preset have everything, more than was asked for."""
    claims = EVERYTHING if given_claims is None else given_claims
    return dict(map_claims(asked, {one.id: claims for one in asked.query.credentials}))


@pytest.mark.parametrize(
    ("preset_id", "expected"),
    [
        (
            "identity",
            {
                "given_name": "Maya",
                "family_name": "Tremblay",
                "name": "Maya Tremblay",
                "birthdate": "1994-06-14",
            },
        ),
        ("age-19-or-over", {"age_19_or_over": True}),
        (
            "ontario-resident",
            {
                "address": {"locality": "Sudbury", "region": "ON", "formatted": "Sudbury ON"},
                "ontario_resident": True,
            },
        ),
        ("sign-in", {}),
        (
            "licence-class",
            {
                "ca.on.licence_class": {"G": True},
                "ca.on.licence_expires_on": "2029-06-14",
                "given_name": "Maya",
                "family_name": "Tremblay",
                "name": "Maya Tremblay",
            },
        ),
        (
            "business-authority",
            {
                "given_name": "Maya",
                "family_name": "Tremblay",
                "name": "Maya Tremblay",
                "birthdate": "1994-06-14",
                "ca.on.business_number": "1234567",
                "ca.on.business_name": "Tremblay Books",
                "ca.on.signing": "alone",
            },
        ),
    ],
)
def test_7_14_what_the_shipped_presets_give_and_no_more(preset_id: str, expected: dict[str, Any]) -> None:
    asked = shipped(preset_id)
    assert mapped(asked) == expected
    assert set(mapped(asked)) == set(mapped_names(asked))
    assert not mistyped_claims(mapped(asked))


def test_every_shipped_preset_is_among_them() -> None:
    there = {one.name for one in files("verifier").joinpath("presets").iterdir()} - {"README.md"}
    assert there == {f"{one}.json" for one in SHIPPED}


@pytest.mark.parametrize("preset_id", SHIPPED)
def test_no_value_leaves_that_the_preset_does_not_ask_for(preset_id: str) -> None:
    """Every value is marked by its place; what comes out has marks of asked places only."""
    asked = shipped(preset_id)
    marked = _marked(EVERYTHING)
    wanted = {
        ".".join(str(part) for part in claim.path)
        for query in asked.query.credentials
        for claim in query.claims or ()
    }
    found = set(_marks(mapped(asked, marked)))
    assert found <= wanted - {"personal_administrative_number"}


def _marked(value: Any, place: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _marked(one, f"{place}.{name}" if place else name) for name, one in value.items()}
    return f"<{place}>"


def _marks(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [mark for one in value.values() for mark in _marks(one)]
    return [part.split(">")[0] for part in value.split("<")[1:]] if isinstance(value, str) else []


def test_5_33_what_subjects_are_made_of_never_leaves_however_it_is_asked_for() -> None:
    number = EVERYTHING["personal_administrative_number"]
    for asked in (
        preset(card(path("personal_administrative_number"))),
        preset(card(path("given_name")), card(path("personal_administrative_number"), query_id="second")),
    ):
        assert number not in str(mapped(asked))
        assert "personal_administrative_number" not in mapped_names(asked)


@pytest.mark.parametrize("name", ["sub", "acr", "iss", "aud", "exp", "nonce", "auth_time", "preset", "sid"])
def test_no_credential_says_what_a_token_says_about_itself(name: str) -> None:
    asked = preset(card(path(name)))
    assert mapped(asked, {name: "forged"}) == {}
    assert mapped_names(asked) == ()


def test_a_person_with_one_name_has_it_as_name() -> None:
    asked = preset(card(path("given_name"), path("family_name")))
    assert mapped(asked, {"family_name": "Sukarno"}) == {"family_name": "Sukarno", "name": "Sukarno"}
    assert mapped(asked, {"given_name": "Maya"}) == {"given_name": "Maya"}


def test_a_no_is_a_no() -> None:
    asked = preset(card(path("age_equal_or_over", "65"), path("age_equal_or_over", "19")))
    assert mapped(asked) == {"age_65_or_over": False, "age_19_or_over": True}


def test_whole_objects_are_taken_apart_too() -> None:
    asked = preset(card(path("address"), path("age_equal_or_over")))
    found = mapped(asked)
    assert found["address"]["formatted"] == "118 Elm St\nSudbury ON P3C 1T8\nCA"
    assert found["age_14_or_over"] is True
    assert "ontario_resident" not in found  # nobody asked whether


def test_living_elsewhere_is_not_living_in_ontario() -> None:
    asked = preset(card(path("address", "region")))
    assert "ontario_resident" not in mapped(asked, {"address": {"region": "QC"}})


def test_arrays_are_given_as_they_were_shown() -> None:
    query = {"id": "card", "claims": [{"path": ["nationalities", None]}]}
    assert mapped(preset(query)) == {"nationalities": ["CA", "FR"]}


@pytest.mark.parametrize(
    "wrong",
    [
        {"birthdate": "14 June 1994"},
        {"birthdate": 19940614},
        {"given_name": ""},
        {"given_name": ["Maya"]},
        {"family_name": None},
        {"address": "Sudbury"},
        {"address": {"locality": 7}},
        {"email_verified": "yes"},
    ],
)
def test_a_standard_claim_of_another_type_is_left_out(wrong: dict[str, Any]) -> None:
    asked = preset(card(*(path(name) for name in wrong)))
    assert mapped(asked, wrong) == {}


def test_no_claim_is_put_together_from_two_credentials() -> None:
    """An address of one person's city and another's street would be nobody's."""
    asked = preset(
        card(path("address", "locality"), path("family_name"), query_id="first"),
        card(path("address", "street_address"), path("given_name"), path("family_name"), query_id="second"),
    )
    found = map_claims(
        asked,
        {
            "first": {"address": {"locality": "Sudbury"}, "family_name": "Tremblay"},
            "second": {
                "address": {"street_address": "1 Other St"},
                "given_name": "Alex",
                "family_name": "Roy",
            },
        },
    )
    assert found["address"] == {"locality": "Sudbury", "formatted": "Sudbury"}
    assert found["family_name"] == found["name"] == "Tremblay"


def test_credentials_that_were_not_shown_give_nothing() -> None:
    asked = shipped("ontario-resident")
    assert map_claims(asked, {}) == {}
    assert map_claims(asked, {"another": EVERYTHING}) == {}


def test_the_query_that_subjects_are_made_from_is_found() -> None:
    assert stable_query(shipped("sign-in")) == "photo_card"
    assert stable_query(shipped("identity")) is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["region", "19"]), inner),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(sorted(EVERYTHING)), json_values, max_size=6))
def test_whatever_a_credential_holds_standard_claims_are_well_typed(claims: dict[str, Any]) -> None:
    asked = preset(
        card(*(path(name) for name in sorted(EVERYTHING)), path("address", "region", values=["ON"]))
    )
    found = mapped(asked, claims)
    assert not mistyped_claims(found)
    assert {"sub", "acr", "personal_administrative_number"}.isdisjoint(found)

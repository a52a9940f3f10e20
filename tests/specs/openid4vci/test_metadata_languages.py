"""Issuer metadata in some of its languages (4.04)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.openid4vci import (
    CredentialIssuerMetadata,
    create_issuer_metadata,
    metadata_in_languages,
    metadata_languages,
)
from tests.specs.openid4vci.displays import TAGS, issuer
from tests.specs.openid4vci.material import configuration, metadata


def named(found: CredentialIssuerMetadata) -> list[list[str]]:
    described = found.credential_configurations_supported["person"].credential_metadata
    assert found.display is not None
    assert described is not None
    assert described.display is not None
    assert described.claims is not None
    assert described.claims[0].display is not None
    return [
        [one.name or "" for one in displays]
        for displays in (found.display, described.display, described.claims[0].display)
    ]


@pytest.mark.parametrize(
    ("wanted", "left"),
    [
        ({"en"}, ["in en-CA", "in None"]),
        ({"fr", "de"}, ["in fr-CA", "in de", "in None"]),
        ({"FR"}, ["in fr-CA", "in None"]),
        ({"fr-CH"}, ["in fr-CA", "in None"]),
        (set(), ["in None"]),
    ],
)
def test_display_data_is_left_in_the_wanted_languages_everywhere_4_04(
    wanted: set[str], left: list[str]
) -> None:
    assert named(metadata_in_languages(issuer(*TAGS, None), wanted)) == [left] * 3


def test_a_credential_is_never_left_without_a_name_4_04() -> None:
    assert named(metadata_in_languages(issuer("en-CA", "fr-CA"), {"de"})) == [["in en-CA", "in fr-CA"]] * 3


def test_the_languages_are_those_of_the_issuer_4_04() -> None:
    assert metadata_languages(issuer(*TAGS, None)) == TAGS
    assert metadata_languages(metadata_in_languages(issuer(*TAGS), {"fr"})) == ("fr-CA",)
    assert metadata_languages(metadata()) == ()


def test_metadata_without_display_data_stays_as_it_is() -> None:
    plain = metadata(credential_configurations_supported={"person": configuration()})
    assert metadata_in_languages(plain, {"fr"}) == plain


@given(st.sets(st.sampled_from(["en", "fr", "de", "it"])))
def test_nothing_but_display_data_is_left_out(wanted: set[str]) -> None:
    whole, part = (
        create_issuer_metadata(one) for one in (issuer(*TAGS), metadata_in_languages(issuer(*TAGS), wanted))
    )
    assert without_displays(part) == without_displays(whole)
    assert issuer(*TAGS) == issuer(*TAGS)


def without_displays(body: Any) -> Any:
    if isinstance(body, dict):
        return {name: without_displays(one) for name, one in body.items() if name != "display"}
    return [without_displays(one) for one in body] if isinstance(body, list) else body

"""What the provider says about itself (7.01), and the types of claims about people."""

from dataclasses import replace
from typing import Any

import pytest

from specs.oauth import InvalidUrl
from specs.openid_connect import (
    ProviderMetadata,
    create_provider_metadata,
    formatted_address,
    mistyped_claims,
    provider_metadata_url,
)
from specs.well_known import InvalidIdentifier

ISSUER = "https://verifier.example/desk/openid"
METADATA = ProviderMetadata(
    issuer=ISSUER,
    authorization_endpoint=f"{ISSUER}/authorize",
    token_endpoint=f"{ISSUER}/token",
    userinfo_endpoint=f"{ISSUER}/userinfo",
    jwks_uri=f"{ISSUER}/jwks",
)


def test_7_01_the_well_known_name_is_appended() -> None:
    assert provider_metadata_url(ISSUER) == f"{ISSUER}/.well-known/openid-configuration"
    with pytest.raises(InvalidIdentifier):
        provider_metadata_url(f"{ISSUER}?x")


def test_7_01_required_members_and_refusals_are_announced() -> None:
    document = create_provider_metadata(METADATA)
    assert document["issuer"] == ISSUER
    assert document["response_types_supported"] == ["code"]
    assert document["subject_types_supported"] == ["pairwise"]
    assert "RS256" in document["id_token_signing_alg_values_supported"]
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert document["authorization_response_iss_parameter_supported"] is True
    assert document["claims_parameter_supported"] is True
    # The default of the second is true.
    assert document["request_parameter_supported"] is document["request_uri_parameter_supported"] is False
    assert "openid" in document["scopes_supported"]
    assert "none" not in document["id_token_signing_alg_values_supported"]


def test_7_01_what_is_not_there_is_not_announced() -> None:
    document = create_provider_metadata(METADATA)
    optional = {
        "registration_endpoint",
        "end_session_endpoint",
        "pushed_authorization_request_endpoint",
        "acr_values_supported",
    }
    assert optional.isdisjoint(document)
    assert document["backchannel_logout_supported"] is False
    more = replace(
        METADATA,
        pushed_authorization_request_endpoint=f"{ISSUER}/par",
        end_session_endpoint=f"{ISSUER}/logout",
        registration_endpoint=f"{ISSUER}/register",
        acr_values=(f"{ISSUER}/acr/sign-in",),
        presets=("sign-in",),
        claims=("given_name", "sub"),
        backchannel_logout=True,
    )
    document = create_provider_metadata(more)
    assert optional <= document.keys()
    assert document["backchannel_logout_session_supported"] is True
    assert "sign-in" in document["scopes_supported"]
    assert document["claims_supported"].count("sub") == 1
    assert "given_name" in document["claims_supported"]
    assert None not in document.values()


def test_7_20_verified_claims_are_announced_whole_or_not_at_all() -> None:
    """Identity Assurance section 8: what is required there may not be empty."""
    required = {"trust_frameworks_supported", "claims_in_verified_claims_supported"}
    evidence = {"evidence_supported", "documents_supported"}
    for missing in ({"claims": ()}, {"trust_frameworks": ()}):
        some = {"claims": ("name",), "trust_frameworks": ("urn:x:y",), "documents": ("card",), **missing}
        document = create_provider_metadata(replace(METADATA, **some))
        assert (required | evidence | {"verified_claims_supported"}).isdisjoint(document)
    known = replace(METADATA, claims=("name",), trust_frameworks=("urn:x:y",))
    document = create_provider_metadata(known)
    assert required <= document.keys()
    assert evidence.isdisjoint(document)
    document = create_provider_metadata(replace(known, documents=("card",)))
    assert (document["evidence_supported"], document["documents_supported"]) == (["document"], ["card"])


@pytest.mark.parametrize("member", ["issuer", "token_endpoint", "jwks_uri", "end_session_endpoint"])
def test_7_01_plain_http_is_for_development_machines(member: str) -> None:
    metadata = replace(METADATA, **{member: "http://verifier.example/x"})
    with pytest.raises(InvalidUrl):
        create_provider_metadata(metadata)
    assert create_provider_metadata(metadata, insecure_allow_http=True)


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "s", "given_name": "Zoë", "birthdate": "2004-02-29", "email_verified": False},
        {"birthdate": "0000-02-29"},
        {"birthdate": "1990"},
        {"address": {"locality": "Wawa", "country": "CA"}, "updated_at": 1.5},
        {"age_19_or_over": "not ours to judge"},
    ],
)
def test_2_3_standard_claims_of_the_right_type(claims: dict[str, Any]) -> None:
    """interop.md 2.3 line 6."""
    assert mistyped_claims(claims) == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("given_name", ""),
        ("given_name", None),
        ("given_name", ["Zoë"]),
        ("birthdate", "1990-2-3"),
        ("birthdate", "20040229"),
        ("birthdate", "1990-02-30"),
        ("birthdate", "1900-02-29"),
        ("birthdate", 1990),
        ("address", "Wawa"),
        ("address", {}),
        ("address", {"city": "Wawa"}),
        ("address", {"locality": ""}),
        ("email_verified", "true"),
        ("updated_at", True),
    ],
)
def test_2_3_standard_claims_of_another_type(name: str, value: object) -> None:
    assert mistyped_claims({"sub": "s", name: value}) == (name,)


def test_an_address_for_a_label() -> None:
    members = {"street_address": "1 Rue Un", "locality": "Wawa", "region": "ON", "postal_code": "P0S 1K0"}
    assert formatted_address(members | {"country": "CA"}) == "1 Rue Un\nWawa ON P0S 1K0\nCA"
    assert formatted_address({"locality": "Wawa"}) == "Wawa"

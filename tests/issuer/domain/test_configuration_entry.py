"""Requirement 4.06: a credential type in issuer metadata (OpenID4VCI 1.0 section 12.2.4, appendix A.3.2)."""

import json
from typing import Any

import pytest

from issuer.domain.configuration import CredentialConfiguration, build_configurations
from issuer.domain.configuration_entry import (
    create_configuration_entry,
    create_configurations_supported,
    largest_batch,
)
from issuer.domain.offer import ConfigurationId
from specs.openid4vci.credential_configuration import CredentialConfiguration as ConfigurationMessage
from tests.issuer.domain.type_folders import VCT_BASE, changed, shipped

TYPES = shipped()
PHOTO_CARD = TYPES[ConfigurationId("photo-card")]


@pytest.mark.parametrize("configuration", TYPES.values(), ids=TYPES.keys())
def test_4_06_a_wallet_can_read_the_entry(configuration: CredentialConfiguration) -> None:
    entry = create_configuration_entry(configuration)

    message = ConfigurationMessage.model_validate_json(json.dumps(entry))
    assert message.format == "dc+sd-jwt"
    assert message.vct == configuration.vct
    assert message.scope == configuration.scope


def test_4_06_the_members_that_wallets_insist_on() -> None:
    entry = create_configuration_entry(PHOTO_CARD)

    assert {name: entry[name] for name in entry if name != "credential_metadata"} == {
        "format": "dc+sd-jwt",
        "scope": "photo-card",
        "vct": f"{VCT_BASE}/photo-card/1",
        "cryptographic_binding_methods_supported": ["jwk"],
        "credential_signing_alg_values_supported": ["ES256"],
        "proof_types_supported": {"jwt": {"proof_signing_alg_values_supported": ["ES256"]}},
    }


def test_4_06_display_and_claims_are_under_credential_metadata_and_nowhere_else() -> None:
    entry = create_configuration_entry(PHOTO_CARD)

    assert not {"display", "claims"} & entry.keys()
    english, french = entry["credential_metadata"]["display"]
    assert (english["locale"], english["name"]) == ("en-CA", "Photo card")
    assert (french["locale"], french["name"]) == ("fr-CA", "Carte-photo")
    assert english["logo"]["uri"].startswith("data:image/png;base64,")
    assert english["logo"]["alt_text"]
    assert (english["background_color"], english["text_color"]) == ("#1a3e72", "#ffffff")


def test_4_06_claims_have_path_mandatory_and_names_in_both_languages() -> None:
    claims = create_configuration_entry(PHOTO_CARD)["credential_metadata"]["claims"]

    assert {
        "path": ["address", "locality"],
        "mandatory": False,
        "display": [
            {"name": "City or town", "locale": "en-CA"},
            {"name": "Ville ou village", "locale": "fr-CA"},
        ],
    } in claims
    assert next(claim for claim in claims if claim["path"] == ["birthdate"])["mandatory"] is True


@pytest.mark.parametrize(
    ("attestation", "shown"),
    [
        ({}, {}),
        ({"key_storage": ["iso_18045_high"]}, {"key_storage": ["iso_18045_high"]}),
        (
            {"key_storage": ["iso_18045_moderate"], "user_authentication": ["iso_18045_high"]},
            {"key_storage": ["iso_18045_moderate"], "user_authentication": ["iso_18045_high"]},
        ),
    ],
    ids=["any attestation", "key storage", "both"],
)
def test_4_06_a_required_key_attestation_is_shown(attestation: dict[str, Any], shown: dict[str, Any]) -> None:
    folders = changed("photo-card", "type.json", lambda m: m["holder_key"].update(attestation=attestation))
    (configuration,) = build_configurations(folders, vct_base=VCT_BASE).require_all().values()

    proof = create_configuration_entry(configuration)["proof_types_supported"]["jwt"]
    assert proof["key_attestations_required"] == shown


def test_4_06_a_key_attestation_that_is_not_required_is_absent() -> None:
    proof = create_configuration_entry(PHOTO_CARD)["proof_types_supported"]["jwt"]

    assert "key_attestations_required" not in proof


def test_4_06_a_rendering_without_logo_has_none() -> None:
    def plain(members: dict[str, Any]) -> None:
        del members["display"][0]["rendering"]["simple"]["logo"]
        del members["display"][1]["rendering"]

    (configuration,) = (
        build_configurations(changed("photo-card", "type-metadata.json", plain), vct_base=VCT_BASE)
        .require_all()
        .values()
    )

    english, french = create_configuration_entry(configuration)["credential_metadata"]["display"]
    assert "logo" not in english
    assert french.keys() == {"name", "locale", "description"}


def test_4_06_all_types_by_their_id_and_the_largest_batch() -> None:
    assert list(create_configurations_supported(TYPES.values())) == sorted(TYPES)
    assert len(TYPES) == 8
    assert largest_batch(TYPES.values()) == 10

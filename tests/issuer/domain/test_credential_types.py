"""Every folder in issuer/credential_types: what is promised for all types, checked for each of them."""

import hashlib
from collections.abc import Mapping
from itertools import combinations
from typing import Any

import pytest

from issuer.domain.claims import claims_of
from issuer.domain.configuration import CredentialConfiguration
from issuer.domain.offer import ConfigurationId
from issuer.domain.register_claims import IssuanceFacts
from issuer.domain.subject import Subject, SubjectKind
from issuer.domain.type_settings import IssuerKeyReference
from specs.sd_jwt import ProcessedClaims, entropy_length, prepare_sd_jwt, process_claims
from specs.sd_jwt_vc import (
    RASTER_IMAGES,
    Reader,
    SelectiveDisclosure,
    parse_data_uri,
    process_type_metadata,
    render_text,
    show_path,
)
from tests.issuer.domain.subjects import FULL, SPARSE, TODAY
from tests.issuer.domain.type_folders import shipped

TYPES = shipped()
FACTS = IssuanceFacts(TODAY, bytes(8))
all_types = pytest.mark.parametrize("configuration", TYPES.values(), ids=TYPES.keys())
how_much = pytest.mark.parametrize("subjects", [FULL, SPARSE], ids=["full", "sparse"])


def issued(
    configuration: CredentialConfiguration, subjects: Mapping[SubjectKind, Subject]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    subject = subjects[configuration.settings.subject]
    claims = {
        "vct": configuration.vct,
        "vct#integrity": configuration.vct_integrity,
        **claims_of(configuration, subject, FACTS),
    }
    length = entropy_length(claims, configuration.plan)
    salts = b"".join(hashlib.sha256(bytes([place])).digest() for place in range(length // 32 + 1))[:length]
    header = {"alg": "ES256", "typ": "dc+sd-jwt"}
    prepared = prepare_sd_jwt(claims, configuration.plan, header=header, salts=salts)
    return prepared.payload, prepared.disclosures


def processed(
    configuration: CredentialConfiguration, subjects: Mapping[SubjectKind, Subject]
) -> ProcessedClaims:
    return process_claims(*issued(configuration, subjects))


def documents(configuration: CredentialConfiguration) -> dict[str, bytes]:
    return {configuration.vct: configuration.type_metadata}


@all_types
@how_much
def test_2_28_what_is_issued_obeys_the_type_metadata_that_is_served(
    configuration: CredentialConfiguration, subjects: Mapping[SubjectKind, Subject]
) -> None:
    metadata = process_type_metadata(
        processed(configuration, subjects), documents(configuration), Reader.HOLDER
    )

    assert metadata == configuration.metadata


@all_types
def test_2_24_a_presentation_with_nothing_disclosed_obeys_it_too(
    configuration: CredentialConfiguration,
) -> None:
    payload, _ = issued(configuration, FULL)

    process_type_metadata(process_claims(payload, ()), documents(configuration), Reader.VERIFIER)


@all_types
def test_2_03_1_13_nothing_that_must_stay_visible_can_be_withheld(
    configuration: CredentialConfiguration,
) -> None:
    disclosed = processed(configuration, FULL).disclosed

    assert not {"iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "aka_vcts", "status"} & {
        path[0] for path in disclosed
    }


@all_types
def test_1_09_the_number_of_digests_tells_nothing_about_the_person(
    configuration: CredentialConfiguration,
) -> None:
    def counts(payload: Any) -> dict[str, int]:
        return {
            name: len(value["_sd"])
            for name, value in {"": payload, **payload}.items()
            if isinstance(value, dict) and "_sd" in value
        }

    full, sparse = (counts(issued(configuration, subjects)[0]) for subjects in (FULL, SPARSE))
    # An address is there or not, which is visible; whatever is there shows the same number for everybody.
    assert full.items() >= sparse.items()
    assert full.get("") == sparse.get("")


@all_types
def test_every_claim_says_who_decides_about_its_disclosure(configuration: CredentialConfiguration) -> None:
    assert {claim.sd for claim in configuration.metadata.claims} == {
        SelectiveDisclosure.ALWAYS,
        SelectiveDisclosure.NEVER,
    }


@all_types
def test_2_27_names_and_labels_are_short_and_plain(configuration: CredentialConfiguration) -> None:
    for display in configuration.metadata.display:
        assert render_text(display.name, max_length=30) == display.name
    for claim in configuration.metadata.claims:
        for label in claim.display or ():
            assert render_text(label.label, max_length=40) == label.label, show_path(claim.path)
            assert " ".join((label.description or "").split()) == (label.description or "").replace(
                "\u00a0", " "
            )


@all_types
def test_the_languages_differ(configuration: CredentialConfiguration) -> None:
    english, french = configuration.metadata.display
    assert english.name != french.name
    for claim in configuration.metadata.claims:
        english_label, french_label = claim.display or ()
        assert english_label.description != french_label.description, show_path(claim.path)


@all_types
def test_2_20_pictures_are_embedded_and_harmless(configuration: CredentialConfiguration) -> None:
    """No wallet has to fetch anything from us to show a credential (product.md rule 8)."""
    for display in configuration.metadata.display:
        assert display.simple is not None
        for image in (display.simple.logo, display.simple.background_image):
            if image is not None:
                # A wide-spread wallet reads no data URL whose media type has a plus sign, as SVG's has.
                picture = parse_data_uri(image.uri, accepted=RASTER_IMAGES, max_bytes=4096)
                assert image.alt_text
                assert picture.data.startswith(b"\x89PNG\r\n\x1a\n")


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@all_types
def test_text_can_be_read_on_its_background(configuration: CredentialConfiguration) -> None:
    """WCAG 2.2 success criterion 1.4.6: 7 to 1, because a card is read in poor light."""
    for display in configuration.metadata.display:
        assert display.simple is not None
        background, text = display.simple.background_color, display.simple.text_color
        assert background is not None
        assert text is not None
        light, dark = sorted((luminance(background), luminance(text)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 7


@all_types
def test_8_08_offline_types_say_that_they_are_outside_haip(configuration: CredentialConfiguration) -> None:
    settings = configuration.settings

    assert settings.haip is not settings.offline
    assert (settings.issuer_key is IssuerKeyReference.KID) is settings.offline


@all_types
def test_3_06_every_type_can_be_suspended(configuration: CredentialConfiguration) -> None:
    assert configuration.status_bits >= 2


@all_types
def test_1_14_what_is_about_a_person_comes_in_batches(configuration: CredentialConfiguration) -> None:
    """A business hides from nobody: its register is open, and one copy does."""
    about_a_person = configuration.settings.subject is not SubjectKind.BUSINESS
    assert (configuration.batch_size >= 2) is about_a_person


def test_only_identity_types_need_a_transaction_code_in_production() -> None:
    assert {name for name, configuration in TYPES.items() if not configuration.is_identity} == {
        "business-registration", "proof-of-age", "proof-of-residence",
    }  # fmt: skip


def test_4_42_a_registrar_decides_about_birth_certificates_and_nothing_else_waits() -> None:
    waiting = {name: one.settings.deferred.reason for name, one in TYPES.items() if one.settings.deferred}
    assert waiting == {"birth-certificate": "registry_review"}


def test_what_says_who_somebody_is_is_never_held_by_a_server_in_production() -> None:
    held = {name for name, one in TYPES.items() if one.settings.holder_key.server_held_in_production}
    assert held == {"business-registration"}


def test_product_the_eight_types_of_the_product_are_there() -> None:
    assert set(TYPES) == {
        "photo-card", "drivers-licence", "health-card", "birth-certificate", "proof-of-age",
        "proof-of-residence", "business-registration", "business-authority",
    }  # fmt: skip


def test_8_07_the_type_for_qr_codes_has_few_digests() -> None:
    configuration = TYPES[ConfigurationId("proof-of-age")]
    payload, _ = issued(configuration, FULL)

    digests = len(payload["_sd"]) + len(payload["age_equal_or_over"]["_sd"])
    assert digests <= 8


def test_types_and_scopes_are_told_apart() -> None:
    for one, other in combinations(TYPES.values(), 2):
        assert one.vct != other.vct
        assert one.scope != other.scope

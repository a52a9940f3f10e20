"""Credential issuer metadata, plain and signed (4.01 to 4.06)."""

import contextlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from pydantic import ValidationError

from specs.encoding import create_json
from specs.errors import ProtocolError
from specs.jose import Algorithm, parse_x5c, public_jwk_of, sign_with
from specs.oauth import InvalidUrl, authorization_server_metadata_url
from specs.openid4vci import (
    BatchCredentialIssuance,
    CredentialConfiguration,
    CredentialDisplay,
    CredentialIssuerMetadata,
    CredentialMetadata,
    IssuerDisplay,
    create_issuer_metadata,
    credential_issuer_metadata_url,
    parse_issuer_metadata,
    parse_signed_issuer_metadata,
    prepare_signed_issuer_metadata,
    verify_signed_issuer_metadata,
)
from specs.openid4vci.wallet_errors import (
    InvalidIssuerMetadata,
    InvalidSignedMetadata,
    WrongCredentialIssuer,
)
from tests.specs.jose.material import private_key, public_key
from tests.specs.oauth.strategies import bodies_with
from tests.specs.openid4vci.material import ISSUER, NOW, configuration, load, metadata

FULL = load("issuer_metadata_full.json")
SD_JWT_VC = load("issuer_metadata_sd_jwt_vc.json")["credential_configurations_supported"]
MDOC = load("issuer_metadata_mso_mdoc.json")["credential_configurations_supported"]
SIGNED = load("signed_issuer_metadata.json")
PATHS = load("well_known_paths.json")["cases"]
NAME = "SD_JWT_VC_example_in_OpenID4VCI"
LEEWAY = timedelta(minutes=1)


def parse(document: Any, credential_issuer: str | None = None) -> CredentialIssuerMetadata:
    asked = credential_issuer or document["credential_issuer"]
    return parse_issuer_metadata(create_json(document), credential_issuer=asked)


def changed(**members: Any) -> dict[str, Any]:
    """The full example with other members, also of its only configuration (by names with two underscores)."""
    document: dict[str, Any] = json.loads(json.dumps(FULL))
    for name, value in members.items():
        place = document
        if name.startswith("c__"):
            place, name = document["credential_configurations_supported"][NAME], name[3:]  # noqa: PLW2901
        if value == "-":
            place.pop(name)
        else:
            place[name] = value
    return document


def test_the_full_example_is_read_and_written_again_4_05() -> None:
    found = parse(FULL)
    assert found.batch_size == 10
    assert found.credential_response_encryption is not None
    assert found.credential_response_encryption.encryption_required
    assert create_issuer_metadata(found) == FULL


@pytest.mark.parametrize("configurations", [SD_JWT_VC, MDOC], ids=["sd-jwt-vc", "mdoc"])
def test_the_examples_per_format_are_read_4_06(configurations: dict[str, Any]) -> None:
    document = changed(credential_configurations_supported=configurations)
    found = create_issuer_metadata(parse(document))
    assert found["credential_configurations_supported"].keys() == configurations.keys()


def test_unknown_members_and_formats_are_left_alone_d10() -> None:
    other = {"format": "ldp_vc", "credential_definition": {"type": ["x"]}}
    found = parse(changed(x_future=1, credential_configurations_supported={"other": other}))
    assert found.credential_configurations_supported["other"].format == "ldp_vc"


def test_without_a_batch_there_is_one_proof_4_30() -> None:
    assert parse(changed(batch_credential_issuance="-")).batch_size == 1


@pytest.mark.parametrize(
    "other",
    [f"{FULL['credential_issuer']}/", "https://Credential-Issuer.example.com", "https://other.example"],
)
def test_the_identifier_is_compared_as_it_is_written_4_02(other: str) -> None:
    with pytest.raises(WrongCredentialIssuer) as raised:
        parse(FULL, other)
    assert raised.value.code == "wrong_credential_issuer"


@pytest.mark.parametrize(
    "members",
    [
        {"credential_issuer": "https://issuer.example?x=1"},
        {"credential_issuer": "http://issuer.example"},
        {"credential_endpoint": "-"},
        {"credential_endpoint": "http://issuer.example/credential"},
        {"credential_endpoint": "/credential"},
        {"nonce_endpoint": "https://issuer.example/nonce#x"},
        {"nonce_endpoint": 5},
        {"authorization_servers": []},
        {"authorization_servers": "https://server.example"},
        {"authorization_servers": ["http://server.example"]},
        {"authorization_servers": ["https://server.example?x"]},
        {"batch_credential_issuance": {"batch_size": 1}},
        {"batch_credential_issuance": {"batch_size": "10"}},
        {"batch_credential_issuance": {"batch_size": True}},
        {"batch_credential_issuance": {}},
        {
            "credential_response_encryption": {
                "alg_values_supported": ["ECDH-ES"],
                "encryption_required": True,
            }
        },
        {
            "credential_request_encryption": {
                "jwks": {},
                "enc_values_supported": [],
                "encryption_required": True,
            }
        },
        {"display": []},
        {"display": [{"name": 5}]},
        {"credential_configurations_supported": "-"},
        {"credential_configurations_supported": []},
        {"credential_configurations_supported": {"x": {}}},
        {"c__format": 5},
        {"c__vct": "-"},
        {"c__scope": ""},
        {"c__cryptographic_binding_methods_supported": "-"},
        {"c__proof_types_supported": "-"},
        {"c__proof_types_supported": {}},
        {"c__proof_types_supported": {"jwt": {}}},
        {"c__proof_types_supported": {"jwt": {"proof_signing_alg_values_supported": []}}},
        {"c__proof_types_supported": {"jwt": {"proof_signing_alg_values_supported": [None]}}},
        {"c__credential_signing_alg_values_supported": []},
        {"c__credential_metadata": {"display": [{"locale": "en"}]}},
        {"c__credential_metadata": {"claims": [{"path": []}]}},
        {"c__credential_metadata": {"claims": [{"path": [1.5]}]}},
        {"c__credential_metadata": {"claims": [{"path": ["a"], "mandatory": "yes"}]}},
    ],
    ids=str,
)
def test_known_members_with_bad_values_are_refused_4_05_4_06(members: dict[str, Any]) -> None:
    with pytest.raises(InvalidIssuerMetadata):
        parse(changed(**members))


def test_an_mdoc_configuration_needs_its_doctype_4_06() -> None:
    with pytest.raises(InvalidIssuerMetadata):
        parse(changed(credential_configurations_supported={"mdl": {"format": "mso_mdoc"}}))


def test_a_detail_for_the_log_names_the_member_and_not_its_value() -> None:
    with pytest.raises(InvalidIssuerMetadata) as raised:
        parse(changed(c__scope=["do-not-log-me"]))
    assert f"credential_configurations_supported.{NAME}.scope" in raised.value.detail
    assert "do-not-log-me" not in raised.value.detail


def test_http_needs_a_long_word() -> None:
    here = "http://localhost:8000/issuer"
    document = changed(
        credential_issuer=here,
        authorization_servers="-",
        **{name: f"{here}/{name}" for name in FULL if name.endswith("_endpoint")},
    )
    with pytest.raises(InvalidIssuerMetadata):
        parse(document)
    found = parse_issuer_metadata(create_json(document), credential_issuer=here, insecure_allow_http=True)
    with pytest.raises(InvalidUrl):
        create_issuer_metadata(found)
    assert create_issuer_metadata(found, insecure_allow_http=True)["credential_issuer"] == here


def test_our_own_document_says_only_what_was_put_in_4_05() -> None:
    document = create_issuer_metadata(metadata())
    assert document["batch_credential_issuance"] == {"batch_size": 10}
    assert "authorization_servers" not in document
    assert "key_attestations_required" not in json.dumps(document)
    assert document["credential_configurations_supported"]["notice"].keys() == {"format", "scope", "vct"}
    assert parse(document) == metadata()


def test_keys_without_a_nonce_endpoint_are_not_published_6_02() -> None:
    with pytest.raises(ValueError, match="nonce endpoint"):
        create_issuer_metadata(metadata(nonce_endpoint=None))
    unbound = {"notice": metadata().credential_configurations_supported["notice"]}
    document = metadata(nonce_endpoint=None, credential_configurations_supported=unbound)
    assert "nonce_endpoint" not in create_issuer_metadata(document)


def test_two_displays_in_one_language_are_not_published_4_05() -> None:
    twice = (IssuerDisplay(name="a", locale="en"), IssuerDisplay(name="b", locale="en"))
    with pytest.raises(ValueError, match="one language"):
        create_issuer_metadata(metadata(display=twice))
    names = tuple(CredentialDisplay(name=name, locale="fr") for name in ("a", "b"))
    shown = {"person": configuration(credential_metadata=CredentialMetadata(display=names))}
    with pytest.raises(ValueError, match="one language"):
        create_issuer_metadata(metadata(credential_configurations_supported=shown))


def test_binding_methods_and_proof_types_go_together_4_06() -> None:
    for alone in ("cryptographic_binding_methods_supported", "proof_types_supported"):
        with pytest.raises(ValueError, match="go together"):
            configuration(**{alone: None})


def test_a_batch_of_one_is_no_batch_4_05() -> None:
    with pytest.raises(ValidationError):
        BatchCredentialIssuance(batch_size=1)


@pytest.mark.parametrize(
    "case", [case for case in PATHS if "wrong" not in case], ids=lambda case: case["identifier"]
)
def test_well_known_parts_are_inserted_4_02(case: dict[str, str]) -> None:
    assert credential_issuer_metadata_url(case["identifier"]) == case["credential_issuer_metadata"]
    assert authorization_server_metadata_url(case["identifier"]) == case["oauth_as_metadata"]


def test_well_known_parts_are_never_appended_4_02() -> None:
    [wrong] = [case for case in PATHS if "wrong" in case]
    assert credential_issuer_metadata_url(wrong["identifier"]) != wrong["wrong"]


@given(
    bodies_with("credential_issuer", "credential_endpoint", "credential_configurations_supported", "display")
)
def test_nothing_but_a_refusal_is_raised(body: bytes) -> None:
    with contextlib.suppress(InvalidIssuerMetadata):
        parse_issuer_metadata(body, credential_issuer=ISSUER)


# Signed.


def signed_example(**overrides: Any) -> CredentialIssuerMetadata:
    jws = parse_signed_issuer_metadata(SIGNED["jwt"])
    key = public_jwk_of(parse_x5c(jws.header["x5c"])[0].public_key())
    arguments: dict[str, Any] = {
        "credential_issuer": SIGNED["payload"]["sub"],
        "now": datetime(2026, 1, 1, tzinfo=UTC),
        "leeway": LEEWAY,
    }
    return verify_signed_issuer_metadata(jws, key, **(arguments | overrides))


def sign(document: CredentialIssuerMetadata = metadata(), number: int = 0) -> str:  # noqa: B008 (frozen)
    prepared = prepare_signed_issuer_metadata(
        document,
        algorithm=Algorithm.ES256,
        certificate_chain=["leaf"],
        issued_at=NOW,
        expires_at=NOW + timedelta(days=1),
    )
    return prepared.attach(sign_with(private_key(Algorithm.ES256, number), Algorithm.ES256, prepared.data))


def verify(compact: str, *, issuer: str = ISSUER, now: datetime = NOW) -> CredentialIssuerMetadata:
    return verify_signed_issuer_metadata(
        parse_signed_issuer_metadata(compact),
        public_key(Algorithm.ES256),
        credential_issuer=issuer,
        now=now,
        leeway=LEEWAY,
    )


def test_the_signed_example_verifies_with_the_key_of_its_certificate_4_03() -> None:
    expected = {name: value for name, value in SIGNED["payload"].items() if name not in ("sub", "iat")}
    found = signed_example()
    assert found.credential_issuer == SIGNED["payload"]["sub"]
    assert found.model_dump(mode="json", exclude_defaults=True) == expected


def test_what_is_signed_is_what_is_published_4_03() -> None:
    assert verify(sign()) == metadata()


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"credential_issuer": "https://other.example"}, InvalidSignedMetadata),
        ({"now": datetime(2018, 1, 1, tzinfo=UTC)}, InvalidSignedMetadata),
    ],
    ids=["another-subject", "issued-in-the-future"],
)
def test_signed_metadata_is_for_one_issuer_and_time_4_03(
    arguments: dict[str, Any], error: type[ProtocolError]
) -> None:
    with pytest.raises(error):
        signed_example(**arguments)


def test_signed_metadata_of_another_signer_or_too_late_is_refused_4_03() -> None:
    with pytest.raises(InvalidSignedMetadata):
        verify(sign(number=1))
    with pytest.raises(InvalidSignedMetadata):
        verify(sign(), now=NOW + timedelta(days=1, minutes=1))
    with pytest.raises(InvalidSignedMetadata):
        verify(sign(), issuer=f"{ISSUER}/")
    with pytest.raises(InvalidSignedMetadata):
        parse_signed_issuer_metadata("not.a.jws")


def test_a_configuration_is_immutable() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        CredentialConfiguration.__setattr__(configuration(), "scope", "other")
    assert isinstance(configuration(), CredentialConfiguration)

"""Requirement 2.11: the issuer's keys at /.well-known/jwt-vc-issuer (SD-JWT VC section 4)."""

import json
from typing import Any

import pytest

from specs.sd_jwt_vc import create_jwt_vc_issuer_metadata, issuer_metadata_url, parse_jwt_vc_issuer_metadata
from specs.sd_jwt_vc.errors import (
    InvalidIssuerIdentifier,
    InvalidIssuerMetadata,
    IssuerMetadataError,
    IssuerMetadataMismatch,
)
from tests.specs.sd_jwt_vc.material import vector

VECTOR = vector("jwt_vc_issuer_metadata.json")
ISSUER = "https://example.com"
KEYS = VECTOR["jwks_by_value"]["jwks"]["keys"]


def octets(metadata: Any) -> bytes:
    return json.dumps(metadata).encode()


@pytest.mark.parametrize("case", VECTOR["well_known_path_cases"], ids=lambda case: case["iss"])
def test_2_11_the_url_has_the_well_known_part_between_host_and_path(case: dict[str, str]) -> None:
    assert issuer_metadata_url(case["iss"]) == case["url"]


@pytest.mark.parametrize(
    "iss",
    [
        "http://example.com", "example.com", "", "https://", "https:///x", "https://example.com?a=b",
        "https://example.com#f", "https://example.com?", "https://user@example.com", "did:web:example.com",
        "ftp://example.com", " https://example.com", "https://exämple.com", "https://example.com/a b",
        "https://[::1", "http://localhost:8000",
    ],
)  # fmt: skip
def test_2_11_nothing_is_looked_up_for_what_is_no_https_url(iss: str) -> None:
    with pytest.raises(InvalidIssuerIdentifier):
        issuer_metadata_url(iss)


def test_2_11_plain_http_only_for_the_named_origins() -> None:
    own = {"http://localhost:8000"}

    assert (
        issuer_metadata_url("http://localhost:8000/issuer", insecure_origins=own)
        == "http://localhost:8000/.well-known/jwt-vc-issuer/issuer"
    )
    for iss in (
        "http://localhost:8001/issuer",
        "http://localhost:8000@x.example",
        "http://localhost:8000.x.example",
    ):
        with pytest.raises(InvalidIssuerIdentifier):
            issuer_metadata_url(iss, insecure_origins=own)


def test_2_11_keys_by_value() -> None:
    metadata = parse_jwt_vc_issuer_metadata(octets(VECTOR["jwks_by_value"]), ISSUER)

    assert metadata.jwks is not None
    assert [key.kid for key in metadata.jwks] == ["doc-signer-05-25-2022", "doc-signer-06-05-2025"]
    assert metadata.jwks_uri is None


def test_2_11_keys_by_reference() -> None:
    metadata = parse_jwt_vc_issuer_metadata(octets(VECTOR["jwks_by_reference"]), ISSUER)

    assert metadata.jwks_uri == "https://jwt-vc-issuer.example.com/my_public_keys.jwks"
    assert metadata.jwks is None


@pytest.mark.parametrize("case", VECTOR["reject"], ids=lambda case: case["case"])
def test_2_11_the_vector_is_refused(case: dict[str, Any]) -> None:
    reason = IssuerMetadataMismatch if case["case"] == "issuer differs from iss" else InvalidIssuerMetadata

    with pytest.raises(reason):
        parse_jwt_vc_issuer_metadata(octets(case["metadata"]), case.get("iss", ISSUER))


@pytest.mark.parametrize(
    "metadata",
    [
        [],
        {"jwks": {"keys": KEYS}},
        {"issuer": 5, "jwks": {"keys": KEYS}},
        {"issuer": ISSUER, "jwks": None},
        {"issuer": ISSUER, "jwks": KEYS},
        {"issuer": ISSUER, "jwks": {"keys": [{**KEYS[0], "d": "AAAA"}]}},
        {"issuer": ISSUER, "jwks": {"keys": [KEYS[0], KEYS[0]]}},
        {"issuer": ISSUER, "jwks": {"keys": [{**KEYS[0], "x": KEYS[1]["x"]}]}},
        {"issuer": ISSUER, "jwks_uri": "http://example.com/jwks"},
        {"issuer": ISSUER, "jwks_uri": "/jwks"},
        {"issuer": ISSUER, "jwks_uri": None},
        {"issuer": ISSUER, "jwks_uri": {"keys": KEYS}},
    ],
    ids=[
        "array", "no issuer", "issuer no string", "jwks null", "jwks an array", "private key", "kid twice",
        "point off the curve", "jwks_uri over http", "relative jwks_uri", "jwks_uri null",
        "jwks_uri an object",
    ],
)  # fmt: skip
def test_2_11_malformed_metadata_is_refused(metadata: object) -> None:
    with pytest.raises(InvalidIssuerMetadata):
        parse_jwt_vc_issuer_metadata(octets(metadata), ISSUER)


def test_2_11_issuer_names_are_compared_as_they_are_written() -> None:
    for name in (
        "https://EXAMPLE.com",
        "https://example.com/",
        "https://example.com:443",
        "HTTPS://example.com",
    ):
        with pytest.raises(IssuerMetadataMismatch):
            parse_jwt_vc_issuer_metadata(octets({"issuer": name, "jwks": {"keys": KEYS}}), ISSUER)


def test_2_11_duplicate_members_are_refused() -> None:
    data = b'{"issuer":"https://example.com","issuer":"https://attacker.example","jwks":{"keys":[]}}'

    with pytest.raises(InvalidIssuerMetadata, match="duplicate_member"):
        parse_jwt_vc_issuer_metadata(data, ISSUER)


def test_2_14_a_document_that_is_too_large_is_refused() -> None:
    with pytest.raises(IssuerMetadataError, match="too_large"):
        parse_jwt_vc_issuer_metadata(octets({"issuer": ISSUER, "x": "y" * 70_000}), ISSUER)


def test_2_11_what_we_publish_can_be_read() -> None:
    metadata = create_jwt_vc_issuer_metadata(ISSUER, KEYS)

    assert metadata == VECTOR["jwks_by_value"]
    assert parse_jwt_vc_issuer_metadata(octets(metadata), ISSUER).jwks is not None

"""Authorization server metadata (4.02, 4.07; RFC 8414)."""

import contextlib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from specs.encoding import create_json
from specs.oauth import (
    PRE_AUTHORIZED_CODE_GRANT,
    AuthorizationServerMetadata,
    InvalidServerMetadata,
    InvalidUrl,
    ServerFeatures,
    WrongServerIssuer,
    authorization_server_metadata_url,
    create_authorization_server_metadata,
    parse_authorization_server_metadata,
)
from specs.well_known import InvalidIdentifier
from tests.specs.oauth.strategies import bodies_with

ISSUER = "https://server.example/tenant"
GOOD: dict[str, Any] = {"issuer": ISSUER, "token_endpoint": "https://server.example/token?x=1"}


def parse(
    *, asked: str = ISSUER, insecure_allow_http: bool = False, **changes: Any
) -> AuthorizationServerMetadata:
    body = create_json(GOOD | changes)
    return parse_authorization_server_metadata(body, issuer=asked, insecure_allow_http=insecure_allow_http)


def test_our_own_document_says_what_we_support_4_07() -> None:
    document = create_authorization_server_metadata(
        issuer=ISSUER,
        token_endpoint="https://server.example/tenant/token",
        anonymous_access=True,
        jwks_uri="https://server.example/tenant/jwks",
        scopes=("person", "licence"),
    )
    assert document == {
        "issuer": ISSUER,
        "token_endpoint": "https://server.example/tenant/token",
        "grant_types_supported": [PRE_AUTHORIZED_CODE_GRANT],
        "token_endpoint_auth_methods_supported": ["none"],
        "pre-authorized_grant_anonymous_access_supported": True,
        "jwks_uri": "https://server.example/tenant/jwks",
        "scopes_supported": ["person", "licence"],
    }
    read = parse_authorization_server_metadata(create_json(document), issuer=ISSUER)
    assert read.supports_pre_authorized_code
    assert read.anonymous_access_supported


FEATURES = ServerFeatures(
    authorization_endpoint="https://server.example/tenant/authorize",
    pushed_authorization_request_endpoint="https://server.example/tenant/par",
    require_pushed_requests=True,
    refresh_tokens=True,
    authorization_details_types=("openid_credential",),
    dpop_algorithms=("ES256",),
    attestation_algorithms=("ES256",),
    challenge_endpoint="https://server.example/tenant/challenge",
)


def document_with(features: ServerFeatures) -> dict[str, Any]:
    return create_authorization_server_metadata(
        issuer=ISSUER,
        token_endpoint="https://server.example/tenant/token",
        anonymous_access=False,
        features=features,
    )


def test_what_a_server_does_beside_pre_authorized_codes_4_07_4_16_4_17_4_25() -> None:
    document = document_with(FEATURES)
    assert document == {
        "issuer": ISSUER,
        "token_endpoint": "https://server.example/tenant/token",
        "grant_types_supported": [PRE_AUTHORIZED_CODE_GRANT, "authorization_code", "refresh_token"],
        "token_endpoint_auth_methods_supported": [
            "attest_jwt_client_auth",
            "attest_jwt_client_auth_dpop",
            "none",
        ],
        "authorization_endpoint": FEATURES.authorization_endpoint,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "pushed_authorization_request_endpoint": FEATURES.pushed_authorization_request_endpoint,
        "require_pushed_authorization_requests": True,
        "authorization_details_types_supported": ["openid_credential"],
        "dpop_signing_alg_values_supported": ["ES256"],
        "client_attestation_signing_alg_values_supported": ["ES256"],
        "client_attestation_pop_signing_alg_values_supported": ["ES256"],
        "challenge_endpoint": FEATURES.challenge_endpoint,
        "pre-authorized_grant_anonymous_access_supported": False,
    }
    read = parse_authorization_server_metadata(create_json(document), issuer=ISSUER)
    assert read.require_pushed_authorization_requests
    assert read.authorization_response_iss_parameter_supported
    assert read.dpop_signing_alg_values_supported == ("ES256",)
    assert set(FEATURES.urls) <= set(read.urls)


def test_who_has_to_be_attested_cannot_come_without_6_05() -> None:
    required = document_with(replace(FEATURES, attestation_required=True, dpop_algorithms=()))
    assert required["token_endpoint_auth_methods_supported"] == ["attest_jwt_client_auth"]


@pytest.mark.parametrize(
    "features",
    [ServerFeatures(require_pushed_requests=True), ServerFeatures(attestation_required=True)],
    ids=["pushed-nowhere", "attested-by-nothing"],
)
def test_a_document_that_contradicts_itself_is_not_made(features: ServerFeatures) -> None:
    with pytest.raises(ValueError, match=r"required|have to be"):
        document_with(features)


@pytest.mark.parametrize(
    "name", ["authorization_endpoint", "pushed_authorization_request_endpoint", "challenge_endpoint"]
)
def test_every_endpoint_is_https(name: str) -> None:
    with pytest.raises(InvalidUrl):
        document_with(replace(FEATURES, **{name: "http://server.example/x"}))
    with pytest.raises(InvalidServerMetadata):
        parse(**{name: "http://server.example/x"})


def test_what_a_server_does_not_say_is_what_rfc_8414_says() -> None:
    metadata = parse()
    assert not metadata.anonymous_access_supported
    assert not metadata.supports_pre_authorized_code
    assert metadata.token_endpoint_auth_methods_supported == ("client_secret_basic",)


def test_unknown_members_are_ignored_d10() -> None:
    assert parse(x_future=[1], claims_supported="nonsense") == parse()


@pytest.mark.parametrize(
    "other", ["https://server.example", "https://server.example/tenant/", "https://SERVER.example/tenant"]
)
def test_the_issuer_is_compared_as_it_is_written_4_02(other: str) -> None:
    with pytest.raises(WrongServerIssuer) as raised:
        parse(asked=other)
    assert raised.value.code == "wrong_authorization_server_issuer"


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": 5},
        {"issuer": ""},
        {"token_endpoint": None},
        {"token_endpoint": "/token"},
        {"token_endpoint": "http://server.example/token"},
        {"token_endpoint": "https://server.example/token#x"},
        {"token_endpoint": "https://user@server.example/token"},
        {"jwks_uri": "ftp://server.example/jwks"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"grant_types_supported": PRE_AUTHORIZED_CODE_GRANT},
        {"grant_types_supported": []},
        {"grant_types_supported": [1]},
        {"scopes_supported": {}},
        {"pre-authorized_grant_anonymous_access_supported": "true"},
        {"pre-authorized_grant_anonymous_access_supported": 1},
    ],
    ids=str,
)
def test_known_members_with_bad_values_are_refused_d10(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidServerMetadata):
        parse(**changes)


def test_a_detail_for_the_log_names_the_member_and_not_its_value() -> None:
    with pytest.raises(InvalidServerMetadata) as raised:
        parse(scopes_supported="do-not-log-me")
    assert "scopes_supported" in raised.value.detail
    assert "do-not-log-me" not in raised.value.detail


def test_http_needs_a_long_word() -> None:
    here = "http://localhost:8000"
    with pytest.raises(InvalidServerMetadata):
        parse(asked=here, issuer=here, token_endpoint=f"{here}/token")
    found = parse(asked=here, insecure_allow_http=True, issuer=here, token_endpoint=f"{here}/token")
    assert found.issuer == here
    plain: dict[str, Any] = {"issuer": here, "token_endpoint": f"{here}/token", "anonymous_access": False}
    with pytest.raises(InvalidUrl):
        create_authorization_server_metadata(**plain)
    assert create_authorization_server_metadata(**plain, insecure_allow_http=True)


def test_an_issuer_with_a_query_is_refused() -> None:
    with pytest.raises(InvalidUrl):
        create_authorization_server_metadata(
            issuer="https://a.example?x", token_endpoint="https://a.example/t", anonymous_access=False
        )


def test_the_well_known_part_is_inserted_4_02() -> None:
    assert (
        authorization_server_metadata_url(ISSUER)
        == "https://server.example/.well-known/oauth-authorization-server/tenant"
    )
    with pytest.raises(InvalidIdentifier):
        authorization_server_metadata_url("https://server.example?x")


@given(bodies_with("issuer", "token_endpoint", "grant_types_supported", "scopes_supported", "jwks_uri"))
def test_nothing_but_a_refusal_is_raised(body: bytes) -> None:
    with contextlib.suppress(InvalidServerMetadata):
        parse_authorization_server_metadata(body, issuer=ISSUER)

"""Registering a client and changing the registration: form only (RFC 7591, RFC 7592)."""

import contextlib
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given

from specs.errors import ProtocolError
from specs.jose import Algorithm, create_public_jwk
from specs.oauth.client_registration import (
    ClientMetadata,
    InvalidClientMetadata,
    InvalidRegisteredRedirectUri,
    RegistrationAnswer,
    SoftwareStatementNotSupported,
    create_client_metadata,
    create_registration_answer,
    parse_client_metadata,
    parse_client_update,
    parse_localized,
)
from tests.specs.jose.material import private_key, public_key
from tests.specs.oauth.strategies import objects_with

REDIRECT = "https://shop.example/callback"
LEAST: dict[str, Any] = {"redirect_uris": [REDIRECT]}
JWKS = {"keys": [create_public_jwk(private_key(Algorithm.ES256).public_key(), kid="1")]}
FULL: dict[str, Any] = {
    "redirect_uris": [REDIRECT, "https://shop.example/other"],
    "token_endpoint_auth_method": "private_key_jwt",
    "grant_types": ["authorization_code"],
    "response_types": ["code"],
    "application_type": "web",
    "client_name": "Shop",
    "client_name#fr": "Épicerie",
    "client_uri": "https://shop.example",
    "contacts": ["desk@shop.example"],
    "scope": "openid sign-in",
    "jwks": JWKS,
    "id_token_signed_response_alg": "ES256",
    "subject_type": "pairwise",
    "sector_identifier_uri": "https://shop.example/sector",
    "default_max_age": 60,
    "require_auth_time": True,
    "default_acr_values": ["a"],
    "post_logout_redirect_uris": ["https://shop.example/bye"],
    "backchannel_logout_uri": "https://shop.example/logout",
    "backchannel_logout_session_required": True,
    "dpop_bound_access_tokens": True,
}


def test_redirect_uris_are_enough_and_the_defaults_are_the_standards() -> None:
    found = parse_client_metadata(LEAST | {"tls_client_auth_subject_dn": "cn=x", "scope": None})
    assert found == ClientMetadata(redirect_uris=(REDIRECT,))
    assert found.token_endpoint_auth_method == "client_secret_basic"
    assert found.id_token_signed_response_alg == "RS256"
    assert (found.grant_types, found.response_types) == (("authorization_code",), ("code",))


def test_everything_that_is_known_is_read_and_written_again() -> None:
    found = parse_client_metadata(FULL)
    assert found.client_names == {"": "Shop", "fr": "Épicerie"}
    assert found.jwks == (public_key(Algorithm.ES256),)
    written = create_client_metadata(found)
    assert written.pop("jwks") == {"keys": [{**JWKS["keys"][0], "alg": "ES256"}]}
    assert written == {name: value for name, value in FULL.items() if name != "jwks"}
    assert parse_client_metadata(create_client_metadata(found)) == found


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"redirect_uris": None}, InvalidRegisteredRedirectUri),
        ({"redirect_uris": []}, InvalidClientMetadata),
        ({"redirect_uris": REDIRECT}, InvalidClientMetadata),
        ({"redirect_uris": [7]}, InvalidClientMetadata),
        ({"redirect_uris": [REDIRECT, REDIRECT]}, InvalidRegisteredRedirectUri),
        ({"redirect_uris": ["http://shop.example/cb"]}, InvalidRegisteredRedirectUri),
        ({"redirect_uris": [f"{REDIRECT}#x"]}, InvalidRegisteredRedirectUri),
        ({"redirect_uris": ["javascript:alert(1)"]}, InvalidRegisteredRedirectUri),
        ({"post_logout_redirect_uris": ["data:text/html,x"]}, InvalidRegisteredRedirectUri),
        ({"grant_types": ["implicit"]}, InvalidClientMetadata),
        ({"response_types": ["id_token"]}, InvalidClientMetadata),
        ({"userinfo_signed_response_alg": "RS256"}, InvalidClientMetadata),
        ({"id_token_encrypted_response_alg": "RSA-OAEP"}, InvalidClientMetadata),
        ({"application_type": "toaster"}, InvalidClientMetadata),
        ({"jwks": JWKS, "jwks_uri": "https://shop.example/jwks"}, InvalidClientMetadata),
        ({"jwks": {"keys": [JWKS["keys"][0] | {"d": "secret"}]}}, InvalidClientMetadata),
        ({"jwks": {}}, InvalidClientMetadata),
        ({"jwks_uri": "http://shop.example/jwks"}, InvalidClientMetadata),
        ({"backchannel_logout_uri": "https://shop.example/#x"}, InvalidClientMetadata),
        ({"sector_identifier_uri": "shop.example"}, InvalidClientMetadata),
        ({"client_uri": "ftp://shop.example"}, InvalidClientMetadata),
        ({"scope": 'openid "'}, InvalidClientMetadata),
        ({"default_max_age": -1}, InvalidClientMetadata),
        ({"default_max_age": "60"}, InvalidClientMetadata),
        ({"require_auth_time": "true"}, InvalidClientMetadata),
        ({"client_name": 7}, InvalidClientMetadata),
        ({"client_name": " "}, InvalidClientMetadata),
        ({"client_name": "x" * 201}, InvalidClientMetadata),
        ({"client_name": "a\nb"}, InvalidClientMetadata),
        ({"client_name#fr/../": "a"}, InvalidClientMetadata),
        ({"client_name#fr": "a", "client_name#FR": "b"}, InvalidClientMetadata),
        ({"software_statement": "a.b.c"}, SoftwareStatementNotSupported),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else value.__name__,
)
def test_registrations_that_are_refused(changed: dict[str, Any], error: type[ProtocolError]) -> None:
    with pytest.raises(error) as refused:
        parse_client_metadata(LEAST | changed)
    assert type(refused.value) is error


def test_grants_that_there_are_not_are_left_out() -> None:
    """RFC 7591 section 3.2.1: the answer says what was registered instead."""
    more = {"grant_types": ["refresh_token", "authorization_code"], "response_types": ["code", "id_token"]}
    found = parse_client_metadata(LEAST | more)
    assert (found.grant_types, found.response_types) == (("authorization_code",), ("code",))


def test_the_registered_error_codes() -> None:
    errors = (InvalidRegisteredRedirectUri, InvalidClientMetadata, SoftwareStatementNotSupported)
    codes = ["invalid_redirect_uri", "invalid_client_metadata", "unapproved_software_statement"]
    assert [error.code for error in errors] == codes


def test_http_addresses_are_for_development_machines() -> None:
    members = LEAST | {"backchannel_logout_uri": "http://127.0.0.1:9/logout"}
    with pytest.raises(InvalidClientMetadata):
        parse_client_metadata(members)
    assert parse_client_metadata(members, insecure_allow_http=True).backchannel_logout_uri


def test_other_texts_in_several_languages_are_read_the_same_way() -> None:
    members = {"purpose#en-CA": " To rent boats ", "purpose#fr-CA": "Louer", "purposes": "x", "purpose": None}
    assert parse_localized(members, "purpose") == {"en-ca": "To rent boats", "fr-ca": "Louer"}


def test_7592_a_change_names_its_client_and_leaves_the_servers_members_alone() -> None:
    found = parse_client_update(FULL | {"client_id": "shop", "client_secret": "planted"}, client_id="shop")
    assert found.metadata == parse_client_metadata(FULL)
    assert found.client_secret == "planted"
    assert "planted" not in repr(found)
    refused: list[dict[str, Any]] = [
        {},
        {"client_id": "other"},
        {"client_id": "shop", "client_secret": 7},
        {"client_id": "shop", "registration_access_token": "t"},
        {"client_id": "shop", "registration_client_uri": "https://x"},
        {"client_id": "shop", "client_id_issued_at": 1},
        {"client_id": "shop", "client_secret_expires_at": 0},
    ]
    for members in refused:
        with pytest.raises(InvalidClientMetadata):
            parse_client_update(LEAST | members, client_id="shop")


def test_7591_what_the_server_adds() -> None:
    metadata = parse_client_metadata(LEAST)
    answer = RegistrationAnswer(
        client_id="shop",
        issued_at=datetime(2026, 11, 22, 12, tzinfo=UTC),
        client_secret="planted",
        registration_access_token="planted",
        registration_client_uri="https://verifier.example/openid/register/shop",
    )
    members = create_registration_answer(metadata, answer)
    assert members["client_id_issued_at"] == 1795348800
    assert (members["client_secret"], members["client_secret_expires_at"]) == ("planted", 0)
    assert members["registration_client_uri"].endswith("/shop")
    assert members["redirect_uris"] == [REDIRECT]
    assert "planted" not in repr(answer)
    without = RegistrationAnswer(client_id="shop", issued_at=answer.issued_at)
    assert {"client_secret", "client_secret_expires_at", "registration_access_token"}.isdisjoint(
        create_registration_answer(metadata, without)
    )


@given(objects_with(*FULL))
def test_whatever_is_sent_is_read_or_refused(members: dict[str, Any]) -> None:
    for sent in (members, LEAST | members):
        with contextlib.suppress(ProtocolError):
            found = parse_client_metadata(sent)
            assert parse_client_metadata(create_client_metadata(found)) == found

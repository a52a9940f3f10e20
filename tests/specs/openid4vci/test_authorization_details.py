"""Asking for credentials by details and by scope (4.15), and what a token response lists (4.19)."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.oauth.authorization_errors import InvalidAuthorizationDetails
from specs.openid4vci import (
    CredentialAuthorization,
    RequestedCredentials,
    create_authorization_details_response,
    parse_authorization_details,
    parse_credential_authorizations,
    parse_requested_credentials,
)
from tests.specs.oauth.strategies import objects_with
from tests.specs.openid4vci.material import ISSUER, configuration, load, metadata

EXAMPLES = load("authorization_details.json")
PERSON = {"type": "openid_credential", "credential_configuration_id": "person"}
SERVERS = ("https://server.example",)
NAMES = sorted({one["credential_configuration_id"] for details in EXAMPLES.values() for one in details})


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_the_examples_of_the_specification_are_read_4_15(name: str) -> None:
    supported = {one: configuration(scope=one) for one in NAMES}
    servers = SERVERS if name == "with_locations" else None
    issuer = "https://credential-issuer.example.com"
    found = metadata(
        credential_issuer=issuer,
        authorization_servers=servers,
        credential_configurations_supported=supported,
    )
    expected = tuple(one["credential_configuration_id"] for one in EXAMPLES[name])
    assert parse_authorization_details(EXAMPLES[name], found) == expected


def test_details_name_each_configuration_once_and_unknown_members_are_ignored_4_15() -> None:
    details = [PERSON | {"claims": [{"path": ["x"]}], "x_future": 1}, PERSON | {"actions": ["a"]}]
    assert parse_authorization_details(details, metadata()) == ("person",)
    assert parse_authorization_details([], metadata()) == ()


@pytest.mark.parametrize(
    "detail",
    [
        pytest.param(PERSON | {"type": "payment"}, id="another-type"),
        pytest.param({"credential_configuration_id": "person"}, id="no-type"),
        pytest.param({"type": "openid_credential"}, id="no-configuration"),
        pytest.param(PERSON | {"credential_configuration_id": "nope"}, id="unknown-configuration"),
        pytest.param(PERSON | {"credential_configuration_id": ["person"]}, id="configuration-in-an-array"),
        pytest.param({"type": "openid_credential", "format": "dc+sd-jwt", "vct": "x"}, id="draft-style"),
        pytest.param(PERSON | {"locations": ["https://other.example"]}, id="another-issuer"),
        pytest.param(PERSON | {"locations": ISSUER}, id="location-no-array"),
        pytest.param(PERSON | {"locations": []}, id="no-location"),
    ],
)
def test_other_details_are_refused_4_15(detail: dict[str, Any]) -> None:
    with pytest.raises(InvalidAuthorizationDetails) as raised:
        parse_authorization_details([PERSON, detail], metadata())
    assert raised.value.code == "invalid_authorization_details"


def test_locations_are_needed_where_metadata_names_servers_4_15() -> None:
    found = metadata(authorization_servers=SERVERS)
    here = PERSON | {"locations": ["https://other.example", ISSUER]}
    assert parse_authorization_details([here], found) == parse_authorization_details([here], metadata())
    with pytest.raises(InvalidAuthorizationDetails, match="locations"):
        parse_authorization_details([PERSON], found)


def test_more_details_than_anybody_needs_are_refused() -> None:
    with pytest.raises(InvalidAuthorizationDetails, match="too many"):
        parse_authorization_details([PERSON] * 65, metadata())


def requested(*scopes: str, details: list[dict[str, Any]] | None = None) -> RequestedCredentials:
    return parse_requested_credentials(scopes=scopes, details=details or [], metadata=metadata())


def test_each_scope_is_read_alone_and_unknown_ones_are_ignored_4_15() -> None:
    assert requested("openid", "notice", "person").by_scope == ("person", "notice")
    assert requested("nope") == RequestedCredentials((), ())
    assert requested("Person") == requested() == RequestedCredentials((), ())


def test_one_scope_may_stand_for_several_configurations() -> None:
    both = metadata(
        credential_configurations_supported={name: configuration(scope="identity") for name in ("a", "b")}
        | {"c": configuration(scope=None)}
    )
    found = parse_requested_credentials(scopes=["identity"], details=[], metadata=both)
    assert found.by_scope == ("a", "b")


def test_where_both_name_a_type_the_details_win_4_15() -> None:
    found = requested("person", "licence", details=[PERSON])
    assert found == RequestedCredentials(by_details=("person",), by_scope=("licence",))
    assert found.configuration_ids == ("person", "licence")


def test_bad_details_are_refused_whatever_the_scope_4_15() -> None:
    with pytest.raises(InvalidAuthorizationDetails):
        requested("person", details=[PERSON | {"type": "payment"}])


def test_what_a_token_response_lists_a_wallet_reads_4_19() -> None:
    granted = (
        CredentialAuthorization("person", ("p-1", "p-2")),
        CredentialAuthorization("licence", ("l-1",)),
    )
    body = create_authorization_details_response(granted)
    assert body[0] == PERSON | {"credential_identifiers": ["p-1", "p-2"]}
    assert parse_credential_authorizations(body) == granted


def test_a_token_response_without_identifiers_is_not_made_4_19() -> None:
    with pytest.raises(ValueError, match="credential_identifiers"):
        create_authorization_details_response([CredentialAuthorization("person", ())])


@given(st.lists(objects_with("type", "credential_configuration_id", "locations", "claims"), max_size=3))
def test_nothing_but_a_refusal_is_raised(details: list[dict[str, Any]]) -> None:
    with contextlib.suppress(InvalidAuthorizationDetails):
        parse_authorization_details(details, metadata())

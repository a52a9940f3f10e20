"""`credential_identifiers` in token responses (4.19), and the list of error codes (4.18, 4.36)."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.errors import ProtocolError
from specs.oauth import InvalidTokenResponse
from specs.oauth.errors import ResourceError
from specs.openid4vci import CredentialAuthorization, parse_credential_authorizations
from specs.openid4vci.errors import CredentialRequestError, NotificationError
from tests.specs.oauth.strategies import objects_with
from tests.specs.openid4vci.material import load

CODES = load("error_codes.json")
GOOD: dict[str, Any] = {
    "type": "openid_credential",
    "credential_configuration_id": "person",
    "credential_identifiers": ["person-1", "person-2"],
}


def codes_below(error: type[ProtocolError]) -> set[str]:
    return {error.code}.union(*(codes_below(child) for child in error.__subclasses__()))


def test_the_credential_endpoint_has_the_registered_codes_and_no_others_4_36() -> None:
    registered = set(CODES["credential_endpoint_400"]) | set(CODES["deferred_400"])
    assert codes_below(CredentialRequestError) == registered
    assert codes_below(NotificationError) == set(CODES["notification_400"])
    assert codes_below(ResourceError) == set(CODES["credential_endpoint_401_www_authenticate"])


def test_the_datasets_of_a_token_are_read_4_19() -> None:
    found = parse_credential_authorizations([GOOD | {"x": 1}, {"type": "payment"}])
    assert found == (CredentialAuthorization("person", ("person-1", "person-2")),)


@pytest.mark.parametrize(
    "changes",
    [
        {"credential_identifiers": None},
        {"credential_identifiers": []},
        {"credential_identifiers": "person-1"},
        {"credential_identifiers": [1]},
        {"credential_identifiers": [""]},
        {"credential_configuration_id": None},
        {"credential_configuration_id": 5},
    ],
    ids=str,
)
def test_an_entry_without_datasets_is_refused_4_19(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidTokenResponse):
        parse_credential_authorizations([GOOD | changes])


@given(st.lists(objects_with("type", "credential_configuration_id", "credential_identifiers"), max_size=3))
def test_nothing_but_a_refusal_is_raised(details: list[dict[str, Any]]) -> None:
    with contextlib.suppress(InvalidTokenResponse):
        parse_credential_authorizations([GOOD, *details])

"""The `claims` parameter (7.10)."""

import contextlib
import json

import pytest
from hypothesis import given

from specs.encoding import create_json
from specs.openid_connect import (
    ClaimsRequest,
    ClaimWish,
    InvalidClaimsRequest,
    create_claims_parameter,
    parse_claims_parameter,
)
from tests.specs.oauth.strategies import objects_with


def parsed(**members: object) -> ClaimsRequest:
    return parse_claims_parameter(json.dumps(members))


def test_7_10_the_example_of_the_standard() -> None:
    """OpenID Connect Core section 5.5, shortened."""
    request = parsed(
        userinfo={
            "given_name": {"essential": True},
            "nickname": None,
            "http://example.info/claims/groups": None,
        },
        id_token={
            "auth_time": {"essential": True},
            "acr": {"values": ["urn:mace:incommon:iap:silver"]},
        },
    )
    assert request.userinfo["given_name"] == ClaimWish(essential=True)
    assert request.userinfo["nickname"] == ClaimWish()
    assert request.id_token["auth_time"].essential
    assert request.acr is not None
    assert request.acr.accepted == ("urn:mace:incommon:iap:silver",)


def test_7_10_nothing_is_asked_for_without_it() -> None:
    assert parse_claims_parameter(None) == parsed() == ClaimsRequest()
    assert parse_claims_parameter(None).acr is None


def test_7_10_members_that_nobody_knows_are_ignored() -> None:
    request = parsed(other={"a": 1}, id_token={"acr": {"value": "a", "purpose": "because"}}, userinfo=None)
    assert request.id_token == {"acr": ClaimWish(value="a")}
    assert request.userinfo == {}


def test_7_10_the_subjects_that_would_do() -> None:
    assert parsed(id_token={"sub": None}).subjects == ()
    assert parsed(id_token={"sub": {"value": "a"}}, userinfo={"sub": {"values": ["a", "b"]}}).subjects == (
        "a",
        "b",
    )
    # Nobody is number one: the request is one that no person fulfils, not one that everybody does.
    assert parsed(id_token={"sub": {"value": 1}}).subjects == ("",)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{",
        '{"id_token":[]}',
        '{"id_token":{"acr":true}}',
        '{"id_token":{"acr":{"essential":"yes"}}}',
        '{"id_token":{"acr":{"values":"a"}}}',
        '{"id_token":{"":null}}',
        '{"id_token":{"acr":null,"acr":null}}',
        json.dumps({"userinfo": {str(number): None for number in range(65)}}),
        json.dumps({"id_token": {"acr": {"values": list(range(33))}}}),
        json.dumps({"id_token": {"acr": {"value": "a" * 8192}}}),
    ],
    ids=range(13),
)
def test_7_10_refused_as_an_invalid_request(text: str) -> None:
    with pytest.raises(InvalidClaimsRequest) as refused:
        parse_claims_parameter(text)
    assert refused.value.code == "invalid_request"


@given(objects_with("id_token", "userinfo"))
def test_what_is_read_can_be_kept_and_read_again(members: dict[str, object]) -> None:
    with contextlib.suppress(InvalidClaimsRequest):
        request = parse_claims_parameter(create_json(members).decode())
        kept = create_json(create_claims_parameter(request)).decode()
        assert parse_claims_parameter(kept) == request

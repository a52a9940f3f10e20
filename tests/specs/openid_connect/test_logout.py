"""Signing out: requests in the browser (7.11) and messages behind it (7.12)."""

import contextlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given

from specs.encoding import b64url_decode, parse_json_object
from specs.errors import ProtocolError
from specs.jose import Algorithm
from specs.oauth import InvalidRedirectUri, MalformedParameter, RepeatedParameter
from specs.openid_connect import (
    InvalidLogoutRequest,
    LogoutRequest,
    LogoutToken,
    create_logout_response,
    parse_logout_request,
    prepare_logout_token,
)
from tests.specs.oauth.strategies import fields_with

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TOKEN = LogoutToken(
    issuer="https://verifier.example/openid",
    audience="shop",
    issued_at=NOW,
    expires_at=NOW + timedelta(minutes=2),
    token_id="once",
    subject="pairwise",
    sid="session",
)


def test_7_11_everything_is_optional_and_the_rest_is_ignored() -> None:
    assert parse_logout_request([("extra", "x")]) == LogoutRequest()


def test_7_11_what_is_read() -> None:
    sent = {
        "id_token_hint": "a.b.c",
        "client_id": "shop",
        "post_logout_redirect_uri": "https://shop.example/bye?x=1",
        "state": "s",
        "ui_locales": "fr en",
        "logout_hint": "réginald",
    }
    found = parse_logout_request(sent.items())
    assert found == LogoutRequest(**(sent | {"ui_locales": ("fr", "en")}))  # type: ignore[arg-type]
    assert "a.b.c" not in repr(found)


def test_an_id_token_may_be_longer_than_other_parameters() -> None:
    hint = "x" * 12_000
    assert parse_logout_request([("id_token_hint", hint)]).id_token_hint == hint


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ([("state", "a"), ("state", "b")], RepeatedParameter),
        ([("post_logout_redirect_uri", "javascript:alert(1)")], InvalidRedirectUri),
        ([("post_logout_redirect_uri", "//shop.example")], InvalidRedirectUri),
        ([("post_logout_redirect_uri", "http://shop.example/bye")], InvalidRedirectUri),
        ([("client_id", "a\u00a0")], MalformedParameter),
        ([("state", "a\r\nb")], MalformedParameter),
        ([("logout_hint", "\u0000")], InvalidLogoutRequest),
        ([("id_token_hint", "x" * 16_385)], MalformedParameter),
    ],
    ids=["twice", "script", "no-scheme", "http", "client", "header-injection", "hint", "long"],
)
def test_7_11_refused(fields: list[tuple[str, str]], error: type[ProtocolError]) -> None:
    with pytest.raises(error):
        parse_logout_request(fields)


@pytest.mark.parametrize(
    ("uri", "state", "expected"),
    [
        ("https://shop.example/bye", None, "https://shop.example/bye"),
        ("https://shop.example/bye", "a b&c", "https://shop.example/bye?state=a+b%26c"),
        ("https://shop.example/bye?x=1", "s", "https://shop.example/bye?x=1&state=s"),
    ],
)
def test_7_11_the_state_comes_back(uri: str, state: str | None, expected: str) -> None:
    assert create_logout_response(uri, state) == expected


@given(fields_with("id_token_hint", "client_id", "post_logout_redirect_uri", "state", "logout_hint"))
def test_whatever_is_sent_is_read_or_refused(fields: list[tuple[str, str]]) -> None:
    with contextlib.suppress(ProtocolError):
        parse_logout_request(fields)


def parts(token: LogoutToken) -> list[dict[str, Any]]:
    prepared = prepare_logout_token(token, algorithm=Algorithm.ES256, key_id="k")
    found = prepared.data.decode().split(".")
    return [parse_json_object(b64url_decode(one), max_bytes=10_000) for one in found]


def test_7_12_what_a_logout_token_says() -> None:
    header, claims = parts(TOKEN)
    assert header == {"alg": "ES256", "typ": "logout+jwt", "kid": "k"}
    assert claims == {
        "iss": "https://verifier.example/openid",
        "aud": "shop",
        "iat": 1795348800,
        "exp": 1795348920,
        "jti": "once",
        "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        "sub": "pairwise",
        "sid": "session",
    }


def test_7_12_a_session_alone_or_a_subject_alone_is_enough() -> None:
    assert "sub" not in parts(replace(TOKEN, subject=None))[1]
    assert "sid" not in parts(replace(TOKEN, sid=None))[1]


@pytest.mark.parametrize("changed", [{"subject": None, "sid": None}, {"expires_at": NOW}], ids=str)
def test_7_12_tokens_that_are_never_made(changed: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        parts(replace(TOKEN, **changed))
    with pytest.raises(ValueError, match="algorithm"):
        prepare_logout_token(TOKEN, algorithm=Algorithm.EDDSA, key_id="k")

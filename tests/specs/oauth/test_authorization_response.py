"""Authorization responses and the answers to pushed requests (4.16, 4.17, 6.01)."""

import contextlib
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.encoding import create_json
from specs.oauth import (
    AccessDenied,
    ErrorResponse,
    InvalidAuthorizationResponse,
    InvalidPushedResponse,
    InvalidRedirectUri,
    InvalidRequest,
    OAuthError,
    PushedResponse,
    WrongResponseIssuer,
    WrongState,
    check_redirect_uri,
    create_authorization_error_response,
    create_authorization_response,
    create_par_response,
    create_request_uri,
    has_app_scheme,
    is_loopback,
    parse_authorization_response,
    parse_par_response,
)
from tests.specs.oauth.strategies import bodies_with, fields_with

ISSUER = "https://issuer.example/tenant"
TEXT = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=30)


def query_of(url: str) -> list[tuple[str, str]]:
    assert "#" not in url
    return parse_qsl(urlsplit(url).query, keep_blank_values=True, strict_parsing=True)


class TestResponse:
    @pytest.mark.parametrize("state", [None, "s", "a&b=c d"])
    def test_4_17_code_state_and_issuer_come_back_in_the_query(self, state: str | None) -> None:
        url = create_authorization_response("wallet://cb", code="c0de", state=state, issuer=ISSUER)
        expected = {"code": "c0de", "state": state, "iss": ISSUER}
        assert dict(query_of(url)) == {name: value for name, value in expected.items() if value is not None}
        assert parse_authorization_response(query_of(url), issuer=ISSUER, state=state) == "c0de"

    def test_a_query_of_the_redirect_uri_is_kept(self) -> None:
        url = create_authorization_response(
            "https://w.example/cb?kept=1", code="c", state=None, issuer=ISSUER
        )
        assert query_of(url)[0] == ("kept", "1")

    def test_4_17_a_refusal_has_the_issuer_too_and_no_detail(self) -> None:
        error = AccessDenied("the detail")
        url = create_authorization_error_response("wallet://cb", error=error, state="s", issuer=ISSUER)
        assert dict(query_of(url)) == {
            "error": "access_denied",
            "error_description": "The request was denied.",
            "state": "s",
            "iss": ISSUER,
        }
        found = parse_authorization_response(query_of(url), issuer=ISSUER, state="s")
        assert found == ErrorResponse("access_denied", "The request was denied.")

    @pytest.mark.parametrize(
        ("pairs", "error"),
        [
            ([("code", "c"), ("state", "s")], WrongResponseIssuer),
            ([("code", "c"), ("state", "s"), ("iss", ISSUER + "/")], WrongResponseIssuer),
            ([("error", "access_denied"), ("state", "s")], WrongResponseIssuer),
            ([("code", "c"), ("iss", ISSUER)], WrongState),
            ([("code", "c"), ("state", "S"), ("iss", ISSUER)], WrongState),
            ([("state", "s"), ("iss", ISSUER)], InvalidAuthorizationResponse),
            ([("code", "c"), ("code", "d"), ("state", "s"), ("iss", ISSUER)], InvalidAuthorizationResponse),
            ([("code", "é"), ("state", "s"), ("iss", ISSUER)], InvalidAuthorizationResponse),
            ([("error", "é"), ("state", "s"), ("iss", ISSUER)], InvalidAuthorizationResponse),
        ],
        ids=[
            "no-issuer",
            "other-issuer",
            "refusal-without",
            "no-state",
            "other-state",
            "nothing",
            "two",
            "letter",
            "bad",
        ],
    )
    def test_4_17_what_a_wallet_refuses(self, pairs: list[tuple[str, str]], error: type[OAuthError]) -> None:
        with pytest.raises(error):
            parse_authorization_response(pairs, issuer=ISSUER, state="s")

    def test_a_state_that_nobody_sent_is_refused(self) -> None:
        with pytest.raises(WrongState):
            parse_authorization_response(
                [("code", "c"), ("state", "x"), ("iss", ISSUER)], issuer=ISSUER, state=None
            )

    @given(TEXT, st.none() | TEXT)
    def test_what_goes_out_comes_back(self, code: str, state: str | None) -> None:
        url = create_authorization_response("https://w.example/", code=code, state=state, issuer=ISSUER)
        assert parse_authorization_response(query_of(url), issuer=ISSUER, state=state) == code

    @given(fields_with("code", "state", "iss", "error", "error_description"))
    def test_nothing_but_a_refusal_is_raised(self, pairs: list[tuple[str, str]]) -> None:
        for given_pairs in (pairs, [("iss", ISSUER), *pairs]):
            with contextlib.suppress(OAuthError):
                parse_authorization_response(given_pairs, issuer=ISSUER, state=None)


class TestPushed:
    REFERENCE = "6esc_11ACC5bwc014ltc14eY22c"

    def test_4_16_the_answer_names_the_request(self) -> None:
        uri = create_request_uri(self.REFERENCE)
        assert uri == f"urn:ietf:params:oauth:request_uri:{self.REFERENCE}"
        body = create_par_response(uri, 300)
        assert body == {"request_uri": uri, "expires_in": 300}
        assert parse_par_response(create_json(body)) == PushedResponse(uri, 300)

    @pytest.mark.parametrize("seconds", [0, -1, 600])
    def test_6_01_a_request_lives_for_less_than_ten_minutes(self, seconds: int) -> None:
        with pytest.raises(ValueError, match="ten minutes"):
            create_par_response(create_request_uri(self.REFERENCE), seconds)

    @pytest.mark.parametrize("reference", ["", "short", "x" * 21, "with space" * 3, "x" * 257])
    def test_4_16_a_reference_cannot_be_guessed(self, reference: str) -> None:
        with pytest.raises(ValueError, match="128 bits"):
            create_request_uri(reference)

    @pytest.mark.parametrize(
        "members",
        [
            {},
            {"request_uri": "u"},
            {"request_uri": "", "expires_in": 5},
            {"request_uri": "u", "expires_in": True},
        ]
        + [{"request_uri": "u", "expires_in": value} for value in (0, "5", 1.5)],
    )
    def test_4_16_what_a_wallet_refuses(self, members: dict[str, Any]) -> None:
        with pytest.raises(InvalidPushedResponse):
            parse_par_response(create_json(members))

    @given(bodies_with("request_uri", "expires_in"))
    def test_nothing_but_a_refusal_is_raised(self, body: bytes) -> None:
        with contextlib.suppress(InvalidPushedResponse):
            parse_par_response(body)


class TestRedirectUri:
    GOOD = (
        "https://wallet.example/cb",
        "https://wallet.example",
        "https://wallet.example:8443/cb?a=b",
        "http://localhost:3000/cb",
        "http://127.0.0.1:49152/",
        "http://[::1]:49152/cb",
        "com.example.wallet:/cb",
        "haip-vci://cb",
        "openid-credential-offer://",
    )

    @pytest.mark.parametrize("uri", GOOD)
    def test_one_that_a_client_may_have(self, uri: str) -> None:
        assert check_redirect_uri(uri) == uri
        assert is_loopback(uri) == ("localhost" in uri or "127.0.0.1" in uri or "::1" in uri)
        assert has_app_scheme(uri) != uri.startswith("http")

    @pytest.mark.parametrize(
        "uri",
        [
            "",
            "wallet.example/cb",
            "//wallet.example/cb",
            "http://wallet.example/cb",
            "http://localhost.attacker.example/",
            "http://127.0.0.1.attacker.example/",
            "https:///cb",
            "https:wallet.example",
            "https://user@wallet.example/",
            "https://wallet.example/#",
            "https://wallet.example/#f",
            "https://wallet.example/ x",
            "https://wallet.example/\n",
            "https://wallet.example\\@attacker.example/",
            "https://wallet.example:0/",
            "https://wallet.example:port/",
            "https://[::1/",
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "vbscript:x",
            "blob:https://a.example/x",
            "intent://x",
            "https://wallet.example/" + "x" * 2048,
        ],
    )
    def test_one_that_nobody_may_have(self, uri: str) -> None:
        with pytest.raises(InvalidRedirectUri) as refused:
            check_redirect_uri(uri)
        assert refused.value.code == "invalid_request"

    @given(st.text(max_size=60))
    def test_nothing_but_a_refusal_is_raised(self, text: str) -> None:
        for uri in (text, f"https://{text}", f"a:{text}"):
            with contextlib.suppress(InvalidRequest):
                check_redirect_uri(uri)

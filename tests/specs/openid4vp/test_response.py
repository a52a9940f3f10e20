"""Responses by `direct_post` (5.20, 5.21, 5.22, 5.28)."""

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specs.dcql import QueryNotSatisfied, parse_dcql_query
from specs.encoding import create_json
from specs.errors import ProtocolError
from specs.openid4vp import (
    VpErrorResponse,
    VpTokenResponse,
    create_direct_post,
    create_direct_post_error,
    create_response_answer,
    parse_direct_post,
    parse_response_answer,
    response_errors,
    verify_state,
    verify_vp_token_form,
)
from specs.openid4vp.errors import AccessDenied, VpFormatsNotSupported, WalletUnavailable
from specs.openid4vp.response_errors import (
    InvalidResponseAnswer,
    ResponseError,
    TooManyPresentations,
    UnknownCredentialQuery,
    WrongState,
)
from tests.specs.oauth.strategies import bodies_with, fields_with
from tests.specs.openid4vp.material import load, query

CASES = load("direct_post_cases.json")["cases"]
NAMES = st.from_regex(r"[A-Za-z0-9_-]{1,12}", fullmatch=True)
TOKENS = st.dictionaries(
    NAMES, st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=3), min_size=1, max_size=4
)
STATES = st.none() | st.from_regex(r"[A-Za-z0-9._~-]{1,40}", fullmatch=True)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_vector_5_20_5_21(case: dict[str, Any]) -> None:
    fields = [(name, value) for name, value in case["fields"]]
    if case["expect"] == "reject":
        reason: type[ProtocolError] = getattr(response_errors, case["reason"])
        with pytest.raises(reason) as raised:
            parse_direct_post(fields)
        assert type(raised.value) is reason
        assert raised.value.code == case["error"]
        return
    found = parse_direct_post(fields)
    if "error" in case:
        assert found == VpErrorResponse(case["error"], case["description"], case["state"])
    else:
        presented = {name: tuple(entry) for name, entry in case["vp_token"].items()}
        assert found == VpTokenResponse(presented, case["state"])


@settings(max_examples=40)
@given(TOKENS, STATES)
def test_what_a_wallet_posts_a_verifier_reads_5_20(token: dict[str, list[str]], state: str | None) -> None:
    found = parse_direct_post(create_direct_post(token, state))
    assert found == VpTokenResponse({name: tuple(entry) for name, entry in token.items()}, state)


@pytest.mark.parametrize("token", [{}, {"pid": []}, {"pid": ["a~"], "age": []}])
def test_a_wallet_never_posts_an_empty_token_d8(token: dict[str, list[str]]) -> None:
    with pytest.raises(ValueError, match="nothing to present"):
        create_direct_post(token, "s")


@pytest.mark.parametrize("error", [AccessDenied, WalletUnavailable, VpFormatsNotSupported])
def test_a_refusal_travels_with_its_code_and_state_5_21_5_28(error: type[ProtocolError]) -> None:
    found = parse_direct_post(create_direct_post_error(error("what the log may know"), "s-1"))
    assert found == VpErrorResponse(error.code, error.text, "s-1")


def test_nothing_to_show_and_no_consent_look_the_same_5_28() -> None:
    assert create_direct_post_error(QueryNotSatisfied(), None) == create_direct_post_error(
        AccessDenied(), None
    )


def test_presentations_do_not_show_in_a_log_line() -> None:
    assert "secret~" not in repr(parse_direct_post([("vp_token", '{"pid":["secret~"]}')]))


def test_only_what_was_asked_for_is_looked_at_5_20() -> None:
    verify_vp_token_form({"pid": ("a~",)}, query())
    with pytest.raises(UnknownCredentialQuery) as raised:
        verify_vp_token_form({"pid": ("a~",), "age": ("b~",)}, query())
    assert raised.value.code == "invalid_request"


def test_several_presentations_only_where_the_query_allows_them_5_20() -> None:
    with pytest.raises(TooManyPresentations):
        verify_vp_token_form({"pid": ("a~", "b~")}, query())
    verify_vp_token_form({"pid": ("a~", "b~")}, query(multiple=True))


def test_a_query_that_no_set_names_was_not_asked_for_5_15() -> None:
    members = {"format": "dc+sd-jwt", "meta": {"vct_values": ["x"]}}
    asked = parse_dcql_query(
        {
            "credentials": [{"id": "a", **members}, {"id": "b", **members}],
            "credential_sets": [{"options": [["a"]]}],
        }
    )
    verify_vp_token_form({"a": ("x~",)}, asked)
    with pytest.raises(UnknownCredentialQuery):
        verify_vp_token_form({"b": ("x~",)}, asked)


@pytest.mark.parametrize(("found", "expected"), [("s-1", "s-1"), (None, None)])
def test_the_state_of_the_request_is_taken_5_05(found: str | None, expected: str | None) -> None:
    verify_state(VpTokenResponse({}, found), expected)


@pytest.mark.parametrize(
    ("found", "expected"), [("s-2", "s-1"), (None, "s-1"), ("s-1", None), ("S-1", "s-1")]
)
def test_another_state_is_refused_5_05(found: str | None, expected: str | None) -> None:
    for response in (VpTokenResponse({}, found), VpErrorResponse("x", None, found)):
        with pytest.raises(WrongState):
            verify_state(response, expected)


@given(fields_with("vp_token", "state", "error", "error_description", "response"))
def test_nothing_but_a_refusal_is_raised_for_a_form(fields: list[tuple[str, str]]) -> None:
    with contextlib.suppress(ResponseError):
        parse_direct_post(fields)


@given(bodies_with("pid", "age"))
def test_nothing_but_a_refusal_is_raised_for_a_token(text: bytes) -> None:
    with contextlib.suppress(ResponseError):
        parse_direct_post([("vp_token", text.decode("utf-8", "surrogateescape"))])


# The verifier's answer.


def test_the_answer_is_an_object_with_or_without_a_way_on_5_21_5_22() -> None:
    assert create_response_answer() == {}
    address = "https://verifier.example/cb#response_code=091535f699ea575c7937fa5f0f454aee"
    assert create_response_answer(redirect_uri=address) == {"redirect_uri": address}
    assert parse_response_answer(create_json(create_response_answer(redirect_uri=address))) == address
    assert parse_response_answer(b'{"x":1}') is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'"ok"',
        b'{"redirect_uri":5}',
        b'{"redirect_uri":""}',
        b'{"redirect_uri":"http://verifier.example/cb"}',
        b'{"redirect_uri":"javascript:alert(1)"}',
        b'{"redirect_uri":"openid4vp://?request_uri=x"}',
        b'{"redirect_uri":"https://verifier.example/\\u0000"}',
        b'{"redirect_uri":"https://a.example","redirect_uri":"https://b.example"}',
    ],
)
def test_an_answer_that_leads_nowhere_good_is_refused_5_22(body: bytes) -> None:
    with pytest.raises(InvalidResponseAnswer):
        parse_response_answer(body)


def test_http_needs_a_long_word() -> None:
    body = b'{"redirect_uri":"http://localhost:8000/cb"}'
    assert parse_response_answer(body, insecure_allow_http=True) == "http://localhost:8000/cb"


@given(bodies_with("redirect_uri"))
def test_nothing_but_a_refusal_is_raised_for_an_answer(body: bytes) -> None:
    with contextlib.suppress(InvalidResponseAnswer):
        parse_response_answer(body)

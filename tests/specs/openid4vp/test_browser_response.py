"""Responses through the Digital Credentials API (5.34, 6.14)."""

import contextlib
from typing import Any

import pytest
from hypothesis import given

from specs.errors import ProtocolError
from specs.jose import UnverifiedJwe
from specs.openid4vp import (
    ResponseMode,
    VpErrorResponse,
    VpTokenResponse,
    create_browser_error,
    create_browser_response,
    create_encrypted_browser_response,
    decrypt_response,
    parse_browser_response,
    response_errors,
)
from specs.openid4vp.errors import AccessDenied, UnexpectedOrigin
from specs.openid4vp.response_errors import ResponseError
from tests.specs.oauth.strategies import VALUES, objects_with
from tests.specs.openid4vp.encryption_material import EPHEMERAL, IV, KEY_ID, STRONG, agree
from tests.specs.openid4vp.material import load

CASES = load("browser_response_cases.json")["cases"]
JWE = load("encrypted_response.json")["response_jwe"]
TOKEN = {"pid": ["a~"]}
AS_READ = {"pid": ("a~",)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['mode']}-{case['id']}")
def test_vector_5_34(case: dict[str, Any]) -> None:
    data = case["data"]
    if isinstance(data, dict) and data.get("response") == "JWE":
        data = data | {"response": JWE}
    if case["expect"] == "reject":
        reason: type[ProtocolError] = getattr(response_errors, case["reason"])
        with pytest.raises(reason) as raised:
            parse_browser_response(data, mode=ResponseMode(case["mode"]))
        assert type(raised.value) is reason
        return
    found = parse_browser_response(data, mode=ResponseMode(case["mode"]))
    if case["expect"] == "token":
        assert found == VpTokenResponse(AS_READ, None)
    elif case["expect"] == "error":
        assert found == VpErrorResponse(case["error"], None, None)
    else:
        assert isinstance(found, UnverifiedJwe)


def test_what_a_wallet_gives_a_page_reads_in_the_clear_5_34() -> None:
    data = create_browser_response(TOKEN)
    assert data == {"vp_token": TOKEN}
    assert parse_browser_response(data, mode=ResponseMode.DC_API) == VpTokenResponse(AS_READ, None)


def test_what_a_wallet_gives_a_page_reads_encrypted_5_34_6_14() -> None:
    data = create_encrypted_browser_response(TOKEN, encryption=STRONG, ephemeral=EPHEMERAL, iv=IV)
    assert data.keys() == {"response"}
    jwe = parse_browser_response(data, mode=ResponseMode.DC_API_JWT)
    assert isinstance(jwe, UnverifiedJwe)
    assert decrypt_response(jwe, agree(jwe), key_id=KEY_ID) == VpTokenResponse(AS_READ, None)


@pytest.mark.parametrize("error", [AccessDenied, UnexpectedOrigin])
def test_a_refusal_is_its_code_and_nothing_else_5_34(error: type[ProtocolError]) -> None:
    assert create_browser_error(error("for the log")) == {"error": error.code}


def test_an_empty_token_is_never_given_d8() -> None:
    with pytest.raises(ValueError, match="nothing to present"):
        create_browser_response({})
    with pytest.raises(ValueError, match="nothing to present"):
        create_encrypted_browser_response({"pid": []}, encryption=STRONG, ephemeral=EPHEMERAL, iv=IV)


@pytest.mark.parametrize("mode", [ResponseMode.DIRECT_POST, ResponseMode.DIRECT_POST_JWT])
def test_a_mode_that_does_not_go_through_the_browser_is_a_mistake_of_ours(mode: ResponseMode) -> None:
    with pytest.raises(ValueError, match="Digital Credentials"):
        parse_browser_response({"vp_token": TOKEN}, mode=mode)


@given(VALUES | objects_with("vp_token", "response", "error"))
def test_nothing_but_a_refusal_is_raised(value: Any) -> None:
    for mode in (ResponseMode.DC_API, ResponseMode.DC_API_JWT):
        with contextlib.suppress(ResponseError):
            parse_browser_response(value, mode=mode)


@pytest.mark.parametrize("nothing", ["error", "response", "state", "error_description"])
def test_a_member_that_is_null_is_none_in_a_browsers_answer_5_34(nothing: str) -> None:
    """Wallets write null for what they do not send (docs/divergences.md, Everywhere)."""
    found = parse_browser_response({"vp_token": TOKEN, nothing: None}, mode=ResponseMode.DC_API)
    assert found == VpTokenResponse(AS_READ, None)


@pytest.mark.parametrize("data", [{"vp_token": None}, {"vp_token": None, "error": None}])
def test_a_browsers_answer_of_nulls_is_none_at_all_5_34(data: dict[str, Any]) -> None:
    with pytest.raises(response_errors.InvalidResponse):
        parse_browser_response(data, mode=ResponseMode.DC_API)

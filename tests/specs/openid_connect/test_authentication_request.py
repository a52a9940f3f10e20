"""Authentication requests: what is read, and what is refused under what code (7.02, 7.03, 7.10)."""

import contextlib

import pytest
from hypothesis import given

from specs.errors import ProtocolError
from specs.oauth import (
    InvalidRedirectUri,
    InvalidScope,
    MalformedParameter,
    MissingCodeChallenge,
    MissingParameter,
    PushedRequestUri,
    RepeatedParameter,
    RequestObjectNotSupported,
    UnsupportedResponseMode,
    UnsupportedResponseType,
)
from specs.openid_connect import (
    ClaimWish,
    ContradictingPrompt,
    InvalidClaimsRequest,
    MissingOpenidScope,
    RegistrationNotSupported,
    RequestUriNotSupported,
    parse_authentication_request,
    parse_reference_to_pushed,
)
from tests.specs.oauth.strategies import fields_with

CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
GOOD = {
    "client_id": "shop",
    "redirect_uri": "https://shop.example/callback",
    "response_type": "code",
    "scope": "openid",
}
OURS = "urn:ietf:params:oauth:request_uri:" + "x" * 43


def pairs(**changed: str | None) -> list[tuple[str, str]]:
    return [(name, value) for name, value in (GOOD | changed).items() if value is not None]


def test_2_3_the_least_that_a_client_sends_is_enough() -> None:
    """interop.md 2.3 line 4: without nonce, without PKCE, without state."""
    request = parse_authentication_request(pairs())
    assert (request.client_id, request.redirect_uri) == (GOOD["client_id"], GOOD["redirect_uri"])
    assert request.scope == ("openid",)
    assert (request.nonce, request.state, request.code_challenge, request.max_age) == (None,) * 4
    assert request.prompt == frozenset()


def test_7_02_everything_that_is_known_is_read_in_any_order() -> None:
    sent = pairs(
        scope="profile sign-in openid",
        state="s t",
        nonce="n",
        code_challenge=CHALLENGE,
        code_challenge_method="S256",
        prompt="consent login",
        max_age="0",
        acr_values="https://op/acr/a https://op/acr/b",
        ui_locales="fr-CA en",
        claims_locales="fr",
        id_token_hint="a.b.c",
        login_hint="réginald",
        display="popup",
        dpop_jkt=CHALLENGE,
        claims='{"userinfo":{"given_name":null},"id_token":{"acr":{"essential":true,"values":["a"]}}}',
    )
    request = parse_authentication_request(reversed(sent))
    assert request.scope == ("profile", "sign-in", "openid")
    assert (request.state, request.nonce, request.code_challenge) == ("s t", "n", CHALLENGE)
    assert (request.prompt, request.max_age) == (frozenset({"login", "consent"}), 0)
    assert request.acr_values == ("https://op/acr/a", "https://op/acr/b")
    assert (request.ui_locales, request.claims_locales) == (("fr-CA", "en"), ("fr",))
    assert (request.id_token_hint, request.login_hint) == ("a.b.c", "réginald")
    assert (request.display, request.dpop_jkt) == ("popup", CHALLENGE)
    assert request.claims.userinfo == {"given_name": ClaimWish()}
    assert request.claims.acr == ClaimWish(True, None, ("a",))


def test_2_3_unknown_parameters_and_unknown_displays_are_ignored() -> None:
    """interop.md 2.3 lines 4 and 10."""
    sent = [*pairs(display="hologram", extra="foobar"), ("resource", "a"), ("resource", "b")]
    assert parse_authentication_request(sent) == parse_authentication_request(pairs())


@pytest.mark.parametrize(
    ("changed", "error", "code"),
    [
        ({"response_type": None}, MissingParameter, "invalid_request"),
        ({"response_type": "token"}, UnsupportedResponseType, "unsupported_response_type"),
        ({"response_type": "code id_token"}, UnsupportedResponseType, "unsupported_response_type"),
        ({"response_mode": "fragment"}, UnsupportedResponseMode, "invalid_request"),
        ({"response_mode": "form_post"}, UnsupportedResponseMode, "invalid_request"),
        ({"scope": None}, MissingOpenidScope, "invalid_scope"),
        ({"scope": "profile"}, MissingOpenidScope, "invalid_scope"),
        ({"scope": "OpenID"}, MissingOpenidScope, "invalid_scope"),
        ({"scope": 'openid "'}, InvalidScope, "invalid_scope"),
        ({"request": "a.b.c"}, RequestObjectNotSupported, "request_not_supported"),
        ({"request_uri": "https://shop.example/r"}, RequestUriNotSupported, "request_uri_not_supported"),
        ({"registration": "{}"}, RegistrationNotSupported, "registration_not_supported"),
        ({"code_challenge": CHALLENGE}, MissingCodeChallenge, "invalid_request"),
        (
            {"code_challenge": CHALLENGE, "code_challenge_method": "plain"},
            MissingCodeChallenge,
            "invalid_request",
        ),
        ({"code_challenge_method": "S256"}, MissingCodeChallenge, "invalid_request"),
        (
            {"code_challenge": "short", "code_challenge_method": "S256"},
            MalformedParameter,
            "invalid_request",
        ),
        ({"prompt": "none login"}, ContradictingPrompt, "invalid_request"),
        ({"prompt": "create"}, ContradictingPrompt, "invalid_request"),
        ({"max_age": "-1"}, MalformedParameter, "invalid_request"),
        ({"max_age": "1.5"}, MalformedParameter, "invalid_request"),
        ({"max_age": "٣"}, MalformedParameter, "invalid_request"),
        ({"max_age": "9" * 11}, MalformedParameter, "invalid_request"),
        ({"claims": "{"}, InvalidClaimsRequest, "invalid_request"),
        ({"nonce": "n" * 1025}, MalformedParameter, "invalid_request"),
        ({"nonce": "n\n"}, MalformedParameter, "invalid_request"),
        ({"login_hint": "a\u0000"}, MalformedParameter, "invalid_request"),
        ({"dpop_jkt": "no"}, MalformedParameter, "invalid_request"),
        ({"redirect_uri": "javascript:alert(1)"}, InvalidRedirectUri, "invalid_request"),
    ],
    ids=str,
)
def test_7_02_refused_under_its_registered_code(
    changed: dict[str, str | None], error: type[ProtocolError], code: str
) -> None:
    with pytest.raises(ProtocolError) as refused:
        parse_authentication_request(pairs(**changed))
    assert (type(refused.value), refused.value.code) == (error, code)


@pytest.mark.parametrize("name", ["state", "nonce", "scope", "code_challenge", "claims", "unknown"])
def test_one_parameter_twice_is_refused_whether_we_know_it_or_not(name: str) -> None:
    with pytest.raises(RepeatedParameter):
        parse_authentication_request([*pairs(), (name, "a"), (name, "a")])


def test_7_03_an_empty_challenge_is_none_and_no_plain_one() -> None:
    assert parse_authentication_request(pairs(code_challenge="")).code_challenge is None


def test_a_pushed_request_has_no_reference_to_another() -> None:
    with pytest.raises(PushedRequestUri):
        parse_authentication_request(pairs(request_uri=OURS), pushed=True)


def test_only_references_of_ours_are_looked_up() -> None:
    """Section 6.2: somebody else's gets an error of its own, back to the client, and is never fetched."""
    found = parse_reference_to_pushed(pairs(request_uri=OURS))
    assert found is not None
    assert (found.client_id, found.request_uri) == ("shop", OURS)
    assert parse_reference_to_pushed(pairs(request_uri="https://shop.example/r")) is None
    assert parse_reference_to_pushed(pairs()) is None
    with pytest.raises(RepeatedParameter):
        parse_reference_to_pushed([*pairs(request_uri=OURS), ("request_uri", "https://x.example")])


def test_hints_and_secrets_are_not_shown() -> None:
    request = parse_authentication_request(
        pairs(state="planted", nonce="planted", login_hint="planted", id_token_hint="planted")
    )
    assert "planted" not in repr(request)


@given(fields_with(*GOOD, "state", "nonce", "prompt", "max_age", "claims", "ui_locales", "code_challenge"))
def test_whatever_is_sent_is_read_or_refused(sent: list[tuple[str, str]]) -> None:
    with contextlib.suppress(ProtocolError):
        request = parse_authentication_request([*pairs(), *sent])
        assert "openid" in request.scope

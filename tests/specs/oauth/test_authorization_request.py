"""Authorization requests, pushed or not (4.15, 4.16, 6.01)."""

import contextlib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.encoding import create_json
from specs.errors import ProtocolError
from specs.oauth import (
    REQUEST_URI_PREFIX,
    AuthorizationRequest,
    ClientAndRedirect,
    InvalidAuthorizationDetails,
    InvalidRedirectUri,
    InvalidRequestUri,
    InvalidScope,
    InvalidTarget,
    MalformedParameter,
    MissingCodeChallenge,
    MissingParameter,
    OAuthError,
    PushedReference,
    PushedRequestUri,
    RepeatedParameter,
    RequestObjectNotSupported,
    TooManyParameters,
    UnsupportedResponseMode,
    UnsupportedResponseType,
    create_authorization_request,
    parse_authorization_request,
    parse_client_and_redirect,
    parse_pushed_reference,
)
from specs.oauth.form import MAX_PARAMETERS
from tests.specs.oauth.strategies import fields_with

CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
JKT = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"
REDIRECT = "https://wallet.example/cb?kept=1"
GOOD = {
    "response_type": "code",
    "client_id": "https://wallet.example",
    "redirect_uri": REDIRECT,
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}
DETAIL = {"type": "openid_credential", "credential_configuration_id": "person"}
MINIMAL = AuthorizationRequest(GOOD["client_id"], REDIRECT, CHALLENGE)


def fields(**changes: str | None) -> list[tuple[str, str]]:
    """A good request with changes; one that is None is left out."""
    return [(name, value) for name, value in (GOOD | changes).items() if value is not None]


def test_4_16_the_least_that_a_request_has() -> None:
    assert parse_authorization_request(fields()) == MINIMAL


def test_4_15_everything_that_a_request_may_have() -> None:
    found = parse_authorization_request(
        [
            *fields(
                state="a state with spaces",
                scope="person licence",
                authorization_details=create_json([DETAIL]).decode(),
                issuer_state="from an offer",
                dpop_jkt=JKT,
                ui_locales="fr-CA en",
                login_hint="Zoé",
                prompt="login consent",
                response_mode="query",
            ),
            ("resource", "https://issuer.example"),
            ("resource", "https://other.example"),
        ]
    )
    assert found == replace(
        MINIMAL,
        state="a state with spaces",
        scope=("person", "licence"),
        authorization_details=(DETAIL,),
        issuer_state="from an offer",
        dpop_jkt=JKT,
        resource=("https://issuer.example", "https://other.example"),
        ui_locales=("fr-CA", "en"),
        login_hint="Zoé",
        prompt=("login", "consent"),
    )
    assert parse_authorization_request(create_authorization_request(found)) == found


def test_unknown_parameters_are_ignored_and_order_does_not_matter() -> None:
    """Acceptance list 2.1, item 9."""
    assert parse_authorization_request([("x_future", "1"), *reversed(fields(wallet_issuer="w"))]) == MINIMAL


def test_what_a_person_said_stays_out_of_logs() -> None:
    request = parse_authorization_request(fields(login_hint="Zoe", state="s3cret", issuer_state="s3cret"))
    assert "Zoe" not in repr(request)
    assert "s3cret" not in repr(request)


# What is shown to the person: nobody knows where a redirect would lead.
ON_A_PAGE: dict[str, tuple[list[tuple[str, str]], type[ProtocolError], str]] = {
    "no-client": (fields(client_id=None), MissingParameter, "invalid_request"),
    "empty-client": (fields(client_id=""), MissingParameter, "invalid_request"),
    "client-twice": ([*fields(), ("client_id", "x")], RepeatedParameter, "invalid_request"),
    "client-with-a-newline": (fields(client_id="a\nb"), MalformedParameter, "invalid_request"),
    "client-endless": (fields(client_id="x" * 513), MalformedParameter, "invalid_request"),
    "no-redirect-uri": (fields(redirect_uri=None), InvalidRedirectUri, "invalid_request"),
    "redirect-uri-twice": ([*fields(), ("redirect_uri", REDIRECT)], RepeatedParameter, "invalid_request"),
    "redirect-uri-relative": (fields(redirect_uri="/cb"), InvalidRedirectUri, "invalid_request"),
    "redirect-uri-with-fragment": (
        fields(redirect_uri="https://w.example/#f"),
        InvalidRedirectUri,
        "invalid_request",
    ),
    "redirect-uri-of-a-script": (
        fields(redirect_uri="javascript:alert(1)"),
        InvalidRedirectUri,
        "invalid_request",
    ),
    "too-many": (
        [*fields(), *[(str(n), "x") for n in range(MAX_PARAMETERS)]],
        TooManyParameters,
        "invalid_request",
    ),
}


@pytest.mark.parametrize(("request_fields", "error", "code"), ON_A_PAGE.values(), ids=ON_A_PAGE)
def test_refused_before_anything_may_be_sent_anywhere(
    request_fields: list[tuple[str, str]], error: type[ProtocolError], code: str
) -> None:
    for parse in (parse_client_and_redirect, parse_authorization_request):
        with pytest.raises(error) as refused:
            parse(request_fields)
        assert refused.value.code == code


# What goes back to the client.
TO_THE_CLIENT: dict[str, tuple[list[tuple[str, str]], type[ProtocolError], str]] = {
    "no-response-type": (fields(response_type=None), MissingParameter, "invalid_request"),
    "token-response-type": (
        fields(response_type="token"),
        UnsupportedResponseType,
        "unsupported_response_type",
    ),
    "hybrid": (fields(response_type="code id_token"), UnsupportedResponseType, "unsupported_response_type"),
    "fragment-mode": (fields(response_mode="fragment"), UnsupportedResponseMode, "invalid_request"),
    "jwt-mode": (fields(response_mode="jwt"), UnsupportedResponseMode, "invalid_request"),
    "no-challenge": (fields(code_challenge=None), MissingCodeChallenge, "invalid_request"),
    "no-challenge-method": (fields(code_challenge_method=None), MissingCodeChallenge, "invalid_request"),
    "plain-challenge": (fields(code_challenge_method="plain"), MissingCodeChallenge, "invalid_request"),
    "challenge-method-in-lower-case": (
        fields(code_challenge_method="s256"),
        MissingCodeChallenge,
        "invalid_request",
    ),
    "short-challenge": (fields(code_challenge="abc"), MalformedParameter, "invalid_request"),
    "impossible-challenge": (fields(code_challenge="A" * 42 + "B"), MalformedParameter, "invalid_request"),
    "state-twice": ([*fields(state="a"), ("state", "b")], RepeatedParameter, "invalid_request"),
    "unknown-twice": ([*fields(x="a"), ("x", "b")], RepeatedParameter, "invalid_request"),
    "state-with-a-newline": (fields(state="a\nb"), MalformedParameter, "invalid_request"),
    "state-endless": (fields(state="x" * 2049), MalformedParameter, "invalid_request"),
    "issuer-state-endless": (fields(issuer_state="x" * 2049), MalformedParameter, "invalid_request"),
    "scope-with-a-quotation-mark": (fields(scope='a"b'), InvalidScope, "invalid_scope"),
    "scope-with-two-spaces": (fields(scope="a  b"), InvalidScope, "invalid_scope"),
    "details-no-json": (
        fields(authorization_details="{"),
        InvalidAuthorizationDetails,
        "invalid_authorization_details",
    ),
    "details-no-array": (
        fields(authorization_details="{}"),
        InvalidAuthorizationDetails,
        "invalid_authorization_details",
    ),
    "details-empty": (
        fields(authorization_details="[]"),
        InvalidAuthorizationDetails,
        "invalid_authorization_details",
    ),
    "details-without-type": (
        fields(authorization_details="[{}]"),
        InvalidAuthorizationDetails,
        "invalid_authorization_details",
    ),
    "details-with-a-member-twice": (
        fields(authorization_details='[{"type":"a","type":"b"}]'),
        InvalidAuthorizationDetails,
        "invalid_authorization_details",
    ),
    "key-no-thumbprint": (fields(dpop_jkt="abc"), MalformedParameter, "invalid_request"),
    "resource-relative": (fields(resource="/x"), InvalidTarget, "invalid_target"),
    "resource-with-fragment": (fields(resource="https://a.example/#x"), InvalidTarget, "invalid_target"),
    "request-uri-inside": (fields(request_uri=f"{REQUEST_URI_PREFIX}x"), PushedRequestUri, "invalid_request"),
    "request-object": (fields(request="a.b.c"), RequestObjectNotSupported, "request_not_supported"),
    "hint-endless": (fields(login_hint="x" * 513), MalformedParameter, "invalid_request"),
}


@pytest.mark.parametrize(("request_fields", "error", "code"), TO_THE_CLIENT.values(), ids=TO_THE_CLIENT)
def test_refused_when_client_and_redirect_uri_are_readable(
    request_fields: list[tuple[str, str]], error: type[ProtocolError], code: str
) -> None:
    assert parse_client_and_redirect(request_fields).redirect_uri == REDIRECT
    with pytest.raises(error) as refused:
        parse_authorization_request(request_fields)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("changes", "state"),
    [({}, None), ({"state": "s"}, "s"), ({"state": "a\nb"}, None), ({"state": ""}, None)],
)
def test_the_state_that_a_refusal_repeats(changes: dict[str, str], state: str | None) -> None:
    assert parse_client_and_redirect(fields(**changes)) == ClientAndRedirect(
        GOOD["client_id"], REDIRECT, state
    )


def test_a_state_that_comes_twice_is_not_repeated() -> None:
    assert parse_client_and_redirect([*fields(state="a"), ("state", "b")]).state is None


class TestPushedReference:
    URI = f"{REQUEST_URI_PREFIX}6esc_11ACC5bwc014ltc14eY22c"

    def test_4_16_every_other_parameter_is_ignored(self) -> None:
        pushed = [("client_id", "w"), ("request_uri", self.URI)]
        assert parse_pushed_reference(pushed) == PushedReference("w", self.URI)
        more = [*pushed, ("scope", "other"), ("scope", "twice"), ("redirect_uri", "https://attacker.example")]
        assert parse_pushed_reference(more) == PushedReference("w", self.URI)

    def test_without_one_the_parameters_are_the_request(self) -> None:
        assert parse_pushed_reference(fields()) is None
        assert parse_pushed_reference(fields(request_uri="")) is None

    @pytest.mark.parametrize(
        ("request_fields", "error", "code"),
        [
            ([("request_uri", URI)], MissingParameter, "invalid_request"),
            (
                [("client_id", "w"), ("request_uri", "https://attacker.example/r")],
                InvalidRequestUri,
                "invalid_request_uri",
            ),
            (
                [("client_id", "w"), ("request_uri", URI), ("request_uri", URI)],
                RepeatedParameter,
                "invalid_request",
            ),
            (
                [("client_id", "w"), ("client_id", "w"), ("request_uri", URI)],
                RepeatedParameter,
                "invalid_request",
            ),
            ([("client_id", "w"), ("request_uri", URI + "x" * 512)], MalformedParameter, "invalid_request"),
        ],
        ids=["no-client", "somewhere-else", "twice", "client-twice", "endless"],
    )
    def test_4_16_refused(
        self, request_fields: list[tuple[str, str]], error: type[ProtocolError], code: str
    ) -> None:
        with pytest.raises(error) as refused:
            parse_pushed_reference(request_fields)
        assert refused.value.code == code


NAMES = (*GOOD, "state", "scope", "authorization_details", "resource", "dpop_jkt", "request_uri", "request")


@given(fields_with(*NAMES))
def test_nothing_but_a_refusal_is_raised(pairs: list[tuple[str, str]]) -> None:
    for parse in (parse_client_and_redirect, parse_authorization_request, parse_pushed_reference):
        for given_fields in (pairs, [*fields(), *pairs]):
            with contextlib.suppress(OAuthError):
                parse(given_fields)


VISIBLE = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=20)
SCOPES = st.lists(st.text("abc:/._-", min_size=1, max_size=8), max_size=3, unique=True).map(tuple)


@given(
    st.builds(
        AuthorizationRequest,
        client_id=VISIBLE,
        redirect_uri=st.sampled_from([REDIRECT, "wallet://cb", "http://127.0.0.1:5000/"]),
        code_challenge=st.just(CHALLENGE),
        state=st.none() | VISIBLE,
        scope=SCOPES,
        authorization_details=st.just(()) | st.just((DETAIL,)),
        issuer_state=st.none() | VISIBLE,
        dpop_jkt=st.none() | st.just(JKT),
        prompt=st.lists(VISIBLE, max_size=2).map(tuple),
    )
)
def test_what_a_client_makes_is_read_as_it_was(request: Any) -> None:
    assert parse_authorization_request(create_authorization_request(request)) == request

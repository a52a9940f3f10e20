"""Token requests with codes and refresh tokens; tokens that are bound to keys (4.16, 4.19, 4.20, 6.06)."""

import contextlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.encoding import create_json
from specs.errors import ProtocolError
from specs.jose import Algorithm, prepare_jws, sign_with
from specs.oauth import (
    BEARER,
    DPOP,
    AccessToken,
    AuthorizationCodeRequest,
    InvalidAuthorizationDetails,
    InvalidScope,
    InvalidToken,
    MalformedParameter,
    MissingParameter,
    OAuthError,
    PreAuthorizedCodeRequest,
    RefreshTokenRequest,
    RepeatedParameter,
    TokenRequest,
    UnsupportedTokenType,
    create_token_request,
    create_token_response,
    parse_token_request,
    parse_token_response,
    prepare_access_token,
    verify_access_token,
)
from tests.specs.jose.material import private_key, public_key
from tests.specs.oauth.strategies import fields_with

NOW = datetime(2027, 1, 15, 12, 0, tzinfo=UTC)
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
JKT = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"
DETAIL = {"type": "openid_credential", "credential_configuration_id": "person"}
DETAILS = create_json([DETAIL]).decode()
CODE = [("grant_type", "authorization_code"), ("code", "c0de"), ("code_verifier", VERIFIER)]
REFRESH = [("grant_type", "refresh_token"), ("refresh_token", "r3fresh")]


class TestRequests:
    def test_4_16_a_code_comes_with_its_verifier(self) -> None:
        assert parse_token_request(CODE) == AuthorizationCodeRequest("c0de", VERIFIER)
        more = [
            ("redirect_uri", "w://cb"),
            ("client_id", "w"),
            ("authorization_details", DETAILS),
            ("x", "1"),
        ]
        found = parse_token_request([*CODE, *more])
        assert found == AuthorizationCodeRequest("c0de", VERIFIER, "w://cb", "w", (DETAIL,))

    def test_7_03_a_client_without_pkce_leaves_the_verifier_out(self) -> None:
        found = parse_token_request(CODE[:2], code_verifier_required=False)
        assert found == AuthorizationCodeRequest("c0de", None)
        with_one = parse_token_request(CODE, code_verifier_required=False)
        assert with_one == AuthorizationCodeRequest("c0de", VERIFIER)
        assert create_token_request(found) == CODE[:2]

    def test_6_06_a_refresh_token(self) -> None:
        assert parse_token_request(REFRESH) == RefreshTokenRequest("r3fresh")
        found = parse_token_request([*REFRESH, ("scope", "a b"), ("client_id", "w")])
        assert found == RefreshTokenRequest("r3fresh", ("a", "b"), "w")

    @pytest.mark.parametrize(
        ("fields", "error", "code"),
        [
            (CODE[:2], MissingParameter, "invalid_request"),
            ([CODE[0], CODE[2]], MissingParameter, "invalid_request"),
            ([*CODE, ("code", "d")], RepeatedParameter, "invalid_request"),
            ([*CODE, ("code_verifier", VERIFIER)], RepeatedParameter, "invalid_request"),
            ([*CODE[:2], ("code_verifier", "x" * 257)], MalformedParameter, "invalid_request"),
            ([*CODE, ("redirect_uri", "a\nb")], MalformedParameter, "invalid_request"),
            ([*CODE, ("client_id", "é")], MalformedParameter, "invalid_request"),
            (
                [*CODE, ("authorization_details", "{}")],
                InvalidAuthorizationDetails,
                "invalid_authorization_details",
            ),
            (REFRESH[:1], MissingParameter, "invalid_request"),
            ([REFRESH[0], ("refresh_token", "x" * 1025)], MalformedParameter, "invalid_request"),
            ([*REFRESH, ("scope", '"')], InvalidScope, "invalid_scope"),
        ],
        ids=[
            "no-verifier",
            "no-code",
            "code-twice",
            "verifier-twice",
            "verifier-endless",
            "redirect-uri",
            "client",
            "details",
            "no-refresh-token",
            "refresh-token-endless",
            "scope",
        ],
    )
    def test_refused_with_the_registered_code(
        self, fields: list[tuple[str, str]], error: type[ProtocolError], code: str
    ) -> None:
        with pytest.raises(error) as refused:
            parse_token_request(fields)
        assert refused.value.code == code

    @pytest.mark.parametrize(
        "request_",
        [
            PreAuthorizedCodeRequest("c", "1", "w", (DETAIL,)),
            AuthorizationCodeRequest("c", VERIFIER, "w://cb", "w", (DETAIL,)),
            AuthorizationCodeRequest("c", VERIFIER),
            RefreshTokenRequest("r", ("a", "b"), "w", (DETAIL,)),
            RefreshTokenRequest("r"),
        ],
    )
    def test_what_a_wallet_makes_is_read_as_it_was(self, request_: TokenRequest) -> None:
        assert parse_token_request(create_token_request(request_)) == request_

    def test_secrets_stay_out_of_logs(self) -> None:
        for fields in (CODE, REFRESH):
            text = repr(parse_token_request(fields))
            assert not any(secret in text for secret in ("c0de", VERIFIER, "r3fresh"))

    @given(
        fields_with(
            "code", "code_verifier", "redirect_uri", "refresh_token", "scope", "authorization_details"
        )
    )
    def test_nothing_but_a_refusal_is_raised(self, fields: list[tuple[str, str]]) -> None:
        for first in (CODE[:1], REFRESH[:1], CODE, REFRESH):
            with contextlib.suppress(OAuthError):
                parse_token_request([*first, *fields])


class TestResponses:
    def test_4_19_everything_that_a_response_may_have(self) -> None:
        body = create_token_response(
            access_token="a",
            expires_in=3600,
            token_type=DPOP,
            refresh_token="r",
            scope="person",
            authorization_details=[{**DETAIL, "credential_identifiers": ["x"]}],
        )
        assert (body["token_type"], body["refresh_token"]) == ("DPoP", "r")
        found = parse_token_response(create_json(body), token_types=(DPOP,))
        assert (found.token_type, found.refresh_token, found.scope) == (DPOP, "r", ("person",))
        assert found.authorization_details[0]["credential_identifiers"] == ["x"]

    def test_4_22_a_wallet_uses_only_a_type_it_can_use(self) -> None:
        bound = create_json(create_token_response(access_token="a", expires_in=60, token_type=DPOP))
        bearer = create_json(create_token_response(access_token="a", expires_in=60))
        assert parse_token_response(bearer, token_types=(BEARER, DPOP)).token_type == BEARER
        assert parse_token_response(bound.replace(b"DPoP", b"dpop"), token_types=(DPOP,)).token_type == DPOP
        with pytest.raises(UnsupportedTokenType):
            parse_token_response(bound)
        with pytest.raises(UnsupportedTokenType):
            parse_token_response(bearer, token_types=(DPOP,))

    def test_another_type_is_never_made(self) -> None:
        with pytest.raises(ValueError, match="usable"):
            create_token_response(access_token="a", expires_in=60, token_type="N_A")


TOKEN = AccessToken(
    issuer="https://issuer.example",
    audience="https://issuer.example",
    grant_id="grant-1",
    credential_configuration_ids=("person", "licence"),
    issued_at=NOW,
    expires_at=NOW + timedelta(hours=1),
    token_id="token-1",
    jkt=JKT,
    credential_identifiers={"person.own": "person"},
)


def verify(token: str) -> AccessToken:
    return verify_access_token(
        token,
        {"k1": public_key(Algorithm.ES256)},
        issuer=TOKEN.issuer,
        audience=TOKEN.audience,
        now=NOW,
        leeway=timedelta(0),
    ).claims


def signed(claims: dict[str, Any]) -> str:
    body = {
        "iss": TOKEN.issuer,
        "aud": TOKEN.audience,
        "sub": "grant-1",
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 300,
        "jti": "token-1",
        "credential_configuration_ids": ["person"],
    }
    prepared = prepare_jws({"alg": "ES256", "typ": "at+jwt", "kid": "k1"}, create_json(body | claims))
    return prepared.attach(sign_with(private_key(Algorithm.ES256), Algorithm.ES256, prepared.data))


class TestBoundTokens:
    def test_4_20_key_and_identifiers_come_back(self) -> None:
        prepared = prepare_access_token(TOKEN, algorithm=Algorithm.ES256, key_id="k1")
        text = prepared.attach(sign_with(private_key(Algorithm.ES256), Algorithm.ES256, prepared.data))
        assert verify(text) == TOKEN

    def test_4_20_only_a_bound_token_lives_for_an_hour(self) -> None:
        for token in (
            replace(TOKEN, jkt=None),
            replace(TOKEN, expires_at=NOW + timedelta(hours=1, seconds=1)),
        ):
            with pytest.raises(ValueError, match="up to"):
                prepare_access_token(token, algorithm=Algorithm.ES256, key_id="k1")

    @pytest.mark.parametrize(
        "claims",
        [
            {"exp": int(NOW.timestamp()) + 3600},
            {"exp": int(NOW.timestamp()) + 3601, "cnf": {"jkt": JKT}},
            {"cnf": {}},
            {"cnf": None},
            {"cnf": {"jkt": 1}},
            {"cnf": {"jkt": "short"}},
            {"cnf": {"x5t#S256": JKT}},
            {"cnf": {"jkt": JKT, "x5t#S256": JKT}},
            {"credential_identifiers": ["person.own"]},
            {"credential_identifiers": {"licence.own": "licence"}},
            {"credential_identifiers": {"x": 1}},
        ],
        ids=[
            "bearer-too-long",
            "bound-too-long",
            "nothing",
            "null",
            "number",
            "short",
            "certificate",
            "both",
            "array",
            "of-another",
            "no-text",
        ],
    )
    def test_4_22_what_cannot_be_checked_is_not_ignored(self, claims: dict[str, Any]) -> None:
        with pytest.raises(InvalidToken):
            verify(signed(claims))
        assert verify(signed({})).jkt is None

    @given(st.text(max_size=50))
    def test_4_22_a_thumbprint_is_nothing_else(self, text: str) -> None:
        with contextlib.suppress(InvalidToken):
            assert len(verify(signed({"cnf": {"jkt": text}})).jkt or "") == 43

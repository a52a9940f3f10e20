"""Our own access tokens (4.20, 4.21, 4.38)."""

import contextlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.encoding import create_json
from specs.jose import Algorithm, prepare_jws, sign_with
from specs.oauth import (
    ACCESS_TOKEN_TYPE,
    AccessToken,
    ExpiredToken,
    InvalidToken,
    VerifiedAccessToken,
    prepare_access_token,
    verify_access_token,
)
from tests.specs.jose.material import private_key, public_key

NOW = datetime(2027, 1, 15, 12, 0, tzinfo=UTC)
TOKEN = AccessToken(
    issuer="https://issuer.example",
    audience="https://issuer.example",
    grant_id="grant-1",
    credential_configuration_ids=("person", "licence"),
    issued_at=NOW,
    expires_at=NOW + timedelta(minutes=5),
    token_id="token-1",
    client_id="wallet",
)
CLAIMS: dict[str, Any] = {
    "iss": TOKEN.issuer,
    "aud": TOKEN.audience,
    "sub": "grant-1",
    "iat": int(NOW.timestamp()),
    "exp": int(NOW.timestamp()) + 300,
    "jti": "token-1",
    "credential_configuration_ids": ["person"],
}


def sign(token: AccessToken = TOKEN) -> str:
    prepared = prepare_access_token(token, algorithm=Algorithm.ES256, key_id="k1")
    return prepared.attach(sign_with(private_key(Algorithm.ES256), Algorithm.ES256, prepared.data))


def sign_claims(claims: dict[str, Any], *, number: int = 0, **header: Any) -> str:
    prepared = prepare_jws(
        {"alg": "ES256", "typ": ACCESS_TOKEN_TYPE, "kid": "k1"} | header, create_json(claims)
    )
    return prepared.attach(sign_with(private_key(Algorithm.ES256, number), Algorithm.ES256, prepared.data))


def verify(token: str, now: datetime = NOW) -> VerifiedAccessToken:
    return verify_access_token(
        token,
        {"k1": public_key(Algorithm.ES256)},
        issuer=TOKEN.issuer,
        audience=TOKEN.audience,
        now=now,
        leeway=timedelta(seconds=5),
    )


@pytest.mark.parametrize("client_id", [None, "wallet"])
def test_what_is_put_in_comes_out_4_21(client_id: str | None) -> None:
    token = replace(TOKEN, client_id=client_id)
    assert verify(sign(token)).claims == token


def test_another_kind_of_token_of_ours_is_refused() -> None:
    with pytest.raises(InvalidToken):
        verify(sign_claims(CLAIMS, typ="JWT"))


@pytest.mark.parametrize("lifetime", [timedelta(0), timedelta(seconds=-1), timedelta(minutes=5, seconds=1)])
def test_a_bearer_token_beyond_five_minutes_is_not_made_4_20(lifetime: timedelta) -> None:
    with pytest.raises(ValueError, match="five minutes"):
        sign(replace(TOKEN, expires_at=NOW + lifetime))


def test_a_token_that_allows_nothing_is_not_made() -> None:
    with pytest.raises(ValueError, match="nothing"):
        sign(replace(TOKEN, credential_configuration_ids=()))


def test_a_token_ends_with_its_time_and_the_leeway() -> None:
    verify(sign(), NOW + timedelta(seconds=304))
    with pytest.raises(ExpiredToken) as raised:
        verify(sign(), NOW + timedelta(seconds=305))
    assert raised.value.code == "invalid_token"


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param(CLAIMS | {"iss": "https://other.example"}, id="other-issuer"),
        pytest.param(CLAIMS | {"aud": "https://other.example"}, id="other-audience"),
        pytest.param(CLAIMS | {"aud": [TOKEN.audience, "https://other.example"]}, id="two-audiences"),
        pytest.param(CLAIMS | {"exp": CLAIMS["exp"] + 1}, id="lives-too-long"),
        pytest.param(CLAIMS | {"iat": CLAIMS["iat"] + 60}, id="issued-in-the-future"),
        pytest.param(CLAIMS | {"credential_configuration_ids": []}, id="no-configuration"),
        pytest.param(CLAIMS | {"credential_configuration_ids": "person"}, id="configurations-not-an-array"),
        pytest.param(CLAIMS | {"credential_configuration_ids": [1]}, id="configuration-not-a-string"),
        pytest.param(CLAIMS | {"sub": 5}, id="grant-not-a-string"),
        pytest.param(CLAIMS | {"jti": None}, id="no-token-id"),
        pytest.param(CLAIMS | {"client_id": 5}, id="client-not-a-string"),
        *(
            pytest.param(
                {name: value for name, value in CLAIMS.items() if name != missing}, id=f"no-{missing}"
            )
            for missing in CLAIMS
        ),
    ],
)
def test_a_token_of_ours_for_something_else_is_refused(claims: dict[str, Any]) -> None:
    with pytest.raises(InvalidToken):
        verify(sign_claims(claims))


def test_a_key_that_is_not_ours_is_refused() -> None:
    with pytest.raises(InvalidToken):
        verify(sign_claims(CLAIMS, number=1))
    with pytest.raises(InvalidToken):
        verify(sign_claims(CLAIMS, kid="k2"))
    with pytest.raises(InvalidToken):
        verify(sign_claims(CLAIMS, kid=["k1"]))


def test_a_single_audience_in_an_array_is_read() -> None:
    assert verify(sign_claims(CLAIMS | {"aud": [TOKEN.audience]})).claims.audience == TOKEN.audience


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_any_changed_byte_is_refused(position: int, difference: int) -> None:
    token = bytearray(sign(), "ascii")
    token[position % len(token)] ^= difference
    with pytest.raises(InvalidToken):
        verify(token.decode("latin-1"))


@given(st.text(max_size=100) | st.text(st.sampled_from("eyJ.aW1_-="), max_size=60))
def test_nothing_but_a_refusal_is_raised(token: str) -> None:
    with contextlib.suppress(InvalidToken):
        verify(token)

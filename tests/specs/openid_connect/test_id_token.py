"""ID tokens (7.05), and old ones as hints (7.11)."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest

from specs.encoding import b64url_decode, create_json, parse_json_object
from specs.jose import Algorithm, prepare_jws, sign_with
from specs.openid_connect import (
    IdToken,
    IdTokenHint,
    InvalidIdTokenHint,
    LogoutToken,
    half_hash,
    prepare_id_token,
    prepare_logout_token,
    verify_id_token_hint,
)
from tests.specs.jose.material import private_key, public_key

VECTOR = json.loads((Path(__file__).parents[2] / "vectors/oauth-oidc/hash_vectors.json").read_text())[
    "half_hash"
]
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ISSUER = "https://verifier.example/openid"
TOKEN = IdToken(
    issuer=ISSUER,
    subject="pairwise",
    audience="shop",
    issued_at=NOW,
    expires_at=NOW + timedelta(minutes=5),
    nonce="n-0S6_WzA2Mj",
    auth_time=NOW - timedelta(seconds=20),
    acr=f"{ISSUER}/acr/sign-in",
    amr=("pop",),
    preset="sign-in",
    sid="session",
    access_token=VECTOR["access_token"],
    claims={"given_name": "Zoë"},
)
KEYS = {"rsa": public_key(Algorithm.RS256), "ec": public_key(Algorithm.ES256)}


def signed(token: IdToken = TOKEN, algorithm: Algorithm = Algorithm.RS256, kid: str = "rsa") -> str:
    prepared = prepare_id_token(token, algorithm=algorithm, key_id=kid)
    return prepared.attach(sign_with(private_key(algorithm), algorithm, prepared.data))


def made(claims: dict[str, Any], **header: Any) -> str:
    prepared = prepare_jws({"alg": "RS256", "typ": "JWT", "kid": "rsa"} | header, create_json(claims))
    return prepared.attach(sign_with(private_key(Algorithm.RS256), Algorithm.RS256, prepared.data))


def part(text: str, number: int) -> dict[str, Any]:
    return parse_json_object(b64url_decode(text.split(".")[number]), max_bytes=10_000)


@pytest.mark.parametrize(("algorithm", "kid"), [(Algorithm.RS256, "rsa"), (Algorithm.ES256, "ec")])
def test_7_05_what_a_token_says_and_that_another_library_reads_it(algorithm: Algorithm, kid: str) -> None:
    text = signed(algorithm=algorithm, kid=kid)
    assert part(text, 0) == {"alg": algorithm, "typ": "JWT", "kid": kid}
    key: Any = KEYS[kid].key
    options: Any = {"verify_exp": False, "verify_iat": False}
    claims = jwt.decode(text, key, [algorithm.value], audience="shop", issuer=ISSUER, options=options)
    assert claims == {
        "iss": ISSUER,
        "sub": "pairwise",
        "aud": "shop",
        "iat": 1795348800,
        "exp": 1795349100,
        "auth_time": 1795348780,
        "nonce": "n-0S6_WzA2Mj",
        "acr": f"{ISSUER}/acr/sign-in",
        "amr": ["pop"],
        "preset": "sign-in",
        "sid": "session",
        "at_hash": VECTOR["at_hash"],
        "given_name": "Zoë",
    }


def test_7_05_what_is_not_there_is_left_out() -> None:
    least = IdToken(issuer=ISSUER, subject="s", audience="a", issued_at=NOW, expires_at=TOKEN.expires_at)
    assert part(signed(least), 1).keys() == {"iss", "sub", "aud", "iat", "exp"}


def test_7_05_half_hashes_of_the_standard() -> None:
    for algorithm in (Algorithm.RS256, Algorithm.ES256, Algorithm.PS256):
        assert half_hash(VECTOR["access_token"], algorithm) == VECTOR["at_hash"]
        assert half_hash(VECTOR["code"], algorithm) == VECTOR["c_hash"]


@pytest.mark.parametrize(
    "changed",
    [
        {"expires_at": NOW},
        {"subject": ""},
        {"subject": "s" * 256},
        {"subject": "é"},
        {"claims": {"sub": "another"}},
        {"claims": {"aud": "another"}},
        {"claims": {"preset": "weaker"}},
        {"claims": {"acr": "stronger"}},
        {"claims": {"events": {}}},
    ],
    ids=str,
)
def test_tokens_that_are_never_made(changed: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        prepare_id_token(replace(TOKEN, **changed), algorithm=Algorithm.RS256, key_id="rsa")


def test_algorithms_that_clients_do_not_expect_are_never_used() -> None:
    with pytest.raises(ValueError, match="algorithm"):
        prepare_id_token(TOKEN, algorithm=Algorithm.EDDSA, key_id="rsa")


def test_nothing_of_a_person_is_shown() -> None:
    assert "Zoë" not in repr(TOKEN)
    assert "pairwise" not in repr(TOKEN)


@pytest.mark.parametrize(("algorithm", "kid"), [(Algorithm.RS256, "rsa"), (Algorithm.ES256, "ec")])
def test_7_11_an_expired_token_is_a_hint_still(algorithm: Algorithm, kid: str) -> None:
    old = replace(TOKEN, issued_at=NOW - timedelta(days=400), expires_at=NOW - timedelta(days=399))
    found = verify_id_token_hint(signed(old, algorithm, kid), KEYS, issuer=ISSUER)
    assert found == IdTokenHint("pairwise", "shop", "session")
    assert "pairwise" not in repr(found)


def other_issuer() -> str:
    return signed(replace(TOKEN, issuer="https://elsewhere.example"))


def altered() -> str:
    header, _, signature = signed().split(".")
    return ".".join([header, signed(replace(TOKEN, subject="victim")).split(".")[1], signature])


def logout_token() -> str:
    token = LogoutToken(
        issuer=ISSUER, audience="shop", issued_at=NOW, expires_at=TOKEN.expires_at, token_id="1", subject="s"
    )
    prepared = prepare_logout_token(token, algorithm=Algorithm.RS256, key_id="rsa")
    return prepared.attach(sign_with(private_key(Algorithm.RS256), Algorithm.RS256, prepared.data))


def another_key() -> str:
    prepared = prepare_id_token(TOKEN, algorithm=Algorithm.RS256, key_id="rsa")
    return prepared.attach(sign_with(private_key(Algorithm.RS256, 1), Algorithm.RS256, prepared.data))


BAD_HINTS = {
    "empty": lambda: "",
    "no-token": lambda: "hint",
    "altered": altered,
    "another-key": another_key,
    "unknown-kid": lambda: signed(kid="gone"),
    "key-of-another-algorithm": lambda: signed(kid="ec"),
    "another-issuer": other_issuer,
    "logout-token": logout_token,
    "no-type": lambda: made({"iss": ISSUER, "sub": "s", "aud": "a"}, typ="at+jwt"),
    "several-audiences": lambda: made({"iss": ISSUER, "sub": "s", "aud": ["a", "b"]}),
    "no-subject": lambda: made({"iss": ISSUER, "aud": "a"}),
    "sid-of-another-kind": lambda: made({"iss": ISSUER, "sub": "s", "aud": "a", "sid": 1}),
    "unsigned": lambda: ".".join(["eyJhbGciOiJub25lIn0", signed().split(".")[1], ""]),
}


@pytest.mark.parametrize("name", BAD_HINTS)
def test_2_3_hints_that_are_not_ours(name: str) -> None:
    """interop.md 2.3 line 13: an altered hint."""
    with pytest.raises(InvalidIdTokenHint):
        verify_id_token_hint(BAD_HINTS[name](), KEYS, issuer=ISSUER)

"""Sign-in at a provider that does everything wrong: each fault is one named refusal; nobody signs in."""

import hmac
import time
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from starlette.responses import Response

from issuer.errors import LoginCancelled, LoginFailed, LoginNotTrusted, LoginUnavailable
from specs.encoding import b64url_encode
from tests.issuer.clients.hostile_provider import (
    ANSWER,
    ATTEMPT,
    MAYA,
    Answerer,
    Change,
    HostileProvider,
    elsewhere,
    hostile,
    json,
)
from tests.patience import PATIENCE_S

DISCOVERY = "/.well-known/openid-configuration"
OTHER_KEY = ECKey.generate_key("P-256", {"kid": "first"})


def put(**members: Any) -> Change:
    """Members added or, when None, left out."""

    def change(target: dict[str, Any]) -> None:
        target.update(members)
        for name in [name for name, value in target.items() if value is None]:
            del target[name]

    return change


async def refusal(
    provider: HostileProvider, answer: dict[str, str] | None = None, **client: Any
) -> LoginFailed:
    async with hostile(provider, **client) as login:
        with pytest.raises(LoginFailed) as refused:
            await login.finish(ATTEMPT, answer or ANSWER)
    assert MAYA not in repr(refused.value) + refused.value.detail
    assert ATTEMPT.nonce not in refused.value.detail
    return refused.value


async def test_an_honest_answer_signs_somebody_in() -> None:
    provider = HostileProvider()
    async with hostile(provider) as login:
        account = await login.finish(ATTEMPT, ANSWER)
        assert account.identifier == MAYA
        assert 4 < time.time() - account.auth_time.timestamp() < 5 + PATIENCE_S
        await login.finish(ATTEMPT, ANSWER)
    assert provider.calls.count(DISCOVERY) == 1, "documents are kept for a while"
    assert provider.forms[0]["code_verifier"] == ATTEMPT.code_verifier
    assert provider.forms[0]["client_id"] == "trillium-issuer"


def moved(**seconds: int) -> Change:
    """Times so far from now, whenever that is: tests are collected long before they run."""
    return lambda claims: claims.update({name: int(time.time()) + by for name, by in seconds.items()})


WRONG_CLAIMS = {
    "wrong nonce": (put(nonce="of another session"), "InvalidClaimError nonce"),
    "no nonce": (put(nonce=None), "MissingClaimError nonce"),
    "for another client": (put(aud="somebody-else"), "InvalidClaimError aud"),
    "for us and others without azp": (put(aud=["trillium-issuer", "other"]), "MissingClaimError azp"),
    "authorized party is another": (put(azp="other"), "InvalidClaimError azp"),
    "audience is a number": (put(aud=7), "InvalidClaimError aud"),
    "of another issuer": (put(iss="https://elsewhere.example"), "InvalidClaimError iss"),
    "no subject": (put(sub=None), "MissingClaimError sub"),
    "hash of another access token": (put(at_hash="AAAAAAAAAAAAAAAAAAAAAA"), "InvalidClaimError at_hash"),
    "hash of the access token is an object": (put(at_hash={"a": 1}), ""),
    "expired": (moved(exp=-61), "Expired"),
    "no expiry": (put(exp=None), "ClaimMissing"),
    "from the future": (moved(iat=3600), "IssuedInTheFuture"),
    "not yet valid": (moved(nbf=3600), "NotYetValid"),
    "time of sign-in is a text": (put(auth_time="yesterday"), "InvalidClaimError auth_time"),
    "register number is a list": (put(register_number=[MAYA]), "configured claim"),
    "register number is endless": (put(register_number="ON-" * 100), "configured claim"),
    "no register number": (put(register_number=None), "configured claim"),
}


@pytest.mark.parametrize(("claims", "detail"), WRONG_CLAIMS.values(), ids=WRONG_CLAIMS)
async def test_id_tokens_that_are_not_for_this_sign_in(claims: Change, detail: str) -> None:
    """OpenID Connect Core section 3.1.3.7."""
    refused = await refusal(HostileProvider(claims=claims))
    assert type(refused) is LoginNotTrusted
    assert detail in refused.detail


def _by_another_key(provider: HostileProvider) -> None:
    provider.published = [OTHER_KEY]


def _unsigned(provider: HostileProvider) -> None:
    def tokens(given: dict[str, Any]) -> None:
        _, payload, _ = given["id_token"].split(".")
        given["id_token"] = f"eyJhbGciOiJub25lIn0.{payload}."  # {"alg":"none"}

    provider.tokens = tokens


def _by_the_public_key_as_secret(provider: HostileProvider) -> None:
    """RFC 8725 section 2.1: the key that everybody knows, used for HMAC."""
    secret = provider.key.as_pem(private=False)

    def tokens(given: dict[str, Any]) -> None:
        header = b64url_encode(b'{"alg":"HS256","kid":"first"}')
        signed = f"{header}.{given['id_token'].split('.')[1]}"
        given["id_token"] = f"{signed}.{b64url_encode(hmac.digest(secret, signed.encode(), 'sha256'))}"

    provider.tokens = tokens


def _key_in_the_header(provider: HostileProvider) -> None:
    """Authlib CVE-2026-27962: a key that comes with the token is nobody's."""
    mine = ECKey.generate_key("P-256")

    def tokens(given: dict[str, Any]) -> None:
        claims = jwt.decode(given["id_token"], provider.key).claims
        header = {"alg": "ES256", "jwk": mine.as_dict(private=False)}
        given["id_token"] = jwt.encode(header, claims, mine)

    provider.tokens = tokens


def _unknown_extension(provider: HostileProvider) -> None:
    """Authlib CVE-2025-59420: ``crit`` names what we do not know."""

    def tokens(given: dict[str, Any]) -> None:
        claims = given["id_token"].split(".")[1]
        given["id_token"] = f"eyJhbGciOiJFUzI1NiIsImNyaXQiOlsieCJdLCJ4IjoxfQ.{claims}.AAAA"

    provider.tokens = tokens


def _small_rsa_key(provider: HostileProvider) -> None:
    provider.answers["/jwks"] = json({"keys": [RSAKey.generate_key(1024).as_dict(private=False)]})


FORGED = [
    _by_another_key,
    _unsigned,
    _by_the_public_key_as_secret,
    _key_in_the_header,
    _unknown_extension,
    _small_rsa_key,
]


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
@pytest.mark.parametrize("forge", FORGED)
async def test_id_tokens_that_the_provider_did_not_sign(forge: Any) -> None:
    provider = HostileProvider()
    forge(provider)
    assert isinstance(await refusal(provider), LoginNotTrusted)


WRONG_ANSWERS: dict[str, tuple[str, Answerer, type[LoginFailed]]] = {
    "metadata of another issuer": (DISCOVERY, json({"issuer": "https://x.example"}), LoginNotTrusted),
    "metadata is a list": (DISCOVERY, json([]), LoginNotTrusted),
    "metadata is no JSON": (DISCOVERY, lambda: Response(b"<html>"), LoginNotTrusted),
    "metadata has a name twice": (
        DISCOVERY,
        lambda: Response(b'{"issuer":"a","issuer":"b"}'),
        LoginNotTrusted,
    ),
    "metadata is gone": (DISCOVERY, json({}, 404), LoginNotTrusted),
    "metadata is oversized": (DISCOVERY, lambda: Response(b" " * 300_000), LoginNotTrusted),
    "metadata redirects": (DISCOVERY, elsewhere, LoginUnavailable),
    "provider is in maintenance": (DISCOVERY, json({}, 503), LoginUnavailable),
    "keys are oversized": ("/jwks", lambda: Response(b" " * 300_000), LoginNotTrusted),
    "keys are no set": ("/jwks", json({"keys": {}}), LoginNotTrusted),
    "keys are private": ("/jwks", json({"keys": [OTHER_KEY.as_dict(private=True)]}), LoginNotTrusted),
    "token response is oversized": ("/token", lambda: Response(b" " * 300_000), LoginNotTrusted),
    "token response is deep": ("/token", lambda: Response(b"[" * 9000), LoginNotTrusted),
    "token response is refused": ("/token", json({"error": "invalid_grant"}, 400), LoginNotTrusted),
    "token response says too many": ("/token", json({}, 429), LoginUnavailable),
    "token response redirects": ("/token", elsewhere, LoginUnavailable),
    "token response has no ID token": ("/token", json({"access_token": "a"}), LoginNotTrusted),
    "ID token is a number": ("/token", json({"access_token": "a", "id_token": 7}), LoginNotTrusted),
    "ID token is oversized": ("/token", json({"id_token": "e." + "A" * 40_000 + ".A"}), LoginNotTrusted),
    "access token is an object": ("/token", json({"access_token": {}, "id_token": "a.b.c"}), LoginNotTrusted),
}


@pytest.mark.parametrize(("path", "answer", "kind"), WRONG_ANSWERS.values(), ids=WRONG_ANSWERS)
async def test_documents_that_cannot_be_used(path: str, answer: Answerer, kind: type[LoginFailed]) -> None:
    assert type(await refusal(HostileProvider(answers={path: answer}))) is kind


@pytest.mark.parametrize(
    "name", ["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"]
)
@pytest.mark.parametrize("value", ["", "javascript:alert(1)", "ftp://x.example/", "https://u@x.example/", 7])
async def test_endpoints_that_are_none(name: str, value: object) -> None:
    assert type(await refusal(HostileProvider(metadata=put(**{name: value})))) is LoginNotTrusted


async def test_a_provider_that_does_not_answer_in_time() -> None:
    assert type(await refusal(HostileProvider(delay=3600), timeout=0.3)) is LoginUnavailable


async def test_a_provider_that_is_not_there() -> None:
    provider = HostileProvider()
    async with hostile(provider) as login:
        pass
    with pytest.raises(LoginUnavailable):
        await login.begin(ATTEMPT, "")


REFUSALS = {
    "access_denied": LoginCancelled,
    "login_required": LoginCancelled,
    "temporarily_unavailable": LoginUnavailable,
    "server_error": LoginUnavailable,
    "invalid_scope": LoginNotTrusted,
    "<script>": LoginNotTrusted,
}


@pytest.mark.parametrize(("error", "kind"), REFUSALS.items())
async def test_a_refusal_of_the_provider_is_no_code(error: str, kind: type[LoginFailed]) -> None:
    """RFC 6749 section 4.1.2.1. A code beside an error is not redeemed."""
    provider = HostileProvider()
    refused = await refusal(provider, {**ANSWER, "error": error})
    assert type(refused) is kind
    assert "<" not in refused.detail
    assert "/token" not in provider.calls


@pytest.mark.parametrize("answer", [{"state": "s"}, {"code": ""}, {"code": "x" * 5000}])
async def test_an_answer_without_a_usable_code(answer: dict[str, str]) -> None:
    assert type(await refusal(HostileProvider(), answer)) is LoginNotTrusted


async def test_a_new_key_is_fetched_once_and_an_invented_one_not_again_and_again() -> None:
    provider = HostileProvider(header=put(kid="nobody-has-this"))
    async with hostile(provider) as login:
        for _ in range(5):
            with pytest.raises(LoginNotTrusted):
                await login.finish(ATTEMPT, ANSWER)
    assert provider.calls.count("/jwks") == 1


async def test_userinfo_of_somebody_else_is_not_believed() -> None:
    """OpenID Connect Core section 5.3.2."""
    provider = HostileProvider(claims=put(register_number=None))
    provider.answers["/userinfo"] = json({"sub": "another", "register_number": MAYA})
    provider.metadata = lambda metadata: metadata.update(userinfo_endpoint=f"{provider.issuer}/userinfo")
    refused = await refusal(provider)
    assert refused.detail == "userinfo response: another sub"

"""The issuer's sign-in client against oidc-provider: keys, client authentication, userinfo, refusals."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from issuer.clients.login import LoginClient, UpstreamLogin
from issuer.domain.login import LoginAttempt
from issuer.errors import LoginCancelled, LoginFailed, LoginNotTrusted
from specs.encoding import b64url_encode
from tests.upstream_login.provider_process import CLIENT_ID, ProviderProcess, provider_process
from trillium.runtime.clock import SystemClock
from trillium.runtime.http_client import ConfiguredClient

BACK = "http://localhost:4444/issuer/sign-in/return"
MAYA = "ON-1000003"
SECRET = "s3cret: with & signs + spaces, long enough"


def attempt(name: str) -> LoginAttempt:
    return LoginAttempt(*(b64url_encode(f"{part} of {name}".ljust(40).encode()) for part in ("s", "n", "v")))


@asynccontextmanager
async def login_at(
    provider: ProviderProcess, *, secret: str = "", claim: str = "register_number"
) -> AsyncIterator[UpstreamLogin]:
    registered = LoginClient(
        issuer=provider.issuer,
        client_id=CLIENT_ID,
        client_secret=secret,
        redirect_uri=BACK,
        scope="openid register",
        claim=claim,
    )
    login = UpstreamLogin(registered, ConfiguredClient(), SystemClock())
    try:
        yield login
    finally:
        await login.close()


def answer_in(url: str) -> dict[str, str]:
    assert url.startswith(f"{BACK}?")
    return dict(parse_qsl(urlsplit(url).query, strict_parsing=True))


VARIANTS = {
    "public client, RS256": {},
    "ES256": {"algorithm": "ES256"},
    "PS256": {"algorithm": "PS256"},
    "secret in the header": {"authMethod": "client_secret_basic", "secret": SECRET},
    "secret in the body": {"authMethod": "client_secret_post", "secret": SECRET},
    "number at the userinfo endpoint only": {"inIdToken": False},
}


@pytest.mark.parametrize("options", VARIANTS.values(), ids=VARIANTS)
async def test_somebody_signs_in(tmp_path: Path, options: dict[str, object]) -> None:
    with provider_process(BACK, tmp_path, **options) as provider:
        mine = attempt("mine")
        async with login_at(provider, secret=str(options.get("secret", ""))) as login:
            url = await login.begin(mine, "fr-CA en-CA")
            asked = dict(parse_qsl(urlsplit(url).query))
            assert asked["code_challenge_method"] == "S256"
            assert asked["ui_locales"] == "fr-CA en-CA"
            assert mine.code_verifier not in url

            account = await login.finish(mine, answer_in(provider.sign_in(url, MAYA)))

            assert account.identifier == MAYA
            assert abs((SystemClock().now() - account.auth_time).total_seconds()) < 60
            assert MAYA not in repr(account)


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProviderProcess]:
    with provider_process(BACK, tmp_path_factory.mktemp("provider")) as started:
        yield started


async def test_cancelling_is_a_refusal_that_is_told_apart(provider: ProviderProcess) -> None:
    mine = attempt("mine")
    async with login_at(provider) as login:
        answer = answer_in(provider.cancel(await login.begin(mine, "")))
        assert answer["error"] == "access_denied"
        with pytest.raises(LoginCancelled):
            await login.finish(mine, answer)


async def test_a_code_is_good_once_and_for_its_own_attempt(provider: ProviderProcess) -> None:
    """RFC 7636 section 4.6, and the nonce: a stolen code is worth nothing in another session."""
    mine, other = attempt("mine"), attempt("other")
    async with login_at(provider) as login:
        answer = answer_in(provider.sign_in(await login.begin(mine, ""), MAYA))
        with pytest.raises(LoginNotTrusted, match=r"^$|"):
            await login.finish(other, answer)

        answer = answer_in(provider.sign_in(await login.begin(mine, ""), MAYA))
        await login.finish(mine, answer)
        with pytest.raises(LoginNotTrusted):
            await login.finish(mine, answer)


async def test_an_answer_of_another_issuer_is_not_redeemed(provider: ProviderProcess) -> None:
    """RFC 9207 section 2.4; oidc-provider announces ``iss``, so one without it is refused too."""
    mine = attempt("mine")
    async with login_at(provider) as login:
        answer = answer_in(provider.sign_in(await login.begin(mine, ""), MAYA))
        for wrong in (
            {**answer, "iss": "https://elsewhere.example"},
            {**answer, "iss": f"{provider.issuer}/"},
        ):
            with pytest.raises(LoginNotTrusted) as refused:
                await login.finish(mine, wrong)
            assert refused.value.detail == "authorization response: another issuer"
        without = {name: value for name, value in answer.items() if name != "iss"}
        with pytest.raises(LoginNotTrusted):
            await login.finish(mine, without)
        assert (await login.finish(mine, answer)).identifier == MAYA, "none of those has cost the code"


async def test_a_claim_that_the_provider_does_not_tell_is_no_person(provider: ProviderProcess) -> None:
    mine = attempt("mine")
    async with login_at(provider, claim="health_number") as login:
        answer = answer_in(provider.sign_in(await login.begin(mine, ""), MAYA))
        with pytest.raises(LoginFailed) as refused:
            await login.finish(mine, answer)
        assert refused.value.detail == "the provider does not tell the configured claim"

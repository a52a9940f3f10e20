"""The authorization code flow over HTTP, from the pushed request to the credential and its renewal."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from specs.sd_jwt_vc import parse_credential
from specs.well_known import inserted
from tests.issuer.surroundings import NOW
from tests.issuer.wallet import holder_key
from tests.issuer.web.answers import refusal
from tests.issuer.web.code_wallet import OTHER_DPOP_KEY, CodeWallet, request
from tests.issuer.web.running_issuer import ISSUER, running_issuer
from tests.issuer.web.sign_in_visit import WALLET, Visit, told, visiting

DETAILS = json.dumps([{"type": "openid_credential", "credential_configuration_id": "photo-card"}])


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Visit]:
    async with visiting(tmp_path_factory.mktemp("issuer")) as visit:
        yield visit


@pytest.fixture
def visit(opened: Visit) -> Visit:
    """One server for all tests; each has a browser without cookies and begins at the same moment."""
    opened.issuer.clock.moment = NOW
    opened.browser.cookies.clear()
    return opened


@pytest.fixture
def wallet(visit: Visit) -> CodeWallet:
    return CodeWallet(visit)


async def test_from_a_pushed_request_to_a_credential_bound_to_a_key(wallet: CodeWallet) -> None:
    """4.15 to 4.23, 4.31: PAR, sign-in, consent, code, DPoP token, credential."""
    answer = await wallet.token(await wallet.code())
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    token = answer.json()
    assert (token["token_type"], token["expires_in"], token["scope"]) == ("DPoP", 3600, "photo-card")
    assert len(token["refresh_token"]) >= 43
    issued = await wallet.credential(token["access_token"])
    assert issued.status_code == 200, issued.text
    credential = parse_credential(issued.json()["credentials"][0]["credential"])
    assert credential.sd_jwt.payload["cnf"]["jwk"] == dict(holder_key(0).members)


async def test_4_19_details_are_answered_with_identifiers_and_only_these_are_taken(
    wallet: CodeWallet,
) -> None:
    code = await wallet.code(scope=None, authorization_details=DETAILS)
    token = (await wallet.token(code)).json()
    [authorized] = token["authorization_details"]
    assert authorized["credential_configuration_id"] == "photo-card"
    [identifier] = authorized["credential_identifiers"]
    assert "scope" not in token
    issued = await wallet.credential(token["access_token"], credential_identifier=identifier)
    assert issued.status_code == 200, issued.text
    by_configuration = await wallet.credential(token["access_token"], 1)
    assert refusal(by_configuration) == (400, "invalid_credential_request")


async def test_6_06_a_wallet_comes_back_for_fresh_copies_without_sign_in(tmp_path: Path) -> None:
    async with visiting(tmp_path) as visit:
        wallet = CodeWallet(visit)
        refresh_token = (await wallet.token(await wallet.code())).json()["refresh_token"]
        visit.issuer.clock.advance(days=200)
        again = await wallet.refresh(refresh_token)
        assert again.status_code == 200, again.text
        assert "refresh_token" not in again.json()
        assert (await wallet.credential(again.json()["access_token"])).status_code == 200


async def test_4_22_tokens_are_worth_nothing_with_another_key_or_none(wallet: CodeWallet) -> None:
    token = (await wallet.token(await wallet.code())).json()
    for thief in (CodeWallet(wallet.visit, OTHER_DPOP_KEY), CodeWallet(wallet.visit, None)):
        assert refusal(await thief.refresh(token["refresh_token"])) == (400, "invalid_grant")
        stolen = await thief.credential(token["access_token"])
        assert stolen.status_code == 401
    assert (await wallet.refresh(token["refresh_token"])).status_code == 200


async def test_4_22_a_code_is_worth_nothing_without_the_key_that_pushed(wallet: CodeWallet) -> None:
    code = await wallet.code()
    for thief in (CodeWallet(wallet.visit, OTHER_DPOP_KEY), CodeWallet(wallet.visit, None)):
        assert refusal(await thief.token(code)) == (400, "invalid_grant")
    assert (await wallet.token(code)).status_code == 200


async def test_a_code_used_twice_ends_everything_it_gave(wallet: CodeWallet) -> None:
    """RFC 6749 section 4.1.2; OpenID conformance: at once, and after 30 seconds."""
    code = await wallet.code()
    token = (await wallet.token(code)).json()
    assert (await wallet.credential(token["access_token"])).status_code == 200
    wallet.visit.issuer.clock.advance(seconds=30)
    assert refusal(await wallet.token(code)) == (400, "invalid_grant")
    after = await wallet.credential(token["access_token"], 1)
    assert refusal(after) == (401, "invalid_token")
    assert refusal(await wallet.refresh(token["refresh_token"])) == (400, "invalid_grant")


async def test_of_parallel_token_requests_one_is_answered(wallet: CodeWallet) -> None:
    code = await wallet.code()
    answers = await asyncio.gather(*(wallet.token(code) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 5
    for answer in answers:
        if answer.status_code == 400:
            assert refusal(answer) == (400, "invalid_grant")


async def test_who_fetches_ahead_does_not_use_the_request_uri_up(wallet: CodeWallet) -> None:
    reference = {"client_id": "wallet", "request_uri": (await wallet.push()).json()["request_uri"]}
    browser, address = wallet.visit.browser, f"{ISSUER}/authorize"
    ahead = await browser.get(address, params=reference, headers={"Sec-Purpose": "prefetch;prerender"})
    assert [ahead.status_code, (await browser.head(address, params=reference)).status_code] == [204, 204]
    assert "set-cookie" not in ahead.headers
    assert (await browser.get(address, params=reference)).status_code == 303


async def test_of_parallel_arrivals_with_one_request_uri_one_starts_a_session(wallet: CodeWallet) -> None:
    reference = {"client_id": "wallet", "request_uri": (await wallet.push()).json()["request_uri"]}
    arrivals = [wallet.visit.browser.get(f"{ISSUER}/authorize", params=reference) for _ in range(5)]
    answers = await asyncio.gather(*arrivals)
    assert sorted(answer.status_code for answer in answers) == [303] + [400] * 4
    for answer in answers:
        assert ("location" in answer.headers) == (answer.status_code == 303)


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"code_verifier": "w" * 43}, 400, "invalid_grant"),
        ({"code_verifier": None}, 400, "invalid_request"),
        ({"redirect_uri": WALLET + "?extra=1"}, 400, "invalid_grant"),
        ({"redirect_uri": None}, 400, "invalid_request"),
        ({"code": "guess"}, 400, "invalid_grant"),
        ({"code": None}, 400, "invalid_request"),
        ({"client_id": "another"}, 400, "invalid_grant"),
        ({"client_id": None}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": None}, 400, "invalid_request"),
        ({"authorization_details": '[{"type": "x"}]'}, 400, "invalid_authorization_details"),
    ],
)
async def test_each_defect_of_a_token_request_has_its_error_and_spends_nothing(
    wallet: CodeWallet, changes: dict[str, Any], status: int, error: str
) -> None:
    code = await wallet.code()
    assert refusal(await wallet.token(**({"code": code} | changes))) == (status, error)
    assert (await wallet.token(code)).status_code == 200


class TestPushedRequests:
    """4.16 and RFC 9126 section 2.3."""

    async def test_the_answer_is_201_json_that_nobody_keeps(self, wallet: CodeWallet) -> None:
        answer = await wallet.push(unknown="ignored")
        assert answer.status_code == 201
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["cache-control"] == "no-store"
        assert set(answer.json()) == {"request_uri", "expires_in"}

    @pytest.mark.parametrize(
        ("changes", "status", "error"),
        [
            ({"client_id": None}, 400, "invalid_request"),
            ({"redirect_uri": None}, 400, "invalid_request"),
            ({"redirect_uri": "https://attacker.example/cb"}, 400, "invalid_request"),
            ({"response_type": "token"}, 400, "unsupported_response_type"),
            ({"response_type": None}, 400, "invalid_request"),
            ({"code_challenge": None}, 400, "invalid_request"),
            ({"code_challenge_method": "plain"}, 400, "invalid_request"),
            ({"code_challenge_method": None}, 400, "invalid_request"),
            ({"request_uri": "urn:ietf:params:oauth:request_uri:" + "x" * 43}, 400, "invalid_request"),
            ({"request": "e30.e30."}, 400, "request_not_supported"),
            ({"scope": "passport"}, 400, "invalid_scope"),
            ({"authorization_details": "[]"}, 400, "invalid_authorization_details"),
            ({"resource": "https://another.example"}, 400, "invalid_target"),
            ({"dpop_jkt": "A" * 43}, 400, "invalid_request"),
            ({"state": ["one", "two"]}, 400, "invalid_request"),
        ],
    )
    async def test_each_defect_has_its_error(
        self, wallet: CodeWallet, changes: dict[str, Any], status: int, error: str
    ) -> None:
        assert refusal(await wallet.push(**changes)) == (status, error)

    async def test_it_is_a_form_that_is_posted(self, visit: Visit) -> None:
        as_json = await visit.browser.post(f"{ISSUER}/par", json=request())
        assert refusal(as_json) == (400, "invalid_request")
        assert (await visit.get("/par")).status_code == 405

    async def test_where_tokens_are_bound_a_key_may_be_shown_first_with_the_code(
        self, tmp_path: Path
    ) -> None:
        """RFC 9449 section 10.1: a proof with a pushed request is the wallet's choice, a bad one is not."""
        async with visiting(tmp_path, dpop="required") as visit:
            wallet, keyless = CodeWallet(visit), CodeWallet(visit, None)
            code = await keyless.code()
            assert refusal(await keyless.token(code)) == (400, "invalid_dpop_proof")
            assert (await wallet.token(code)).json()["token_type"] == "DPoP"
            bad = await visit.post("/par", request(), headers={"DPoP": "not a proof"})
            assert refusal(bad) == (400, "invalid_dpop_proof")

    async def test_a_registered_wallet_has_a_name_and_exact_redirect_uris(self, tmp_path: Path) -> None:
        wallets = tmp_path / "wallets.json"
        entry = {
            "client_id": "wallet",
            "name": {"en": "Wallet", "fr": "Portefeuille"},
            "redirect_uris": [WALLET],
            "authentication": "none",
        }
        wallets.write_text(json.dumps({"wallets": [entry]}))
        async with visiting(tmp_path, wallets_file=wallets) as visit:
            wallet = CodeWallet(visit)
            assert refusal(await wallet.push(redirect_uri=WALLET + "?a=1")) == (400, "invalid_request")
            assert (await wallet.token(await wallet.code())).status_code == 200
            shown = await visit.authorize()
            assert shown.status_code == 303
            assert "Portefeuille" in (await visit.get("/sign-in?lang=fr")).text


class TestTheAuthorizationEndpoint:
    """What the browser is told where the wallet must not be."""

    @pytest.mark.parametrize(
        "changes",
        [
            {"redirect_uri": "https://attacker.example/cb"},
            {"redirect_uri": None},
            {"client_id": None},
            {"request_uri": "https://attacker.example/request"},
            {"request_uri": "urn:ietf:params:oauth:request_uri:" + "x" * 43},
        ],
    )
    async def test_nobody_is_redirected_to_a_stranger(self, visit: Visit, changes: dict[str, Any]) -> None:
        answer = await visit.authorize(**changes)
        assert answer.status_code == 400
        assert answer.headers["content-type"].startswith("text/html")
        assert "location" not in answer.headers
        assert "set-cookie" not in answer.headers

    async def test_4_17_an_error_in_a_redirect_names_us_and_the_request(self, visit: Visit) -> None:
        answer = told(await visit.authorize(response_type="token"))
        assert (answer["error"], answer["iss"]) == ("unsupported_response_type", ISSUER)
        assert answer["state"] == "of-the-wallet"

    async def test_4_16_a_request_uri_of_another_client_is_refused(self, wallet: CodeWallet) -> None:
        reference = (await wallet.push()).json()["request_uri"]
        foreign = await wallet.visit.browser.get(
            f"{ISSUER}/authorize", params={"client_id": "another", "request_uri": reference}
        )
        assert (foreign.status_code, "location" in foreign.headers) == (400, False)

    async def test_where_requests_must_be_pushed_others_are_told(self, tmp_path: Path) -> None:
        async with visiting(tmp_path, require_pushed_requests=True) as visit:
            assert told(await visit.authorize())["error"] == "invalid_request"
            assert await CodeWallet(visit).code()


class TestMetadata:
    """4.07, 4.08, 6.02: what is announced is what happens."""

    async def server(self, visit: Visit) -> dict[str, Any]:
        answer = await visit.browser.get(inserted(ISSUER, "oauth-authorization-server"))
        assert answer.status_code == 200
        return dict(answer.json())

    async def test_every_announced_endpoint_and_grant_answers(self, wallet: CodeWallet) -> None:
        server = await self.server(wallet.visit)
        assert server["pushed_authorization_request_endpoint"] == f"{ISSUER}/par"
        assert server["authorization_endpoint"] == f"{ISSUER}/authorize"
        assert server["require_pushed_authorization_requests"] is False
        assert server["authorization_response_iss_parameter_supported"] is True
        assert server["code_challenge_methods_supported"] == ["S256"]
        assert server["response_types_supported"] == ["code"]
        assert server["authorization_details_types_supported"] == ["openid_credential"]
        assert "ES256" in server["dpop_signing_alg_values_supported"]
        assert "none" in server["token_endpoint_auth_methods_supported"]
        assert set(server["grant_types_supported"]) == {
            "authorization_code",
            "refresh_token",
            "urn:ietf:params:oauth:grant-type:pre-authorized_code",
        }
        for grant in server["grant_types_supported"]:
            answer = await wallet.visit.post("/token", {"grant_type": grant})
            assert refusal(answer) == (400, "invalid_request")

    async def test_each_scope_of_the_metadata_can_be_asked_for(self, wallet: CodeWallet) -> None:
        for scope in (await self.server(wallet.visit))["scopes_supported"]:
            assert (await wallet.push(scope=scope)).status_code == 201

    async def test_settings_change_what_is_announced_and_what_happens_together(self, tmp_path: Path) -> None:
        async with visiting(tmp_path, require_pushed_requests=True, refresh_days=0) as visit:
            server = await self.server(visit)
            assert server["require_pushed_authorization_requests"] is True
            assert "refresh_token" not in server["grant_types_supported"]
            refused = await CodeWallet(visit).refresh("guess")
            assert refusal(refused) == (400, "unsupported_grant_type")
            token = (await CodeWallet(visit).token(await CodeWallet(visit).code())).json()
            assert "refresh_token" not in token


async def test_without_sign_in_only_the_pre_authorized_code_is_offered(tmp_path: Path) -> None:
    async with running_issuer(tmp_path) as issuer:
        answer = await issuer.client.get(inserted(ISSUER, "oauth-authorization-server"))
        server = answer.json()
        assert "authorization_code" not in server["grant_types_supported"]
        for member in ("authorization_endpoint", "pushed_authorization_request_endpoint"):
            assert member not in server
        assert (await issuer.client.post(f"{ISSUER}/par", data=request())).status_code == 404
        assert (await issuer.client.get(f"{ISSUER}/authorize")).status_code == 404
        form = {"grant_type": "authorization_code", "code": "x", "code_verifier": "w" * 43}
        assert refusal(await issuer.client.post(f"{ISSUER}/token", data=form)) == (
            400,
            "unsupported_grant_type",
        )

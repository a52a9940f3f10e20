"""Sign-in and consent over HTTP: the way through, forms and cookies, and what can go wrong upstream."""

from pathlib import Path
from typing import Any

import pytest
from starlette.responses import Response
from structlog.testing import capture_logs

from issuer.app import create_app
from issuer.settings import Settings
from tests.issuer.clients.hostile_provider import HostileProvider, json
from tests.issuer.web.running_issuer import ISSUER
from tests.issuer.web.sign_in_visit import COOKIE, WALLET, Visit, hidden, told, visiting
from trillium.runtime.settings import ProductionRefusal

DISCOVERY = "/.well-known/openid-configuration"


@pytest.fixture
async def visit(tmp_path: Path) -> Any:
    async with visiting(tmp_path) as opened:
        yield opened


async def test_from_the_request_to_the_code(visit: Visit) -> None:
    """4.17: the answer has ``iss``. The request's parameters stay in no address on the way."""
    page = await visit.to_consent()
    assert page.status_code == 200
    assert "Maya Tremblay" in page.text
    assert "Photo card" in page.text
    assert "Up to 10 copies" in page.text
    assert "wallet" in page.text
    answer = await visit.post(
        "/consent",
        {"form_token": hidden(page, "form_token"), "credential": "photo-card", "answer": "agree"},
    )
    given = told(answer)
    assert given.keys() == {"code", "state", "iss"}
    assert (given["state"], given["iss"]) == ("of-the-wallet", ISSUER)
    assert visit.cookie == ""
    assert not [address for address in visit.seen if "Tremblay" in address or "ON-1000003" in address]


async def test_the_cookie_is_for_this_host_alone_and_changes_with_sign_in(visit: Visit) -> None:
    """decisions.md "Browser": ``__Host-``; a session that somebody planted is not the one that signs in."""
    answer = await visit.authorize()
    attributes = answer.headers["set-cookie"]
    assert attributes.startswith(f"{COOKIE}=")
    for attribute in ("HttpOnly", "Secure", "Path=/", "SameSite=lax", "Max-Age=1200"):
        assert attribute.lower() in attributes.lower()
    assert "domain" not in attributes.lower()
    before = visit.cookie
    asked = await visit.start()
    await visit.come_back(code="one", state=asked["state"])
    assert visit.cookie not in ("", before)
    visit.browser.cookies.set(COOKIE, before, domain="issuer.example")
    assert (await visit.get("/consent")).status_code == 410


async def test_pages_lock_their_forms_to_themselves_and_the_wallet(visit: Visit) -> None:
    await visit.authorize(redirect_uri="http://127.0.0.1:4711/back")
    policy = (await visit.get("/sign-in")).headers["content-security-policy"]
    assert "form-action 'self' http://127.0.0.1:4711" in policy.split("; ")
    page = await visit.to_consent()
    assert "form-action 'self' com.example.wallet:" in page.headers["content-security-policy"].split("; ")
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("token", [None, "", "x" * 43])
@pytest.mark.parametrize("path", ["/consent", "/sign-in/leave"])
async def test_a_form_from_elsewhere_is_refused(visit: Visit, path: str, token: str | None) -> None:
    """Cross-site request forgery: the session goes on as if nothing had happened."""
    page = await visit.to_consent()
    form = {"credential": "photo-card", "answer": "agree", **({} if token is None else {"form_token": token})}
    assert (await visit.post(path, form)).status_code == 403
    twice = f"form_token={hidden(page, 'form_token')}&form_token=x&answer=agree&credential=photo-card"
    refused = await visit.browser.post(
        f"{ISSUER}{path}", content=twice, headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert refused.status_code == 403
    assert (await visit.get("/consent")).status_code == 200


async def test_refusing_is_told_to_the_wallet_before_and_after_sign_in(visit: Visit) -> None:
    page = await visit.to_consent()
    form = {"form_token": hidden(page, "form_token"), "credential": "photo-card", "answer": "refuse"}
    assert told(await visit.post("/consent", form))["error"] == "access_denied"

    await visit.authorize()
    page = await visit.get("/sign-in")
    given = told(await visit.post("/sign-in/leave", {"form_token": hidden(page, "form_token")}))
    assert (given["error"], given["state"], given["iss"]) == ("access_denied", "of-the-wallet", ISSUER)
    assert (await visit.get("/sign-in")).status_code == 410


async def test_one_of_two_may_be_agreed_to_and_nothing_may_not(visit: Visit) -> None:
    page = await visit.to_consent(scope="photo-card proof-of-age")
    assert page.text.count('type="checkbox"') == 2
    form = {"form_token": hidden(page, "form_token"), "answer": "agree"}
    again = await visit.post("/consent", form)
    assert again.status_code == 400
    assert "Choose at least one that is possible, or refuse." in again.text
    not_asked = await visit.post("/consent", {**form, "credential": "drivers-licence"})
    assert not_asked.status_code == 400
    assert "code" in told(await visit.post("/consent", {**form, "credential": "proof-of-age"}))


async def test_the_wallets_language_is_followed_until_the_person_chooses(visit: Visit) -> None:
    """``ui_locales``, and in the order of requirement 7.24 an explicit choice before it."""
    await visit.authorize(ui_locales="fr-CA en")
    page = await visit.get("/sign-in")
    assert page.headers["content-language"] == "fr-CA"
    assert "Se connecter pour recevoir des justificatifs" in page.text
    asked = await visit.start()
    assert asked["ui_locales"] == "fr-CA en-CA"
    assert (await visit.get("/sign-in?lang=en")).headers["content-language"] == "en-CA"


def _oversized() -> Response:
    return Response(b" " * 300_000)


UPSTREAM: dict[str, tuple[dict[str, Any], int, str, str]] = {
    "wrong nonce": (
        {"claims": lambda claims: claims.update(nonce="other")},
        502,
        "not-trusted",
        "server_error",
    ),
    "ID token for another client": (
        {"claims": lambda claims: claims.update(aud="other")},
        502,
        "not-trusted",
        "server_error",
    ),
    "unknown resident": (
        {"claims": lambda claims: claims.update(register_number="ON-9999999")},
        403,
        "unknown-person",
        "access_denied",
    ),
    "a name instead of a number": (
        {"claims": lambda claims: claims.update(register_number="Tremblay")},
        403,
        "unknown-person",
        "access_denied",
    ),
    "oversized token response": ({"answers": {"/token": _oversized}}, 502, "not-trusted", "server_error"),
    "oversized keys": ({"answers": {"/jwks": _oversized}}, 502, "not-trusted", "server_error"),
    "broken token response": (
        {"answers": {"/token": json({"error": "invalid_client"}, 401)}},
        502,
        "not-trusted",
        "server_error",
    ),
    "upstream in maintenance": (
        {"answers": {"/token": json({}, 503)}},
        503,
        "unavailable",
        "temporarily_unavailable",
    ),
}


@pytest.mark.parametrize(("faults", "status", "problem", "error"), UPSTREAM.values(), ids=UPSTREAM)
async def test_what_goes_wrong_upstream_is_a_page_and_an_oauth_error(
    tmp_path: Path, faults: dict[str, Any], status: int, problem: str, error: str
) -> None:
    """RFC 6749 section 4.1.2.1. The person may try again, and nothing of it is a fault of ours."""
    async with visiting(tmp_path, HostileProvider(**faults)) as visit:
        asked = await visit.to_provider()
        answer = await visit.come_back(code="one", state=asked["state"])
        assert answer.headers["location"] == f"/tenant/sign-in?problem={problem}"
        page = await visit.get(f"/sign-in?problem={problem}")
        assert page.status_code == status
        assert 'role="alert"' in page.text
        assert "Try again" in page.text
        assert "ON-9999999" not in page.text
        form = {"form_token": hidden(page, "form_token"), "problem": hidden(page, "problem")}
        assert told(await visit.post("/sign-in/leave", form))["error"] == error


async def test_logs_know_neither_person_nor_secrets(tmp_path: Path) -> None:
    """Product rule 6: what the provider says about somebody ends in memory."""
    with capture_logs() as logs:
        async with visiting(tmp_path) as visit:
            asked = await visit.to_provider()
            await visit.come_back(code="a-code-of-upstream", state=asked["state"])
            page = await visit.get("/consent")
            secrets = [visit.cookie, hidden(page, "form_token"), visit.provider.nonce, asked["state"]]
            visit.provider.claims = lambda claims: claims.update(register_number="ON-9999999", aud="other")
            asked = await visit.to_provider()
            await visit.come_back(code="a-code-of-upstream", state=asked["state"])
    told_in_logs = repr(logs)
    assert "login_failed" in told_in_logs
    for planted in ("Tremblay", "ON-1000003", "ON-9999999", "a-code-of-upstream", *secrets):
        assert planted not in told_in_logs


async def test_a_provider_that_is_too_slow_is_told_apart(tmp_path: Path) -> None:
    async with visiting(tmp_path, HostileProvider(delay=3600), login_timeout=2.0) as visit:
        await visit.authorize()
        answer = await visit.get("/sign-in/start")
        assert answer.headers["location"] == "/tenant/sign-in?problem=unavailable"
        page = await visit.get("/sign-in?problem=unavailable")
        assert page.status_code == 503
        visit.provider.delay = 0
        assert "nonce" in await visit.start(), "the next try may work"


async def test_somebody_who_says_no_at_the_provider(visit: Visit) -> None:
    asked = await visit.to_provider()
    answer = await visit.come_back(error="access_denied", state=asked["state"])
    assert answer.headers["location"] == "/tenant/sign-in?problem=cancelled"
    assert (await visit.get("/sign-in?problem=cancelled")).status_code == 403
    assert visit.provider.calls.count("/token") == 0


async def test_an_answer_that_belongs_to_another_browser(visit: Visit) -> None:
    """RFC 6749 section 10.12: somebody else's state, or a made up one, redeems no code."""
    asked = await visit.to_provider()
    visit.browser.cookies.clear()
    await visit.authorize()
    for state in (asked["state"], "", "x", "x.y", "é", f"{asked['state']}\x00"):
        answer = await visit.come_back(code="one", state=state)
        assert answer.status_code == 400
        assert "location" not in answer.headers
    twice = await visit.get(f"/sign-in/return?code=one&code=two&state={asked['state']}")
    assert twice.status_code == 400
    assert visit.provider.calls.count("/token") == 0


async def test_two_tabs_of_one_browser_do_not_disturb_each_other(visit: Visit) -> None:
    first = await visit.to_provider()
    nonce = visit.provider.nonce
    second = await visit.start()
    assert first["state"] != second["state"]
    visit.provider.nonce = nonce
    answer = await visit.come_back(code="one", state=first["state"])
    assert answer.headers["location"].endswith("/consent")
    answer = await visit.come_back(code="two", state=second["state"])
    assert answer.headers["location"].endswith("/consent"), "already there"
    assert visit.provider.calls.count("/token") == 1


@pytest.mark.parametrize("path", ["/sign-in", "/sign-in/start", "/sign-in/return?code=a&state=b", "/consent"])
async def test_without_a_session_every_page_says_to_start_again(visit: Visit, path: str) -> None:
    for cookie in ("", "x", "x" * 5000):
        headers = {"Cookie": f"{COOKIE}={cookie}", "Accept-Language": "fr"}
        page = await visit.get(path, headers=headers)
        assert page.status_code == 410
        assert "Recommencez dans le portefeuille." in page.text


async def test_a_session_ends_by_itself(visit: Visit) -> None:
    page = await visit.to_consent()
    visit.issuer.clock.advance(minutes=21)
    form = {"form_token": hidden(page, "form_token"), "credential": "photo-card", "answer": "agree"}
    assert (await visit.post("/consent", form)).status_code == 410


async def test_a_refused_request_is_a_page_and_goes_nowhere(visit: Visit) -> None:
    """RFC 6749 section 4.1.2.1: with a bad redirect URI, and in the words of the person's language."""
    page = await visit.authorize(redirect_uri="https://evil.example/")
    assert page.status_code == 400
    assert page.headers["content-type"].startswith("text/html")
    assert "evil.example" not in page.text.partition("</header>")[2]
    answer = await visit.authorize(code_challenge=None)
    assert answer.headers["location"].startswith(f"{WALLET}?error=invalid_request")
    assert COOKIE not in answer.headers.get("set-cookie", "")


async def test_a_posted_request_is_as_good(visit: Visit) -> None:
    """OpenID Connect Core section 3.1.2.1 and RFC 6749 section 3.1 allow POST."""
    answer = await visit.post("/authorize", {"client_id": "wallet", "redirect_uri": WALLET, "scope": "x"})
    assert answer.headers["location"].startswith(f"{WALLET}?error=")


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "Trusted\u202egnp wallet"])
async def test_what_an_unknown_wallet_calls_itself_is_only_a_text(visit: Visit, name: str) -> None:
    answer = await visit.authorize(client_id=name)
    if answer.headers.get("location", "").endswith("/sign-in"):
        page = await visit.get("/sign-in")
        assert "<script>" not in page.text
        assert "not registered here" in page.text


PRODUCTION = {"profile": "production", "login_demonstration": False}


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"login_demonstration": True}, "ISSUER_LOGIN_DEMONSTRATION: must be off"),
        ({"login_issuer": "http://login.example"}, "ISSUER_LOGIN_ISSUER: must begin with https://"),
    ],
)
async def test_production_refuses_what_anybody_could_sign_in_with(
    tmp_path: Path, settings: dict[str, Any], named: str
) -> None:
    members = {"public_url": ISSUER, "var_dir": tmp_path, **PRODUCTION, **settings}
    with pytest.raises(ProductionRefusal, match=named):
        create_app(Settings(**members))

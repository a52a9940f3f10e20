"""The whole issuer with oidc-provider behind it: from the wallet's request to a code, and who it is for."""

from datetime import UTC, datetime
from pathlib import Path

from tests.issuer.clients.hostile_provider import HostileProvider
from tests.issuer.web.running_issuer import ISSUER, running_issuer
from tests.issuer.web.sign_in_visit import Visit, hidden, told
from tests.upstream_login.provider_process import CLIENT_ID, provider_process

SECRET = "a secret that is long enough & has signs"


async def test_a_resident_signs_in_there_and_receives_here(tmp_path: Path) -> None:
    options = {"secret": SECRET, "authMethod": "client_secret_basic", "inIdToken": False}
    with provider_process(f"{ISSUER}/sign-in/return", tmp_path, **options) as provider:
        settings = {
            "login_issuer": provider.issuer,
            "login_client_id": CLIENT_ID,
            "login_client_secret": SECRET,
            "login_scope": "openid register",
            "login_name_en": "Province Login",
            "login_name_fr": "Connexion provinciale",
        }
        async with running_issuer(tmp_path, **settings) as issuer:
            issuer.clock.moment = datetime.now(UTC)
            visit = Visit(issuer, HostileProvider(), issuer.client)
            await visit.authorize(ui_locales="fr")
            assert "Se connecter avec Connexion provinciale" in (await visit.get("/sign-in")).text
            assert "Sign in with Province Login" in (await visit.get("/sign-in?lang=en")).text
            upstream = (await visit.get("/sign-in/start")).headers["location"]
            back = provider.sign_in(upstream, "ON-1000003")
            assert back.startswith(f"{ISSUER}/sign-in/return?")
            answer = await visit.get(back.removeprefix(ISSUER))
            assert answer.headers["location"] == "/tenant/consent"
            page = await visit.get("/consent")
            assert "Maya Tremblay" in page.text
            form = {"form_token": hidden(page, "form_token"), "credential": "photo-card", "answer": "agree"}
            assert "code" in told(await visit.post("/consent", form))

            await visit.authorize()
            upstream = (await visit.get("/sign-in/start")).headers["location"]
            back = provider.sign_in(upstream, "ON-7777777")
            answer = await visit.get(back.removeprefix(ISSUER))
            assert answer.headers["location"] == "/tenant/sign-in?problem=unknown-person"

            await visit.authorize()
            upstream = (await visit.get("/sign-in/start")).headers["location"]
            answer = await visit.get(provider.cancel(upstream).removeprefix(ISSUER))
            assert answer.headers["location"] == "/tenant/sign-in?problem=cancelled"

"""Sign-in and consent, wired: the provider, the pages, and what production refuses of them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from starlette.routing import Route

from issuer.app.authorization import AuthorizationServer
from issuer.app.outside import Outside
from issuer.clients.login import LoginClient, UpstreamLogin
from issuer.services.choose_subject import ChooseSubject
from issuer.services.sign_in import SessionSecrets, SignIn
from issuer.settings import Settings
from issuer.web.asked_credentials import Configurations
from issuer.web.consent import ConsentPages
from issuer.web.page_session import PageSession
from issuer.web.sign_in import LoginNames, SignInPages, SignInSurroundings
from keys import Secret
from trillium.runtime.http_client import configured_client
from trillium.runtime.pages import Pages
from trillium.runtime.settings import Check, Refusal

RETURN_PATH = "/sign-in/return"


@dataclass(frozen=True, slots=True)
class SigningIn:
    """``login``: the provider's client, to be closed at the end; None where there is no provider."""

    service: SignIn
    login: UpstreamLogin | None

    async def close(self) -> None:
        if self.login is not None:
            await self.login.close()


def build_signing_in(
    settings: Settings, outside: Outside, server: AuthorizationServer | None, secret: Callable[[], Secret]
) -> SigningIn | None:
    """``None`` where nobody can sign in."""
    if server is None:
        return None
    login = open_login(settings, outside) if settings.login_issuer else None
    service = SignIn(server.sessions, login, outside.directory, SessionSecrets(secret), outside.randomness)
    return SigningIn(service, login)


def open_login(settings: Settings, outside: Outside) -> UpstreamLogin:
    """The client of ``ISSUER_LOGIN_ISSUER``, with connections of its own."""
    registered = LoginClient(
        issuer=settings.login_issuer,
        client_id=settings.login_client_id,
        client_secret=settings.login_client_secret,
        redirect_uri=f"{settings.public_url}{RETURN_PATH}",
        scope=settings.login_scope,
        claim=settings.login_claim,
    )
    client = configured_client(settings.outgoing_ca_file, total_timeout=settings.login_timeout)
    return UpstreamLogin(registered, client, outside.clock)


def sign_in_page_routes(
    settings: Settings,
    pages: Pages,
    signing_in: SigningIn | None,
    configurations: Configurations,
) -> Sequence[Route]:
    """The pages' addresses; they are for browsers, so the description of the API leaves them out."""
    if signing_in is None:
        return ()
    service = signing_in.service
    session = PageSession(settings.base_path, settings.https, service.secrets)
    around = SignInSurroundings(pages, session, service.sessions, configurations)
    names = LoginNames(settings.login_name_en, settings.login_name_fr, settings.uses_demonstration_login)
    choose = ChooseSubject(
        service.directory,
        configurations,
        service.sessions.clock,
        lambda now: now.astimezone(settings.zone).date(),
    )
    sign_in, consent = SignInPages(around, service, names), ConsentPages(around, choose)
    return [
        Route("/authorize", sign_in.authorize, methods=["GET", "POST"]),
        Route("/sign-in", sign_in.show, methods=["GET"]),
        Route("/sign-in/start", sign_in.start, methods=["GET"]),
        Route(RETURN_PATH, sign_in.come_back, methods=["GET"]),
        Route("/sign-in/leave", sign_in.leave, methods=["POST"]),
        Route("/consent", consent.show, methods=["GET"]),
        Route("/consent", consent.answer, methods=["POST"]),
    ]


def check_login(settings: Settings) -> Check:
    """Production has no sign-in without passwords, and none over a line that others can read."""

    def check() -> Iterable[Refusal]:
        if settings.login_demonstration:
            yield Refusal(settings.setting_name("login_demonstration"), "must be off")
        if settings.login_issuer and not settings.login_issuer.startswith("https://"):
            yield Refusal(settings.setting_name("login_issuer"), "must begin with https://")

    return check

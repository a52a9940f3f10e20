"""What the page of a presentation has when it answers a login: who signs in to what, and the way back."""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from specs.oauth import redirect_source
from trillium.runtime.security_headers import content_security_policy
from verifier.domain.openid.client import RegisteredClient
from verifier.domain.openid.login import Login, LoginState
from verifier.domain.openid.subject import subject_mode_of
from verifier.errors import UnknownClient
from verifier.openid_errors import LoginWaiting
from verifier.services.browser_sessions import PageVisit
from verifier.services.openid.finish_login import FinishLogin
from verifier.web.openid.sign_in_cookies import SignInCookies
from verifier.web.page_cookies import PageCookies


@dataclass(frozen=True, slots=True)
class LoginPage:
    """``POST /present/{page}/continue``, and what the page says of the login. ``script``: its address."""

    finish: FinishLogin
    pages: PageCookies
    cookies: SignInCookies
    script: str

    async def of(self, visit: PageVisit) -> Login | None:
        """The login that the page answers; ``None``: a presentation of a service's own."""
        return await self.finish.login_of(visit)

    async def context(self, login: Login | None) -> dict[str, Any]:
        """The names that the templates use; ``login`` is empty where there is none."""
        if login is None:
            return {"login": {}}
        client = await self._client(login)
        mode, minutes = "", 0
        if client is not None and login.request.preset in self.finish.presets:
            mode = subject_mode_of(client, self.finish.presets[login.request.preset]).value
            minutes = int(client.openid.reauthentication_window.total_seconds()) // 60
        return {
            "login": {
                "is_open": login.state is LoginState.OPEN,
                "is_late": not login.is_open_at(self.finish.clock.now()),
                "subject_mode": mode,
                "minutes": minutes,
                "script": self.script,
            }
        }

    def policy(self, login: Login | None) -> dict[str, str]:
        """The form of the page ends at the client (decisions.md "Browser"); no other address will do."""
        if login is None:
            return {}
        source = redirect_source(login.request.redirect_uri)
        return {"Content-Security-Policy": content_security_policy(form_action=[source])}

    async def respond(self, request: Request, visit: PageVisit) -> Response:
        """Back to the client, with a code or with the reason why there is none."""
        await self.pages.read_form(request, visit.session)
        try:
            finished = await self.finish(visit, lambda name: self.cookies.held(request, name))
        except LoginWaiting:
            return self.pages.redirect(f"/present/{request.path_params['page']}")
        response = RedirectResponse(finished.redirect, 303)
        if finished.cookie is not None:
            self.cookies.keep(response, finished.cookie)
        return response

    async def _client(self, login: Login) -> RegisteredClient | None:
        try:
            return await self.finish.clients.find(login.request.client_id)
        except UnknownClient:
            return None

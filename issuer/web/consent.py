"""The question whether a wallet gets credentials, and its answer."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from issuer.domain.authorization import SessionState
from issuer.domain.offer import ConfigurationId
from issuer.errors import NothingAgreed, UnknownSubject
from issuer.ports import SubjectDirectory
from issuer.services.finish_authorization import ShownSession
from issuer.web.sign_in import SignInSurroundings
from trillium.runtime.i18n import language_of, prefer_locales


@dataclass(frozen=True, slots=True)
class ConsentPages:
    """``/consent``."""

    around: SignInSurroundings
    directory: SubjectDirectory

    async def show(self, request: Request) -> Response:
        """``GET /consent``."""
        cookie = self.around.session.cookie_of(request)
        shown = await self.around.sessions.of(cookie)
        if shown.state is SessionState.SIGNING_IN:
            return self.around.session.redirect("/sign-in")
        return await self._page(request, cookie, shown)

    async def answer(self, request: Request) -> Response:
        """``POST /consent``: what the person agreed to, or that they refused. Ends the session."""
        cookie = self.around.session.cookie_of(request)
        fields = await self.around.session.read_form(request, cookie)
        if ("answer", "agree") not in fields:
            return self._to_wallet(await self.around.sessions.refuse(cookie))
        agreed = [ConfigurationId(value) for name, value in fields if name == "credential"]
        try:
            return self._to_wallet(await self.around.sessions.consent(cookie, agreed))
        except NothingAgreed:
            shown = await self.around.sessions.of(cookie)
            return await self._page(request, cookie, shown, nothing_agreed=True)

    async def _page(
        self, request: Request, cookie: str, shown: ShownSession, *, nothing_agreed: bool = False
    ) -> Response:
        prefer_locales(request.scope, shown.ui_locales)
        context = {
            **self.around.describe(shown, cookie, language_of(request.scope)),
            "account": await self._account(shown),
            "nothing_agreed": nothing_agreed,
        }
        return self.around.pages.response(
            request.scope,
            "consent.html",
            context,
            status=400 if nothing_agreed else 200,
            headers=self.around.policy(shown),
        )

    async def _account(self, shown: ShownSession) -> str:
        """The name in the register of who signed in; shown to that person only, and kept nowhere."""
        person = None if shown.subject_ref is None else await self.directory.get(shown.subject_ref)
        if person is None:
            raise UnknownSubject
        return " ".join(name for name in (person.given_name, person.family_name) if name)

    def _to_wallet(self, url: str) -> Response:
        return self.around.session.forget(RedirectResponse(url, 303))

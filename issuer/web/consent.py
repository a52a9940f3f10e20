"""The question whether a wallet gets credentials, and about whom; and its answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from issuer.domain.authorization import SessionState
from issuer.domain.business import Business
from issuer.domain.offer import ConfigurationId
from issuer.domain.subject import Guardianship, SigningAuthority, Subject, name_of
from issuer.errors import NothingAgreed
from issuer.services.choose_subject import Choice, Choices, ChooseSubject
from issuer.services.finish_authorization import ShownSession
from issuer.web.asked_credentials import asked_credentials
from issuer.web.sign_in import SignInSurroundings
from trillium.runtime.i18n import Language, language_of, prefer_locales


@dataclass(frozen=True, slots=True)
class ShownChoice:
    """One of several to choose from."""

    value: str
    kind: str
    """``self``, ``child``, ``business`` or ``authority``: how the page says what they are to the person."""
    name: str
    credentials: Sequence[str]
    """The names of what it can be about."""


@dataclass(frozen=True, slots=True)
class ConsentPages:
    """``/consent``."""

    around: SignInSurroundings
    choose: ChooseSubject

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
        shown = await self.around.sessions.of(cookie)
        if shown.state is SessionState.SIGNING_IN:
            return self.around.session.redirect("/sign-in")
        choice = (await self._choices(shown)).of(dict(fields).get("about", ""))
        if choice is None:
            return await self._page(request, cookie, shown, wrong="nobody")
        agreed = [ConfigurationId(value) for name, value in fields if name == "credential"]
        # What the choice cannot be about is left out; the page says with each choice what it can be about.
        possible = [one for one in agreed if one in choice.configuration_ids]
        strange = [one for one in agreed if one not in shown.configuration_ids]
        try:
            url = await self.around.sessions.consent(cookie, [*possible, *strange], choice.subject_ref)
        except NothingAgreed:
            return await self._page(request, cookie, shown, wrong="nothing")
        return self._to_wallet(url)

    async def _page(self, request: Request, cookie: str, shown: ShownSession, *, wrong: str = "") -> Response:
        prefer_locales(request.scope, shown.ui_locales)
        language = language_of(request.scope)
        choices = await self._choices(shown)
        possible = {one for choice in choices.choices for one in choice.configuration_ids}
        asked = asked_credentials(self.around.configurations, shown.configuration_ids, language)
        context = {
            **self.around.describe(shown, cookie, language),
            "account": choices.name,
            "credentials": [one for one in asked if one.id in possible],
            "impossible": [one.name for one in asked if one.id not in possible],
            "choices": [self._shown(choice, language) for choice in choices.choices],
            "wrong": wrong,
        }
        return self.around.pages.response(
            request.scope,
            "consent.html",
            context,
            status=400 if wrong else 200,
            headers=self.around.policy(shown),
        )

    async def _choices(self, shown: ShownSession) -> Choices:
        return await self.choose(shown.subject_ref, shown.configuration_ids)

    def _shown(self, choice: Choice, language: Language) -> ShownChoice:
        credentials = asked_credentials(self.around.configurations, choice.configuration_ids, language)
        names = [one.name for one in credentials]
        return ShownChoice(choice.subject_ref, _kind(choice.subject), _name(choice.subject), names)

    def _to_wallet(self, url: str) -> Response:
        return self.around.session.forget(RedirectResponse(url, 303))


def _kind(subject: Subject) -> str:
    if isinstance(subject, Guardianship):
        return "child"
    if isinstance(subject, SigningAuthority):
        return "authority"
    return "business" if isinstance(subject, Business) else "self"


def _name(subject: Subject) -> str:
    return name_of(subject.business if isinstance(subject, SigningAuthority) else subject)

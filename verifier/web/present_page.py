"""The page of a presentation in the visitor's browser: who asks for what, how to answer, what became of it.

It belongs to the first browser that opens it. It renews itself: without script by a refresh that can be
switched off (WCAG 2.2.1), with script by asking for one word every few seconds. Nothing on it has a value of
anybody's claims.
"""

from dataclasses import dataclass
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from trillium.runtime.i18n import language_of, prefer_locales
from trillium.runtime.looked_at import is_looked_at, nothing_yet
from trillium.runtime.pages import Pages
from verifier.domain.ends import VISITOR_CANCELLED
from verifier.domain.presentation_page import PageState, needs_return_code
from verifier.domain.receipt import RECEIPT_MEDIA_TYPE
from verifier.errors import ReceiptGone
from verifier.services.browser_sessions import BROWSER, BrowserSessions, PageVisit
from verifier.services.cancel_presentation import CancelPresentation
from verifier.services.carried_codes import CarriedCodes
from verifier.services.receipts import Receipts
from verifier.web.openid.login_page import LoginPage
from verifier.web.page_cookies import FORM_TOKEN, PageCookies
from verifier.web.page_view import PageView

NO_INDEX: Final = {"X-Robots-Tag": "noindex, nofollow"}
RETURN_CODE: Final = "return_code"
CODE_FIELD: Final = "code"
MAX_TYPED: Final = 64


@dataclass(frozen=True, slots=True)
class PageSurroundings:
    """What every page of a presentation is made with. ``script``: its address."""

    pages: Pages
    cookies: PageCookies
    sessions: BrowserSessions
    view: PageView
    script: str


class PresentPage:
    """``GET /present/{page}``, its state in a word, and what its forms send."""

    def __init__(
        self,
        around: PageSurroundings,
        codes: CarriedCodes,
        cancel: CancelPresentation,
        receipts: Receipts,
        logins: LoginPage,
    ) -> None:
        self._around = around
        self._codes = codes
        self._cancel = cancel
        self._receipts = receipts
        self._logins = logins

    async def respond(self, request: Request) -> Response:
        """The page, in the language that the relying service began in unless its reader chose another."""
        if not is_looked_at(request):
            # Whoever only looks whether the address works, or fetches ahead, must not become the owner.
            return nothing_yet()
        page_id = request.path_params["page"]
        visit = await self._around.sessions.enter(page_id, self._around.cookies.session(request, page_id))
        prefer_locales(request.scope, visit.presentation.locale)
        context = await self._around.view.page(visit, language_of(request.scope))
        context |= self._forms(visit, page_id, request)
        accepted = visit.state is PageState.ACCEPTED
        context["receipt"] = accepted and await self._receipts.waits(visit.page.request_id)
        login = await self._logins.of(visit)
        context |= await self._logins.context(login)
        headers = NO_INDEX | self._logins.policy(login)
        response = self._around.pages.response(request.scope, "present.html", context, headers=headers)
        now = self._around.sessions.clock.now()
        self._around.cookies.keep(response, visit.page, page_id, visit.session, now)
        return response

    async def state(self, request: Request) -> Response:
        """One word for the script of the page."""
        visit = await self._visit(request)
        return json_response({"state": visit.state.value})

    async def cancel(self, request: Request) -> Response:
        """The visitor ends the request. What a wallet has answered by then stays."""
        visit = await self._visit(request)
        await self._around.cookies.read_form(request, visit.session)
        await self._cancel(visit.presentation, BROWSER, VISITOR_CANCELLED)
        return self._back(request)

    async def code(self, request: Request) -> Response:
        """The characters that the other device shows; the page says whether they were right."""
        visit = await self._visit(request)
        fields = await self._around.cookies.read_form(request, visit.session)
        typed = fields.get(CODE_FIELD, "")
        # An empty field is a slip, not a guess.
        if visit.state is PageState.CODE and typed.strip() and len(typed) <= MAX_TYPED:
            await self._codes.try_code(visit, typed)
        return self._back(request)

    async def go_on(self, request: Request) -> Response:
        """From a login back to the client; once, and only for the browser that the page belongs to."""
        return await self._logins.respond(request, await self._visit(request))

    async def receipt(self, request: Request) -> Response:
        """The receipt as a file; once, and only for the browser that the result was released to."""
        visit = await self._visit(request)
        await self._around.cookies.read_form(request, visit.session)
        if visit.state is not PageState.ACCEPTED:
            raise ReceiptGone
        return receipt_file(await self._receipts.take(visit.page.request_id))

    def _forms(self, visit: PageVisit, page_id: str, request: Request) -> dict[str, Any]:
        address = f"{self._around.cookies.base_path}/present/{page_id}"
        return {
            "address": address,
            "form_token": self._around.cookies.secrets.form_token(visit.session),
            "token_field": FORM_TOKEN,
            "return_url": self._return_address(visit),
            "refreshed": request.query_params.get("refresh") != "off",
            "is_waiting": visit.state.is_waiting,
            "script": self._around.script,
        }

    def _return_address(self, visit: PageVisit) -> str:
        """With the code that lets the relying service have a released result, for its visitor alone."""
        address = visit.presentation.return_url or ""
        if not needs_return_code(visit.presentation) or visit.page.released_at is None:
            return address
        code = self._around.cookies.secrets.return_code(visit.page.request_id)
        return f"{address}{'&' if '?' in address else '?'}{RETURN_CODE}={code}"

    async def _visit(self, request: Request) -> PageVisit:
        page_id = request.path_params["page"]
        return await self._around.sessions.visit(page_id, self._around.cookies.session(request, page_id))

    def _back(self, request: Request) -> Response:
        return self._around.cookies.redirect(f"/present/{request.path_params['page']}")


def receipt_file(receipt: str) -> Response:
    """For the person to keep; the name says what it is, in both languages."""
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": 'attachment; filename="trillium-receipt-recu.jwt"',
    }
    return Response(receipt, media_type=RECEIPT_MEDIA_TYPE, headers=headers)


def json_response(body: object) -> Response:
    """For the page's script."""
    return Response(orjson.dumps(body), media_type="application/json", headers={"Cache-Control": "no-store"})

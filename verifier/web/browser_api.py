"""The page's script asks for requests for the Digital Credentials API and sends what the browser gave it.

Both take the page's cookie and a header that only the page's own script can set: another site's page may
send neither.
"""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from trillium.runtime.bodies import read_json
from verifier.errors import PageFormRefused
from verifier.services.answer_in_browser import AnswerInBrowser
from verifier.services.browser_requests import BrowserRequests, parse_browser_credential
from verifier.services.browser_sessions import PageVisit
from verifier.web.present_page import PageSurroundings, json_response

TOKEN_HEADER: Final = "trillium-form-token"  # the name of a header


class BrowserApi:
    """``POST /present/{page}/browser-requests`` and ``POST /present/{page}/browser-response``."""

    def __init__(self, around: PageSurroundings, requests: BrowserRequests, answer: AnswerInBrowser) -> None:
        self._around = around
        self._requests = requests
        self._answer = answer

    async def requests(self, request: Request) -> Response:
        """What to hand to ``navigator.credentials.get`` as ``digital``."""
        visit = await self._visit(request)
        return json_response(await self._requests.create(visit.presentation, self._answer.origin))

    async def respond(self, request: Request) -> Response:
        """What the browser gave back; it is for the page to see what it says now."""
        visit = await self._visit(request)
        await self._answer(visit, parse_browser_credential(await read_json(request)))
        return json_response({})

    async def _visit(self, request: Request) -> PageVisit:
        page_id = request.path_params["page"]
        cookies = self._around.cookies
        visit = await self._around.sessions.visit(page_id, cookies.session(request, page_id))
        if not cookies.secrets.is_form_token(visit.session, request.headers.get(TOKEN_HEADER, "")):
            raise PageFormRefused
        return visit

"""Where a wallet sends its holder after the answer (OpenID4VP section 8.2): ``GET /return?response_code=…``.

In the browser that began, it leads back to the page. Anywhere else it is the page of another device.
"""

from typing import Any, Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from specs.encoding import b64url_encode
from trillium.runtime.bodies import read_form
from trillium.runtime.i18n import language_of, prefer_locales
from trillium.runtime.looked_at import is_looked_at, nothing_yet
from verifier.errors import ReceiptGone, ResponseCodeGone
from verifier.services.carried_codes import CarriedCodes, Returned, ReturnOutcome
from verifier.services.receipts import Receipts
from verifier.services.requests import SECRET_BYTES
from verifier.web.page_view import clock_time, ended
from verifier.web.present_page import NO_INDEX, PageSurroundings, receipt_file

RESPONSE_CODE: Final = "response_code"
GROUP: Final = 4
"""Characters in a row; the eye keeps four."""


class ReturnPage:
    """``public_url``: where the browser that began has its page, as a person can compare it."""

    def __init__(
        self, around: PageSurroundings, codes: CarriedCodes, receipts: Receipts, public_url: str
    ) -> None:
        self._around = around
        self._codes = codes
        self._receipts = receipts
        self._host = urlsplit(public_url).netloc

    async def respond(self, request: Request) -> Response:
        """Uses the response code up, for this browser."""
        if not is_looked_at(request):
            # A code that works once is not for whoever only fetches ahead.
            return nothing_yet()
        values = request.query_params.getlist(RESPONSE_CODE)
        if len(values) != 1:
            raise ResponseCodeGone("none, or several")
        found = await self._codes.find(values[0])
        cookies = self._around.cookies
        kept = None if found.page is None else cookies.session_of(request, found.page.page_hash)
        browser = cookies.returned(request) or self._fresh()
        returned = await self._codes.bring(found, None if kept is None else kept[1], browser)
        if returned.outcome is ReturnOutcome.SAME_DEVICE and kept is not None:
            return cookies.redirect(f"/present/{kept[0]}")
        prefer_locales(request.scope, returned.presentation.locale)
        context = await self._context(request, returned) | {"response_code": values[0]}
        context["receipt"] = await self._has_receipt(returned)
        response = self._around.pages.response(request.scope, "return.html", context, headers=NO_INDEX)
        cookies.keep_returned(response, browser)
        return response

    async def receipt(self, request: Request) -> Response:
        """The receipt as a file, once; for whoever has the response code, as for a wallet."""
        codes = [value for name, value in await read_form(request) if name == RESPONSE_CODE]
        if len(codes) != 1:
            raise ReceiptGone
        return receipt_file(await self._receipts.take_with_code(codes[0]))

    async def _has_receipt(self, returned: Returned) -> bool:
        """On the device of the wallet only where no other page offers it."""
        direct = returned.outcome is ReturnOutcome.DIRECT
        return direct and await self._receipts.waits(returned.presentation.request_id)

    async def _context(self, request: Request, returned: Returned) -> dict[str, Any]:
        language = language_of(request.scope)
        who = await self._around.view.who(returned.presentation, language)
        code = returned.code
        return who | {
            **ended(returned.presentation, language),
            "outcome": returned.outcome.value,
            "state": returned.presentation.state.value,
            "code": [code[start : start + GROUP] for start in range(0, len(code), GROUP)],
            "host": self._host,
            "until_time": "" if returned.until is None else clock_time(returned.until, language),
        }

    def _fresh(self) -> str:
        return b64url_encode(self._around.sessions.randomness.token_bytes(SECRET_BYTES))

"""The browser that has the page asked its own wallet (OpenID4VP appendix A): its answer is released at once.

Browser and wallet saw to it that they belong together and that the wallet knows our origin, so there is no
way for a stranger in between (5.25, 5.35).
"""

from dataclasses import dataclass

from verifier.domain.presentation_page import ReleaseWay, needs_release
from verifier.services.browser_sessions import BrowserSessions, PageVisit
from verifier.services.receive_response import ReceiveResponse, WalletResponse


@dataclass(frozen=True, slots=True)
class AnswerInBrowser:
    """``origin``: of our own pages, from the settings."""

    sessions: BrowserSessions
    receive: ReceiveResponse
    origin: str

    async def __call__(self, visit: PageVisit, response: WalletResponse) -> None:
        """Ends the presentation with what the wallet gave. Raises as ReceiveResponse.from_browser."""
        await self.receive.from_browser(visit.presentation, response, origin=self.origin)
        request_id = visit.presentation.request_id
        ended = await self.sessions.presentations.find_by_request(request_id)
        if ended is not None and needs_release(ended):
            await self.sessions.release(visit.page, ended, ReleaseWay.BROWSER_API)

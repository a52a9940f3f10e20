"""The resident's page of an offer: whom it is for, link, QR code, when it ends, what became of it.

Its address is unguessable and is not the reference: who has seen the QR code does not find the page. It says
nothing of the transaction code, which takes another way. It renews itself: without script by a refresh that
can be switched off (WCAG 2.2.1), with script by asking for one word every few seconds.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import orjson
from babel.dates import format_time
from starlette.requests import Request
from starlette.responses import Response

from issuer.domain.configuration import CredentialConfiguration
from issuer.domain.offer import ConfigurationId, CredentialOffer, OfferGrant, OfferState
from issuer.services.follow_offers import FollowOffers, ShownOffer
from issuer.web.asked_credentials import asked_credentials
from issuer.web.offer_messages import HAIP_OFFER_ENDPOINT, OfferMessages
from issuer.web.pages import HERE, STATIC_NAME
from trillium.runtime.i18n import Language, language_of
from trillium.runtime.openapi import PROBLEM, Content, HotRoute
from trillium.runtime.pages import CIVIL_TIME, Pages, static_address
from trillium.runtime.qr import draw_qr_apart

OPENED: Final = "opened"
"""Open, and a wallet has fetched it."""
_HTML: Final = Content(description="A page for the resident.", media_type="text/html")
_PROBLEM: Final = Content(description="Problem details.", media_type=PROBLEM)
_QR_LABELS: Final = {
    Language.ENGLISH: "QR code of the credential offer",
    Language.FRENCH: "Code QR de l’offre de justificatifs",
}


class OfferPage:
    """``GET /offer/{page}`` and ``GET /offer/{page}/state``."""

    def __init__(
        self,
        offers: FollowOffers,
        messages: OfferMessages,
        configurations: Mapping[ConfigurationId, CredentialConfiguration],
        pages: Pages,
        base_path: str,
    ) -> None:
        self._offers = offers
        self._messages = messages
        self._configurations = configurations
        self._pages = pages
        self._base_path = base_path
        self._script = static_address(base_path, STATIC_NAME, HERE / "static", "js/offer_page.js")

    async def respond(self, request: Request) -> Response:
        """The page in the reader's language."""
        page = request.path_params["page"]
        shown = await self._offers.page(page)
        language = language_of(request.scope)
        context = self._context(shown, language) | await self._ways(shown, language)
        context |= {
            "state_address": f"{self._base_path}/offer/{page}/state",
            "refreshed": request.query_params.get("refresh") != "off",
            "script": self._script,
        }
        return self._pages.response(
            request.scope, "offer.html", context, headers={"X-Robots-Tag": "noindex, nofollow"}
        )

    async def state(self, request: Request) -> Response:
        """One word for the script of the page."""
        offer, state = await self._offers.page_state(request.path_params["page"])
        body = orjson.dumps({"state": _word(offer, state)})
        return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})

    def _context(self, shown: ShownOffer, language: Language) -> dict[str, Any]:
        offer = shown.offer
        known = [one for one in offer.configuration_ids if one in self._configurations]
        return {
            "state": _word(offer, shown.state),
            "account": shown.account,
            "credentials": asked_credentials(self._configurations, known, language),
            "expires_at": offer.expires_at,
            "expires_time": _clock(offer.expires_at, language),
            "opened_at": offer.opened_at,
            "opened_time": "" if offer.opened_at is None else _clock(offer.opened_at, language),
            "tx_code": offer.transaction_code is not None,
            "signs_in": offer.grant is OfferGrant.AUTHORIZATION_CODE,
        }

    async def _ways(self, shown: ShownOffer, language: Language) -> dict[str, Any]:
        """How the offer gets into a wallet; nothing when it is over."""
        if shown.reference is None:
            return {"is_open": False}
        link = self._messages.link_by_reference(shown.reference)
        haip_link = self._messages.link_by_reference(shown.reference, endpoint=HAIP_OFFER_ENDPOINT)
        qr = await draw_qr_apart(link)
        return {"is_open": True, "link": link, "haip_link": haip_link, "qr": qr.svg(_QR_LABELS[language])}


def _word(offer: CredentialOffer, state: OfferState) -> str:
    return OPENED if state is OfferState.OPEN and offer.opened_at is not None else state.value


def _clock(moment: datetime, language: Language) -> str:
    """Hour and minute by the province's clock."""
    locale = language.locale.replace("-", "_")
    return format_time(moment.astimezone(CIVIL_TIME), "short", locale=locale)


def offer_page_routes(page: OfferPage) -> Sequence[HotRoute]:
    """Open to whoever has the address."""
    return (
        HotRoute(
            method="GET",
            path="/offer/{page}",
            handler=page.respond,
            summary="The resident's page of an offer",
            public=True,
            responses={200: _HTML, 404: _HTML},
            tags=["residents"],
        ),
        HotRoute(
            method="GET",
            path="/offer/{page}/state",
            handler=page.state,
            summary="How the offer of a page stands, in a word",
            public=True,
            responses={200: Content(description="The state."), 404: _PROBLEM},
            tags=["residents"],
        ),
    )

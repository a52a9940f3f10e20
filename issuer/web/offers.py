"""Offers by reference (OpenID4VCI section 4.1.3): whoever has the unguessable address gets the offer."""

import orjson
from starlette.requests import Request
from starlette.responses import Response

from issuer.services.follow_offers import FollowOffers
from issuer.web.offer_messages import OfferMessages
from issuer.web.token import NO_STORE


class OfferEndpoint:
    """``GET /offers/{reference}``."""

    def __init__(self, offers: FollowOffers, messages: OfferMessages) -> None:
        self._offers = offers
        self._messages = messages

    async def respond(self, request: Request) -> Response:
        served = await self._offers.serve(request.path_params["reference"])
        body = orjson.dumps(self._messages.offer(served.offer, served.grant_secret))
        return Response(body, media_type="application/json", headers=NO_STORE)

"""The notification endpoint (OpenID4VCI section 11)."""

from starlette.requests import Request
from starlette.responses import Response

from issuer.services.authorize_request import AuthorizeRequest
from issuer.services.record_notification import RecordNotification
from issuer.web.protected import protected_request
from issuer.web.token import NO_STORE
from specs.openid4vci import parse_notification_request
from specs.openid4vci.errors import InvalidNotificationRequest
from trillium.runtime.bodies import WrongContentType, read_json


class NotificationEndpoint:
    """``POST /notification``: 204, and again 204 when the wallet is not sure that we heard it."""

    def __init__(self, record: RecordNotification, authorize: AuthorizeRequest) -> None:
        self._record = record
        self._authorize = authorize

    async def respond(self, request: Request) -> Response:
        grant = await self._authorize(protected_request(request))
        try:
            body = await read_json(request)
        except WrongContentType as error:
            raise InvalidNotificationRequest(error.detail) from error
        await self._record(grant, parse_notification_request(body))
        return Response(status_code=204, headers=NO_STORE)

"""Requests for the browser's Digital Credentials API (OpenID4VP sections A.1 and A.2): signed and unsigned.

The page that shows them hands both to the browser, and what that gives back to ReceiveResponse.from_browser.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from specs.encoding import parse_json_object
from specs.openid4vp import (
    BrowserProtocol,
    BrowserRequestParameters,
    ClientId,
    ResponseMode,
    create_signed_browser_request,
    create_unsigned_browser_request,
    parse_browser_response,
    parse_client_id,
    prepare_signed_browser_request,
)
from verifier.domain.presentation import ClientIdPrefix, Presentation
from verifier.errors import RequestGone, ResponseNotForThisRequest
from verifier.ports import Clock, RelyingServiceStore
from verifier.services.receive_response import WalletResponse
from verifier.services.request_contents import RequestContents, signer_header
from verifier.services.serve_request_object import require_enabled

MAX_BROWSER_RESPONSE_BYTES: Final = 2 * 1024 * 1024
_OFFERED: Final = frozenset({BrowserProtocol.SIGNED.value, BrowserProtocol.UNSIGNED.value})


@dataclass(frozen=True, slots=True)
class BrowserRequests:
    services: RelyingServiceStore
    contents: RequestContents
    clock: Clock
    allow_http: bool

    async def create(self, presentation: Presentation, origin: str) -> dict[str, Any]:
        """The ``digital`` member for ``navigator.credentials.get``. ``origin``: of our page, from settings.

        Signed first: a wallet that can find out who we are does. Nothing is recorded as retrieved: what the
        browser does with it is not seen here.

        Raises:
            RequestGone: the presentation has ended, its preset or its relying service is gone.
        """
        now = self.clock.now()
        if not presentation.state_at(now).is_open:
            raise RequestGone
        service = await require_enabled(self.services, presentation)
        parameters = await self.contents.browser_parameters(presentation, service, now)
        signed = await self._sign(presentation, parameters, origin, now)
        # Our word on the service would vouch for any page that copied it into a request without a signature.
        unsigned = create_unsigned_browser_request(replace(parameters, verifier_info=()))
        return {
            "requests": [
                {"protocol": BrowserProtocol.SIGNED.value, "data": signed},
                {"protocol": BrowserProtocol.UNSIGNED.value, "data": unsigned},
            ]
        }

    async def _sign(
        self, presentation: Presentation, parameters: BrowserRequestParameters, origin: str, now: datetime
    ) -> dict[str, Any]:
        signer = self.contents.identity.signer(now)
        prefix, client_id = self._client(presentation, now)
        prepared = prepare_signed_browser_request(
            parameters,
            client_id=client_id,
            expected_origins=[origin],
            algorithm=signer.algorithm,
            issued_at=now,
            expires_at=presentation.expires_at,
            insecure_allow_http=self.allow_http,
            **signer_header(prefix, signer),
        )
        return create_signed_browser_request(prepared.attach(await signer.sign(prepared.data)))

    def _client(self, presentation: Presentation, now: datetime) -> tuple[ClientIdPrefix, ClientId]:
        """Who signs. There is no response URI here to be known by (5.08): then by the certificate."""
        prefix = presentation.prefix
        if not prefix.is_signed:
            prefix = ClientIdPrefix.X509_HASH
            return prefix, self.contents.identity.client_id(prefix, presentation.request_id, now)
        return prefix, parse_client_id(presentation.audience)


def parse_browser_credential(body: bytes) -> WalletResponse:
    """What our page posts: ``{"protocol": …, "data": …}`` of the credential that the browser gave it.

    Raises:
        EncodingError: not a JSON object.
        ResponseNotForThisRequest: of a protocol that was not offered.
        specs.openid4vp.response_errors: not a response, or not an encrypted one.
    """
    value = parse_json_object(body, max_bytes=MAX_BROWSER_RESPONSE_BYTES)
    protocol = value.get("protocol")
    if not isinstance(protocol, str) or protocol not in _OFFERED:
        raise ResponseNotForThisRequest("protocol")
    return parse_browser_response(value.get("data"), mode=ResponseMode.DC_API_JWT)

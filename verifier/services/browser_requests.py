"""Requests for the browser's Digital Credentials API (OpenID4VP sections A.1 and A.2): signed and unsigned.

The page that shows them hands all to the browser, and what that gives back to ReceiveResponse.from_browser.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from specs.encoding import parse_json_object
from specs.openid4vp import (
    BrowserProtocol,
    BrowserRequestParameters,
    ClientId,
    ClientSignature,
    ResponseMode,
    create_signed_browser_request,
    create_unsigned_browser_request,
    parse_browser_response,
    prepare_multisigned_browser_request,
    prepare_signed_browser_request,
)
from verifier.domain.presentation import ClientIdPrefix, Presentation
from verifier.errors import RequestGone, ResponseNotForThisRequest
from verifier.ports import Clock, RelyingServiceStore
from verifier.services.receive_response import WalletResponse
from verifier.services.request_contents import RequestContents, signer_header
from verifier.services.serve_request_object import require_enabled

MAX_BROWSER_RESPONSE_BYTES: Final = 2 * 1024 * 1024
_OFFERED: Final = frozenset(one.value for one in BrowserProtocol)
_Clients = Sequence[tuple[ClientIdPrefix, ClientId]]


@dataclass(frozen=True, slots=True)
class BrowserRequests:
    services: RelyingServiceStore
    contents: RequestContents
    clock: Clock
    allow_http: bool

    async def create(self, presentation: Presentation, origin: str) -> dict[str, Any]:
        """The ``digital`` member for ``navigator.credentials.get``. ``origin``: of our page, from settings.

        The same question each time. First with a signature for each of our names, where there are several: a
        wallet takes the one that it can judge. Then with one, for wallets that know no other form. Nothing is
        recorded as retrieved: what the browser does with it is not seen here.

        Raises:
            RequestGone: the presentation has ended, its preset or its relying service is gone.
        """
        now = self.clock.now()
        if not presentation.is_open_at(now):
            raise RequestGone
        service = await require_enabled(self.services, presentation)
        parameters = await self.contents.browser_parameters(presentation, service, now)
        clients = self.contents.identity.signing_clients(presentation.prefix, presentation.request_id, now)
        frame = {
            "expected_origins": [origin],
            "issued_at": now,
            "expires_at": presentation.expires_at,
            "insecure_allow_http": self.allow_http,
        }
        # Our word on the service would vouch for any page that copied it into a request without a signature.
        unsigned = create_unsigned_browser_request(replace(parameters, verifier_info=()))
        offered = {
            BrowserProtocol.SIGNED: await self._sign(parameters, clients, now, frame),
            BrowserProtocol.UNSIGNED: unsigned,
        }
        if len(clients) > 1:
            several = await self._sign_as_each(parameters, clients, now, frame)
            offered = {BrowserProtocol.MULTISIGNED: several, **offered}
        return {
            "requests": [{"protocol": protocol.value, "data": data} for protocol, data in offered.items()]
        }

    async def _sign(
        self, parameters: BrowserRequestParameters, clients: _Clients, now: datetime, frame: dict[str, Any]
    ) -> dict[str, Any]:
        """Signed by the first of the clients."""
        signer = self.contents.identity.signer(now)
        prefix, client_id = clients[0]
        header = signer_header(prefix, signer)
        prepared = prepare_signed_browser_request(
            parameters, client_id=client_id, algorithm=signer.algorithm, **header, **frame
        )
        return create_signed_browser_request(prepared.attach(await signer.sign(prepared.data)))

    async def _sign_as_each(
        self, parameters: BrowserRequestParameters, clients: _Clients, now: datetime, frame: dict[str, Any]
    ) -> dict[str, Any]:
        """Signed once for each client. What is said of them is bound to the key: they all have the same."""
        signer = self.contents.identity.signer(now)
        signatures = [
            ClientSignature(
                client_id=client_id,
                algorithm=signer.algorithm,
                verifier_info=parameters.verifier_info,
                **signer_header(prefix, signer),
            )
            for prefix, client_id in clients
        ]
        common = replace(parameters, verifier_info=())
        prepared = prepare_multisigned_browser_request(common, clients=signatures, **frame)
        return prepared.attach([await signer.sign(one.data) for one in prepared.inputs])


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

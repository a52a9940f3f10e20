"""The token endpoint: every grant that we take, each with a service of its own."""

from dataclasses import dataclass

from issuer.domain.authorization import Sender
from issuer.domain.client import Clients
from issuer.services.exchange_code import ExchangeCode
from issuer.services.redeem_offer import RedeemOffer
from issuer.services.refresh_access import RefreshAccess
from specs.oauth import (
    AuthorizationCodeRequest,
    PreAuthorizedCodeRequest,
    TokenRequest,
    TokenResponse,
    UnsupportedGrantType,
)


@dataclass(frozen=True, slots=True)
class ExchangeToken:
    """``code`` None: nobody can sign in here, so there are no codes. ``refresh`` None: nothing is renewed."""

    clients: Clients
    offer: RedeemOffer
    code: ExchangeCode | None
    refresh: RefreshAccess | None

    async def __call__(self, request: TokenRequest, sender: Sender) -> TokenResponse:
        """``sender``: what came of authenticating the request; ANONYMOUS when it proved nothing.

        Raises UnsupportedGrantType, InvalidClient (a client that has to authenticate itself did not), and
        what the service of the grant raises.
        """
        self.clients.check_sender(sender)
        if isinstance(request, PreAuthorizedCodeRequest):
            return await self.offer(request, sender)
        if isinstance(request, AuthorizationCodeRequest):
            if self.code is None:
                raise UnsupportedGrantType
            return await self.code(request, sender)
        if self.refresh is None:
            raise UnsupportedGrantType
        return await self.refresh(request, sender)

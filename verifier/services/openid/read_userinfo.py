"""The claims of a login for who has its access token (OpenID Connect Core section 5.3; 7.06)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from specs.oauth import ExpiredToken, InvalidToken, PresentedToken
from specs.openid_connect import USERINFO
from verifier.errors import UnknownClient
from verifier.ports import Clock
from verifier.services.openid.clients import OpenIdClients
from verifier.services.openid.constrain_sender import ConstrainSender
from verifier.services.openid.grants import Grants
from verifier.services.page_secrets import hash_secret


@dataclass(frozen=True, slots=True)
class UserInfoRequest:
    """``url``: as the client addressed it. ``dpop``: every such header."""

    method: str
    url: str
    presented: PresentedToken
    dpop: Sequence[str] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class ReadUserInfo:
    grants: Grants
    clients: OpenIdClients
    sender: ConstrainSender
    clock: Clock

    async def __call__(self, request: UserInfoRequest) -> dict[str, Any]:
        """``sub``, which is the ID token's, and every claim of the login that is still there.

        Raises of specs.oauth.ResourceError: InvalidToken, ExpiredToken, and what ConstrainSender raises.
        """
        grant = await self.grants.store.find_token(hash_secret(request.presented.token))
        if grant is None or grant.token is None:
            raise InvalidToken("unknown")
        if self.clock.now() >= grant.token.expires_at:
            # It may still be there: whoever deletes has not come by yet.
            raise ExpiredToken
        await self.sender.at_resource(
            request.presented, grant.token.jkt, request.dpop, method=request.method, url=request.url
        )
        try:
            await self.clients.find(grant.client_id)
        except UnknownClient as error:
            raise InvalidToken("its client was switched off") from error
        return {"sub": grant.sub} | dict(self.grants.claims_of(grant, USERINFO))

"""Clients are told that a session has ended: signed, at least once, for as long as it may matter to them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from keys.signer import Signer
from specs.encoding import b64url_encode
from specs.jose import Algorithm
from specs.openid_connect import LogoutToken, prepare_logout_token
from verifier.domain.openid.client import RegisteredClient
from verifier.domain.openid.logout import (
    LOGOUT_TOKEN_LIFETIME,
    LogoutMessage,
    Told,
    next_attempt,
    not_told,
    told,
)
from verifier.domain.openid.session import ReauthenticationSession
from verifier.errors import UnknownClient
from verifier.ports import Clock, Randomness
from verifier.ports_openid import BackChannel, LogoutMessageStore
from verifier.services.openid.clients import OpenIdClients

AT_ONCE: Final = 5
"""Messages that are under way together in one process."""
_ID_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class TellLogouts:
    """``signer``: of ID tokens, by the client's algorithm."""

    clients: OpenIdClients
    messages: LogoutMessageStore
    channel: BackChannel
    signer: Callable[[Algorithm, datetime], Signer]
    clock: Clock
    randomness: Randomness
    issuer: str

    async def expect(self, client: RegisteredClient, session: ReauthenticationSession) -> None:
        """A session is about to end, and its client is to be told of it if it has asked for that."""
        if client.openid.backchannel_logout_uri is None:
            return
        now = self.clock.now()
        message = LogoutMessage(
            message_id=b64url_encode(self.randomness.token_bytes(_ID_BYTES)),
            client_id=session.client_id,
            sub=session.sub,
            sid=session.sid,
            created_at=now,
            due_at=now,
        )
        await self.messages.add_logout(message)

    async def deliver_some(self) -> bool:
        """One round. ``True`` when there may be more."""
        claimed = await self.messages.claim_logouts(self.clock.now(), limit=AT_ONCE)
        await asyncio.gather(*(self._deliver(message) for message in claimed))
        return bool(claimed)

    async def _deliver(self, message: LogoutMessage) -> None:
        try:
            client = await self.clients.find(message.client_id)
        except UnknownClient:
            await self._give_up(message, "no_receiver")
            return
        url = client.openid.backchannel_logout_uri
        if url is None:
            await self._give_up(message, "no_receiver")
            return
        answer = await self.channel.tell(url, await self._sign(message, client))
        if answer is Told.TOLD:
            await self.messages.finish_logout(message.message_id, told(message, self.clock.now()))
        elif answer is Told.REFUSED:
            await self._give_up(message, "refused")
        else:
            await self._try_again(message)

    async def _sign(self, message: LogoutMessage, client: RegisteredClient) -> str:
        now, algorithm = self.clock.now(), client.openid.id_token_alg
        signer = self.signer(algorithm, now)
        token = LogoutToken(
            issuer=self.issuer,
            audience=client.client_id,
            issued_at=now,
            expires_at=now + LOGOUT_TOKEN_LIFETIME,
            token_id=message.message_id,
            subject=message.sub,
            sid=message.sid,
        )
        prepared = prepare_logout_token(token, algorithm=algorithm, key_id=signer.key_id)
        return prepared.attach(await signer.sign(prepared.data))

    async def _try_again(self, message: LogoutMessage) -> None:
        jitter = self.randomness.token_bytes(1)[0] / 255
        due_at = next_attempt(message, self.clock.now(), jitter=jitter)
        if due_at is None:
            await self._give_up(message, "no_answer")
            return
        await self.messages.postpone_logout(replace(message, due_at=due_at, attempts=message.attempts + 1))

    async def _give_up(self, message: LogoutMessage, reason: str) -> None:
        await self.messages.finish_logout(message.message_id, not_told(message, self.clock.now(), reason))

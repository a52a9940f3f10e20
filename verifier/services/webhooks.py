"""Relying services are told that a presentation has ended: signed, at least once, again and again for a day.

A message is written before the relying service learns of its presentation, and becomes due by the end of it,
so there is no moment at which a crash loses one. What it says is what the service itself would see: nothing
about an answer that has not been released to its browser (5.29).
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from keys.signer import Signer
from specs.encoding import b64url_encode, create_json, to_numeric_date
from specs.jose import prepare_jws
from verifier.domain.ends import standing_of
from verifier.domain.presentation import Presentation, PresentationState
from verifier.domain.relying_service import RelyingService
from verifier.domain.webhook import (
    GIVE_UP_AFTER,
    LONGEST_DELAY,
    MessageId,
    WebhookMessage,
    delivered,
    given_up,
    next_attempt,
    next_look,
)
from verifier.ports import (
    Clock,
    PresentationStore,
    Randomness,
    RelyingServiceStore,
    WebhookReceiver,
    WebhookStore,
)
from verifier.services.get_result import GetResult

MESSAGE_TYPE: Final = "trillium-webhook+jwt"
AT_ONCE: Final = 5
"""Messages to one relying service that are under way together."""
LATELY: Final = timedelta(seconds=30)
"""Presentations that ended longer ago have been found before, by this process or by another one."""
NO_ANSWER_PAUSE: Final = timedelta(seconds=30)
_ID_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class WebhookStores:
    """Where messages, presentations and relying services are kept."""

    messages: WebhookStore
    presentations: PresentationStore
    services: RelyingServiceStore


@dataclass(frozen=True, slots=True)
class Webhooks:
    """``signer(now)``: the webhook key. ``issuer``: the verifier's public URL."""

    stores: WebhookStores
    results: GetResult
    receiver: WebhookReceiver
    signer: Callable[[datetime], Signer]
    issuer: str
    clock: Clock
    randomness: Randomness

    async def expect(self, service: RelyingService, presentation: Presentation) -> None:
        """The relying service wants to be told of the end of this presentation, if it has a webhook."""
        if service.webhook_url is None:
            return
        message = WebhookMessage(
            MessageId(b64url_encode(self.randomness.token_bytes(_ID_BYTES))),
            presentation.request_id,
            service.client_id,
            created_at=self.clock.now(),
            # By then at the latest; whoever ends it sooner is found by wake_ended.
            due_at=presentation.expires_at,
        )
        await self.stores.messages.expect(message)

    async def wake_ended(self) -> int:
        """Finds the messages of presentations that have just ended, often enough to miss none."""
        now = self.clock.now()
        return await self.stores.messages.wake(now - LATELY, now)

    async def deliver_some(self) -> bool:
        """One round: what is due for one relying service. ``True`` when there may be more."""
        claimed = await self.stores.messages.claim(self.clock.now(), limit=AT_ONCE)
        failed = await asyncio.gather(*(self._deliver(message) for message in claimed))
        if claimed and all(failed):
            # The rest of what waits for it would fail as well, and be looked through again and again.
            now = self.clock.now()
            await self.stores.messages.hold_back(claimed[0].client_id, now, now + NO_ANSWER_PAUSE)
        return bool(claimed)

    async def give_up_old_ones(self) -> int:
        """Messages that nobody took for a day, those of forgotten presentations among them."""
        now = self.clock.now()
        return await self.stores.messages.give_up(now - GIVE_UP_AFTER - LONGEST_DELAY * 2, now)

    async def _deliver(self, message: WebhookMessage) -> bool:
        """Whether its receiver has failed it."""
        now = self.clock.now()
        service = await self.stores.services.find_service(message.client_id)
        presentation = await self.stores.presentations.find_by_request(message.request_id)
        if service is None or service.webhook_url is None or not service.is_enabled or presentation is None:
            await self._give_up(message, "no_receiver")
            return False
        state = message.state or await self.results.visible_state(presentation, now)
        if state.is_open:
            await self.stores.messages.postpone(replace(message, due_at=next_look(message, now)))
            return False
        signed = await self._sign(message, presentation, state, now)
        answer = await self.receiver.deliver(service.webhook_url, signed)
        if answer.delivered:
            event = delivered(message.client_id, self.clock.now())
            await self.stores.messages.finish(message.message_id, event)
        else:
            await self._try_again(replace(message, state=state))
        return not answer.delivered

    async def _sign(
        self, message: WebhookMessage, presentation: Presentation, state: PresentationState, now: datetime
    ) -> str:
        signer = self.signer(now)
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": message.client_id,
            "jti": message.message_id,
            "iat": to_numeric_date(now),
            **standing_of(presentation, state).members,
            "preset": presentation.preset,
            # The transaction id is the service's secret, and we keep no more than this of it.
            "transaction_id_hash": b64url_encode(presentation.transaction_hash),
        }
        if presentation.reference is not None:
            claims["reference"] = presentation.reference
        header = {"alg": signer.algorithm.value, "typ": MESSAGE_TYPE, "kid": signer.key_id}
        prepared = prepare_jws(header, create_json(claims))
        return prepared.attach(await signer.sign(prepared.data))

    async def _try_again(self, message: WebhookMessage) -> None:
        # The end of the attempt counts: a receiver that takes its time is not asked more often for it.
        jitter = self.randomness.token_bytes(1)[0] / 255
        due_at = next_attempt(message, self.clock.now(), jitter=jitter)
        if due_at is None:
            await self._give_up(message, "no_answer")
            return
        tried = replace(message, due_at=due_at, attempts=message.attempts + 1)
        await self.stores.messages.postpone(tried)

    async def _give_up(self, message: WebhookMessage, reason: str) -> None:
        event = given_up(message.client_id, self.clock.now(), reason)
        await self.stores.messages.finish(message.message_id, event)

"""Messages posted to the webhooks of relying services (decisions.md, Outgoing requests: strangers)."""

from typing import Final

import structlog

from trillium.runtime.http_client import OutgoingCallFailed, OutgoingClient
from verifier.ports import DeliveryAnswer

MAX_REPLY_BYTES: Final = 16_384
"""A receiver has nothing to say but its status; more than this is a failure."""
MESSAGE_MEDIA_TYPE: Final = "application/jwt"
_TAKEN: Final = range(200, 300)

log: Final = structlog.get_logger()


class HttpWebhookReceiver:
    """``ports.WebhookReceiver``. Redirects are not followed: the registered address counts."""

    def __init__(self, client: OutgoingClient) -> None:
        self._client = client

    async def deliver(self, url: str, message: str) -> DeliveryAnswer:
        try:
            reply = await self._client.post(
                url, message.encode("ascii"), content_type=MESSAGE_MEDIA_TYPE, max_bytes=MAX_REPLY_BYTES
            )
        except OutgoingCallFailed as error:
            # Neither the address nor what the receiver said: both may hold secrets of its own.
            log.warning("webhook_failed", error=type(error).__name__, code=error.code)
            return DeliveryAnswer(delivered=False, detail=type(error).__name__)
        if reply.status not in _TAKEN:
            log.warning("webhook_refused", status=reply.status)
            return DeliveryAnswer(delivered=False, detail=f"status {reply.status}")
        return DeliveryAnswer(delivered=True)

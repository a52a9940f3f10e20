"""Logout tokens posted to clients (Back-Channel Logout 1.0 sections 2.5 and 2.8): addresses of strangers."""

from typing import Final

import structlog

from trillium.runtime.http_client import OutgoingCallFailed, OutgoingClient
from verifier.domain.openid.logout import Told

MAX_REPLY_BYTES: Final = 16_384
"""A client has nothing to say but its status."""
_TAKEN: Final = range(200, 300)
_BAD_REQUEST: Final = 400

log: Final = structlog.get_logger()


class HttpBackChannel:
    """``ports_openid.BackChannel``. Redirects are not followed: the registered address counts."""

    def __init__(self, client: OutgoingClient) -> None:
        self._client = client

    async def tell(self, url: str, logout_token: str) -> Told:
        try:
            reply = await self._client.post_form(
                url, {"logout_token": logout_token}, max_bytes=MAX_REPLY_BYTES
            )
        except OutgoingCallFailed as error:
            # Neither the address nor what the client said: both may hold secrets of its own.
            log.warning("logout_not_delivered", error=type(error).__name__, code=error.code)
            return Told.FAILED
        if reply.status in _TAKEN:
            return Told.TOLD
        log.warning("logout_not_taken", status=reply.status)
        return Told.REFUSED if reply.status == _BAD_REQUEST else Told.FAILED

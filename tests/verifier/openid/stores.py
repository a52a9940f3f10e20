"""The provider's surroundings in memory, one field for each store."""

import asyncio
from dataclasses import dataclass, field
from typing import Any, cast

from trillium.runtime.http_client import OutgoingClient
from verifier.app.openid.outside import OpenIdOutside
from verifier.domain.openid.logout import Told
from verifier.store.openid.clients_memory import MemoryOpenIdClients
from verifier.store.openid.grants_memory import MemoryGrants
from verifier.store.openid.logins_memory import MemoryLogins
from verifier.store.openid.logouts_memory import MemoryLogouts
from verifier.store.openid.replays_memory import MemoryReplays


@dataclass
class BackChannelByHand:
    """``ports_openid.BackChannel``: answers as told, and remembers what it was given."""

    answer: Told = Told.TOLD
    got: list[tuple[str, str]] = field(default_factory=list)

    async def tell(self, url: str, logout_token: str) -> Told:
        await asyncio.sleep(0)
        self.got.append((url, logout_token))
        return self.answer


class NoNetwork:
    """Whoever asks other people's servers brings a client of its own."""


def memory_openid(**changed: Any) -> OpenIdOutside:
    """``changed``: fields that a test brings itself."""
    logins = MemoryLogins()
    members: dict[str, Any] = {
        "client": cast(OutgoingClient, NoNetwork()),
        "clients": MemoryOpenIdClients(),
        "grants": MemoryGrants(),
        "logins": logins,
        "sessions": logins,
        "logouts": MemoryLogouts(),
        "back_channel": BackChannelByHand(),
        "replays": MemoryReplays(),
    }
    return OpenIdOutside(**(members | changed))

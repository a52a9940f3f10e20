"""The provider's surroundings in memory, one field for each store."""

from typing import Any, cast

from trillium.runtime.http_client import OutgoingClient
from verifier.app.openid.outside import OpenIdOutside
from verifier.store.openid.clients_memory import MemoryOpenIdClients
from verifier.store.openid.grants_memory import MemoryGrants
from verifier.store.openid.logins_memory import MemoryLogins
from verifier.store.openid.replays_memory import MemoryReplays


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
        "replays": MemoryReplays(),
    }
    return OpenIdOutside(**(members | changed))

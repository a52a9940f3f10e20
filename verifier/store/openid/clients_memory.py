"""``OpenIdClientStore`` in memory, beside the relying services there."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from verifier.domain.event import Actor, Event, EventName
from verifier.domain.openid.client import Approval, OpenIdClient, RegisteredClient
from verifier.domain.relying_service import ClientId
from verifier.store.memory import MemoryVerifierStore


@dataclass(slots=True)
class MemoryOpenIdClients:
    """``verifier`` has the relying services. Nothing there awaits anything, so each call is one step."""

    verifier: MemoryVerifierStore = field(default_factory=MemoryVerifierStore)
    _clients: dict[ClientId, OpenIdClient] = field(default_factory=dict)

    async def get(self, client_id: ClientId) -> RegisteredClient | None:
        client, service = self._clients.get(client_id), await self.verifier.find_service(client_id)
        return None if client is None or service is None else RegisteredClient(service, client)

    async def add(self, client: RegisteredClient, event: Event) -> None:
        await self.verifier.add_service(client.service, event)
        self._clients[client.client_id] = client.openid

    async def update(self, client: RegisteredClient, event: Event) -> bool:
        known = self._clients.get(client.client_id)
        if known is None or known.version != client.openid.version - 1:
            return False
        if not await self.verifier.change_service(client.service, event):
            return False
        self._clients[client.client_id] = client.openid
        return True

    async def remove(self, client: RegisteredClient, event: Event) -> bool:
        known = self._clients.get(client.client_id)
        if known is None or known.version != client.openid.version:
            return False
        if not await self.verifier.change_service(client.service, event):
            return False
        del self._clients[client.client_id]
        return True

    async def clients(self) -> Sequence[RegisteredClient]:
        services = {one.client_id: one for one in await self.verifier.services()}
        found = sorted(self._clients.values(), key=lambda one: (one.created_at, one.client_id))
        return [RegisteredClient(services[one.client_id], one) for one in found]

    async def count_unreviewed(self, *, at_most: int) -> int:
        unreviewed = (one for one in self._clients.values() if one.reviewed_at is None)
        return sum(1 for _ in islice(unreviewed, at_most))

    async def purge_unreviewed(self, created_before: datetime, now: datetime) -> int:
        old = [one for one in self._clients.values() if is_left_over(one, created_before)]
        for one in old:
            del self._clients[one.client_id]
            self.verifier.forget_service(one.client_id)
            self.verifier.events.append(
                Event(EventName.OPENID_CLIENT_REMOVED, Actor("system"), now, one.client_id)
            )
        return len(old)


def is_left_over(client: OpenIdClient, created_before: datetime) -> bool:
    """Nobody has decided about it, and it is old."""
    undecided = client.approval is Approval.PENDING and client.reviewed_at is None
    return undecided and client.created_at < created_before

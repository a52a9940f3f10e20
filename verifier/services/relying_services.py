"""Relying services: registered by management, known by an id and a secret that is shown once."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from specs.encoding import b64url_encode
from verifier.domain.event import Actor, Event, EventName
from verifier.domain.preset import Preset
from verifier.domain.relying_service import ClientId, RelyingService
from verifier.errors import UnknownPreset, UnknownRelyingService
from verifier.ports import Clock, Randomness, RelyingServiceStore

_SECRET_BYTES = 32
_ID_BYTES = 12


@dataclass(frozen=True, slots=True)
class RegisteredService:
    """A new relying service and its secret, which exists nowhere else."""

    service: RelyingService
    secret: str


@dataclass(frozen=True, slots=True)
class RelyingServices:
    store: RelyingServiceStore
    presets: Mapping[str, Preset]
    clock: Clock
    randomness: Randomness

    async def register(
        self, names: Mapping[str, str], presets: Sequence[str], *, actor: Actor
    ) -> RegisteredService:
        """Keeps a relying service with its names (by language) and the presets it may use.

        Raises:
            UnknownPreset: one of them does not exist, or none is named.
        """
        wanted = tuple(dict.fromkeys(presets))
        if not wanted or any(preset not in self.presets for preset in wanted):
            raise UnknownPreset
        now = self.clock.now()
        random = self.randomness.token_bytes(_SECRET_BYTES + _ID_BYTES)
        secret = b64url_encode(random[:_SECRET_BYTES])
        service = RelyingService(
            client_id=ClientId(f"rs-{b64url_encode(random[_SECRET_BYTES:])}"),
            secret_hash=_hash(secret),
            names=tuple(names.items()),
            presets=wanted,
            created_at=now,
        )
        event = Event(EventName.RELYING_SERVICE_ADDED, actor, now, service.client_id)
        await self.store.add_service(service, event)
        return RegisteredService(service, secret)

    async def authenticate(self, client_id: str, secret: str) -> RelyingService:
        """The relying service behind an id and a secret.

        Raises:
            UnknownRelyingService: no such id, or not its secret; both take the same time.
        """
        # Stores differ in what they take for a text; an id of ours is plain.
        known = client_id.isascii() and client_id.isprintable()
        service = await self.store.find_service(ClientId(client_id if known else ""))
        expected = service.secret_hash if service is not None else bytes(32)
        if not hmac.compare_digest(_hash(secret), expected) or service is None:
            raise UnknownRelyingService
        return service


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()

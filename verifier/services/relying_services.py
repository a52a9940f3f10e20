"""Relying services: registered by management, known by an id and a secret that is shown once."""

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from specs.encoding import b64url_encode
from verifier.domain.callable_addresses import CallableAddresses
from verifier.domain.event import Actor, Event, EventName
from verifier.domain.preset import Preset
from verifier.domain.relying_service import ClientId, PreviousSecret, RelyingService
from verifier.domain.service_addresses import Addresses, verify_addresses
from verifier.errors import ChangedMeanwhile, UnknownClient, UnknownPreset, UnknownRelyingService
from verifier.ports import Clock, Randomness, RelyingServiceStore

LONGEST_OVERLAP: Final = timedelta(days=7)
"""How long an old secret may stay good beside the new one."""
_SECRET_BYTES = 32
_ID_BYTES = 12
_NOBODYS_HASH: Final = bytes(32)

Edit = Callable[[RelyingService], RelyingService]


@dataclass(frozen=True, slots=True)
class RegisteredService:
    """A relying service and its new secret, which exists nowhere else."""

    service: RelyingService
    secret: str


@dataclass(frozen=True, slots=True)
class RelyingServices:
    """``callable_ones``: which addresses can be registered for us to call."""

    store: RelyingServiceStore
    presets: Mapping[str, Preset]
    clock: Clock
    randomness: Randomness
    callable_ones: CallableAddresses

    async def register(
        self,
        names: Mapping[str, str],
        presets: Sequence[str],
        *,
        actor: Actor,
        addresses: Addresses | None = None,
    ) -> RegisteredService:
        """Keeps a relying service with its names (by language) and the presets it may use.

        Raises:
            UnknownPreset: one of them does not exist, or none is named.
            BadSite, BadReturnUrl, BadWebhookUrl: an address cannot be registered.
        """
        now = self.clock.now()
        secret = b64url_encode(self.randomness.token_bytes(_SECRET_BYTES))
        service = self._verified(
            RelyingService(
                client_id=ClientId(f"rs-{b64url_encode(self.randomness.token_bytes(_ID_BYTES))}"),
                secret_hash=_hash(secret),
                names=tuple(names.items()),
                presets=tuple(dict.fromkeys(presets)),
                created_at=now,
            ),
            addresses or Addresses(),
        )
        event = Event(EventName.RELYING_SERVICE_ADDED, actor, now, service.client_id)
        await self.store.add_service(service, event)
        return RegisteredService(service, secret)

    async def change(self, client_id: str, edit: Edit, *, actor: Actor) -> RelyingService:
        """Changes names, presets and addresses: ``edit`` gets the service as it is.

        Raises:
            UnknownClient: it is not registered.
            ChangedMeanwhile: somebody else was faster.
            UnknownPreset, BadSite, BadReturnUrl, BadWebhookUrl: as when it is registered.
        """

        def checked(service: RelyingService) -> RelyingService:
            edited = edit(service)
            presets = tuple(dict.fromkeys(edited.presets))
            return self._verified(replace(edited, presets=presets), _addresses_of(edited))

        return await self._change(client_id, checked, EventName.RELYING_SERVICE_CHANGED, actor)

    async def rotate_secret(
        self, client_id: str, *, actor: Actor, old_one_good_for: timedelta
    ) -> RegisteredService:
        """A new secret. The old one stays good for a while, so that a service in use need not stop.

        ``old_one_good_for``: zero when it may be known to others; at most ``LONGEST_OVERLAP``.

        Raises:
            UnknownClient, ChangedMeanwhile: as ``change``.
        """
        if not timedelta(0) <= old_one_good_for <= LONGEST_OVERLAP:
            raise ValueError("not an overlap between nothing and a week")
        secret = b64url_encode(self.randomness.token_bytes(_SECRET_BYTES))
        until = self.clock.now() + old_one_good_for

        def rotated(service: RelyingService) -> RelyingService:
            previous = PreviousSecret(service.secret_hash, until) if old_one_good_for else None
            return replace(service, secret_hash=_hash(secret), previous_secret=previous)

        name = EventName.RELYING_SERVICE_SECRET_ROTATED
        return RegisteredService(await self._change(client_id, rotated, name, actor), secret)

    async def disable(self, client_id: str, *, actor: Actor) -> RelyingService:
        """From now on its secrets open nothing, nobody answers it, and no message is sent to it.

        Raises:
            UnknownClient, ChangedMeanwhile: as ``change``.
        """
        now = self.clock.now()
        name = EventName.RELYING_SERVICE_DISABLED
        changed = await self._change(
            client_id, lambda one: replace(one, disabled_at=one.disabled_at or now), name, actor
        )
        # Nobody shall show anything to a service that is not to have it.
        await self.store.cancel_open(changed.client_id, now, actor)
        return changed

    async def enable(self, client_id: str, *, actor: Actor) -> RelyingService:
        """Undoes ``disable``.

        Raises:
            UnknownClient, ChangedMeanwhile: as ``change``.
        """
        name = EventName.RELYING_SERVICE_ENABLED
        return await self._change(client_id, lambda one: replace(one, disabled_at=None), name, actor)

    async def find(self, client_id: str) -> RelyingService:
        """One of them, for management.

        Raises:
            UnknownClient: it is not registered.
        """
        service = await self.store.find_service(_plain(client_id))
        if service is None:
            raise UnknownClient
        return service

    async def authenticate(self, client_id: str, secret: str) -> RelyingService:
        """The relying service behind an id and a secret.

        Raises:
            UnknownRelyingService: no such id, not its secret, or disabled; all take the same time.
        """
        service = await self.store.find_service(_plain(client_id))
        given, now = _hash(secret), self.clock.now()
        current, previous = _hashes(service, now)
        # Both comparisons are always made.
        matches = hmac.compare_digest(given, current) | hmac.compare_digest(given, previous)
        if not matches or service is None or not service.is_enabled:
            raise UnknownRelyingService
        return service

    def _verified(self, service: RelyingService, addresses: Addresses) -> RelyingService:
        if not service.presets or any(preset not in self.presets for preset in service.presets):
            raise UnknownPreset
        good = verify_addresses(addresses, callable_ones=self.callable_ones)
        return replace(
            service,
            site=good.site,
            return_urls=good.return_urls,
            webhook_url=good.webhook_url,
            evidence_key=good.evidence_key,
        )

    async def _change(self, client_id: str, edit: Edit, name: EventName, actor: Actor) -> RelyingService:
        service = await self.find(client_id)
        changed = replace(edit(service), version=service.version + 1)
        event = Event(name, actor, self.clock.now(), service.client_id)
        if not await self.store.change_service(changed, event):
            raise ChangedMeanwhile
        return changed


def _addresses_of(service: RelyingService) -> Addresses:
    return Addresses(
        site=service.site,
        return_urls=service.return_urls,
        webhook_url=service.webhook_url,
        evidence_key=service.evidence_key,
    )


def _hashes(service: RelyingService | None, now: datetime) -> tuple[bytes, bytes]:
    """What a secret may hash to; of an unknown id, and without an older secret, what nothing hashes to."""
    if service is None:
        return _NOBODYS_HASH, _NOBODYS_HASH
    previous = service.previous_secret
    good = previous is not None and now < previous.until
    return service.secret_hash, previous.secret_hash if previous and good else _NOBODYS_HASH


def _plain(client_id: str) -> ClientId:
    """Stores differ in what they take for a text; an id of ours is plain."""
    return ClientId(client_id if client_id.isascii() and client_id.isprintable() else "")


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()

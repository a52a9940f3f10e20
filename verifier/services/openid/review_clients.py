"""What administrators decide about OpenID clients."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from verifier.domain.event import Actor, Event, EventName
from verifier.domain.openid.client import Approval, RegisteredClient
from verifier.domain.openid.registered import next_version
from verifier.errors import ChangedMeanwhile, UnknownClient, UnknownPreset
from verifier.openid_errors import ClientNotReviewable
from verifier.ports import Clock, RelyingServiceStore
from verifier.ports_openid import OpenIdClientStore
from verifier.services.openid.clients import plain_id
from verifier.services.openid.register_client import ClientRegistrations, IssuedClient


@dataclass(frozen=True, slots=True)
class ClientReviews:
    """Approves, refuses, and sets what a client cannot set for itself."""

    store: OpenIdClientStore
    services: RelyingServiceStore
    registrations: ClientRegistrations
    clock: Clock

    async def find(self, client_id: str) -> RegisteredClient:
        """One of them, whether people may sign in to it or not.

        Raises:
            UnknownClient: it is not registered.
        """
        client = await self.store.get(plain_id(client_id))
        if client is None:
            raise UnknownClient
        return client

    async def approve(
        self, client_id: str, *, seen: int, actor: Actor, presets: Sequence[str] | None = None
    ) -> RegisteredClient:
        """People may sign in to it. ``presets``: some of those it asks for; left out, all of them.

        ``seen``: the version that was looked at. A client may change itself at any time, and then something
        would be approved that nobody has seen.

        Raises:
            UnknownClient: it is not registered.
            ChangedMeanwhile: it is not what it was when it was looked at.
            UnknownPreset: it has not asked for one of them.
            ClientNotReviewable: it is approved already.
        """
        known = await self.find(client_id)
        if known.openid.version != seen:
            raise ChangedMeanwhile
        if known.openid.approval is Approval.APPROVED and known.openid.reviewed_at is not None:
            raise ClientNotReviewable
        given = known.service.presets if presets is None else tuple(dict.fromkeys(presets))
        if not given or not set(given) <= set(known.service.presets):
            raise UnknownPreset
        default = known.openid.default_preset
        approved = next_version(
            known,
            approval=Approval.APPROVED,
            reviewed_at=self.clock.now(),
            refusal=None,
            default_preset=default if default in given else given[0],
        )
        approved = RegisteredClient(replace(approved.service, presets=given), approved.openid)
        return await self._keep(approved, EventName.OPENID_CLIENT_APPROVED, actor)

    async def refuse(self, client_id: str, reason: str, *, actor: Actor) -> RegisteredClient:
        """Nobody signs in to it, or not any more; the client is told why.

        Raises:
            UnknownClient, ChangedMeanwhile: as above.
        """
        known = await self.find(client_id)
        refused = next_version(known, approval=Approval.REFUSED, reviewed_at=self.clock.now(), refusal=reason)
        kept = await self._keep(refused, EventName.OPENID_CLIENT_REFUSED, actor)
        # Nobody shall show anything to a service that is not to have it.
        await self.services.cancel_open(kept.client_id, self.clock.now(), actor)
        return kept

    async def set_window(self, client_id: str, window: timedelta, *, actor: Actor) -> RegisteredClient:
        """For how long a browser need not present again to sign in to it (decisions.md, OpenID Connect).

        Raises:
            UnknownClient, ChangedMeanwhile: as above.
        """
        changed = next_version(await self.find(client_id), reauthentication_window=window)
        return await self._keep(changed, EventName.OPENID_CLIENT_CHANGED, actor)

    async def rotate_secret(
        self, client_id: str, *, actor: Actor, old_one_good_for: timedelta
    ) -> IssuedClient:
        """A new secret. Raises UnknownClient, ChangedMeanwhile, ClientWithoutSecret."""
        known = await self.find(client_id)
        return await self.registrations.rotate(known, actor=actor, old_one_good_for=old_one_good_for)

    async def remove(self, client_id: str, *, actor: Actor) -> None:
        """Forgets it. Raises UnknownClient, ChangedMeanwhile."""
        await self.registrations.forget(await self.find(client_id), actor=actor)

    async def _keep(self, client: RegisteredClient, name: EventName, actor: Actor) -> RegisteredClient:
        event = Event(name, actor, self.clock.now(), client.client_id)
        if not await self.store.update(client, event):
            raise ChangedMeanwhile
        return client

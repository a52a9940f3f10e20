"""OpenID clients register, look after their registration and give it up (RFC 7591, RFC 7592).

In the sandbox a client may be used at once. Otherwise an administrator decides first, and again after every
change that lets it do more or shows people something else.
"""

import hmac
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from verifier.domain.event import Actor, Event, EventName
from verifier.domain.openid.client import Approval, AuthMethod, RegisteredClient
from verifier.domain.openid.registered import (
    NewClient,
    change_client,
    create_client,
    needs_review,
    next_version,
)
from verifier.domain.openid.registration import Registration, RegistrationRules, problem, problems_of
from verifier.domain.openid.registration_texts import ProblemKind
from verifier.domain.relying_service import PreviousSecret
from verifier.errors import ChangedMeanwhile
from verifier.openid_errors import (
    ClientWithoutSecret,
    RegistrationRefused,
    RegistrationsFull,
    WrongRegistrationToken,
)
from verifier.ports import Clock, Randomness, RelyingServiceStore
from verifier.ports_openid import OpenIdClientStore, SectorLists
from verifier.services.openid.client_secrets import HASH_BYTES, create_client_id, create_secret, hash_secret
from verifier.services.openid.clients import plain_id
from verifier.services.openid.sectors import sector_for
from verifier.services.relying_services import LONGEST_OVERLAP

SELF_SERVICE: Final = Actor("relying-service")
_NOBODYS_HASH: Final = bytes(32)


@dataclass(frozen=True, slots=True)
class IssuedClient:
    """A client, and what is told this one time. ``None``: there is none, or it is known already."""

    client: RegisteredClient
    secret: str | None = field(default=None, repr=False)
    registration_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ClientRegistrations:
    """``most_unreviewed``: how many may wait that no administrator has looked at."""

    store: OpenIdClientStore
    services: RelyingServiceStore
    rules: RegistrationRules
    sectors: SectorLists
    clock: Clock
    randomness: Randomness
    most_unreviewed: int

    async def register(
        self, asked: Registration, *, actor: Actor = SELF_SERVICE, approved: bool = False
    ) -> IssuedClient:
        """A new client with its secret, if it has one, and its registration access token.

        ``approved``: by the administrator who registers it.

        Raises:
            RegistrationRefused: with everything that is wrong.
            RegistrationsFull: too many wait already.
        """
        if not approved:
            waiting = await self.store.count_unreviewed(at_most=self.most_unreviewed)
            if waiting >= self.most_unreviewed:
                raise RegistrationsFull
        sector = await self._checked(asked)
        now = self.clock.now()
        secret, token = self._secret_for(asked), create_secret(self.randomness)
        given = NewClient(
            client_id=create_client_id(self.randomness),
            service_hash=self.randomness.token_bytes(HASH_BYTES),
            secret_hash=None if secret is None else hash_secret(secret),
            token_hash=hash_secret(token),
            approval=Approval.APPROVED if approved or self.rules.sandbox else Approval.PENDING,
            reviewed_at=now if approved else None,
            created_at=now,
        )
        client = create_client(asked, given, sector=sector)
        await self.store.add(client, self._event(client, EventName.OPENID_CLIENT_REGISTERED, actor))
        return IssuedClient(client, secret, token)

    async def look(self, client_id: str, token: str) -> RegisteredClient:
        """The client whose registration access token this is.

        Raises:
            WrongRegistrationToken: no such client, or not its token; all take the same time.
        """
        client = await self.store.get(plain_id(client_id))
        expected = None if client is None else client.openid.registration_token_hash
        matches = hmac.compare_digest(hash_secret(token), expected or _NOBODYS_HASH)
        if client is None or not matches or not client.service.is_enabled:
            raise WrongRegistrationToken
        return client

    async def change(
        self, client_id: str, token: str, asked: Registration, *, secret: str | None = None
    ) -> IssuedClient:
        """Everything anew (RFC 7592 section 2.2). A secret is told when there was none before.

        ``secret``: what the client takes for its own; it cannot choose one.

        Raises:
            WrongRegistrationToken, RegistrationRefused: as above.
            ChangedMeanwhile: somebody else was faster.
        """
        known = await self.look(client_id, token)
        if secret is not None and not known.has_secret(secret, self.clock.now()):
            wrong = problem(ProblemKind.WRONG_SECRET, "client_secret")
            raise RegistrationRefused("client_secret", (wrong,))
        sector = await self._checked(asked)
        wants = AuthMethod(asked.metadata.token_endpoint_auth_method).has_secret
        new = create_secret(self.randomness) if wants and known.openid.secret_hash is None else None
        new_hash = None if new is None else hash_secret(new)
        changed = change_client(known, asked, sector=sector, new_hash=new_hash)
        if not self.rules.sandbox and needs_review(known, changed):
            openid = replace(changed.openid, approval=Approval.PENDING, refusal=None)
            changed = RegisteredClient(changed.service, openid)
        await self._keep(changed, EventName.OPENID_CLIENT_CHANGED, SELF_SERVICE)
        if not changed.is_usable:
            await self._end_open(changed, SELF_SERVICE)
        return IssuedClient(changed, new)

    async def rotate_secret(self, client_id: str, token: str, *, old_one_good_for: timedelta) -> IssuedClient:
        """A new secret; the old one stays good for a while (at most ``LONGEST_OVERLAP``).

        Raises:
            WrongRegistrationToken, ChangedMeanwhile: as above.
            ClientWithoutSecret: it authenticates in another way.
        """
        known = await self.look(client_id, token)
        return await self.rotate(known, actor=SELF_SERVICE, old_one_good_for=old_one_good_for)

    async def rotate(
        self, known: RegisteredClient, *, actor: Actor, old_one_good_for: timedelta
    ) -> IssuedClient:
        """The same for whoever may do that anyway. Raises ClientWithoutSecret, ChangedMeanwhile."""
        if not timedelta(0) <= old_one_good_for <= LONGEST_OVERLAP:
            raise ValueError("not an overlap between nothing and a week")
        old = known.openid.secret_hash
        if old is None:
            raise ClientWithoutSecret
        secret, until = create_secret(self.randomness), self.clock.now() + old_one_good_for
        previous = PreviousSecret(old, until) if old_one_good_for else None
        changed = next_version(known, secret_hash=hash_secret(secret), previous_secret=previous)
        await self._keep(changed, EventName.OPENID_CLIENT_SECRET_ROTATED, actor)
        return IssuedClient(changed, secret)

    async def remove(self, client_id: str, token: str) -> None:
        """Gives the registration up (RFC 7592 section 2.3): nobody signs in to it any more.

        Raises:
            WrongRegistrationToken, ChangedMeanwhile: as above.
        """
        await self.forget(await self.look(client_id, token), actor=SELF_SERVICE)

    async def forget(self, known: RegisteredClient, *, actor: Actor) -> None:
        """The same for whoever may do that anyway. Raises ChangedMeanwhile."""
        service = replace(
            known.service,
            disabled_at=known.service.disabled_at or self.clock.now(),
            version=known.service.version + 1,
        )
        gone = RegisteredClient(service, known.openid)
        event = self._event(gone, EventName.OPENID_CLIENT_REMOVED, actor)
        if not await self.store.remove(gone, event):
            raise ChangedMeanwhile
        await self._end_open(gone, actor)

    async def _checked(self, asked: Registration) -> str:
        """The sector of a registration that nothing speaks against."""
        problems = problems_of(asked, self.rules)
        if problems:
            raise RegistrationRefused(", ".join(one.place for one in problems), problems)
        return await sector_for(asked.metadata, self.sectors)

    def _secret_for(self, asked: Registration) -> str | None:
        method = AuthMethod(asked.metadata.token_endpoint_auth_method)
        return create_secret(self.randomness) if method.has_secret else None

    async def _keep(self, client: RegisteredClient, name: EventName, actor: Actor) -> None:
        if not await self.store.update(client, self._event(client, name, actor)):
            raise ChangedMeanwhile

    async def _end_open(self, client: RegisteredClient, actor: Actor) -> None:
        """Nobody shall show anything to a service that is not to have it."""
        await self.services.cancel_open(client.client_id, self.clock.now(), actor)

    def _event(self, client: RegisteredClient, name: EventName, actor: Actor) -> Event:
        return Event(name, actor, self.clock.now(), client.client_id)

"""Seams of the OpenID provider: what its use cases need from outside, one Protocol each."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from verifier.domain.event import Event
from verifier.domain.openid.grant import Grant, TokenOfGrant


class GrantStore(Protocol):
    """Logins that wait for their code, or whose token is in use. Found by hashes only."""

    async def add_grant(self, grant: Grant, event: Event) -> None:
        """Keeps a new grant whose code nobody has used."""

    async def find_grant(self, code_hash: bytes) -> Grant | None:
        """By the hash of its code, used or not."""

    async def spend_code(self, code_hash: bytes, token: TokenOfGrant, now: datetime, event: Event) -> bool:
        """Uses an unused, unexpired code and keeps its token, in one step; ``False`` for all but the first."""

    async def revoke_grant(self, code_hash: bytes, event: Event) -> bool:
        """Takes away token and claims of a grant; ``False`` when it has none any more. The code stays used."""

    async def find_token(self, token_hash: bytes) -> Grant | None:
        """By the hash of its access token."""

    async def purge_grants(self, now: datetime) -> int:
        """Deletes grants, with their claims, whose code and token have both ended; returns how many."""


class ReplayStore(Protocol):
    """What must be used only once: client assertions, DPoP proofs."""

    async def first_use(self, key: bytes, until: datetime) -> bool:
        """Whether nobody has used it before; it is remembered until then."""

    async def purge_replays(self, now: datetime) -> int:
        """Forgets what could not be used any more anyway; returns how many."""


class OpenIdClientStore(Protocol):
    """OpenID clients, each with its relying service: both are written in one transaction."""

    async def get(self, client_id: ClientId) -> RegisteredClient | None:
        """One of them."""

    async def add(self, client: RegisteredClient, event: Event) -> None:
        """Keeps a new client and its new relying service."""

    async def update(self, client: RegisteredClient, event: Event) -> bool:
        """Keeps both, each with its next ``version``; ``False`` when one of them was changed since."""

    async def remove(self, client: RegisteredClient, event: Event) -> bool:
        """Forgets the client; its relying service stays, as ``client`` has it with its next ``version``.

        ``False`` when it was changed since.
        """

    async def clients(self) -> Sequence[RegisteredClient]:
        """All of them, oldest first."""

    async def count_unreviewed(self, *, at_most: int) -> int:
        """How many no administrator has decided about; counting stops at ``at_most``."""

    async def purge_unreviewed(self, created_before: datetime, now: datetime) -> int:
        """Deletes pending clients that nobody decided about, each with its relying service and an event."""

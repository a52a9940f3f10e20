"""``ports_openid.GrantStore`` in memory. No method awaits, so each runs as one step of the event loop."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from verifier.domain.event import Event
from verifier.domain.openid.grant import Grant, TokenOfGrant, ends_at


@dataclass(slots=True)
class MemoryGrants:
    """Grants in a dictionary."""

    events: list[Event] = field(default_factory=list)
    _grants: dict[bytes, Grant] = field(default_factory=dict)

    async def add_grant(self, grant: Grant, event: Event) -> None:
        self._keep(grant, event)

    async def find_grant(self, code_hash: bytes) -> Grant | None:
        return self._grants.get(code_hash)

    async def spend_code(self, code_hash: bytes, token: TokenOfGrant, now: datetime, event: Event) -> bool:
        grant = self._grants.get(code_hash)
        if grant is None or grant.used_at is not None or now >= grant.expires_at:
            return False
        self._keep(replace(grant, used_at=now, token=token), event)
        return True

    async def revoke_grant(self, code_hash: bytes, event: Event) -> bool:
        grant = self._grants.get(code_hash)
        if grant is None or grant.token is None:
            return False
        self._keep(replace(grant, token=None, sealed=None), event)
        return True

    async def find_token(self, token_hash: bytes) -> Grant | None:
        tokens = ((one, one.token) for one in self._grants.values())
        return next((one for one, token in tokens if token and token.token_hash == token_hash), None)

    async def purge_grants(self, now: datetime) -> int:
        over = [one.code_hash for one in self._grants.values() if ends_at(one) <= now]
        for code_hash in over:
            del self._grants[code_hash]
        return len(over)

    def _keep(self, grant: Grant, event: Event) -> None:
        self._grants[grant.code_hash] = grant
        self.events.append(event)

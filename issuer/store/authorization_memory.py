"""``ports.AuthorizationStore`` and ``ports.GrantStore`` in memory, beside the issuer's other things there."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from issuer.domain.authorization import (
    USED_CODE_MEMORY,
    Authorization,
    AuthorizationCode,
    AuthorizationSession,
    ClientId,
    GrantId,
    PushedRequest,
    SessionState,
)
from issuer.domain.event import Event
from issuer.domain.grant import IssuedGrant
from issuer.store.memory import MemoryIssuerStore


@dataclass(slots=True)
class MemoryAuthorizations:
    """``issued``: where events go."""

    issued: MemoryIssuerStore
    _pushed: dict[bytes, PushedRequest] = field(default_factory=dict)
    _sessions: dict[bytes, AuthorizationSession] = field(default_factory=dict)
    _codes: dict[bytes, AuthorizationCode] = field(default_factory=dict)
    _grants: dict[GrantId, IssuedGrant] = field(default_factory=dict)

    async def push(self, pushed: PushedRequest, event: Event) -> None:
        self._pushed[pushed.reference_hash] = pushed
        self.issued.events.append(event)

    async def take_pushed(
        self, reference_hash: bytes, client_id: ClientId, now: datetime, event: Event
    ) -> Authorization | None:
        pushed = self._pushed.get(reference_hash)
        if pushed is None or pushed.authorization.client_id != client_id or now >= pushed.expires_at:
            return None
        del self._pushed[reference_hash]
        self.issued.events.append(event)
        return pushed.authorization

    async def open_session(self, session: AuthorizationSession, event: Event) -> None:
        self._sessions[session.session_hash] = session
        self.issued.events.append(event)

    async def find_session(self, session_hash: bytes) -> AuthorizationSession | None:
        return self._sessions.get(session_hash)

    async def record_sign_in(
        self, session_hash: bytes, signed_in: AuthorizationSession, event: Event
    ) -> bool:
        session = self._sessions.get(session_hash)
        if session is None or session.state_at(event.at) is not SessionState.SIGNING_IN:
            return False
        del self._sessions[session_hash]
        self._sessions[signed_in.session_hash] = signed_in
        self.issued.events.append(event)
        return True

    async def end_session(
        self, session_hash: bytes, event: Event, *, code: AuthorizationCode | None = None
    ) -> bool:
        session = self._sessions.get(session_hash)
        state = SessionState.ENDED if session is None else session.state_at(event.at)
        if session is None or state is SessionState.ENDED:
            return False
        if code is not None:
            if state is not SessionState.CONSENTING:
                return False
            self._codes[code.code_hash] = code
        self._sessions[session_hash] = replace(session, state=SessionState.ENDED)
        self.issued.events.append(event)
        return True

    async def find_code(self, code_hash: bytes) -> AuthorizationCode | None:
        return self._codes.get(code_hash)

    async def spend_code(self, code_hash: bytes, grant: IssuedGrant, event: Event) -> bool:
        code = self._codes.get(code_hash)
        if code is None or code.is_spent or event.at >= code.expires_at:
            return False
        self._codes[code_hash] = replace(code, grant_id=grant.grant_id)
        self._grants[grant.grant_id] = grant
        self.issued.events.append(event)
        return True

    async def purge_authorizations(self, now: datetime) -> int:
        pushed = [key for key, one in self._pushed.items() if one.expires_at <= now]
        sessions = [key for key, one in self._sessions.items() if one.expires_at <= now]
        codes = [key for key, one in self._codes.items() if one.expires_at + USED_CODE_MEMORY <= now]
        for key in pushed:
            del self._pushed[key]
        for key in sessions:
            del self._sessions[key]
        for key in codes:
            del self._codes[key]
        return len(pushed) + len(sessions) + len(codes)

    # grants

    async def add_grant(self, grant: IssuedGrant, event: Event) -> None:
        self._grants[grant.grant_id] = grant
        self.issued.events.append(event)

    async def find_grant(self, grant_id: GrantId) -> IssuedGrant | None:
        return self._grants.get(grant_id)

    async def find_grant_by_refresh(self, refresh_hash: bytes) -> IssuedGrant | None:
        return next((one for one in self._grants.values() if one.refresh_hash == refresh_hash), None)

    async def revoke_grant(self, grant_id: GrantId, event: Event) -> bool:
        grant = self._grants.get(grant_id)
        if grant is None or grant.revoked:
            return False
        self._grants[grant_id] = replace(grant, revoked=True)
        self.issued.events.append(event)
        return True

    async def purge_grants(self, now: datetime) -> int:
        old = [key for key, one in self._grants.items() if one.expires_at <= now]
        for key in old:
            del self._grants[key]
        return len(old)

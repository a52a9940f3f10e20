"""``LoginStore`` and ``SessionStore`` in memory. No method awaits, so each is one step of the event loop."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from verifier.domain.event import Event
from verifier.domain.openid.login import Login, LoginRequest, LoginState, PushedRequest
from verifier.domain.openid.session import ReauthenticationSession
from verifier.domain.presentation import RequestId
from verifier.domain.relying_service import ClientId


@dataclass(slots=True)
class MemoryLogins:
    """Pushed requests, logins and sessions in dictionaries."""

    events: list[Event] = field(default_factory=list)
    _pushed: dict[bytes, PushedRequest] = field(default_factory=dict)
    _logins: dict[RequestId, Login] = field(default_factory=dict)
    _sessions: dict[bytes, ReauthenticationSession] = field(default_factory=dict)

    async def push(self, pushed: PushedRequest, event: Event) -> None:
        self._pushed[pushed.reference_hash] = pushed
        self.events.append(event)

    async def take_pushed(
        self, reference_hash: bytes, client_id: ClientId, now: datetime, event: Event
    ) -> LoginRequest | None:
        pushed = self._pushed.get(reference_hash)
        if pushed is None or pushed.request.client_id != client_id or now >= pushed.expires_at:
            return None
        del self._pushed[reference_hash]
        self.events.append(event)
        return pushed.request

    async def add_login(self, login: Login, event: Event) -> None:
        self._logins[login.request_id] = login
        self.events.append(event)

    async def login_of(self, request_id: RequestId) -> Login | None:
        return self._logins.get(request_id)

    async def finish_login(self, request_id: RequestId, event: Event) -> bool:
        login = self._logins.get(request_id)
        if login is None or login.state is not LoginState.OPEN:
            return False
        self._logins[request_id] = replace(login, state=LoginState.DONE)
        self.events.append(event)
        return True

    async def purge_logins(self, now: datetime, expired_before: datetime) -> int:
        pushed = [key for key, one in self._pushed.items() if one.expires_at <= now]
        logins = [key for key, one in self._logins.items() if one.expires_at <= expired_before]
        for reference_hash in pushed:
            del self._pushed[reference_hash]
        for request_id in logins:
            del self._logins[request_id]
        return len(pushed) + len(logins)

    # sessions

    async def put_session(
        self, session: ReauthenticationSession, event: Event, *, instead_of: bytes | None = None
    ) -> None:
        if instead_of is not None:
            self._sessions.pop(instead_of, None)
        self._sessions[session.browser_hash] = session
        self.events.append(event)

    async def find_session(self, browser_hash: bytes, now: datetime) -> ReauthenticationSession | None:
        session = self._sessions.get(browser_hash)
        return None if session is None or now >= session.expires_at else session

    async def session_of_sid(
        self, client_id: ClientId, sid: str, now: datetime
    ) -> ReauthenticationSession | None:
        names = (client_id, sid)
        found = (one for one in self._sessions.values() if (one.client_id, one.sid) == names)
        return next((one for one in found if now < one.expires_at), None)

    async def end_session(self, browser_hash: bytes, event: Event) -> ReauthenticationSession | None:
        session = self._sessions.pop(browser_hash, None)
        if session is not None:
            self.events.append(event)
        return session

    async def purge_sessions(self, now: datetime) -> int:
        over = [key for key, one in self._sessions.items() if one.expires_at <= now]
        for browser_hash in over:
            del self._sessions[browser_hash]
        return len(over)

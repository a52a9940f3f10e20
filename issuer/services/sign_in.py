"""From the authorization session's cookie to the provider, and back to a person of the register.

Nothing is stored between the two: what an attempt has to remember is derived from the session's cookie and
a random number that travels as ``state``. So the answer fits the browser that asked and no other, however
many tabs it has open, and any process of the issuer can take it.
"""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from issuer.domain.authorization import SessionState
from issuer.domain.event import SubjectRef
from issuer.domain.login import LoginAttempt
from issuer.errors import LoginNotStartedHere, LoginUnavailable, LoginUnknownPerson
from issuer.ports import Login, Randomness, SubjectDirectory
from issuer.services.finish_authorization import AuthorizationSessions
from keys.signer import Secret
from specs.encoding import b64url_encode

ATTEMPT_BYTES = 16
MAX_FOUND = 20


@dataclass(frozen=True, slots=True)
class SessionSecrets:
    """What belongs to one session's cookie, derived with the issuer's ``session`` secret."""

    secret: Callable[[], Secret]

    def attempt(self, cookie: str, attempt_id: str) -> LoginAttempt:
        """Three values that only somebody with the cookie and the secret can make: 256 bits each."""
        return LoginAttempt(
            state=f"{attempt_id}.{self._derived('login state', cookie, attempt_id)}",
            nonce=self._derived("login nonce", cookie, attempt_id),
            code_verifier=self._derived("login verifier", cookie, attempt_id),
        )

    def attempt_of(self, cookie: str, state: str) -> LoginAttempt:
        """The attempt that a returning browser names. Raises LoginNotStartedHere."""
        attempt = self.attempt(cookie, state.partition(".")[0])
        if not hmac.compare_digest(attempt.state.encode(), state.encode()):
            raise LoginNotStartedHere
        return attempt

    def form_token(self, cookie: str) -> str:
        """What every form of this session's pages has to carry: another site cannot know it."""
        return self._derived("page form", cookie)

    def is_form_token(self, cookie: str, token: str) -> bool:
        return hmac.compare_digest(self.form_token(cookie).encode(), token.encode())

    def _derived(self, use: str, *parts: str) -> str:
        return b64url_encode(self.secret().mac("\x00".join((use, *parts)).encode()))


@dataclass(frozen=True, slots=True)
class SignIn:
    """``login`` is None where no provider is configured: then nobody can sign in, and the pages say so."""

    sessions: AuthorizationSessions
    login: Login | None
    directory: SubjectDirectory
    secrets: SessionSecrets
    randomness: Randomness

    async def begin(self, cookie: str, ui_locales: str) -> str:
        """Where to send the browser to sign in.

        Raises:
            AuthorizationSessionOver: no such session.
            LoginFailed: the provider cannot be used.
        """
        await self.sessions.of(cookie)
        attempt_id = b64url_encode(self.randomness.token_bytes(ATTEMPT_BYTES))
        return await self._provider().begin(self.secrets.attempt(cookie, attempt_id), ui_locales)

    async def finish(self, cookie: str, answer: Mapping[str, str]) -> str:
        """The session's new cookie, for the person whom the provider names.

        Raises:
            AuthorizationSessionOver: no such session, or it is past sign-in.
            LoginNotStartedHere: the answer belongs to another browser; the session stays as it is.
            LoginFailed: not signed in; the session stays open for another try.
        """
        session = await self.sessions.of(cookie)
        attempt = self.secrets.attempt_of(cookie, answer.get("state", ""))
        if session.state is not SessionState.SIGNING_IN:
            raise LoginNotStartedHere("past sign-in")
        account = await self._provider().finish(attempt, answer)
        subject_ref = await self._person(account.identifier)
        return await self.sessions.signed_in(cookie, subject_ref, account.auth_time)

    def _provider(self) -> Login:
        if self.login is None:
            raise LoginUnavailable("no sign-in provider is configured")
        return self.login

    async def _person(self, register_number: str) -> SubjectRef:
        """The one with exactly this register number; the directory's search finds by parts of names too."""
        found = await self.directory.search(register_number, limit=MAX_FOUND)
        for subject_ref, resident in found:
            if resident.register_number == register_number:
                return subject_ref
        raise LoginUnknownPerson

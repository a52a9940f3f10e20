"""How an access token refers to the person it was issued for, without saying who that is.

The reference is sealed: no table is needed between the token endpoint and the credential endpoint, two
tokens of one person share nothing, and a wallet that reads its token learns no name of the person.
"""

from collections.abc import Callable
from dataclasses import dataclass

from issuer.domain.authorization import GrantId
from issuer.domain.event import SubjectRef
from keys.errors import UnknownKey, UnwrapFailed
from keys.signer import Secret
from keys.wrapping import unwrap, wrap, wrapped_version
from specs.encoding import InvalidBase64Url, b64url_decode, b64url_encode
from specs.oauth import InvalidToken

_CONTEXT = b"access token grant"
_SEPARATOR = "\x00"


@dataclass(frozen=True, slots=True)
class GrantReferences:
    """``secret(version)``: the issuer's ``wrapping`` secret; ``None`` asks for the current one."""

    secret: Callable[[int | None], Secret]

    def seal(self, subject_ref: SubjectRef, grant_id: GrantId | None = None) -> str:
        """The ``sub`` of an access token. ``grant_id``: the stored grant that it ends with, if any."""
        text = subject_ref if grant_id is None else f"{subject_ref}{_SEPARATOR}{grant_id}"
        return b64url_encode(wrap(self.secret(None), text.encode(), _CONTEXT))

    def open(self, grant_id: str) -> SubjectRef:
        """The person behind a verified token.

        Raises:
            InvalidToken: not sealed by us.
        """
        return SubjectRef(self._opened(grant_id).partition(_SEPARATOR)[0])

    def stored_grant(self, grant_id: str) -> GrantId | None:
        """The stored grant behind a verified token; ``None`` when nothing is kept of it.

        Raises:
            InvalidToken: not sealed by us.
        """
        return GrantId(self._opened(grant_id).partition(_SEPARATOR)[2]) or None

    def _opened(self, grant_id: str) -> str:
        try:
            wrapped = b64url_decode(grant_id)
            secret = self.secret(wrapped_version(wrapped))
            return unwrap(secret, wrapped, _CONTEXT).decode()
        except (UnwrapFailed, UnknownKey, InvalidBase64Url) as error:
            raise InvalidToken("sub") from error

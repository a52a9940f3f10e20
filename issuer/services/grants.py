"""How an access token refers to the person it was issued for, without saying who that is.

The reference is sealed: no table is needed between the token endpoint and the credential endpoint, two
tokens of one person share nothing, and a wallet that reads its token learns no name of the person.
"""

from collections.abc import Callable
from dataclasses import dataclass

from issuer.domain.event import SubjectRef
from keys.errors import UnknownKey, UnwrapFailed
from keys.signer import Secret
from keys.wrapping import unwrap, wrap, wrapped_version
from specs.encoding import InvalidBase64Url, b64url_decode, b64url_encode
from specs.oauth import InvalidToken

_CONTEXT = b"access token grant"


@dataclass(frozen=True, slots=True)
class GrantReferences:
    """``secret(version)``: the issuer's ``wrapping`` secret; ``None`` asks for the current one."""

    secret: Callable[[int | None], Secret]

    def seal(self, subject_ref: SubjectRef) -> str:
        """The ``sub`` of an access token."""
        return b64url_encode(wrap(self.secret(None), subject_ref.encode(), _CONTEXT))

    def open(self, grant_id: str) -> SubjectRef:
        """The person behind a verified token.

        Raises:
            InvalidToken: not sealed by us.
        """
        try:
            wrapped = b64url_decode(grant_id)
            secret = self.secret(wrapped_version(wrapped))
            return SubjectRef(unwrap(secret, wrapped, _CONTEXT).decode())
        except (UnwrapFailed, UnknownKey, InvalidBase64Url) as error:
            raise InvalidToken("sub") from error

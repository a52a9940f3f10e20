"""How a wallet names the card it tells about, without a table and without learning our name of it.

A ``notification_id`` is the issuance, sealed for the person it was issued to: two of them share nothing, and
nothing is stored until a wallet has something to tell.
"""

from collections.abc import Callable
from dataclasses import dataclass

from issuer.domain.event import SubjectRef
from issuer.domain.records import IssuanceId
from keys.errors import UnknownKey, UnwrapFailed
from keys.signer import Secret
from keys.wrapping import unwrap, wrap, wrapped_version
from specs.encoding import InvalidBase64Url, b64url_decode, b64url_encode
from specs.openid4vci.errors import InvalidNotificationId

_CONTEXT = b"notification\x00"


@dataclass(frozen=True, slots=True)
class NotificationIds:
    """``secret(version)``: the issuer's ``wrapping`` secret; ``None`` asks for the current one."""

    secret: Callable[[int | None], Secret]

    def seal(self, issuance_id: IssuanceId, subject_ref: SubjectRef) -> str:
        """The ``notification_id`` of an issuance; another one each time."""
        sealed = wrap(self.secret(None), issuance_id.encode(), _CONTEXT + subject_ref.encode())
        return b64url_encode(sealed)

    def open(self, notification_id: str, subject_ref: SubjectRef) -> IssuanceId:
        """The issuance behind it.

        Raises:
            InvalidNotificationId: not sealed by us, or for somebody else.
        """
        try:
            wrapped = b64url_decode(notification_id)
            secret = self.secret(wrapped_version(wrapped))
            return IssuanceId(unwrap(secret, wrapped, _CONTEXT + subject_ref.encode()).decode())
        except (UnwrapFailed, UnknownKey, InvalidBase64Url) as error:
            raise InvalidNotificationId(type(error).__name__) from error

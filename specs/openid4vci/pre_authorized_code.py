"""Whether a pre-authorized code is good (OpenID4VCI 1.0 section 6.3): the decision, without the store."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from specs.oauth.token_request import PreAuthorizedCodeRequest
from specs.openid4vci.errors import (
    AnonymousAccessNotAllowed,
    ExpiredPreAuthorizedCode,
    MissingTxCode,
    RedeemedPreAuthorizedCode,
    UnexpectedTxCode,
    UnknownPreAuthorizedCode,
    WrongTxCode,
)


@dataclass(frozen=True, slots=True)
class RememberedCode:
    """What the server kept of a code. `tx_code_digest` None: the offer had no `tx_code` object."""

    expires_at: datetime
    redeemed: bool
    tx_code_digest: bytes | None = field(repr=False)


def verify_pre_authorized_code(
    request: PreAuthorizedCodeRequest,
    remembered: RememberedCode | None,
    *,
    now: datetime,
    anonymous_access: bool,
    tx_code_digest: Callable[[str], bytes],
) -> None:
    """Returns when the request may have its token.

    `remembered`: what belongs to the code; None when there is none, or when its attempts are used up (the
    store counts them before it asks here, so that parallel guesses cannot outrun the limit).
    `tx_code_digest`: the keyed hash under which transaction codes are kept. The code is to be redeemed after
    this, in one conditional statement. Raises a subclass of InvalidClient, InvalidGrant or InvalidRequest.
    """
    if request.client_id is None and not anonymous_access:
        raise AnonymousAccessNotAllowed
    if remembered is None:
        raise UnknownPreAuthorizedCode
    if remembered.redeemed:
        raise RedeemedPreAuthorizedCode
    if now >= remembered.expires_at:
        raise ExpiredPreAuthorizedCode
    _check_tx_code(request.tx_code, remembered.tx_code_digest, tx_code_digest)


def _check_tx_code(sent: str | None, expected: bytes | None, digest: Callable[[str], bytes]) -> None:
    if expected is None:
        # Not ignored: a wallet that sends one expects a protection that is not there.
        if sent is not None:
            raise UnexpectedTxCode
        return
    if sent is None:
        raise MissingTxCode
    if not hmac.compare_digest(digest(sent), expected):
        raise WrongTxCode

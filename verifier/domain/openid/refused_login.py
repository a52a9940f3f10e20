"""What a client is told of a login that led to no code: a registered error, and the reason behind it.

RFC 6749 section 4.1.2.1. A client must be able to tell a person's No from something that does not work, so
that it neither blames its visitor nor tries for ever.
"""

from collections.abc import Mapping
from typing import Final

from specs.oauth import AccessDenied, OAuthError, ServerError, TemporarilyUnavailable
from verifier.domain import ends
from verifier.domain.presentation_page import PageState

WITH_REASONS: Final = frozenset({PageState.REJECTED, PageState.UNDETERMINED, PageState.CANCELLED})
"""The ends that the presentation itself has reasons for."""

_TOLD: Final[Mapping[str, type[OAuthError]]] = {
    ends.ACCESS_DENIED.code: AccessDenied,
    ends.VISITOR_CANCELLED.code: AccessDenied,
    ends.SERVICE_CANCELLED.code: AccessDenied,
    # The wallet at hand cannot do it, and another one may: nothing to be repaired at either server.
    ends.VP_FORMATS_NOT_SUPPORTED.code: AccessDenied,
    ends.WALLET_UNAVAILABLE.code: TemporarilyUnavailable,
    ends.TEMPORARILY_UNAVAILABLE.code: TemporarilyUnavailable,
}


def told_to_client(state: PageState, reason: str) -> OAuthError:
    """The error of a login that ended in ``state``. ``reason``: the code of why.

    A wallet that takes our request for faulty, or fails in a way of its own, is a fault on this side of the
    client. Whatever ends otherwise (not accepted, nobody answered, too late) is a refusal.
    """
    if state is not PageState.CANCELLED:
        return AccessDenied()
    known = ends.end_of((reason,))
    return _TOLD.get(reason, AccessDenied if known is None else ServerError)()

"""Whether a login may be repeated from what is remembered of the last one (decisions.md, OpenID Connect)."""

from datetime import datetime

from specs.openid_connect import PROMPT_CONSENT, PROMPT_LOGIN, PROMPT_NONE, PROMPT_SELECT_ACCOUNT
from verifier.domain.openid.client import RegisteredClient
from verifier.domain.openid.login import LoginRequest
from verifier.domain.openid.session import ReauthenticationSession

_AGAIN = frozenset({PROMPT_LOGIN, PROMPT_CONSENT, PROMPT_SELECT_ACCOUNT})
"""Each of them is answered by the person, and here that is with a presentation."""


def may_repeat(
    request: LoginRequest, client: RegisteredClient, session: ReauthenticationSession, now: datetime
) -> bool:
    """Whether the session is the request's, still in the window that the client has today, and enough.

    A session holds no claims. A client that asks for some in the ``claims`` parameter gets a presentation,
    unless nothing may be shown (``prompt=none``): then it gets who it is, and no claims.
    """
    if (session.client_id, session.preset, session.acr) != (client.client_id, request.preset, request.acr):
        return False
    age = now - session.auth_time
    if age >= client.openid.reauthentication_window or now >= session.expires_at:
        return False
    # OpenID Connect Core section 3.1.2.1: older than max_age is asked again; with 0 always.
    if request.max_age is not None and age >= request.max_age:
        return False
    if request.subjects and session.sub not in request.subjects:
        return False
    if request.prompt & _AGAIN:
        return False
    return PROMPT_NONE in request.prompt or not request.wants_claims

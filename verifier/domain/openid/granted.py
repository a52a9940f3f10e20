"""From a request that was answered to what the client may exchange its code for."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from verifier.domain.openid.grant import NewGrant
from verifier.domain.openid.login import LoginRequest


def granted(
    request: LoginRequest, sub: str, claims: Mapping[str, Any], *, auth_time: datetime, sid: str | None
) -> NewGrant:
    """``auth_time``: when the credential was presented. ``sid``: where the browser is remembered.

    Then the client is always told ``auth_time``: so it sees that nobody has presented anything just now.
    """
    return NewGrant(
        client_id=request.client_id,
        redirect_uri=request.redirect_uri,
        code_challenge=request.code_challenge,
        nonce=request.nonce,
        dpop_jkt=request.dpop_jkt,
        scope=request.scope,
        sub=sub,
        acr=request.acr,
        preset=request.preset,
        auth_time=auth_time,
        wants_auth_time=request.wants_auth_time or sid is not None,
        sid=sid,
        id_token_claims=frozenset(request.id_token_claims),
        claims=claims,
    )

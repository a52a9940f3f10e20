"""From a request that was answered to what the client may exchange its code for."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from specs.openid_connect import ID_TOKEN, VERIFIED_CLAIMS
from verifier.domain.openid.grant import NewGrant
from verifier.domain.openid.login import LoginRequest

_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


def granted(
    request: LoginRequest,
    sub: str,
    claims: Mapping[str, Any],
    *,
    auth_time: datetime,
    sid: str | None,
    verified: Mapping[str, Any] = _NOTHING,
) -> NewGrant:
    """``auth_time``: when the credential was presented. ``sid``: where the browser is remembered.

    Then the client is always told ``auth_time``: so it sees that nobody has presented anything just now.
    """
    names = frozenset(request.id_token_claims)
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
        id_token_claims=names | {VERIFIED_CLAIMS} if ID_TOKEN in verified else names,
        claims=claims,
        verified=verified,
    )

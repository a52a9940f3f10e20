"""A grant: one login that a client may exchange, with its code, for two tokens (7.04)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from verifier.domain.presentation import SealedResult
from verifier.domain.relying_service import ClientId

CODE_LIFETIME: Final = timedelta(seconds=60)
TOKEN_LIFETIME: Final = timedelta(minutes=5)
"""Of access tokens; the claims of a login are deleted with its token (7.06)."""
ID_TOKEN_LIFETIME: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantTerms:
    """What a login has led to, and on what terms its code is good.

    ``redirect_uri``: as the authorization request had it. ``code_challenge``: S256. ``dpop_jkt``: the key
    that the token has to be bound to, by its thumbprint. ``auth_time``: when the credential was presented.
    ``wants_auth_time``: it was asked for, or followed from ``max_age``. ``sid``: where there is a session.
    ``id_token_claims``: those claims that go into the ID token too.
    """

    client_id: ClientId
    redirect_uri: str
    code_challenge: str | None
    nonce: str | None
    dpop_jkt: str | None
    scope: tuple[str, ...]
    sub: str = field(repr=False)
    acr: str
    preset: str
    auth_time: datetime
    wants_auth_time: bool
    sid: str | None
    id_token_claims: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGrant(GrantTerms):
    """A login that succeeded. ``claims``: mapped ones.

    ``verified``: the claim ``verified_claims`` for each place where there is one (7.20).
    """

    claims: Mapping[str, Any] = field(repr=False)
    verified: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenOfGrant:
    """The one access token of a grant. ``jkt``: the thumbprint of the key it is bound to (RFC 9449)."""

    token_hash: bytes
    expires_at: datetime
    jkt: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant(GrantTerms):
    """What is kept of a login until its code, or its token, ends. Code and token only as SHA-256."""

    code_hash: bytes
    sealed: SealedResult | None = field(repr=False)
    """The mapped claims, and verified ones; ``None`` when there were none, or no longer."""
    issued_at: datetime
    expires_at: datetime
    """Of the code."""
    used_at: datetime | None = None
    token: TokenOfGrant | None = None
    """``None`` before the code is used, and after it was used again."""


def ends_at(grant: Grant) -> datetime:
    """When nothing can be had for it any more: until then a second use of its code is recognised."""
    return grant.token.expires_at if grant.token else grant.expires_at

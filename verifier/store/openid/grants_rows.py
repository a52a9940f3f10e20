"""Grants from values to columns and back; both SQL stores share it."""

import json
from typing import Any

from trillium.runtime.rows import Row, from_column, to_column
from verifier.domain.openid.grant import Grant, TokenOfGrant
from verifier.domain.relying_service import ClientId
from verifier.store.rows import sealed_from


def grant_columns(grant: Grant) -> tuple[Any, ...]:
    """In the order of ``GRANT_COLUMNS``."""
    sealed, token = grant.sealed, grant.token
    return (
        grant.code_hash,
        grant.client_id,
        grant.redirect_uri,
        grant.code_challenge,
        grant.nonce,
        grant.dpop_jkt,
        json.dumps(grant.scope),
        grant.sub,
        grant.acr,
        grant.preset,
        to_column(grant.auth_time),
        grant.wants_auth_time,
        grant.sid,
        json.dumps(sorted(grant.id_token_claims)),
        None if sealed is None else sealed.wrapped_key,
        None if sealed is None else sealed.ciphertext,
        to_column(grant.issued_at),
        to_column(grant.expires_at),
        None if grant.used_at is None else to_column(grant.used_at),
        None if token is None else token.token_hash,
        None if token is None else to_column(token.expires_at),
        None if token is None else token.jkt,
    )


def grant_from(row: Row) -> Grant:
    """A grant from a row."""
    used = row["used_at"]
    return Grant(
        code_hash=bytes(row["code_hash"]),
        client_id=ClientId(row["client_id"]),
        redirect_uri=row["redirect_uri"],
        code_challenge=row["code_challenge"],
        nonce=row["nonce"],
        dpop_jkt=row["dpop_jkt"],
        scope=tuple(json.loads(row["scope"])),
        sub=row["sub"],
        acr=row["acr"],
        preset=row["preset"],
        auth_time=from_column(row["auth_time"]),
        wants_auth_time=bool(row["wants_auth_time"]),
        sid=row["sid"],
        id_token_claims=frozenset(json.loads(row["id_token_claims"])),
        sealed=sealed_from(row),
        issued_at=from_column(row["issued_at"]),
        expires_at=from_column(row["expires_at"]),
        used_at=None if used is None else from_column(used),
        token=_token(row),
    )


def _token(row: Row) -> TokenOfGrant | None:
    if row["token_hash"] is None:
        return None
    return TokenOfGrant(
        token_hash=bytes(row["token_hash"]),
        expires_at=from_column(row["token_expires_at"]),
        jkt=row["token_jkt"],
    )

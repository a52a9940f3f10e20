"""Requests, sessions, codes and grants from values to columns and back; both SQL stores share it."""

import json
from typing import Any

from issuer.domain.authorization import (
    Authorization,
    AuthorizationCode,
    AuthorizationSession,
    ClientId,
    GrantId,
    PushedRequest,
    SenderKeys,
    SessionState,
)
from issuer.domain.event import SubjectRef
from issuer.domain.grant import IssuedGrant
from issuer.domain.offer import ConfigurationId, OfferId
from trillium.runtime.rows import Row, from_column, to_column


def pushed_columns(pushed: PushedRequest) -> tuple[Any, ...]:
    """In the order of the columns of ``issuer_pushed_request``."""
    authorization = pushed.authorization
    return (
        pushed.reference_hash,
        authorization.client_id,
        authorization_text(authorization),
        to_column(pushed.expires_at),
    )


def session_columns(session: AuthorizationSession) -> tuple[Any, ...]:
    """In the order of the columns of ``issuer_authorization_session``."""
    return (
        session.session_hash,
        authorization_text(session.authorization),
        to_column(session.expires_at),
        session.state.value,
        session.subject_ref,
        None if session.auth_time is None else to_column(session.auth_time),
    )


def session_from(row: Row) -> AuthorizationSession:
    """A session from a row of ``issuer_authorization_session``."""
    subject_ref, auth_time = row["subject_ref"], row["auth_time"]
    return AuthorizationSession(
        session_hash=bytes(row["session_hash"]),
        authorization=authorization_from(row["request"]),
        expires_at=from_column(row["expires_at"]),
        state=SessionState(row["state"]),
        subject_ref=None if subject_ref is None else SubjectRef(subject_ref),
        auth_time=None if auth_time is None else from_column(auth_time),
    )


def code_columns(code: AuthorizationCode) -> tuple[Any, ...]:
    """In the order of the columns of ``issuer_authorization_code``."""
    return (
        code.code_hash,
        authorization_text(code.authorization),
        code.subject_ref,
        to_column(code.auth_time),
        to_column(code.expires_at),
        code.grant_id,
    )


def code_from(row: Row) -> AuthorizationCode:
    """A code from a row of ``issuer_authorization_code``."""
    grant_id = row["grant_id"]
    return AuthorizationCode(
        code_hash=bytes(row["code_hash"]),
        authorization=authorization_from(row["request"]),
        subject_ref=SubjectRef(row["subject_ref"]),
        auth_time=from_column(row["auth_time"]),
        expires_at=from_column(row["expires_at"]),
        grant_id=None if grant_id is None else GrantId(grant_id),
    )


def grant_columns(grant: IssuedGrant) -> tuple[Any, ...]:
    """In the order of the columns of ``issuer_grant``."""
    granted = {
        "configuration_ids": grant.configuration_ids,
        "by_details": sorted(grant.by_details),
        "bound_to": [grant.bound_to.dpop, grant.bound_to.instance],
    }
    return (
        grant.grant_id,
        grant.subject_ref,
        grant.client_id,
        json.dumps(granted, separators=(",", ":")),
        to_column(grant.created_at),
        to_column(grant.expires_at),
        grant.refresh_hash,
        grant.revoked,
    )


def grant_from(row: Row) -> IssuedGrant:
    """A grant from a row of ``issuer_grant``."""
    granted, client_id, refresh_hash = json.loads(row["granted"]), row["client_id"], row["refresh_hash"]
    return IssuedGrant(
        grant_id=GrantId(row["grant_id"]),
        subject_ref=SubjectRef(row["subject_ref"]),
        client_id=None if client_id is None else ClientId(client_id),
        configuration_ids=tuple(ConfigurationId(one) for one in granted["configuration_ids"]),
        by_details=frozenset(ConfigurationId(one) for one in granted["by_details"]),
        bound_to=SenderKeys(*granted["bound_to"]),
        created_at=from_column(row["created_at"]),
        expires_at=from_column(row["expires_at"]),
        refresh_hash=None if refresh_hash is None else bytes(refresh_hash),
        revoked=bool(row["revoked"]),
    )


def authorization_text(authorization: Authorization) -> str:
    """The column ``request``."""
    members = {
        "client_id": authorization.client_id,
        "redirect_uri": authorization.redirect_uri,
        "code_challenge": authorization.code_challenge,
        "configuration_ids": authorization.configuration_ids,
        "by_details": sorted(authorization.by_details),
        "state": authorization.state,
        "ui_locales": authorization.ui_locales,
        "offer_id": authorization.offer_id,
        "bound_to": [authorization.bound_to.dpop, authorization.bound_to.instance],
    }
    return json.dumps(members, separators=(",", ":"))


def authorization_from(text: str) -> Authorization:
    """A request from the column ``request``."""
    members = json.loads(text)
    offer_id = members["offer_id"]
    return Authorization(
        client_id=ClientId(members["client_id"]),
        redirect_uri=members["redirect_uri"],
        code_challenge=members["code_challenge"],
        configuration_ids=tuple(ConfigurationId(one) for one in members["configuration_ids"]),
        by_details=frozenset(ConfigurationId(one) for one in members["by_details"]),
        state=members["state"],
        ui_locales=members["ui_locales"],
        offer_id=None if offer_id is None else OfferId(offer_id),
        bound_to=SenderKeys(*members["bound_to"]),
    )

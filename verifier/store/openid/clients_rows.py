"""OpenID clients from values to columns and back; both SQL stores share it."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from specs.jose import Algorithm, PublicJwk, parse_public_jwk
from trillium.runtime.rows import Row, from_column, to_column
from verifier.domain.openid.client import Approval, AuthMethod, OpenIdClient, RegisteredClient
from verifier.domain.preset import SubjectMode
from verifier.domain.relying_service import ClientId, PreviousSecret
from verifier.store.service_rows import service_from

_MILLISECOND = timedelta(milliseconds=1)


def client_columns(client: OpenIdClient) -> tuple[Any, ...]:
    """In the order of ``CLIENT_COLUMNS``; the id comes first, the version last."""
    previous = client.previous_secret
    return (
        client.client_id,
        json.dumps(client.redirect_uris),
        json.dumps(client.post_logout_redirect_uris),
        client.auth_method.value,
        client.secret_hash,
        None if previous is None else previous.secret_hash,
        None if previous is None else to_column(previous.until),
        json.dumps([_jwk(key) for key in client.jwks]),
        client.jwks_uri,
        client.id_token_alg.value,
        client.require_pkce,
        client.sector,
        client.sector_identifier_uri,
        client.subject_mode.value,
        client.reauthentication_window // _MILLISECOND,
        client.default_preset,
        client.backchannel_logout_uri,
        client.backchannel_logout_session_required,
        json.dumps(client.purposes, ensure_ascii=False),
        json.dumps(client.needs),
        json.dumps(client.contacts, ensure_ascii=False),
        client.approval.value,
        None if client.reviewed_at is None else to_column(client.reviewed_at),
        client.refusal,
        client.registration_token_hash,
        to_column(client.created_at),
        client.version,
    )


def registered_from(row: Row) -> RegisteredClient:
    """A client from a row of both tables."""
    return RegisteredClient(service_from(row), _client_from(row))


def _client_from(row: Row) -> OpenIdClient:
    return OpenIdClient(
        client_id=ClientId(row["client_id"]),
        redirect_uris=_texts(row["redirect_uris"]),
        post_logout_redirect_uris=_texts(row["post_logout_redirect_uris"]),
        auth_method=AuthMethod(row["auth_method"]),
        secret_hash=_bytes(row["openid_secret_hash"]),
        previous_secret=_previous(row),
        jwks=tuple(parse_public_jwk(one) for one in json.loads(row["jwks"])),
        jwks_uri=row["jwks_uri"],
        id_token_alg=Algorithm(row["id_token_alg"]),
        require_pkce=bool(row["require_pkce"]),
        sector=row["sector"],
        sector_identifier_uri=row["sector_identifier_uri"],
        subject_mode=SubjectMode(row["subject_mode"]),
        reauthentication_window=row["reauthentication_ms"] * _MILLISECOND,
        default_preset=row["default_preset"],
        backchannel_logout_uri=row["backchannel_logout_uri"],
        backchannel_logout_session_required=bool(row["backchannel_logout_session_required"]),
        purposes=tuple((tag, text) for tag, text in json.loads(row["purposes"])),
        needs=_texts(row["needs"]),
        contacts=_texts(row["contacts"]),
        approval=Approval(row["approval"]),
        reviewed_at=_moment(row["reviewed_at"]),
        refusal=row["refusal"],
        registration_token_hash=_bytes(row["registration_token_hash"]),
        created_at=from_column(row["registered_at"]),
        version=row["openid_version"],
    )


def _jwk(key: PublicJwk) -> dict[str, str]:
    """With its algorithm, which an RSA key does not tell by itself."""
    named = {} if key.kid is None else {"kid": key.kid}
    return {**key.members, "alg": key.algorithm.value, **named}


def _previous(row: Row) -> PreviousSecret | None:
    until = _moment(row["openid_previous_until"])
    return None if until is None else PreviousSecret(bytes(row["openid_previous_hash"]), until)


def _texts(column: str) -> tuple[str, ...]:
    found: Sequence[str] = json.loads(column)
    return tuple(found)


def _bytes(column: Any) -> bytes | None:
    return None if column is None else bytes(column)


def _moment(column: int | None) -> datetime | None:
    return None if column is None else from_column(column)

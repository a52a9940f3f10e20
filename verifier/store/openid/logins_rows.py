"""Logins and sessions from values to columns and back; both SQL stores share it."""

from datetime import timedelta
from typing import Any, Final

from specs.encoding import b64url_decode, b64url_encode, create_json, parse_json_object
from trillium.runtime.rows import Row, from_column, to_column
from verifier.domain.openid.login import Login, LoginRequest, LoginState, PushedRequest
from verifier.domain.openid.session import ReauthenticationSession
from verifier.domain.presentation import RequestId, SealedResult
from verifier.domain.relying_service import ClientId

_MAX_BYTES: Final = 1024 * 1024  # more than any request that came through our limits


def request_text(request: LoginRequest) -> str:
    """A request as it is kept."""
    members = {
        "client_id": request.client_id,
        "redirect_uri": request.redirect_uri,
        "preset": request.preset,
        "acr": request.acr,
        "scope": list(request.scope),
        "state": request.state,
        "nonce": request.nonce,
        "code_challenge": request.code_challenge,
        "dpop_jkt": request.dpop_jkt,
        "prompt": sorted(request.prompt),
        "max_age": None if request.max_age is None else request.max_age // timedelta(seconds=1),
        "wants_auth_time": request.wants_auth_time,
        "id_token_claims": list(request.id_token_claims),
        "wants_claims": request.wants_claims,
        "verified": _sealed_members(request.verified),
        "subjects": list(request.subjects),
        "ui_locales": list(request.ui_locales),
    }
    return create_json(members).decode()


def request_from(text: str) -> LoginRequest:
    """A kept request."""
    members = parse_json_object(text, max_bytes=_MAX_BYTES)
    max_age = members["max_age"]
    return LoginRequest(
        **members
        | {
            "scope": tuple(members["scope"]),
            "prompt": frozenset(members["prompt"]),
            "max_age": None if max_age is None else timedelta(seconds=max_age),
            "id_token_claims": tuple(members["id_token_claims"]),
            "verified": _sealed(members.get("verified")),
            "subjects": tuple(members["subjects"]),
            "ui_locales": tuple(members["ui_locales"]),
        }
    )


def _sealed_members(sealed: SealedResult | None) -> list[str] | None:
    return None if sealed is None else [b64url_encode(sealed.wrapped_key), b64url_encode(sealed.ciphertext)]


def _sealed(members: list[str] | None) -> SealedResult | None:
    return None if members is None else SealedResult(*(b64url_decode(one) for one in members))


def pushed_columns(pushed: PushedRequest) -> tuple[Any, ...]:
    """In the order of the table."""
    request = pushed.request
    return pushed.reference_hash, request.client_id, request_text(request), to_column(pushed.expires_at)


def login_columns(login: Login) -> tuple[Any, ...]:
    """In the order of the table."""
    return (
        login.request_id,
        request_text(login.request),
        login.locale,
        to_column(login.created_at),
        to_column(login.expires_at),
        login.state.value,
    )


def login_from(row: Row) -> Login:
    """A login from a row."""
    return Login(
        request_id=RequestId(row["request_id"]),
        request=request_from(row["request"]),
        locale=row["locale"],
        created_at=from_column(row["created_at"]),
        expires_at=from_column(row["expires_at"]),
        state=LoginState(row["state"]),
    )


def session_columns(session: ReauthenticationSession) -> tuple[Any, ...]:
    """In the order of the table."""
    return (
        session.browser_hash,
        session.client_id,
        session.preset,
        session.sub,
        session.sid,
        session.acr,
        to_column(session.auth_time),
        to_column(session.expires_at),
    )


def session_from(row: Row) -> ReauthenticationSession:
    """A session from a row."""
    return ReauthenticationSession(
        browser_hash=bytes(row["browser_hash"]),
        client_id=ClientId(row["client_id"]),
        preset=row["preset"],
        sub=row["sub"],
        sid=row["sid"],
        acr=row["acr"],
        auth_time=from_column(row["auth_time"]),
        expires_at=from_column(row["expires_at"]),
    )

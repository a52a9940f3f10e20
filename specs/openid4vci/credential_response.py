"""Credential responses (OpenID4VCI 1.0 section 8.3): the credentials now, or a promise."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from specs.encoding import EncodingError, parse_json_object
from specs.openid4vci.wallet_errors import InvalidCredentialResponse, TooManyCredentials

MAX_CREDENTIAL_RESPONSE_BYTES: Final = 4 * 1024 * 1024
_MAX_IDENTIFIER_LENGTH: Final = 1024


@dataclass(frozen=True, slots=True)
class CredentialResponse:
    """Issued credentials, in no particular order: which key each belongs to is in its `cnf` (4.32)."""

    credentials: tuple[str, ...] = field(repr=False)
    notification_id: str | None = None


@dataclass(frozen=True, slots=True)
class DeferredCredentialResponse:
    """Not yet: ask again after `interval` seconds."""

    transaction_id: str
    interval: int | float


def create_credential_response(
    credentials: Sequence[str], *, notification_id: str | None = None
) -> dict[str, Any]:
    """The body of a 200 answer. An SD-JWT VC goes out as the compact string that it is (appendix A.3.4)."""
    if not credentials:
        raise ValueError("no credential to answer with")
    body: dict[str, Any] = {"credentials": [{"credential": credential} for credential in credentials]}
    if notification_id is not None:
        body["notification_id"] = notification_id
    return body


def parse_credential_response(
    body: bytes, *, number_of_keys: int
) -> CredentialResponse | DeferredCredentialResponse:
    """The answer of a credential endpoint. Unknown members are ignored.

    Raises InvalidCredentialResponse when it is neither of the two answers or both at once, and
    TooManyCredentials when there are more credentials than the request had keys.
    """
    try:
        members = parse_json_object(body, max_bytes=MAX_CREDENTIAL_RESPONSE_BYTES)
    except EncodingError as error:
        raise InvalidCredentialResponse(error.code) from error
    immediate = "credentials" in members
    if immediate == ("transaction_id" in members) or (immediate and "interval" in members):
        raise InvalidCredentialResponse("neither or both of credentials and transaction_id")
    if not immediate:
        return _parse_deferred(members)
    credentials = _parse_credentials(members["credentials"])
    if len(credentials) > number_of_keys:
        raise TooManyCredentials
    return CredentialResponse(credentials, _parse_notification_id(members.get("notification_id")))


def _parse_credentials(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise InvalidCredentialResponse("credentials")
    found = [one.get("credential") if isinstance(one, dict) else None for one in value]
    credentials = tuple(one for one in found if isinstance(one, str) and one)
    # An object in place of the string belongs to formats that this wallet does not ask for.
    if len(credentials) != len(found):
        raise InvalidCredentialResponse("credential")
    return credentials


def _parse_deferred(members: dict[str, Any]) -> DeferredCredentialResponse:
    if "notification_id" in members:
        raise InvalidCredentialResponse("notification_id without credentials")
    interval = members.get("interval")
    if isinstance(interval, bool) or not isinstance(interval, int | float) or interval <= 0:
        raise InvalidCredentialResponse("interval")
    return DeferredCredentialResponse(_parse_identifier(members["transaction_id"]), interval)


def _parse_notification_id(value: object) -> str | None:
    return None if value is None else _parse_identifier(value)


def _parse_identifier(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_IDENTIFIER_LENGTH:
        raise InvalidCredentialResponse("transaction_id or notification_id")
    return value

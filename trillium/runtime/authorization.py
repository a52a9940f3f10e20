"""Reading `Authorization` headers: bearer tokens, and client credentials by the Basic scheme. Pure."""

import base64
import binascii
import re
from dataclasses import dataclass, field
from urllib.parse import unquote_plus

from trillium.runtime.refusals import NotAuthenticated

LONGEST_HEADER = 8192

# RFC 6750 section 2.1 (b64token), after a scheme name in any case (RFC 9110 section 11.1).
_TOKEN = re.compile(r"[A-Za-z0-9\-._~+/]+=*", re.ASCII)
# Clients that leave out the form encoding are understood where that makes no difference.
_FORM_ENCODED = re.compile(r"(?:[!-$&-9;-~]|%[0-9A-Fa-f]{2})*", re.ASCII)


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """What a client says it is, not yet compared with anything."""

    client_id: str
    client_secret: str = field(repr=False)


def parse_bearer(header: str | None, *, scheme: str = "Bearer") -> str:
    """The token of an `Authorization: <scheme> <token>` header. Raises NotAuthenticated."""
    name, _, token = _header(header).partition(" ")
    token = token.lstrip(" ")
    if name.lower() != scheme.lower() or not _TOKEN.fullmatch(token):
        raise NotAuthenticated(f"no {scheme} token")
    return token


def parse_basic(header: str | None) -> ClientCredentials:
    """Client id and secret of an `Authorization: Basic` header. Raises NotAuthenticated.

    RFC 6749 section 2.3.1: both are form-encoded before RFC 7617 joins and encodes them, so that either may
    hold a colon or a letter outside ASCII.
    """
    name, _, encoded = _header(header).partition(" ")
    if name.lower() != "basic":
        raise NotAuthenticated("no Basic credentials")
    try:
        text = base64.b64decode(encoded.strip(" "), validate=True).decode("ascii")
    except (binascii.Error, ValueError) as error:
        raise NotAuthenticated("Basic credentials are not base64 of ASCII") from error
    client_id, colon, client_secret = text.partition(":")
    if not colon:
        raise NotAuthenticated("Basic credentials have no colon")
    return ClientCredentials(_form_decoded(client_id), _form_decoded(client_secret))


def _header(header: str | None) -> str:
    if header is None:
        raise NotAuthenticated("no Authorization header")
    if len(header) > LONGEST_HEADER:
        raise NotAuthenticated("the Authorization header is too long")
    return header


def _form_decoded(text: str) -> str:
    if not _FORM_ENCODED.fullmatch(text):
        raise NotAuthenticated("Basic credentials are not form-encoded")
    try:
        return unquote_plus(text, errors="strict")
    except UnicodeDecodeError as error:
        raise NotAuthenticated("Basic credentials are not UTF-8") from error

"""What one browser is remembered by, for one client and one preset, for as long as the client has registered.

There is no single sign-on: each client and preset has a cookie of its own in the browser, with a secret of
its own, so that not even our database can tell that two of them are the same browser's (7.13).
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from specs.encoding import b64url_encode
from verifier.domain.relying_service import ClientId

_NAME_CHARACTERS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ReauthenticationSession:
    """A login that may be repeated without a presentation; it holds no claims."""

    browser_hash: bytes
    """SHA-256 of the secret in this browser's cookie for this client and preset."""
    client_id: ClientId
    preset: str
    sub: str = field(repr=False)
    sid: str
    """Names the session in ID tokens and logout tokens; random."""
    acr: str
    auth_time: datetime
    """Of the presentation; repeating the login does not move it."""
    expires_at: datetime


def session_name(client_id: str, preset: str) -> str:
    """What the cookie of a client and preset is called by, behind ``signin-``."""
    digest = hashlib.sha256(f"{client_id}\x00{preset}".encode()).digest()
    return b64url_encode(digest)[:_NAME_CHARACTERS]

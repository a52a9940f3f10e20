"""Redirect URIs: where an authorization response may go at all (RFC 6749 section 3.1.2, RFC 8252 section 7).

Which ones belong to a client is another question, answered by plain comparison with those it registered
(RFC 9700 section 2.1). Here only what no client may have is refused.
"""

import re
from typing import Final
from urllib.parse import urlsplit

from specs.oauth.authorization_errors import InvalidRedirectUri

MAX_REDIRECT_URI_LENGTH: Final = 2048
_SPELLING: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[A-Za-z0-9\-._~:/?\[\]@!$&'()*+,;=%]+")
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
# Schemes that a browser or a system would act on by itself instead of opening the wallet.
_DANGEROUS: Final = frozenset(
    {"about", "blob", "chrome", "content", "data", "file", "filesystem", "ftp", "intent", "javascript"}
    | {"mailto", "resource", "sms", "tel", "vbscript", "view-source", "ws", "wss"}
)


def check_redirect_uri(uri: str) -> str:
    """An absolute URI without fragment and user information: https, http on this machine, or an app's scheme.

    Raises InvalidRedirectUri, which is shown to the person and never sent anywhere.
    """
    if len(uri) > MAX_REDIRECT_URI_LENGTH or not _SPELLING.fullmatch(uri):
        raise InvalidRedirectUri("spelling or length")
    try:
        parts = urlsplit(uri)
        host = parts.hostname
        if parts.port == 0 or "@" in parts.netloc:
            raise InvalidRedirectUri("port or user information")
    except ValueError as error:
        raise InvalidRedirectUri("host or port") from error
    scheme = parts.scheme
    if scheme in _DANGEROUS:
        raise InvalidRedirectUri("scheme")
    if scheme in ("http", "https") and (not host or not uri[len(scheme) :].startswith("://")):
        raise InvalidRedirectUri("host")
    # RFC 8252 section 7.3: without TLS only where nothing leaves the machine.
    if scheme == "http" and host not in _LOOPBACK:
        raise InvalidRedirectUri("http")
    return uri


def is_loopback(uri: str) -> bool:
    """Whether an accepted redirect URI stays on the machine (RFC 8252 section 7.3)."""
    parts = urlsplit(uri)
    return parts.scheme in ("http", "https") and parts.hostname in _LOOPBACK


def has_app_scheme(uri: str) -> bool:
    """Whether an accepted redirect URI opens an app by a scheme of its own (RFC 8252 section 7.1)."""
    return urlsplit(uri).scheme not in ("http", "https")


def redirect_source(uri: str) -> str:
    """What `form-action` of a Content Security Policy has to name for an accepted redirect URI.

    The origin, or the scheme of an app.
    """
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") else f"{parts.scheme}:"

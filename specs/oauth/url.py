"""Which URLs we take from strangers: absolute, https, without user information and fragment."""

import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

from specs.oauth.errors import InvalidUrl

MAX_URL_LENGTH: Final = 2048
# RFC 3986 section 2: what a URL is spelled with. Anything else (spaces, control characters, backslashes,
# letters outside ASCII) is read differently by different parsers.
_SPELLING: Final = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")


def check_url(url: object, *, insecure_allow_http: bool = False, with_fragment: bool = False) -> SplitResult:
    """The parts of an absolute https URL with a host; port, path and query are allowed. Raises InvalidUrl.

    `insecure_allow_http`: also http, for a development machine. `with_fragment`: one may be there.
    """
    if not isinstance(url, str) or len(url) > MAX_URL_LENGTH or not _SPELLING.fullmatch(url):
        raise InvalidUrl("spelling or length")
    if not url.startswith(("https://", "http://") if insecure_allow_http else "https://"):
        raise InvalidUrl("scheme")
    try:
        parts = urlsplit(url)
        if not parts.hostname or parts.port == 0:
            raise InvalidUrl("host or port")
    except ValueError as error:
        raise InvalidUrl("host or port") from error
    if "@" in parts.netloc or ("#" in url and not with_fragment):
        raise InvalidUrl("user information or fragment")
    return parts


def check_identifier(identifier: str, *, insecure_allow_http: bool = False) -> str:
    """An identifier of an issuer or a server: such a URL without query.

    OpenID4VCI 1.0 section 12.2.1, RFC 8414 section 2. Identifiers are compared as strings and never
    normalised. Raises InvalidUrl.
    """
    check_url(identifier, insecure_allow_http=insecure_allow_http)
    if "?" in identifier:
        raise InvalidUrl("query")
    return identifier

"""The address in a proof and the address that was asked (RFC 9449 section 4.3, RFC 3986 section 6.2).

Two spellings of one address are equal after syntax-based and scheme-based normalisation; query and fragment
do not count.
"""

import re
from typing import Final
from urllib.parse import urlsplit

MAX_HTTP_URI_LENGTH: Final = 2048
_SPELLING: Final = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
_ESCAPE: Final = re.compile(r"%([0-9A-Fa-f]{2})")
_BAD_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_UNRESERVED: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}


def normalise_http_uri(uri: str) -> str:
    """The one spelling of an absolute http or https URI, without query and fragment. Others: ValueError."""
    if len(uri) > MAX_HTTP_URI_LENGTH or not _SPELLING.fullmatch(uri) or _BAD_ESCAPE.search(uri):
        raise ValueError("not a URI")
    parts = urlsplit(uri)
    scheme, host, port = parts.scheme.lower(), parts.hostname, parts.port
    if scheme not in _DEFAULT_PORTS or not host or "@" in parts.netloc:
        raise ValueError("not an http URI with a host and without user information")
    # Section 6.2.2.1: scheme and host without regard to case; urlsplit has lowered the host.
    authority = f"[{host}]" if ":" in host else host
    # Section 6.2.3: the default port and no port are one.
    if port is not None and port != _DEFAULT_PORTS[scheme]:
        authority = f"{authority}:{port}"
    return f"{scheme}://{authority}{_path(parts.path)}"


def _path(path: str) -> str:
    # Section 6.2.2.2: what need not be escaped is not; escapes are upper case. Only then the dots are read.
    spelled = _ESCAPE.sub(_escape, path)
    kept: list[str] = []
    segments = spelled.split("/")[1:] or [""]
    for number, segment in enumerate(segments, start=1):
        if segment not in (".", ".."):
            kept.append(segment)
            continue
        if segment == ".." and kept:
            kept.pop()
        if number == len(segments):
            kept.append("")
    return "/" + "/".join(kept)


def _escape(found: re.Match[str]) -> str:
    character = chr(int(found[1], 16))
    return character if character in _UNRESERVED else f"%{found[1].upper()}"

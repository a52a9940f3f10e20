"""The characters of `nonce` and `state` (OpenID4VP 1.0 section 5.2): letters, digits, `-`, `.`, `_`, `~`."""

import re
from typing import Any, Final, TypeGuard

MAX_LENGTH: Final = 1024
_URL_SAFE: Final = re.compile(r"[A-Za-z0-9\-._~]+")


def is_url_safe(value: Any) -> TypeGuard[str]:
    """A non-empty string of these characters, of reasonable length."""
    return isinstance(value, str) and len(value) <= MAX_LENGTH and _URL_SAFE.fullmatch(value) is not None

"""Scope: a set of tokens separated by single spaces (RFC 6749 section 3.3)."""

import re
from collections.abc import Sequence
from typing import Final

from specs.oauth.errors import InvalidScope

MAX_SCOPE_LENGTH: Final = 2048
_TOKEN: Final = r"[\x21\x23-\x5B\x5D-\x7E]+"
_SCOPE: Final = re.compile(rf"{_TOKEN}(?: {_TOKEN})*")


def parse_scope(scope: str) -> tuple[str, ...]:
    """The tokens in their order, each once. Raises InvalidScope."""
    if len(scope) > MAX_SCOPE_LENGTH or not _SCOPE.fullmatch(scope):
        raise InvalidScope
    return tuple(dict.fromkeys(scope.split(" ")))


def create_scope(tokens: Sequence[str]) -> str:
    """The tokens as one string. ValueError when there is none or one is not a scope token."""
    scope = " ".join(tokens)
    if any(" " in token for token in tokens) or not _SCOPE.fullmatch(scope):
        raise ValueError("not scope tokens")
    return scope

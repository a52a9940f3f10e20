"""What a caller is told about an error: values that each application's table makes and errors.py renders."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeAlias

from specs.errors import ProtocolError
from trillium.runtime.i18n import Language

# RFC 6749 section 5.2: what `error` and `error_description` may consist of, and a backslash or a quotation
# mark would also end a quoted string of a WWW-Authenticate header.
_CODE = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_TEXT = re.compile(r"[\x20\x21\x23-\x5B\x5D-\x7E]+")


class CallerKind(Enum):
    """Who is asking, and so in which form an error is told."""

    OAUTH = "oauth"
    """Protocol endpoints: `error` and `error_description` as JSON."""
    PROBLEM = "problem"
    """Management and relying services: problem details (RFC 9457)."""
    PAGE = "page"
    """A person with a browser: a page in their language."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, registered code and texts of one error. Raises ValueError for what could not be sent."""

    status: int
    code: str
    text: str
    text_fr: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 400 <= self.status <= 599:
            raise ValueError(f"{self.status} is not the status of an error")
        if not _CODE.fullmatch(self.code):
            raise ValueError(f"{self.code!r} is not an error code")
        if not _TEXT.fullmatch(self.text):
            raise ValueError("an error text is printable ASCII without quotation mark and backslash")

    def text_in(self, language: Language) -> str:
        """The sentence for a person."""
        return self.text_fr if language is Language.FRENCH and self.text_fr else self.text


def answer_for(
    error: type[ProtocolError], status: int, text_fr: str = "", headers: Mapping[str, str] | None = None
) -> Answer:
    """The answer that says what the class says: its code and its text."""
    return Answer(status, error.code, error.text, text_fr, headers or {})


Answers: TypeAlias = Mapping[type[Exception], Answer | Callable[[Any], Answer]]
"""An entry per error class, for it and its subclasses; a function where the instance matters (a fresh DPoP
nonce, the seconds of a Retry-After)."""


def find_answer(answers: Answers, error: BaseException) -> Answer | None:
    """The entry of the nearest class, or None: then it is our bug, not the caller's."""
    for kind in type(error).__mro__:
        found = answers.get(kind)
        if found is not None:
            return found if isinstance(found, Answer) else found(error)
    return None

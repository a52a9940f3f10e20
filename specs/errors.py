"""The base of every refusal that a standard asks for.

One class per thing that can go wrong. What is shown (`code`, `text`) belongs to the class and never
depends on the message; what is logged (`detail`) belongs to the instance and never holds claim values
or token contents. Wrong use of our own functions is a plain ValueError, TypeError or RuntimeError.
"""

from typing import ClassVar


class ProtocolError(Exception):
    """A message that a standard says to refuse.

    `code`: registered or at least stable, snake_case. `text`: an English sentence that is safe to show
    and to put into an `error_description` (RFC 6749 section 5.2: printable ASCII without quotation mark and
    backslash). `section`: where the standard asks for the check.
    """

    code: ClassVar[str] = "invalid_request"
    text: ClassVar[str] = "The request is not valid."
    section: ClassVar[str] = ""

    def __init__(self, detail: str = "", *, section: str | None = None) -> None:
        super().__init__(detail or self.text)
        self.detail = detail
        if section is not None:
            # The class attribute is the default; a check that serves two standards names the one at hand.
            vars(self)["section"] = section

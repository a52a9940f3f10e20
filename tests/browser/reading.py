"""What an HTML page says, for tests that need no browser."""

import shlex
from html.parser import HTMLParser


class ReadPage(HTMLParser):
    """``links``: the addresses of links, style sheets and pictures; ``ids``: where a fragment may lead.

    ``codes``: the texts of `code` elements, commands and operations.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.codes: list[str] = []
        self._in_code = False
        self.feed(text)
        self.close()

    def commands(self, program: str) -> list[list[str]]:
        """The arguments of each command that calls ``program``, as a shell would hand them over."""
        split = [shlex.split(code.replace("\\\n", " ")) for code in self.codes]
        return [command[1:] for command in split if command and command[0] == program]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.ids.update(value for name, value in attrs if name == "id" and value)
        self.links += [value for name in ("href", "src") if (value := attributes.get(name))]
        if tag == "code":
            self._in_code = True
            self.codes.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "code":
            self._in_code = False

    def handle_data(self, data: str) -> None:
        if self._in_code:
            self.codes[-1] += data

"""What is wrong with the folder of a credential type: where, in which file, at which member, and why."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend. `member` is a place in the file (`claims[3].sd`), empty for the file as a whole."""

    type_name: str
    file: str
    member: str
    text: str

    def __str__(self) -> str:
        place = "/".join(part for part in (self.type_name, self.file) if part)
        return ": ".join(part for part in (place, self.member, self.text) if part)


class BadCredentialTypes(ValueError):
    """The credential types cannot be used. The issuer does not start, and says everything that is wrong."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

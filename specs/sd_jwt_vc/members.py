"""Reading the members of a parsed JSON object into types, naming the place of what is wrong.

Members that are not asked for are ignored (SD-JWT VC section 5.2); a member that is known and has a wrong
form makes the document unusable.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from specs.sd_jwt_vc.errors import InvalidTypeMetadata

_T = TypeVar("_T")

MAX_ENTRIES: Final = 512


@dataclass(frozen=True, slots=True)
class Members:
    """The members of one object and where it stands in the document (`display[0].rendering`)."""

    values: Mapping[str, Any]
    place: str = ""

    @classmethod
    def of(cls, value: object, place: str) -> "Members":
        if not isinstance(value, dict):
            raise InvalidTypeMetadata(f"{place or 'document'} is no object")
        return cls(value, place)

    def at(self, name: str) -> str:
        return f"{self.place}.{name}" if self.place else name

    def required_text(self, name: str) -> str:
        """A non-empty string."""
        text = self.text(name)
        if not text:
            raise InvalidTypeMetadata(f"{self.at(name)} is missing")
        return text

    def text(self, name: str) -> str | None:
        return self._of_type(name, str)

    def flag(self, name: str) -> bool | None:
        return self._of_type(name, bool)

    def nested(self, name: str) -> "Members | None":
        if name not in self.values:
            return None
        return Members.of(self.values[name], self.at(name))

    def array(self, name: str, read: Callable[[object, str], _T]) -> tuple[_T, ...] | None:
        """Every entry of an array, read by `read(value, place)`."""
        entries = self._of_type(name, list)
        if entries is None:
            return None
        if len(entries) > MAX_ENTRIES:
            raise InvalidTypeMetadata(f"{self.at(name)} has more than {MAX_ENTRIES} entries")
        return tuple(read(entry, f"{self.at(name)}[{place}]") for place, entry in enumerate(entries))

    def one_of(self, name: str, choices: Mapping[str, _T]) -> _T | None:
        """One of a fixed set of words, as the value that stands for it."""
        word = self.text(name)
        if word is None:
            return None
        if word not in choices:
            raise InvalidTypeMetadata(f"{self.at(name)} is none of {', '.join(choices)}")
        return choices[word]

    def _of_type(self, name: str, kind: type[_T]) -> _T | None:
        if name not in self.values:
            return None
        value = self.values[name]
        if not isinstance(value, kind):
            raise InvalidTypeMetadata(f"{self.at(name)} is not of type {kind.__name__}")
        return value

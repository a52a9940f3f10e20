"""Whom one can sign in as."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Person:
    """A fictional resident, as the list shows them."""

    register_number: str = field(repr=False)
    name: str = field(repr=False)
    birthdate: date = field(repr=False)


class People(Protocol):
    """The register of the demonstration."""

    async def search(self, text: str, *, limit: int) -> Sequence[Person]:
        """Those whose register number is ``text`` or whose name contains it; an empty text finds anybody."""

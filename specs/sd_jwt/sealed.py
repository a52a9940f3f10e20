"""Values that only a check makes, so that to hold one is to know that it was checked."""

from typing import Any, Self


def _refuse(*_fields: object) -> Any:
    raise RuntimeError("only the check makes one, and nothing changes one")


class Sealed:
    """A base beside a NamedTuple: nothing but `tuple.__new__` makes one, which the check calls, and nothing
    changes one. (A frozen dataclass would take a microsecond more for each.)
    """

    __slots__ = ()

    def __new__(cls, *_fields: object) -> Self:
        raise RuntimeError(f"only the check makes a {cls.__name__}")

    _make: Any = staticmethod(_refuse)  # also what _replace calls

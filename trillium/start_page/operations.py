"""From an OpenAPI document to what a person reads about an API."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

METHODS: Final = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})
"""Members of an OpenAPI path item that are operations; it has others, such as shared parameters."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation in one line. ``group``: who calls it, or what it is about."""

    method: str
    path: str
    summary: str
    group: str


def operations_of(document: Mapping[str, Any]) -> list[Operation]:
    """Every operation of an OpenAPI document, by group, then by path and method."""
    found = [
        Operation(
            method.upper(),
            path,
            operation.get("summary", ""),
            ", ".join(operation.get("tags", [])),
        )
        for path, operations in document.get("paths", {}).items()
        for method, operation in operations.items()
        if method in METHODS
    ]
    return sorted(found, key=lambda one: (one.group, one.path, one.method))

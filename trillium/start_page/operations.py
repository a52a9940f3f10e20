"""From an OpenAPI document to what a person reads about an API."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation in one line."""

    method: str
    path: str
    summary: str
    group: str


def operations_of(document: Mapping[str, Any]) -> list[Operation]:
    """Every operation, grouped by who calls it, then by path."""
    found = [
        Operation(
            method.upper(),
            path,
            operation.get("summary", ""),
            ", ".join(operation.get("tags", [])),
        )
        for path, operations in document.get("paths", {}).items()
        for method, operation in operations.items()
    ]
    return sorted(found, key=lambda one: (one.group, one.path, one.method))

"""What others say about the verifier (OpenID4VP 1.0 sections 5.1 and 5.11): `verifier_info`.

Its formats are an ecosystem's own. A wallet ignores those it does not know and checks those it uses (5.10).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from specs.openid4vp.errors import InvalidVerifierInfo

_MAX_ENTRIES: Final = 16
_MAX_NAME: Final = 512


@dataclass(frozen=True, slots=True)
class VerifierInfo:
    """One entry. `credential_ids`: the queries that it is about, None for all of them."""

    format: str
    data: str | Mapping[str, Any] = field(repr=False)
    credential_ids: tuple[str, ...] | None = None


def create_verifier_info(entries: Sequence[VerifierInfo]) -> list[dict[str, Any]]:
    """The member `verifier_info`. ValueError for no entries, or one that says nothing."""
    if not entries or not all(one.format and one.data and one.credential_ids != () for one in entries):
        raise ValueError("an entry without format or data, or none at all")
    return [_create(one) for one in entries]


def parse_verifier_info(value: object, *, credential_query_ids: Collection[str]) -> tuple[VerifierInfo, ...]:
    """The entries of a request, whatever their format. Nothing in them is known to be true.

    Raises InvalidVerifierInfo, also for an entry about a query that the request does not have.
    """
    if not isinstance(value, list | tuple) or not 0 < len(value) <= _MAX_ENTRIES:
        raise InvalidVerifierInfo("not a non-empty array")
    return tuple(_parse(one, credential_query_ids) for one in value)


def _create(entry: VerifierInfo) -> dict[str, Any]:
    data = entry.data if isinstance(entry.data, str) else dict(entry.data)
    created: dict[str, Any] = {"format": entry.format, "data": data}
    if entry.credential_ids is not None:
        created["credential_ids"] = list(entry.credential_ids)
    return created


def _parse(value: object, query_ids: Collection[str]) -> VerifierInfo:
    if not isinstance(value, Mapping):
        raise InvalidVerifierInfo("an entry is not an object")
    format_, data = value.get("format"), value.get("data")
    if not isinstance(format_, str) or not 0 < len(format_) <= _MAX_NAME:
        raise InvalidVerifierInfo("format")
    if not isinstance(data, str | Mapping) or not data:
        raise InvalidVerifierInfo("data")
    if "credential_ids" not in value:
        return VerifierInfo(format_, data)
    ids = value["credential_ids"]
    if not isinstance(ids, list | tuple) or not ids or not all(isinstance(one, str) for one in ids):
        raise InvalidVerifierInfo("credential_ids")
    if not all(one in query_ids for one in ids):
        raise InvalidVerifierInfo("credential_ids")
    return VerifierInfo(format_, data, tuple(ids))

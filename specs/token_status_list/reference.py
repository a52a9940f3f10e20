"""The `status` claim of a credential: where its status is written (Token Status List section 6)."""

from dataclasses import dataclass
from typing import Any, Final

from specs.token_status_list.errors import InvalidStatusReference, UnsupportedStatusMechanism

MAX_URI_LENGTH: Final = 2048
_MAX_INDEX: Final = 2**53 - 1  # what every JSON parser reads as the same number
# http is for loopback in development; whoever fetches decides whether it may be used.
_SCHEMES: Final = frozenset({"https", "http"})


@dataclass(frozen=True, slots=True)
class StatusReference:
    """One entry: `index` in the list that the token at `uri` holds."""

    uri: str
    index: int


def parse_status_list_uri(value: object) -> str:
    """The address of a status list, as text; raises InvalidStatusReference. Never normalised: `sub` must
    equal it.
    """
    # section 6.2: uri is a string that holds a URI
    if isinstance(value, str) and len(value) <= MAX_URI_LENGTH and value.isascii():
        scheme, _, rest = value.partition("://")
        if scheme in _SCHEMES and rest and rest.isprintable() and " " not in rest:
            return value
    raise InvalidStatusReference("uri is not a web address")


def parse_status_reference(status_claim: object) -> StatusReference:
    """The `status_list` member of a `status` claim (requirement 3.07); other mechanisms beside it are
    ignored.

    Raises UnsupportedStatusMechanism when it is the one that is missing, so that a credential with a status
    we cannot read is never taken for one without a status; InvalidStatusReference for anything malformed.
    """
    if not isinstance(status_claim, dict):
        raise InvalidStatusReference("status is not an object")
    if "status_list" not in status_claim:
        raise UnsupportedStatusMechanism
    reference = status_claim["status_list"]
    if not isinstance(reference, dict):
        raise InvalidStatusReference("status_list is not an object")
    return StatusReference(
        uri=parse_status_list_uri(reference.get("uri")), index=_parse_index(reference.get("idx"))
    )


def create_status_claim(reference: StatusReference) -> dict[str, Any]:
    """The `status` claim that names `reference`; InvalidStatusReference for what no consumer accepts."""
    return {
        "status_list": {"idx": _parse_index(reference.index), "uri": parse_status_list_uri(reference.uri)}
    }


def _parse_index(value: object) -> int:
    # section 6.2: idx is a non-negative integer. True and 1.0 are none.
    if type(value) is int and 0 <= value <= _MAX_INDEX:
        return value
    raise InvalidStatusReference("idx is not a non-negative integer")

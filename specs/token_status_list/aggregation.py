"""Status List Aggregation: the addresses of all lists of an issuer (Token Status List section 9)."""

from collections.abc import Sequence
from typing import Final

from specs.encoding import create_json, parse_json_object
from specs.token_status_list.errors import InvalidAggregation, InvalidStatusReference
from specs.token_status_list.reference import parse_status_list_uri

MEDIA_TYPE_AGGREGATION: Final = "application/json"
MAX_AGGREGATION_BYTES: Final = 1024 * 1024
MAX_LISTS: Final = 4096


def create_status_list_aggregation(uris: Sequence[str]) -> bytes:
    """The body that names `uris`; raises InvalidStatusReference for one that is no web address."""
    return create_json({"status_lists": [parse_status_list_uri(uri) for uri in uris]})


def parse_status_list_aggregation(body: bytes) -> tuple[str, ...]:
    """The addresses in `body`, each once, in order.

    Section 9.3: one bad list must not stop the others, so an entry that is no web address is left out. Raises
    InvalidAggregation when there is no array at all or too many entries, EncodingError for what is not JSON.
    """
    lists = parse_json_object(body, max_bytes=MAX_AGGREGATION_BYTES).get("status_lists")
    if not isinstance(lists, list):
        raise InvalidAggregation("status_lists is not an array")
    if len(lists) > MAX_LISTS:
        raise InvalidAggregation("too many lists")
    return tuple(dict.fromkeys(uri for uri in lists if _is_web_address(uri)))


def _is_web_address(value: object) -> bool:
    try:
        parse_status_list_uri(value)
    except InvalidStatusReference:
        return False
    return True

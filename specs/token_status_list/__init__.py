"""Token Status List, draft-ietf-oauth-status-list-20.

Covered: the list and its compression (sections 4.1 and 4.2), the JWT form of the token (5.1), the reference
inside a credential (6.2), status types (7), the consumer's checks (8.3), historical tokens (8.4), aggregation
(9), bounds against hostile lists (11.5). Left out: the CWT and CBOR forms (4.3, 5.2, 6.3) and MACs.
"""

from specs.token_status_list.aggregation import (
    MEDIA_TYPE_AGGREGATION,
    create_status_list_aggregation,
    parse_status_list_aggregation,
)
from specs.token_status_list.bits import StatusList
from specs.token_status_list.compression import MAX_LIST_BYTES, BlockCompressor, decompress
from specs.token_status_list.errors import (
    IndexOutOfRange,
    InvalidAggregation,
    InvalidBits,
    InvalidCompression,
    InvalidStatusListToken,
    InvalidStatusReference,
    MalformedStatusList,
    StatusListError,
    StatusListTooLarge,
    TimeNotCovered,
    UnsupportedStatusMechanism,
    WrongStatusListSubject,
)
from specs.token_status_list.freshness import (
    DEFAULT_LIMITS,
    Freshness,
    LifetimeLimits,
    StatusAnswer,
    StatusOutcome,
    TokenTimes,
    decide_freshness,
    decide_outcome,
    usable_ttl,
    usable_until,
    verify_time_covered,
)
from specs.token_status_list.reference import (
    StatusReference,
    create_status_claim,
    parse_status_list_uri,
    parse_status_reference,
)
from specs.token_status_list.status_types import (
    BITS,
    StatusType,
    is_application_specific,
    is_reserved,
    required_bits,
)
from specs.token_status_list.token import (
    MAX_TOKEN_BYTES,
    MEDIA_TYPE,
    TYP,
    VerifiedStatusListToken,
    create_status_list,
    parse_status_list,
    parse_status_list_token,
    prepare_status_list_token,
    verify_status_list_token,
)

__all__ = [
    "BITS",
    "DEFAULT_LIMITS",
    "MAX_LIST_BYTES",
    "MAX_TOKEN_BYTES",
    "MEDIA_TYPE",
    "MEDIA_TYPE_AGGREGATION",
    "TYP",
    "BlockCompressor",
    "Freshness",
    "IndexOutOfRange",
    "InvalidAggregation",
    "InvalidBits",
    "InvalidCompression",
    "InvalidStatusListToken",
    "InvalidStatusReference",
    "LifetimeLimits",
    "MalformedStatusList",
    "StatusAnswer",
    "StatusList",
    "StatusListError",
    "StatusListTooLarge",
    "StatusOutcome",
    "StatusReference",
    "StatusType",
    "TimeNotCovered",
    "TokenTimes",
    "UnsupportedStatusMechanism",
    "VerifiedStatusListToken",
    "WrongStatusListSubject",
    "create_status_claim",
    "create_status_list",
    "create_status_list_aggregation",
    "decide_freshness",
    "decide_outcome",
    "decompress",
    "is_application_specific",
    "is_reserved",
    "parse_status_list",
    "parse_status_list_aggregation",
    "parse_status_list_token",
    "parse_status_list_uri",
    "parse_status_reference",
    "prepare_status_list_token",
    "required_bits",
    "usable_ttl",
    "usable_until",
    "verify_status_list_token",
    "verify_time_covered",
]

"""Status lists of issuers, read the way every reader of ours reads them (Token Status List section 8.3).

Lists are fetched whole, checked, and kept for as long as they may be used; nobody's entry is ever asked for
(requirements 3.22 to 3.28). How an answer over the network is had is handed in: see `fetch_over`.
"""

from trillium.runtime.status_lists.client import IN_USE, StatusListClient
from trillium.runtime.status_lists.fetching import (
    FetchList,
    ListReply,
    OlderStatusList,
    StatusListRefused,
    fetch_nothing,
    fetch_over,
    read_token,
)
from trillium.runtime.status_lists.kept import KeptLimits, KeptList, KeptLists
from trillium.runtime.status_lists.turns import MOST_FETCHES, MOST_FETCHES_PER_ORIGIN, FetchTurns

__all__ = [
    "IN_USE",
    "MOST_FETCHES",
    "MOST_FETCHES_PER_ORIGIN",
    "FetchList",
    "FetchTurns",
    "KeptLimits",
    "KeptList",
    "KeptLists",
    "ListReply",
    "OlderStatusList",
    "StatusListClient",
    "StatusListRefused",
    "fetch_nothing",
    "fetch_over",
    "read_token",
]

"""The signed, versioned trust list: who may issue what, and whose certificates name verifiers.

HAIP 1.0 section 3.4 leaves trust management to the project; this is ours (6.17), described in
docs/trust-list.md. An application opens a `TrustListSource`, refreshes it in the background and asks
`current(now)` for every decision.
"""

from trillium.runtime.trust_list.cache import ListFile
from trillium.runtime.trust_list.document import (
    ALWAYS,
    GrantedIssuer,
    ListedAuthority,
    ListedIssuer,
    ListedType,
    Mechanism,
    Period,
    Standing,
    TrustList,
    TrustNow,
)
from trillium.runtime.trust_list.drafts import example_draft, read_draft, vct_of
from trillium.runtime.trust_list.errors import TrustListError
from trillium.runtime.trust_list.findings import check_list, check_source
from trillium.runtime.trust_list.lote import Lote, parse_lote
from trillium.runtime.trust_list.lote_choice import LeftOut, LoteChoice, TakenOver, choose, describe
from trillium.runtime.trust_list.lote_draft import create_draft
from trillium.runtime.trust_list.lote_kinds import ServiceKind
from trillium.runtime.trust_list.lote_signers import LoteSigners, parse_lote_signers, verify_lote
from trillium.runtime.trust_list.opening import (
    TrustListSettings,
    check_trust_list,
    open_trust_list,
    renew_in_background,
)
from trillium.runtime.trust_list.operator_keys import parse_operator_keys, read_operator_keys
from trillium.runtime.trust_list.places import AddressOfList, FileOfList
from trillium.runtime.trust_list.source import TrustListSource
from trillium.runtime.trust_list.token import MEDIA_TYPE, prepare_trust_list, verify_trust_list

__all__ = [
    "ALWAYS",
    "MEDIA_TYPE",
    "AddressOfList",
    "FileOfList",
    "GrantedIssuer",
    "LeftOut",
    "ListFile",
    "ListedAuthority",
    "ListedIssuer",
    "ListedType",
    "Lote",
    "LoteChoice",
    "LoteSigners",
    "Mechanism",
    "Period",
    "ServiceKind",
    "Standing",
    "TakenOver",
    "TrustList",
    "TrustListError",
    "TrustListSettings",
    "TrustListSource",
    "TrustNow",
    "check_list",
    "check_source",
    "check_trust_list",
    "choose",
    "create_draft",
    "describe",
    "example_draft",
    "open_trust_list",
    "parse_lote",
    "parse_lote_signers",
    "parse_operator_keys",
    "prepare_trust_list",
    "read_draft",
    "read_operator_keys",
    "renew_in_background",
    "vct_of",
    "verify_lote",
    "verify_trust_list",
]

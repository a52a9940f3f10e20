"""Kinds of services in lists of trusted entities, and when one is granted (TS 119 602 annexes D to I)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

_ETSI: Final = "http://uri.etsi.org/19602"
_COMMISSION: Final = "http://trust.ec.europa.eu/lists/mDL"


class ServiceKind(StrEnum):
    """What a service issues. ``WRPAC``: the certificates that relying parties ask with."""

    PID = "pid"
    PUB_EAA = "pub-eaa"
    MDL = "mdl"
    WRPAC = "wrpac"


KINDS: Final[Mapping[str, ServiceKind]] = {
    f"{_ETSI}/SvcType/PID/Issuance": ServiceKind.PID,
    f"{_ETSI}/SvcType/PubEAA/Issuance": ServiceKind.PUB_EAA,
    f"{_COMMISSION}/SvcType/Issuance": ServiceKind.MDL,
    f"{_ETSI}/SvcType/WRPAC/Issuance": ServiceKind.WRPAC,
}

STATUS_LIST_SERVICES: Final = frozenset(
    {
        f"{_ETSI}/SvcType/PID/Revocation",
        f"{_ETSI}/SvcType/PubEAA/Revocation",
        f"{_COMMISSION}/SvcType/Revocation",
        f"{_ETSI}/SvcType/WRPAC/Revocation",
    }
)
"""Those who sign status lists: ours are checked against the issuer's own authorities, and no others."""

GRANTED: Final = frozenset(
    {
        f"{_ETSI}/PubEAAProvidersList/SvcStatus/notified",
        "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/granted",
    }
)

WITHOUT_STATUS: Final[Mapping[ServiceKind, str]] = {
    ServiceKind.PID: f"{_ETSI}/LoTEType/EUPIDProvidersList",
    ServiceKind.MDL: f"{_COMMISSION}/mDLProvidersListType",
    ServiceKind.WRPAC: f"{_ETSI}/LoTEType/EUWRPACProvidersList",
}
"""Types of lists whose profile has no status: whoever stands in one is granted (tables D.3, F.3)."""

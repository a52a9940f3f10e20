"""A draft of ours out of a list of trusted entities: what ``trillium trust sign`` reads."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from cryptography.hazmat.primitives.serialization import Encoding

from trillium.runtime.trust_list.drafts import vct_of
from trillium.runtime.trust_list.errors import NothingToImport
from trillium.runtime.trust_list.lote_choice import LoteChoice, TakenOver

MOST_DAYS: Final = 90


def create_draft(
    choice: LoteChoice,
    *,
    list_id: str,
    types: Sequence[str],
    vct_base: str,
    ends: datetime,
    now: datetime,
) -> dict[str, Any]:
    """The draft; every entry in it ends with the list that it was taken from, whenever it is signed.

    ``types``: what all issuers are trusted for, which only the operator knows. Raises NothingToImport, and
    BadDraft for a short type name without ``vct_base``.
    """
    if not choice.taken:
        raise NothingToImport
    until = ends.replace(microsecond=0).isoformat()
    for name in types:
        vct_of(vct_base, name)
    entries = [{"type": name, "valid_until": until} for name in dict.fromkeys(types)]
    draft: dict[str, Any] = {
        "id": list_id,
        "valid_days": min(MOST_DAYS, max(1, (ends - now).days)),
        "issuers": [],
        "verifiers": [],
    }
    for one in choice.taken:
        common = {"names": dict(one.names), "status": "granted", "anchors": _pem(one)}
        if one.issuer is None:
            draft["verifiers"].append(common | {"valid_until": until})
        else:
            member = {"issuer": one.issuer, "mechanism": "x5c", **common, "types": entries}
            draft["issuers"].append(member | ({"vct_base": vct_base} if vct_base else {}))
    return draft


def _pem(one: TakenOver) -> str:
    """Without titles: what a subject says about itself stays out of a text that is read as PEM."""
    return "".join(certificate.public_bytes(Encoding.PEM).decode("ascii") for certificate in one.anchors)

"""A trust list as rows, for people."""

from datetime import datetime

from specs.jose import TrustAnchors
from trillium.runtime.trust_list.document import Period, TrustList

_ALWAYS = ""


def rows_of(trust_list: TrustList) -> list[dict[str, str]]:
    """One row for each type of each issuer, then one for each authority of verifiers."""
    issued = [
        {
            "what": issuer.issuer,
            "name": issuer.names.get("en-CA", ""),
            "status": issuer.standing.value,
            "mechanism": issuer.mechanism.value,
            "type": listed.vct,
            **_period(listed.period),
            "anchors_until": _anchors_until(issuer.anchors),
        }
        for issuer in trust_list.issuers
        for listed in issuer.types
    ]
    asked = [
        {
            "what": "verifiers",
            "name": authority.names.get("en-CA", ""),
            "status": authority.standing.value,
            "mechanism": "x5c",
            "type": "",
            **_period(authority.period),
            "anchors_until": _anchors_until(authority.anchors),
        }
        for authority in trust_list.verifiers
    ]
    return issued + asked


def _period(period: Period) -> dict[str, str]:
    return {"from": _day(period.valid_from), "until": _day(period.valid_until)}


def _day(moment: datetime | None) -> str:
    return _ALWAYS if moment is None else moment.date().isoformat()


def _anchors_until(anchors: TrustAnchors) -> str:
    return _day(min((one.not_valid_after_utc for one in anchors.certificates), default=None))

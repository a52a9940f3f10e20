"""What a trust list says: who may issue which types, when; and whose certificates name verifiers.

A list is signed as a whole, has a version that only grows, and says until when it may be used. Whether
somebody is trusted is decided at the moment of the question, not at the moment something was signed: an
operator who lets an issuer go, but not its credentials, gives its types an end instead of withdrawing it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from cryptography import x509

from specs.jose import TrustAnchors, trust_anchors
from trillium.runtime.trust_list.errors import StaleTrustList


class Mechanism(StrEnum):
    """Where the keys of an issuer come from; fixed for each issuer, never the credential's choice (2.13)."""

    X5C = "x5c"
    METADATA = "metadata"


class Standing(StrEnum):
    """Withdrawn ones stay in the list, so that it says so."""

    GRANTED = "granted"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Period:
    """From a moment on and until before another; None: without such a bound."""

    valid_from: datetime | None = None
    valid_until: datetime | None = None

    def covers(self, now: datetime) -> bool:
        begun = self.valid_from is None or self.valid_from <= now
        return begun and (self.valid_until is None or now < self.valid_until)

    def bounds(self) -> Iterator[datetime]:
        """The moments at which something changes."""
        yield from (bound for bound in (self.valid_from, self.valid_until) if bound is not None)


ALWAYS = Period()


@dataclass(frozen=True, slots=True)
class ListedType:
    """One ``vct`` an issuer may issue."""

    vct: str
    period: Period = ALWAYS


@dataclass(frozen=True, slots=True)
class ListedIssuer:
    """``anchors``: above its credentials (``X5C``) and above its status lists (always)."""

    issuer: str
    names: Mapping[str, str]
    mechanism: Mechanism
    anchors: TrustAnchors
    types: tuple[ListedType, ...]
    standing: Standing = Standing.GRANTED


@dataclass(frozen=True, slots=True)
class ListedAuthority:
    """An authority whose certificates name verifiers; for wallets."""

    names: Mapping[str, str]
    anchors: TrustAnchors
    period: Period = ALWAYS
    standing: Standing = Standing.GRANTED


@dataclass(frozen=True, slots=True)
class GrantedIssuer:
    """An issuer at one moment: the types it may issue then."""

    issuer: str
    names: Mapping[str, str] = field(compare=False)
    mechanism: Mechanism
    anchors: TrustAnchors
    vcts: frozenset[str]


@dataclass(frozen=True, slots=True)
class TrustNow:
    """What a list says from ``since`` on and until before ``until``; nothing changes in between."""

    version: int
    issuers: tuple[GrantedIssuer, ...]
    verifier_anchors: TrustAnchors
    since: datetime
    until: datetime

    def holds_at(self, now: datetime) -> bool:
        return self.since <= now < self.until


@dataclass(frozen=True, slots=True)
class TrustList:
    """One version of a list. ``id``: which list it is; one operator may keep several."""

    id: str
    version: int
    issued_at: datetime
    next_update: datetime
    issuers: tuple[ListedIssuer, ...] = ()
    verifiers: tuple[ListedAuthority, ...] = ()

    def certificates(self) -> Iterator[x509.Certificate]:
        """Every authority in it, withdrawn ones too."""
        for issuer in self.issuers:
            yield from issuer.anchors.certificates
        for authority in self.verifiers:
            yield from authority.anchors.certificates

    def at(self, now: datetime) -> TrustNow:
        """Whom it trusts at a moment. Raises StaleTrustList from ``next_update`` on."""
        if now >= self.next_update:
            raise StaleTrustList(f"version {self.version}, until {self.next_update.isoformat()}")
        bounds = sorted({self.next_update, *self._bounds()})
        granted = (_granted(one, now) for one in self.issuers)
        return TrustNow(
            version=self.version,
            issuers=tuple(one for one in granted if one is not None),
            verifier_anchors=self._verifier_anchors(now),
            since=max((bound for bound in bounds if bound <= now), default=min(now, self.issued_at)),
            until=next(bound for bound in bounds if bound > now),
        )

    def _bounds(self) -> Iterator[datetime]:
        for issuer in self.issuers:
            for one in issuer.types:
                yield from one.period.bounds()
        for authority in self.verifiers:
            yield from authority.period.bounds()

    def _verifier_anchors(self, now: datetime) -> TrustAnchors:
        return trust_anchors(
            [
                certificate
                for one in self.verifiers
                if one.standing is Standing.GRANTED and one.period.covers(now)
                for certificate in one.anchors.certificates
            ]
        )


def _granted(one: ListedIssuer, now: datetime) -> GrantedIssuer | None:
    vcts = frozenset(listed.vct for listed in one.types if listed.period.covers(now))
    if one.standing is not Standing.GRANTED or not vcts:
        return None
    return GrantedIssuer(one.issuer, one.names, one.mechanism, one.anchors, vcts)

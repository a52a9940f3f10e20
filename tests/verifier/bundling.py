"""What offline bundles are made of in tests: an operator's signed list, lists by hand, keys in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from keys import KeyPurpose, KeyRing, KeySpec, open_key_ring
from specs.jose import Algorithm, PublicJwk, TrustAnchors, parse_public_jwk, sign_with
from tests.verifier.issuing import NOW, PHOTO_CARD, PROOF_OF_AGE, SimulatedIssuer, private_key, public_key
from trillium.runtime.trust_list import (
    ListedIssuer,
    ListedType,
    Mechanism,
    TrustList,
    TrustNow,
    prepare_trust_list,
)
from verifier.clients.trust_list import trust_from
from verifier.domain.bundle import BundledList
from verifier.domain.trust import Trust, TrustedIssuer
from verifier.errors import IssuerKeysUnavailable, TrustUnavailable
from verifier.ports import CollectedLists
from verifier.services.create_bundle import CreateBundle
from verifier.store.lists_memory import MemoryMetLists

VERIFIER = "https://verifier.example"
DAY = timedelta(days=1)


def listed(
    *issuers: SimulatedIssuer, until: datetime = NOW + 30 * DAY, mechanism: Mechanism = Mechanism.X5C
) -> TrustList:
    """An operator's list of these issuers, for both types."""
    return TrustList(
        id="https://trust.example/list",
        version=7,
        issued_at=NOW - DAY,
        next_update=until,
        issuers=tuple(
            ListedIssuer(
                one.identifier,
                {"en-CA": "Issuer", "fr-CA": "Émetteur"},
                mechanism,
                one.anchors,
                (ListedType(PHOTO_CARD), ListedType(PROOF_OF_AGE)),
            )
            for one in issuers
        ),
    )


def signed(trust_list: TrustList, who: str = "operator") -> str:
    prepared = prepare_trust_list(trust_list, public_key(who))
    return prepared.attach(sign_with(private_key(who), Algorithm.ES256, prepared.data))


@dataclass
class TrustByHand:
    """``ports.TrustSource`` and ``ports.SignedTrust``; ``None``: there is no list."""

    trust_list: TrustList | None = field(default_factory=lambda: listed(SimulatedIssuer()))

    def current(self, now: datetime) -> Trust:
        return trust_from(self._now(now))

    def signed_list(self, now: datetime) -> str:
        self._now(now)
        assert self.trust_list is not None
        return signed(self.trust_list)

    def _now(self, now: datetime) -> TrustNow:
        if self.trust_list is None:
            raise TrustUnavailable("by hand")
        return self.trust_list.at(now)


@dataclass
class CollectionByHand:
    """``ports.ListCollection``: has what it is given, by address, and remembers what it was asked."""

    lists: dict[str, BundledList] = field(default_factory=dict)
    asked: list[tuple[tuple[str, ...], TrustAnchors]] = field(default_factory=list)

    async def collect(self, uris: Sequence[str], *, anchors: TrustAnchors, now: datetime) -> CollectedLists:
        self.asked.append((tuple(uris), anchors))
        found = tuple(self.lists[uri] for uri in uris if uri in self.lists)
        return CollectedLists(found, len(uris) - len(found))


def ring_in_memory() -> KeyRing:
    ring = open_key_ring("memory:", sandbox=True, now=NOW)
    ring.ensure({KeyPurpose.BUNDLE: KeySpec()}, NOW)
    return ring


@dataclass
class Clock:
    moment: datetime = NOW

    def now(self) -> datetime:
        return self.moment


@dataclass
class KeysAtHand:
    """``ports.IssuerKeys``: the keys it was given, by issuer; all others are out of reach."""

    keys: dict[str, list[PublicJwk]] = field(default_factory=dict)

    async def keys_of(self, issuer: TrustedIssuer, kid: str | None, now: datetime) -> Sequence[PublicJwk]:
        if issuer.issuer not in self.keys:
            raise IssuerKeysUnavailable("by hand")
        return [key for key in self.keys[issuer.issuer] if kid is None or key.kid == kid]


@dataclass
class Bundler:
    """The service that makes bundles, over everything by hand."""

    trust: TrustByHand = field(default_factory=TrustByHand)
    met: MemoryMetLists = field(default_factory=MemoryMetLists)
    collection: CollectionByHand = field(default_factory=CollectionByHand)
    ring: KeyRing = field(default_factory=ring_in_memory)
    clock: Clock = field(default_factory=Clock)
    issuer_keys: KeysAtHand = field(default_factory=KeysAtHand)
    types: frozenset[str] = frozenset({"proof-of-age"})

    @property
    def create(self) -> CreateBundle:
        return CreateBundle(
            issuer=VERIFIER,
            offline_types=self.types,
            trust=self.trust,
            signed_trust=self.trust,
            issuer_keys=self.issuer_keys,
            met=self.met,
            collection=self.collection,
            signer=lambda now: self.ring.signer_for(KeyPurpose.BUNDLE, now),
            clock=self.clock,
        )

    def publish(self, issuer: str, kid: str, who: str) -> None:
        """A key that an issuer publishes under its own name."""
        named = parse_public_jwk({**public_key(who).members, "kid": kid})
        self.issuer_keys.keys.setdefault(issuer, []).append(named)

    @property
    def keys(self) -> list[PublicJwk]:
        return [self.ring.signer_for(KeyPurpose.BUNDLE, NOW).public_jwk]

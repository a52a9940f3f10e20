"""Whom the verifier trusts for what. Decided on the key that verified, never on a name in the token (2.16).

A credential brings a certificate chain. The chain must end at an anchor of an issuer that is trusted for the
credential's type, and its leaf must be that issuer's: an authority certifies others too. Only then is the
leaf's key used to check the signature. Or the issuer publishes its keys under its own name (SD-JWT VC section
4). Which of the two is fixed here for each issuer, so a token cannot choose the other one (2.13).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlsplit

from specs.jose.x5c import TrustAnchors, VerifiedChain


class Mechanism(StrEnum):
    """Where an issuer's keys come from: one way for each issuer, never the credential's choice (2.13)."""

    X5C = "x5c"
    """From the chain in the header, below the issuer's anchors (2.12)."""
    METADATA = "metadata"
    """From ``/.well-known/jwt-vc-issuer`` (2.11); a credential of theirs that brings a chain is refused."""


@dataclass(frozen=True, slots=True)
class TrustedIssuer:
    """One issuer: its identifier, its anchors, and the types it may issue."""

    issuer: str
    """Exactly the ``iss`` of its credentials."""
    anchors: TrustAnchors
    """Above its credentials, for ``X5C``; above its status lists, in any case."""
    vcts: frozenset[str]
    mechanism: Mechanism = Mechanism.X5C
    names: Mapping[str, str] = field(default_factory=dict, compare=False)
    """What people call it: ``en-CA``, ``fr-CA``."""

    def is_named_by(self, chain: VerifiedChain) -> bool:
        """Whether a chain below the anchors is this issuer's: the subject of the leaf is the issuer (2.12).

        By the URIs in the leaf, which spell the issuer out; by its host only where there are none.
        """
        if chain.san_uris:
            return self.issuer in chain.san_uris
        host = urlsplit(self.issuer).hostname
        return host in {name.lower() for name in chain.san_dns}


@dataclass(frozen=True, slots=True)
class Trust:
    """All of them. An empty one trusts nobody."""

    issuers: tuple[TrustedIssuer, ...]
    _by_type: Mapping[str, tuple[TrustedIssuer, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Made once for each list: every presentation asks, and a list may name a thousand issuers.
        found: dict[str, list[TrustedIssuer]] = {}
        for issuer in self.issuers:
            for vct in issuer.vcts:
                found.setdefault(vct, []).append(issuer)
        object.__setattr__(self, "_by_type", {vct: tuple(issuers) for vct, issuers in found.items()})

    def for_type(self, vct: str) -> tuple[TrustedIssuer, ...]:
        """The issuers that may issue a type, in the order of the list."""
        return self._by_type.get(vct, ())


@dataclass(frozen=True, slots=True)
class FixedTrust:
    """``ports.TrustSource`` that never changes: for one command, and where somebody else keeps the list."""

    trust: Trust

    def current(self, now: datetime) -> Trust:
        """Always the same."""
        return self.trust

"""Whom the wallet trusts: issuers for what they may issue, and the authorities of verifiers.

Decided on the key that verified, never on a name in a message (2.12, 2.16). The mechanism is certificate
chains below configured anchors, so no message can choose another one (2.13). An empty trust trusts nobody.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509

from specs.jose import TrustAnchors, VerifiedChain

_NOBODY: Final = TrustAnchors((), "none")


@dataclass(frozen=True, slots=True)
class TrustedCredentialIssuer:
    """One issuer, its anchors, and the types it may issue.

    ``issuer``: its identifier, which is also the ``iss`` of its credentials.
    """

    issuer: str
    anchors: TrustAnchors
    vcts: frozenset[str]

    def is_named_by(self, chain: VerifiedChain) -> bool:
        """Whether a chain below the anchors is this issuer's: the subject of the leaf is the issuer (2.12).

        By the URIs in the leaf, which spell the issuer out; by its host only where there are none.
        """
        if chain.san_uris:
            return self.issuer in chain.san_uris
        return urlsplit(self.issuer).hostname in {name.lower() for name in chain.san_dns}

    def may_issue(self, vct: str) -> bool:
        """Whether a type is one of its own; what a type extends or is also known as plays no part (2.16)."""
        return vct in self.vcts


@dataclass(frozen=True, slots=True)
class Trust:
    """All of it. ``verifier_anchors``: authorities whose certificates name verifiers."""

    issuers: tuple[TrustedCredentialIssuer, ...] = ()
    verifier_anchors: TrustAnchors = _NOBODY

    def issuer(self, identifier: str) -> TrustedCredentialIssuer | None:
        """The issuer with this identifier, compared as it is written."""
        return next((one for one in self.issuers if one.issuer == identifier), None)

    def certificates(self) -> Iterable[x509.Certificate]:
        """Every anchor."""
        for issuer in self.issuers:
            yield from issuer.anchors.certificates
        yield from self.verifier_anchors.certificates


@dataclass(frozen=True, slots=True)
class FixedTrust:
    """``ports.TrustSource`` that never changes: for one command, and where somebody else keeps the list."""

    trust: Trust

    def current(self, now: datetime) -> Trust:
        """Always the same."""
        return self.trust

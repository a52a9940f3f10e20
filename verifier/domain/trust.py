"""Whom the verifier trusts for what. Decided on the key that verified, never on a name in the token (2.16).

A credential brings a certificate chain. The chain must end at an anchor of an issuer that is trusted for the
credential's type; only then is the leaf's key used to check the signature. The mechanism is fixed here by
configuration, so a token cannot choose another one (2.13).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from specs.jose.x5c import TrustAnchors


@dataclass(frozen=True, slots=True)
class TrustedIssuer:
    """One issuer: its identifier, its anchors, and the types it may issue."""

    issuer: str
    """Exactly the ``iss`` of its credentials."""
    anchors: TrustAnchors
    vcts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Trust:
    """All of them. An empty one trusts nobody."""

    issuers: tuple[TrustedIssuer, ...]

    def for_type(self, vct: str) -> Iterable[TrustedIssuer]:
        """The issuers that may issue a type."""
        return (issuer for issuer in self.issuers if vct in issuer.vcts)

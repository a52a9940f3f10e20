"""Whom the verifier trusts for what. Decided on the key that verified, never on a name in the token (2.16).

A credential brings a certificate chain. The chain must end at an anchor of an issuer that is trusted for the
credential's type, and its leaf must be that issuer's: an authority certifies others too. Only then is the
leaf's key used to check the signature. The mechanism is fixed here by configuration, so a token cannot choose
another one (2.13).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from specs.jose.x5c import TrustAnchors, VerifiedChain


@dataclass(frozen=True, slots=True)
class TrustedIssuer:
    """One issuer: its identifier, its anchors, and the types it may issue."""

    issuer: str
    """Exactly the ``iss`` of its credentials."""
    anchors: TrustAnchors
    vcts: frozenset[str]

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

    def for_type(self, vct: str) -> Iterable[TrustedIssuer]:
        """The issuers that may issue a type."""
        return (issuer for issuer in self.issuers if vct in issuer.vcts)

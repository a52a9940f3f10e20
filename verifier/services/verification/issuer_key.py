"""Steps 2 and 3: who may issue this type, and with which key. Names in the token are hints (2.12, 2.13).

An issuer proves itself in one way only, fixed by the trust list: a certificate chain below its anchors, or
the keys that it publishes under its own name. A credential cannot choose the other one.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from specs.jose import ChainCache, InvalidCertificateChain, JoseError, PublicJwk, Use, verify_jws
from specs.sd_jwt_vc.credential import UnverifiedCredential
from verifier.domain.trust import Mechanism, Trust, TrustedIssuer
from verifier.ports import IssuerKeys


class IssuerKey(NamedTuple):
    """A key that a trusted issuer answers for."""

    issuer: TrustedIssuer
    key: PublicJwk
    chain: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FindIssuerKey:
    issuer_keys: IssuerKeys
    chains: ChainCache = field(default_factory=ChainCache)

    async def __call__(self, credential: UnverifiedCredential, trust: Trust, now: datetime) -> IssuerKey:
        """The key to check the signature with, and the issuer whose it is.

        Raises:
            InvalidCertificateChain: no issuer that is trusted for the type stands behind it.
            IssuerKeysUnavailable: a trusted issuer's keys cannot be had.
        """
        issuers = trust.for_type(credential.vct or "")
        if "x5c" in credential.header:
            return self._by_chain(credential, issuers, now)
        return await self._by_metadata(credential, issuers, now)

    def _by_chain(
        self, credential: UnverifiedCredential, issuers: tuple[TrustedIssuer, ...], now: datetime
    ) -> IssuerKey:
        """The issuer, among those trusted for the type, below whose anchors the chain ends (2.12)."""
        x5c = credential.header["x5c"]
        failure: InvalidCertificateChain | None = None
        for issuer in issuers:
            if issuer.mechanism is not Mechanism.X5C:
                continue
            try:
                chain = self.chains.verify(x5c, issuer.anchors, now=now)
            except InvalidCertificateChain as error:
                failure = error
                continue
            # An authority certifies others too: the leaf has to be this issuer's.
            if issuer.is_named_by(chain):
                return IssuerKey(issuer, chain.key, tuple(x5c))
            failure = InvalidCertificateChain("the certificate is not the issuer's")
        raise failure or InvalidCertificateChain("no issuer is trusted for this type by certificate")

    async def _by_metadata(
        self, credential: UnverifiedCredential, issuers: tuple[TrustedIssuer, ...], now: datetime
    ) -> IssuerKey:
        """The keys of the trusted issuer that ``iss`` names: theirs, wherever the token points (2.11)."""
        kid = credential.header.get("kid")
        for issuer in issuers:
            if issuer.mechanism is not Mechanism.METADATA or issuer.issuer != credential.issuer:
                continue
            keys = await self.issuer_keys.keys_of(issuer, kid if isinstance(kid, str) else None, now)
            if not keys:
                raise InvalidCertificateChain("the issuer has no such key")
            # One key is checked with everything else; of several, the one that signed is looked for first.
            signers = keys if len(keys) == 1 else [key for key in keys if _signed(credential, key)]
            return IssuerKey(issuer, (signers or keys)[0])
        raise InvalidCertificateChain("no chain, and no issuer is trusted for this type by its metadata")


def _signed(credential: UnverifiedCredential, key: PublicJwk) -> bool:
    try:
        verify_jws(credential.sd_jwt.jws, key, use=Use.CREDENTIAL, typ=None)
    except JoseError:
        return False
    return True

"""The signed trust list, as the verification asks for it."""

from datetime import datetime

from trillium.runtime.trust_list import GrantedIssuer, TrustListError, TrustListSource, TrustNow
from verifier.domain.trust import Mechanism, Trust, TrustedIssuer
from verifier.errors import TrustUnavailable


class ListedTrust:
    """``ports.TrustSource``. ``source``: the list itself, for those who keep it up to date."""

    def __init__(self, source: TrustListSource) -> None:
        self.source = source
        self._listed: TrustNow | None = None
        self._trust = Trust(())

    def current(self, now: datetime) -> Trust:
        """See the port."""
        try:
            listed = self.source.current(now)
        except TrustListError as error:
            raise TrustUnavailable(f"{error.code} {error.detail}".strip()) from error
        if listed is not self._listed:
            self._listed, self._trust = listed, trust_from(listed)
        return self._trust

    def signed_list(self, now: datetime) -> str:
        """``ports.SignedTrust``: the list that ``current`` goes by."""
        self.current(now)
        return self.source.token


def trust_from(listed: TrustNow) -> Trust:
    """What a list says at a moment, as the verification asks for it."""
    return Trust(tuple(_issuer(one) for one in listed.issuers))


def _issuer(one: GrantedIssuer) -> TrustedIssuer:
    return TrustedIssuer(one.issuer, one.anchors, one.vcts, Mechanism(one.mechanism.value), one.names)

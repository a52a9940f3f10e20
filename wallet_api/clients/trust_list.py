"""The signed trust list, as the wallet asks for it.

Issuers that publish their keys under their own name are left out: what the wallet receives brings a chain.
"""

from datetime import datetime

from trillium.runtime.trust_list import Mechanism, TrustListError, TrustListSource, TrustNow
from wallet_api.domain.trust import Trust, TrustedCredentialIssuer
from wallet_api.errors import TrustUnavailable


class ListedTrust:
    """``ports.TrustSource``."""

    def __init__(self, source: TrustListSource) -> None:
        self._source = source
        self._listed: TrustNow | None = None
        self._trust = Trust()

    def current(self, now: datetime) -> Trust:
        """See the port."""
        try:
            listed = self._source.current(now)
        except TrustListError as error:
            raise TrustUnavailable(f"{error.code} {error.detail}".strip()) from error
        if listed is not self._listed:
            self._listed, self._trust = listed, _trust(listed)
        return self._trust


def _trust(listed: TrustNow) -> Trust:
    issuers = tuple(
        TrustedCredentialIssuer(one.issuer, one.anchors, one.vcts)
        for one in listed.issuers
        if one.mechanism is Mechanism.X5C
    )
    return Trust(issuers, listed.verifier_anchors)

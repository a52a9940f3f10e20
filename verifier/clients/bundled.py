"""Verifying without a network: an offline bundle in place of the trust list's address and of every list's.

Nothing in a bundle is believed because it is in there: the trust list has the operator's signature, and each
status list token is checked below the anchors of the credential's own issuer when it is first needed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from specs.errors import ProtocolError
from specs.jose import PublicJwk, TrustAnchors
from specs.token_status_list import StatusAnswer, StatusOutcome, StatusReference
from trillium.runtime.status_lists import StatusListClient, fetch_nothing
from trillium.runtime.trust_list import TrustList, TrustListError, TrustNow, verify_trust_list
from verifier.clients.trust_list import trust_from
from verifier.domain.bundle import VerifiedBundle
from verifier.domain.trust import Mechanism, Trust, TrustedIssuer
from verifier.errors import IssuerKeysUnavailable, TrustUnavailable

_NOT_COVERED: Final = "the bundle does not cover this moment"


class BundledTrust:
    """``ports.TrustSource``: the bundle's list, until the bundle or the list ends."""

    def __init__(self, bundle: VerifiedBundle, trust_list: TrustList) -> None:
        self._bundle = bundle
        self._list = trust_list
        self._listed: TrustNow | None = None
        self._trust = Trust(())

    def current(self, now: datetime) -> Trust:
        """See the port."""
        if not self._bundle.covers(now):
            raise TrustUnavailable(_NOT_COVERED)
        if self._listed is None or not self._listed.holds_at(now):
            try:
                self._listed = self._list.at(now)
            except TrustListError as error:
                raise TrustUnavailable(f"{error.code} {error.detail}".strip()) from error
            self._trust = trust_from(self._listed)
        return self._trust


class BundledStatusLists:
    """``ports.StatusLists``: the bundle's lists, as old as they are; nothing is ever fetched."""

    def __init__(self, bundle: VerifiedBundle) -> None:
        self._bundle = bundle
        self._bundled = {one.uri: one for one in bundle.contents.lists}
        self._lists = StatusListClient(fetch_nothing)

    async def status_of(
        self, reference: StatusReference, *, anchors: TrustAnchors, max_age: timedelta, now: datetime
    ) -> StatusAnswer:
        """See the port. STALE when the bundled list is older than ``max_age`` or than its own ``ttl``."""
        bundled = self._bundled.get(reference.uri)
        if not self._bundle.covers(now):
            return StatusAnswer(StatusOutcome.UNKNOWN, _NOT_COVERED)
        if bundled is None:
            return StatusAnswer(StatusOutcome.UNKNOWN, "the list is not in the bundle")
        if self._lists.kept.find((reference.uri, anchors.version), now) is None:
            try:
                self._lists.seed(
                    bundled.token, bundled.uri, anchors=anchors, resolved_at=bundled.resolved_at, now=now
                )
            except ProtocolError as error:
                return StatusAnswer(StatusOutcome.UNKNOWN, f"{type(error).__name__} {error.detail}".strip())
        return await self._lists.status_of(reference, anchors=anchors, max_age=max_age, now=now)


class BundledIssuerKeys:
    """``ports.IssuerKeys``: the keys that were published when the bundle was made."""

    def __init__(self, bundle: VerifiedBundle) -> None:
        self._bundle = bundle

    async def keys_of(self, issuer: TrustedIssuer, kid: str | None, now: datetime) -> Sequence[PublicJwk]:
        """See the port. A key that is not there may have been published since: that is no refusal."""
        keys = self._bundle.contents.issuer_keys.get(issuer.issuer, ())
        found = [key for key in keys if kid is None or key.kid == kid]
        if issuer.mechanism is not Mechanism.METADATA or not found or not self._bundle.covers(now):
            raise IssuerKeysUnavailable("not in the bundle")
        return found


@dataclass(frozen=True, slots=True)
class OfflineVerification:
    """What ``VerifyPresentation`` needs, out of a bundle."""

    trust: BundledTrust
    issuer_keys: BundledIssuerKeys
    statuses: BundledStatusLists


def open_bundle(
    bundle: VerifiedBundle, operator_keys: Sequence[PublicJwk], now: datetime
) -> OfflineVerification:
    """What a verifier needs in place of a network. ``operator_keys``: pinned like the bundle's own.

    Raises:
        TrustUnavailable: the trust list in the bundle is not the operator's, or has ended.
    """
    try:
        trust_list = verify_trust_list(bundle.contents.trust_list.encode(), operator_keys, now=now)
    except TrustListError as error:
        raise TrustUnavailable(f"{error.code} {error.detail}".strip()) from error
    trust = BundledTrust(bundle, trust_list)
    trust.current(now)
    return OfflineVerification(trust, BundledIssuerKeys(bundle), BundledStatusLists(bundle))

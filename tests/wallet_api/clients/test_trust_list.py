"""From the signed list to whom the wallet trusts."""

import pytest

from tests.trillium.trust_list.material import (
    DAY,
    PlaceByHand,
    anchors,
    issuer,
    signed,
    source_at,
    trust_list,
)
from tests.verifier.issuing import ISSUER, NOW, PHOTO_CARD, PROOF_OF_AGE
from trillium.runtime.trust_list import Standing
from wallet_api.clients.trust_list import ListedTrust
from wallet_api.domain.trust import Trust, TrustedCredentialIssuer
from wallet_api.errors import TrustUnavailable


async def test_issuers_by_certificate_and_authorities_of_verifiers() -> None:
    source = source_at(PlaceByHand(signed()))
    await source.refresh(NOW)
    trust = ListedTrust(source)
    found = trust.current(NOW)
    types = frozenset({PHOTO_CARD, PROOF_OF_AGE})
    assert found.issuers == (TrustedCredentialIssuer(ISSUER, anchors(), types),), "none by metadata"
    assert found.verifier_anchors.certificates == anchors("verifiers").certificates
    assert trust.current(NOW) is found


async def test_a_new_list_counts_at_once() -> None:
    place = PlaceByHand(signed())
    source = source_at(place)
    await source.refresh(NOW)
    trust = ListedTrust(source)
    assert trust.current(NOW).issuers
    place.token = signed(trust_list(version=2, issuers=(issuer(standing=Standing.WITHDRAWN),), verifiers=()))
    await source.refresh(NOW)
    assert trust.current(NOW).issuers == Trust().issuers
    assert trust.current(NOW).verifier_anchors.certificates == ()


async def test_no_list_and_an_old_list_are_no_answer() -> None:
    source = source_at(PlaceByHand(signed()))
    trust = ListedTrust(source)
    with pytest.raises(TrustUnavailable, match="no_trust_list"):
        trust.current(NOW)
    await source.refresh(NOW)
    with pytest.raises(TrustUnavailable, match="trust_list_stale"):
        trust.current(NOW + 30 * DAY)

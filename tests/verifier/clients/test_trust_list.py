"""From the signed list to what the verification and the presets go by."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from specs.jose import create_public_jwk
from tests.trillium.runtime.issuer_site import published
from tests.trillium.trust_list.material import (
    DAY,
    LIBRARY_CARD,
    NAMES,
    WEB_ISSUER,
    PlaceByHand,
    anchors,
    issuer,
    signed,
    source_at,
    trust_list,
)
from tests.verifier.domain.preset_files import preset_file, query
from tests.verifier.issuing import (
    ISSUER,
    NOW,
    PHOTO_CARD,
    PROOF_OF_AGE,
    SimulatedIssuer,
    private_key,
    public_key,
)
from tests.verifier.surroundings import Desk, HandClock, settings_for_tests
from trillium.runtime.http_client import StrangerClient
from trillium.runtime.trust_list import Standing
from verifier.app.presets import PresetsInForce
from verifier.clients.issuer_keys import HttpIssuerKeys
from verifier.clients.trust_list import ListedTrust
from verifier.domain.preset import Preset
from verifier.domain.trust import Mechanism, Trust, TrustedIssuer
from verifier.errors import BadPreset, IssuerKeysUnavailable, TrustUnavailable


async def listed(token: bytes = b"") -> tuple[ListedTrust, PlaceByHand]:
    place = PlaceByHand(token or signed())
    trust = ListedTrust(source_at(place))
    await trust.source.refresh(NOW)
    return trust, place


async def test_issuers_with_their_mechanism_names_and_types() -> None:
    trust, _ = await listed()
    first, second = trust.current(NOW).issuers
    assert first == TrustedIssuer(ISSUER, anchors(), frozenset({PHOTO_CARD, PROOF_OF_AGE}))
    assert (second.issuer, second.mechanism, second.vcts) == (
        WEB_ISSUER,
        Mechanism.METADATA,
        frozenset({LIBRARY_CARD}),
    )
    assert first.names == second.names == NAMES


async def test_the_same_object_until_the_list_changes() -> None:
    trust, place = await listed()
    before = trust.current(NOW)
    assert trust.current(NOW + DAY) is before
    place.token = signed(trust_list(version=2, issuers=(issuer(standing=Standing.WITHDRAWN),)))
    await trust.source.refresh(NOW)
    assert trust.current(NOW) == Trust(())


async def test_no_list_and_an_old_list_are_no_answer() -> None:
    empty = ListedTrust(source_at(PlaceByHand()))
    with pytest.raises(TrustUnavailable, match="no_trust_list"):
        empty.current(NOW)
    trust, _ = await listed()
    with pytest.raises(TrustUnavailable, match="trust_list_stale"):
        trust.current(NOW + 30 * DAY)


class SourceByHand:
    """``ports.TrustSource``."""

    trust: Trust | None = None

    def current(self, now: datetime) -> Trust:
        if self.trust is None:
            raise TrustUnavailable
        return self.trust


class Reading:
    """Reads presets for a trust: one for each type that is trusted."""

    def __init__(self) -> None:
        self.read: list[Trust] = []
        self.broken = False

    def __call__(self, trust: Trust) -> Mapping[str, Any]:
        self.read.append(trust)
        if self.broken:
            raise BadPreset("planted")
        return {vct: vct for one in trust.issuers for vct in one.vcts}


def in_force(source: SourceByHand, reading: Reading) -> Mapping[str, Preset]:
    return PresetsInForce(source, HandClock(), reading)


CARDS, AGES = (Trust((SimulatedIssuer().trusted(vct),)) for vct in (PHOTO_CARD, PROOF_OF_AGE))


def test_presets_come_with_the_first_list() -> None:
    source, reading = SourceByHand(), Reading()
    presets = in_force(source, reading)
    assert list(presets) == []
    assert reading.read == []
    source.trust = CARDS
    assert list(presets) == [PHOTO_CARD]
    assert len(presets) == 1
    assert PHOTO_CARD in presets
    assert reading.read == [CARDS], "once for each trust"


def test_a_preset_stays_when_its_issuers_are_gone() -> None:
    """Whoever answers it then is told that the issuer is not trusted, not that there is no such request."""
    source, reading = SourceByHand(), Reading()
    source.trust = CARDS
    presets = in_force(source, reading)
    source.trust = AGES
    assert set(presets) == {PHOTO_CARD, PROOF_OF_AGE}
    source.trust = None
    assert set(presets) == {PHOTO_CARD, PROOF_OF_AGE}


def test_presets_that_do_not_fit_a_new_list_stay_as_they_were() -> None:
    source, reading = SourceByHand(), Reading()
    source.trust = CARDS
    presets = in_force(source, reading)
    reading.broken, source.trust = True, AGES
    assert list(presets) == [PHOTO_CARD]
    assert list(presets) == [PHOTO_CARD]
    assert reading.read == [CARDS, AGES], "it is not tried for every request"


def test_one_preset_that_fits_no_more_does_not_keep_the_others_from_following(tmp_path: Path) -> None:
    """An issuer is let go in the version of the list that brings the next version of another's type."""
    for name, asked in (("ages", "proof-of-age"), ("cards", "photo-card")):
        content = preset_file(query=query(meta={"vct_values": [asked]}))
        (tmp_path / f"{name}.json").write_text(json.dumps(content))
    source = SourceByHand()
    source.trust = Trust((SimulatedIssuer().trusted(PHOTO_CARD, PROOF_OF_AGE),))
    presets = Desk(settings=settings_for_tests(presets_dir=tmp_path), source=source).verifier.presets
    second = PHOTO_CARD.removesuffix("1") + "2"
    source.trust = Trust((SimulatedIssuer().trusted(PHOTO_CARD, second),))
    assert presets["cards"].query.credentials[0].types == (PHOTO_CARD, second)
    assert presets["ages"].query.credentials[0].types == (PROOF_OF_AGE,)


def test_presets_that_do_not_fit_at_the_start_stop_it() -> None:
    source, reading = SourceByHand(), Reading()
    source.trust, reading.broken = CARDS, True
    with pytest.raises(BadPreset):
        in_force(source, reading)


async def test_2_11_keys_that_an_issuer_publishes() -> None:
    async with published() as (site, _):
        site.publish(create_public_jwk(private_key("library").public_key(), kid="1"))
        client = StrangerClient(loopback_origins=[site.origin])
        keys = HttpIssuerKeys(client, insecure_origins=[site.origin])
        one = TrustedIssuer(site.issuer, anchors(), frozenset({LIBRARY_CARD}), Mechanism.METADATA)
        assert await keys.keys_of(one, "1", NOW) == (public_key("library"),)
        assert await keys.keys_of(one, "2", NOW) == ()
        site.status = 500
        with pytest.raises(IssuerKeysUnavailable, match="status 500"):
            await keys.keys_of(one, "1", NOW + DAY)
        await client.close()


async def test_2_13_nobody_is_asked_for_keys_whose_certificates_count() -> None:
    client = StrangerClient(loopback_origins=[])
    with pytest.raises(ValueError, match="certificates"):
        await HttpIssuerKeys(client).keys_of(SimulatedIssuer().trusted(), None, NOW)
    await client.close()

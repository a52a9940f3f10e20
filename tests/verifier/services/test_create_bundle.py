"""Making an offline bundle: whose lists are in it, and when there is none to be had (8.04, 3.21)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.verifier.bundling import DAY, VERIFIER, Bundler, listed, signed
from tests.verifier.issuing import LIST, NOW, SimulatedIssuer, public_key, stranger
from trillium.runtime.trust_list import Mechanism
from verifier.domain.bundle import BundledList, verify_bundle
from verifier.domain.met_list import REMEMBERED_FOR, MetList
from verifier.errors import BadBundle, TrustUnavailable
from verifier.services.create_bundle import RememberLists

ISSUER = SimulatedIssuer()
OURS = ISSUER.anchors.version
TOKEN = BundledList(LIST, NOW, ISSUER.status_list().decode())


async def bundler(*met: str, **changed: object) -> Bundler:
    made = Bundler(**changed)  # type: ignore[arg-type]
    made.collection.lists[LIST] = TOKEN
    await made.met.note_lists([MetList(uri, OURS, NOW.date()) for uri in met])
    return made


async def test_it_holds_the_operators_list_and_the_status_lists_as_they_were_received() -> None:
    made = await bundler(LIST)
    created = await made.create()
    bundle = verify_bundle(created.text, keys=made.keys, issuer=VERIFIER, now=NOW, newest_seen=None)
    assert bundle.contents.lists == created.lists == (TOKEN,)
    assert bundle.contents.trust_list.split(".")[:2] == signed(listed(ISSUER)).split(".")[:2]
    assert (bundle.created_at, bundle.valid_until) == (NOW, NOW + 7 * DAY)
    assert created.failed == 0


async def test_lists_that_could_not_be_had_are_counted() -> None:
    made = await bundler(LIST, f"{LIST}/gone", f"{LIST}/broken")
    created = await made.create()
    assert (len(created.lists), created.failed) == (1, 2)


async def test_only_issuers_of_offline_types_are_asked() -> None:
    made = await bundler(LIST, types=frozenset({"drivers-licence"}))
    assert (await made.create()).lists == ()
    assert not made.collection.asked


@pytest.mark.parametrize("name", ["photo-card", "https://issuer.example/types/photo-card/1"])
async def test_types_are_named_shortly_or_in_full(name: str) -> None:
    made = await bundler(LIST, types=frozenset({name}))
    assert len((await made.create()).lists) == 1


@pytest.mark.parametrize("name", ["card", "photo-card/1", "issuer.example", "types", ""])
async def test_a_part_of_a_name_is_no_name(name: str) -> None:
    made = await bundler(LIST, types=frozenset({name}))
    assert not (await made.create()).lists


async def test_each_authority_is_asked_once_for_its_own_lists() -> None:
    made = await bundler(LIST)
    other = stranger("https://other.example")
    sibling = replace(ISSUER, identifier="https://sibling.example")
    made.trust.trust_list = listed(ISSUER, sibling, other)
    await made.met.note_lists([MetList(f"{LIST}/theirs", other.anchors.version, NOW.date())])
    await made.create()
    assert made.collection.asked == [((LIST,), ISSUER.anchors), ((f"{LIST}/theirs",), other.anchors)]


async def test_keys_that_issuers_publish_come_along_where_certificates_do_not() -> None:
    made = await bundler(LIST)
    key = public_key("issuer")
    made.issuer_keys.keys[ISSUER.identifier] = [key]
    other = stranger("https://out-of-reach.example")
    made.trust.trust_list = listed(ISSUER, other, mechanism=Mechanism.METADATA)
    created = await made.create()
    bundle = verify_bundle(created.text, keys=made.keys, issuer=VERIFIER, now=NOW, newest_seen=None)
    assert bundle.contents.issuer_keys == {ISSUER.identifier: (key,)}
    made.trust.trust_list = listed(ISSUER)
    created = await made.create()
    bundle = verify_bundle(created.text, keys=made.keys, issuer=VERIFIER, now=NOW, newest_seen=None)
    assert bundle.contents.issuer_keys == {}


async def test_without_a_trust_list_there_is_no_bundle() -> None:
    made = await bundler(LIST)
    made.trust.trust_list = None
    with pytest.raises(TrustUnavailable):
        await made.create()


@pytest.mark.parametrize("lifetime", [timedelta(0), -DAY, 7 * DAY + timedelta(seconds=1)])
async def test_it_ends_within_seven_days(lifetime: timedelta) -> None:
    made = await bundler(LIST)
    with pytest.raises(BadBundle):
        await made.create(lifetime)
    assert (await made.create(DAY)).valid_until == NOW + DAY


async def test_3_26_lists_are_remembered_by_day_and_forgotten_in_time() -> None:
    made = Bundler()
    remember = RememberLists(made.met, made.clock)
    await remember([(LIST, OURS)])
    made.clock.moment += REMEMBERED_FOR
    await remember([(f"{LIST}/2", OURS)])
    assert [one.uri for one in await made.met.lists_met(OURS, 9)] == [f"{LIST}/2", LIST]
    made.clock.moment += DAY
    await remember([])
    assert [one.uri for one in await made.met.lists_met(OURS, 9)] == [f"{LIST}/2"]

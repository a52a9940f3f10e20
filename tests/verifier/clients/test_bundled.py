"""Deciding with a bundle and without a network: honest about age, and nothing in it is believed unchecked."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from specs.token_status_list import StatusAnswer, StatusOutcome, StatusReference
from tests.verifier.bundling import DAY, VERIFIER, Bundler, listed, signed
from tests.verifier.issuing import (
    ENTRY,
    LIST,
    NOW,
    PROOF_OF_AGE,
    SimulatedIssuer,
    list_with,
    public_key,
    stranger,
)
from trillium.runtime.trust_list import Mechanism as ListedMechanism
from verifier.clients.bundled import BundledIssuerKeys, BundledStatusLists, BundledTrust, open_bundle
from verifier.domain.bundle import BundleContents, BundledList, VerifiedBundle, verify_bundle
from verifier.domain.met_list import MetList
from verifier.domain.trust import Mechanism
from verifier.errors import IssuerKeysUnavailable, TrustUnavailable

ISSUER = SimulatedIssuer()
HOUR, SECOND, ZERO = timedelta(hours=1), timedelta(seconds=1), timedelta(0)
VALID, INVALID = StatusOutcome.VALID, StatusOutcome.INVALID
UNKNOWN, STALE = StatusOutcome.UNKNOWN, StatusOutcome.STALE
OPERATOR = [public_key("operator")]
# Of a type that is shown offline: its issuer lets a copy be used for three days.
LASTING: dict[str, Any] = {"ttl": 3 * 86_400, "exp": int((NOW + 6 * DAY).timestamp())}


async def bundled(*lists: BundledList, bundler: Bundler | None = None) -> VerifiedBundle:
    """A bundle of these lists, as a verifier would make and read it."""
    made = bundler or Bundler()
    made.collection.lists = {one.uri: one for one in lists}
    await made.met.note_lists([MetList(one.uri, ISSUER.anchors.version, NOW.date()) for one in lists])
    created = await made.create()
    return verify_bundle(created.text, keys=made.keys, issuer=VERIFIER, now=NOW, newest_seen=None)


def entry(token: bytes, *, age: timedelta = ZERO, uri: str = LIST) -> BundledList:
    return BundledList(uri, NOW - age, token.decode())


async def ask(
    bundle: VerifiedBundle,
    *,
    max_age: timedelta = 2 * DAY,
    now: datetime = NOW,
    issuer: SimulatedIssuer = ISSUER,
    reference: StatusReference = ENTRY,
) -> StatusAnswer:
    lists = BundledStatusLists(bundle)
    return await lists.status_of(reference, anchors=issuer.anchors, max_age=max_age, now=now)


async def test_the_list_in_the_bundle_decides() -> None:
    good, bad = ISSUER.status_list(**LASTING), ISSUER.status_list(list_with(1), **LASTING)
    assert await ask(await bundled(entry(good))) == StatusAnswer(VALID, "", good.decode())
    assert (await ask(await bundled(entry(bad)))).outcome is INVALID


async def test_8_13_age_counts_from_when_the_list_was_resolved() -> None:
    bundle = await bundled(entry(ISSUER.status_list(now=NOW - 9 * HOUR, **LASTING), age=9 * HOUR))
    assert (await ask(bundle, max_age=9 * HOUR)).outcome is VALID
    stale = await ask(bundle, max_age=9 * HOUR - SECOND)
    assert (stale.outcome, stale.token) == (STALE, None)
    assert (await ask(bundle, max_age=2 * DAY, now=NOW + 39 * HOUR)).outcome is VALID
    assert (await ask(bundle, max_age=2 * DAY, now=NOW + 39 * HOUR + SECOND)).outcome is STALE


async def test_3_24_the_lists_own_ttl_goes_first() -> None:
    bundle = await bundled(entry(ISSUER.status_list(ttl=3600)))
    assert (await ask(bundle, now=NOW + HOUR)).outcome is VALID
    assert (await ask(bundle, now=NOW + HOUR + SECOND)).outcome is STALE


async def test_a_list_that_has_ended_says_nothing() -> None:
    bundle = await bundled(entry(ISSUER.status_list()))
    assert (await ask(bundle, now=NOW + 12 * HOUR)).outcome is UNKNOWN


async def test_8_03_and_8_14_the_bundle_covers_no_other_time() -> None:
    bundle = await bundled(entry(ISSUER.status_list(**LASTING)))
    for now in (bundle.valid_until, NOW - 61 * SECOND):
        answer = await ask(bundle, max_age=7 * DAY, now=now)
        assert answer == StatusAnswer(UNKNOWN, "the bundle does not cover this moment")


async def test_a_list_that_is_not_in_it() -> None:
    bundle = await bundled(entry(ISSUER.status_list(**LASTING)))
    answer = await ask(bundle, reference=StatusReference(f"{LIST}0", 1))
    assert answer == StatusAnswer(UNKNOWN, "the list is not in the bundle")


FORGERIES: dict[str, Callable[[], bytes]] = {
    "another-issuers": lambda: stranger().status_list(**LASTING),
    "swapped": lambda: ISSUER.status_list(sub=f"{LIST}0", **LASTING),
    "altered": lambda: ISSUER.status_list(**LASTING).replace(b".", b".A", 1),
    "a-credential": ISSUER.issue().split("~")[0].encode,
}


@pytest.mark.parametrize("defect", FORGERIES)
async def test_the_bundles_signature_vouches_for_no_list(defect: str) -> None:
    answer = await ask(await bundled(entry(FORGERIES[defect]())))
    assert answer.outcome is UNKNOWN
    assert answer.detail


async def test_a_list_counts_below_the_anchors_of_the_credentials_issuer_only() -> None:
    bundle = await bundled(entry(ISSUER.status_list(**LASTING)))
    lists = BundledStatusLists(bundle)

    async def outcome(issuer: SimulatedIssuer) -> StatusOutcome:
        answer = await lists.status_of(ENTRY, anchors=issuer.anchors, max_age=DAY, now=NOW)
        return answer.outcome

    assert [await outcome(one) for one in (ISSUER, stranger(), ISSUER)] == [VALID, UNKNOWN, VALID]


class TestTrust:
    async def open(self, *issuers: SimulatedIssuer, until: datetime = NOW + 30 * DAY) -> BundledTrust:
        made = Bundler()
        made.trust.trust_list = listed(*issuers, until=until)
        bundle = await bundled(entry(ISSUER.status_list(**LASTING)), bundler=made)
        return open_bundle(bundle, OPERATOR, NOW).trust

    async def test_the_operators_list_is_in_force_until_the_bundle_ends(self) -> None:
        trust = await self.open(ISSUER)
        [issuer] = trust.current(NOW).for_type(PROOF_OF_AGE)
        assert (issuer.issuer, issuer.anchors) == (ISSUER.identifier, ISSUER.anchors)
        assert trust.current(NOW + DAY) is trust.current(NOW)
        for now in (NOW + 7 * DAY, NOW - 61 * SECOND):
            with pytest.raises(TrustUnavailable):
                trust.current(now)

    async def test_or_until_the_list_itself_ends(self) -> None:
        trust = await self.open(ISSUER, until=NOW + DAY)
        assert trust.current(NOW + DAY - SECOND).issuers
        with pytest.raises(TrustUnavailable):
            trust.current(NOW + DAY)

    async def test_a_list_that_ended_before_is_refused_at_once(self) -> None:
        made = Bundler()
        bundle = await bundled(bundler=made)
        ended = BundleContents(signed(listed(ISSUER, until=NOW - SECOND)), ())
        object.__setattr__(bundle, "contents", ended)
        with pytest.raises(TrustUnavailable):
            open_bundle(bundle, OPERATOR, NOW)

    @pytest.mark.parametrize("trust_list", [signed(listed(ISSUER), "stranger"), "rubbish", "a.b.c"])
    async def test_a_verifier_that_was_broken_into_cannot_add_issuers(self, trust_list: str) -> None:
        """Its key signs the bundle, not the trust list."""
        bundle = await bundled()
        object.__setattr__(bundle, "contents", BundleContents(trust_list, ()))
        with pytest.raises(TrustUnavailable):
            open_bundle(bundle, OPERATOR, NOW)


class TestIssuerKeys:
    """Keys that issuers publish: only for those the trust list says do, and only while the bundle lasts."""

    async def keys(
        self, kid: str | None, *, mechanism: Mechanism = Mechanism.METADATA, now: datetime = NOW
    ) -> int:
        made = Bundler()
        made.publish(ISSUER.identifier, "2026", "issuer")
        made.trust.trust_list = listed(ISSUER, mechanism=ListedMechanism.METADATA)
        keys = BundledIssuerKeys(await bundled(bundler=made))
        issuer = replace(ISSUER.trusted(PROOF_OF_AGE), mechanism=mechanism)
        return len(await keys.keys_of(issuer, kid, now))

    async def test_by_name_or_all(self) -> None:
        assert [await self.keys(kid) for kid in ("2026", None)] == [1, 1]

    @pytest.mark.parametrize("now", [NOW + 7 * DAY, NOW - 61 * SECOND])
    async def test_not_at_another_time(self, now: datetime) -> None:
        with pytest.raises(IssuerKeysUnavailable):
            await self.keys("2026", now=now)

    async def test_not_for_an_issuer_by_certificate(self) -> None:
        with pytest.raises(IssuerKeysUnavailable):
            await self.keys("2026", mechanism=Mechanism.X5C)

    async def test_a_name_that_is_not_there_may_be_newer(self) -> None:
        with pytest.raises(IssuerKeysUnavailable):
            await self.keys("2027")

"""Whole verdicts with a bundle and without a network: what is known decides, what is not is "cannot tell"."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from specs.token_status_list import StatusList
from tests.verifier.bundling import DAY, VERIFIER, Bundler, listed
from tests.verifier.holder import NINETEEN, present
from tests.verifier.issuing import (
    ENTRY,
    ISSUER,
    LIST,
    NOW,
    PHOTO_CARD,
    Draft,
    SimulatedIssuer,
    list_with,
    public_key,
    stranger,
)
from tests.verifier.services.checking import AUDIENCE, HONEST, NONCE, PRESETS, codes
from trillium.runtime.trust_list import Mechanism
from verifier.clients.bundled import OfflineVerification, open_bundle
from verifier.domain.bundle import BundledList, verify_bundle
from verifier.domain.met_list import MetList
from verifier.domain.policy import StatusFresh
from verifier.domain.verdict import Accepted, ClerkOutcome, Undetermined, Verdict
from verifier.services.verify_presentation import Expected, VerifyPresentation

HONEST_ISSUER = SimulatedIssuer()
# What a type for use without a network would allow.
PRESET = replace(PRESETS["age-19-or-over"], status=StatusFresh(3 * DAY))
LASTS = int((NOW + 6 * DAY).timestamp())


@dataclass
class Counter:
    """A verifier that was loaded with a bundle and then lost its network."""

    bundler: Bundler = field(default_factory=Bundler)
    entries: StatusList | None = None

    async def load(self) -> OfflineVerification:
        token = HONEST_ISSUER.status_list(self.entries, exp=LASTS, ttl=5 * 86_400).decode()
        made = self.bundler
        made.collection.lists[LIST] = BundledList(LIST, NOW, token)
        await made.met.note_lists([MetList(LIST, HONEST_ISSUER.anchors.version, NOW.date())])
        created = await made.create()
        bundle = verify_bundle(created.text, keys=made.keys, issuer=VERIFIER, now=NOW, newest_seen=None)
        return open_bundle(bundle, [public_key("operator")], NOW)

    async def decide(self, credential: str, now: datetime = NOW) -> Verdict:
        offline = await self.load()
        verify = VerifyPresentation(offline.trust, offline.issuer_keys, offline.statuses)
        shown = present(credential, replace(HONEST, issued_at=now), NINETEEN)
        decision = await verify(PRESET, {"photo_card": [shown]}, Expected(NONCE, AUDIENCE), now)
        return decision.verdict


async def test_a_good_card_is_accepted() -> None:
    assert isinstance(await Counter().decide(HONEST_ISSUER.issue()), Accepted)


async def test_8_13_a_revoked_card_is_revoked() -> None:
    verdict = await Counter(entries=list_with(1)).decide(HONEST_ISSUER.issue())
    assert verdict.outcome is ClerkOutcome.REVOKED


async def test_8_13_an_old_list_is_stale_and_never_valid() -> None:
    for after, accepted in ((3 * DAY, True), (3 * DAY + timedelta(seconds=1), False)):
        verdict = await Counter().decide(HONEST_ISSUER.issue(), NOW + after)
        assert isinstance(verdict, Accepted) is accepted
    assert isinstance(verdict, Undetermined)
    assert codes(verdict) == ["status_stale"]


async def test_a_card_of_a_list_that_is_not_in_the_bundle_cannot_be_told() -> None:
    other = replace(ENTRY, uri=f"{LIST}/other")
    verdict = await Counter().decide(HONEST_ISSUER.issue(status=other))
    assert isinstance(verdict, Undetermined)
    assert codes(verdict) == ["status_unknown"]


async def test_8_03_nothing_can_be_told_when_the_bundle_has_ended() -> None:
    verdict = await Counter().decide(HONEST_ISSUER.issue(), NOW + 7 * DAY)
    assert isinstance(verdict, Undetermined)
    assert codes(verdict) == ["trust_unavailable"]


async def test_a_strangers_card_is_not_trusted() -> None:
    verdict = await Counter().decide(stranger().issue())
    assert verdict.outcome is ClerkOutcome.NOT_TRUSTED


class TestPublishedKeys:
    """8.07: a credential for QR codes names its key by ``kid``; the key is in the bundle."""

    def card(self, kid: str = "2026") -> str:
        draft: Draft = HONEST_ISSUER.draft(vct=PHOTO_CARD)
        return HONEST_ISSUER.sign(draft.but({"x5c": None, "kid": kid}))

    async def counter(self) -> Counter:
        made = Counter()
        made.bundler.trust.trust_list = listed(HONEST_ISSUER, mechanism=Mechanism.METADATA)
        return made

    async def test_it_decides(self) -> None:
        made = await self.counter()
        made.bundler.publish(ISSUER, "2026", "issuer")
        assert isinstance(await made.decide(self.card()), Accepted)

    async def test_a_key_that_is_not_there_may_be_newer_than_the_bundle(self) -> None:
        made = await self.counter()
        made.bundler.publish(ISSUER, "2025", "issuer")
        assert isinstance(await made.decide(self.card()), Undetermined)

    async def test_another_key_of_that_name_is_a_forgery(self) -> None:
        made = await self.counter()
        made.bundler.publish(ISSUER, "2026", "stranger")
        assert (await made.decide(self.card())).outcome is ClerkOutcome.NOT_GENUINE

    @pytest.mark.parametrize("published", [True, False])
    async def test_a_chain_does_not_take_its_place(self, published: bool) -> None:
        made = await self.counter()
        if published:
            made.bundler.publish(ISSUER, "2026", "issuer")
        assert (await made.decide(HONEST_ISSUER.issue())).outcome is ClerkOutcome.NOT_TRUSTED

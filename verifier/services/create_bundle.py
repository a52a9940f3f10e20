"""Makes the offline bundle: the trust list in force and the status lists of the issuers of offline types."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from keys.signer import Signer
from specs.jose import PublicJwk
from verifier.domain.bundle import (
    LONGEST_LIFE,
    BundleContents,
    BundledList,
    BundleTerms,
    fitting_lists,
    prepare_bundle,
)
from verifier.domain.met_list import MOST_LISTS, REMEMBERED_FOR, MetList
from verifier.domain.trust import Mechanism, TrustedIssuer
from verifier.errors import BadBundle, IssuerKeysUnavailable
from verifier.ports import Clock, IssuerKeys, ListCollection, MetListStore, SignedTrust, TrustSource


@dataclass(frozen=True, slots=True)
class CreatedBundle:
    """A bundle and what its maker should know of it."""

    text: str
    created_at: datetime
    valid_until: datetime
    lists: tuple[BundledList, ...]
    failed: int
    """So many known lists could not be had, or found no room: who relies on one is told "cannot tell"."""


@dataclass(frozen=True, slots=True)
class CreateBundle:
    """``offline_types``: the short names or ``vct`` values that are shown where there is no network."""

    issuer: str
    offline_types: frozenset[str]
    trust: TrustSource
    signed_trust: SignedTrust
    issuer_keys: IssuerKeys
    met: MetListStore
    collection: ListCollection
    signer: Callable[[datetime], Signer]
    clock: Clock

    async def __call__(self, lifetime: timedelta = LONGEST_LIFE) -> CreatedBundle:
        """A bundle that ends after ``lifetime``, seven days at the most.

        Raises:
            TrustUnavailable: nobody can be trusted now, so a bundle would be worth nothing.
            BadBundle: the lifetime is none, or there is too much to bundle.
        """
        if not timedelta(0) < lifetime <= LONGEST_LIFE:
            raise BadBundle("lifetime")
        now = self.clock.now().replace(microsecond=0)
        trust_list, trust = self.signed_trust.signed_list(now), self.trust.current(now)
        issuers = [one for one in trust.issuers if self._issues_offline_types(one)]
        lists: dict[str, BundledList] = {}
        failed = 0
        # Below the same authority it is the same lists.
        for version, issuer in {one.anchors.version: one for one in issuers}.items():
            met = [one.uri for one in await self.met.lists_met(version, MOST_LISTS)]
            collected = await self.collection.collect(met, anchors=issuer.anchors, now=now)
            lists.update({one.uri: one for one in collected.lists})
            failed += collected.failed
        terms = BundleTerms(issuer=self.issuer, created_at=now, valid_until=now + lifetime)
        fitting = fitting_lists(lists.values())
        failed += len(lists) - len(fitting)
        contents = BundleContents(trust_list, fitting, await self._keys_of(issuers, now))
        signer = self.signer(now)
        prepared = prepare_bundle(contents, terms, algorithm=signer.algorithm, key_id=signer.key_id)
        text = prepared.attach(await signer.sign(prepared.data))
        return CreatedBundle(text, now, terms.valid_until, contents.lists, failed)

    async def _keys_of(
        self, issuers: Sequence[TrustedIssuer], now: datetime
    ) -> dict[str, tuple[PublicJwk, ...]]:
        """Of those that publish them; an issuer that cannot be reached does not keep the others out."""
        found: dict[str, tuple[PublicJwk, ...]] = {}
        for issuer in issuers:
            if issuer.mechanism is Mechanism.METADATA:
                with suppress(IssuerKeysUnavailable):
                    found[issuer.issuer] = tuple(await self.issuer_keys.keys_of(issuer, None, now))
        return found

    def _issues_offline_types(self, issuer: TrustedIssuer) -> bool:
        return any(_is_named(vct, self.offline_types) for vct in issuer.vcts)


@dataclass(frozen=True, slots=True)
class RememberLists:
    """Keeps, by day, which lists presentations have led to."""

    met: MetListStore
    clock: Clock

    async def __call__(self, lists: list[tuple[str, str]]) -> None:
        """``lists``: addresses with the versions of the anchors that vouch for them."""
        today = self.clock.now().date()
        await self.met.note_lists([MetList(uri, version, today) for uri, version in lists])
        await self.met.forget_lists(today - REMEMBERED_FOR)


def _is_named(vct: str, types: frozenset[str]) -> bool:
    """By the whole ``vct``, or by the type's short name in it: ``<base>/<type>/<version>``."""
    parts = vct.split("/")
    return vct in types or (len(parts) > 2 and parts[-2] in types)

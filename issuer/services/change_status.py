"""Revokes, suspends and reinstates cards, by person or by card (journey 7).

All copies of a card change together, among decoy entries that were never issued, so that the published
list does not show which entries belong to one person (3.14).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from issuer.domain.event import Actor, Event, EventName, SubjectRef
from issuer.domain.records import IssuanceId, IssuanceRecord, IssuanceSummary, StatusListRow
from issuer.domain.status import StatusChange
from issuer.errors import StatusChangeRefused, UnknownIssuance
from issuer.ports import Clock, IssuanceStore, StatusStore, SubjectDirectory
from issuer.services.allocate_entries import AllocateEntries

EVENTS = {
    StatusChange.REVOKE: EventName.CREDENTIAL_REVOKED,
    StatusChange.SUSPEND: EventName.CREDENTIAL_SUSPENDED,
    StatusChange.REINSTATE: EventName.CREDENTIAL_REINSTATED,
}


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """What a change did; it shows in the published lists within two seconds."""

    issuance_ids: tuple[IssuanceId, ...]
    changed_copies: int


@dataclass(frozen=True, slots=True)
class ChangeStatus:
    """Changes the status of cards; publication follows by itself."""

    issuances: IssuanceStore
    statuses: StatusStore
    allocate: AllocateEntries
    directory: SubjectDirectory
    clock: Clock

    async def of_person(
        self, subject_ref: SubjectRef, change: StatusChange, *, actor: Actor, reason: str
    ) -> StatusChanged:
        """Every card of a person whose status allows the change.

        Raises:
            UnknownIssuance: the person has no card.
            StatusChangeRefused: no card of the person allows the change.
        """
        cards = await self.issuances.issuances_of(subject_ref)
        if not cards:
            raise UnknownIssuance
        return await self._apply(cards, change, actor=actor, reason=reason)

    async def of_holder(
        self, subject_ref: SubjectRef, change: StatusChange, *, actor: Actor, reason: str
    ) -> StatusChanged:
        """Every card that a person may have in a wallet: their own, a child's, a business's (a stolen phone).

        Others who sign for the same business lose its cards too, and can get new ones: who holds which is
        not known.

        Raises what ``of_person`` raises, and DirectoryUnavailable.
        """
        holdings = await self.directory.holdings(subject_ref)
        held = dict.fromkeys([subject_ref, *(holding.subject_ref for holding in holdings)])
        cards = [card for ref in held for card in await self.issuances.issuances_of(ref)]
        if not cards:
            raise UnknownIssuance
        return await self._apply(cards, change, actor=actor, reason=reason)

    async def of_card(
        self, issuance_id: IssuanceId, change: StatusChange, *, actor: Actor, reason: str
    ) -> StatusChanged:
        """One card.

        Raises:
            UnknownIssuance: no such card.
            StatusChangeRefused: a revoked card stays revoked; only a suspended one is reinstated.
        """
        card = await self.issuances.find_issuance(issuance_id)
        if card is None:
            raise UnknownIssuance
        return await self._apply([card], change, actor=actor, reason=reason)

    async def _apply(
        self, cards: Sequence[IssuanceSummary], change: StatusChange, *, actor: Actor, reason: str
    ) -> StatusChanged:
        changed: list[IssuanceId] = []
        copies = 0
        for card in cards:
            lists = await self.statuses.lists_of(card.issuance_id)
            if not _allows(card, lists, change):
                continue
            event = Event(EVENTS[change], actor, self.clock.now(), card.subject_ref, reason, card.copies)
            decoys = await self._decoys(card, lists, change)
            if await self.statuses.change_status([card.issuance_id], change, decoys, event):
                changed.append(card.issuance_id)
                copies += card.copies
        if not changed:
            raise StatusChangeRefused
        return StatusChanged(tuple(changed), copies)

    async def _decoys(
        self, card: IssuanceSummary, lists: Sequence[StatusListRow], change: StatusChange
    ) -> Sequence[IssuanceRecord]:
        """As many never-issued entries as the card has copies; a card keeps the decoys it once got.

        From the group of the card's own lists, whatever key signs credentials now: on other lists they would
        hide nothing.
        """
        if change is StatusChange.REINSTATE or card.decoys:
            return ()
        entries = await self.allocate.take(lists[0].group, lists[0].bits, card.copies)
        return [
            IssuanceRecord(card.issuance_id, card.subject_ref, card.configuration_id, entry, card.expires_at)
            for entry in entries
        ]


def _allows(card: IssuanceSummary, lists: Sequence[StatusListRow], change: StatusChange) -> bool:
    """Also whether the lists can show it: a value too large for their bits is never published (3.06)."""
    fits = bool(lists) and all(change.fits(one.bits) for one in lists)
    return fits and change.allowed_from(card.status)

"""The resident's cards: listing, looking into one, deleting one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from specs.token_status_list import StatusOutcome, parse_status_reference
from wallet_api.domain.account import Account
from wallet_api.domain.consent import visible_paths
from wallet_api.domain.event import RESIDENT, Event, EventName
from wallet_api.domain.held_credential import (
    CardStatus,
    CredentialId,
    HeldCredential,
    card_status,
    short_type,
)
from wallet_api.errors import TrustUnavailable, UnknownCredential
from wallet_api.ports import Clock, CredentialStore, StatusLists, TrustSource
from wallet_api.services.open_copies import OpenedCopy, open_copy
from wallet_api.services.vault import Vault

Path = tuple[str | int, ...]

LOOK_MAX_AGE = timedelta(0)
"""Who looks into a card wants to know how it stands now."""


@dataclass(frozen=True, slots=True)
class OpenedCard:
    """A card for its owner's eyes.

    ``withheld``: claims that stay hidden from everybody unless the resident agrees, parents before children.
    ``always_shown``: what every verifier sees that is shown the card at all.
    """

    card: HeldCredential
    claims: Mapping[str, Any] = field(repr=False)
    withheld: Sequence[Path]
    always_shown: Sequence[Path]


@dataclass(frozen=True, slots=True)
class Cards:
    store: CredentialStore
    vault: Vault
    trust: TrustSource
    statuses: StatusLists
    clock: Clock

    async def list(self, account: Account) -> Sequence[HeldCredential]:
        """All of them, newest first, their status as it was when last looked at."""
        now = self.clock.now()
        return [_at(card, now) for card in await self.store.credentials_of(account.account_id)]

    async def show(self, account: Account, credential_id: CredentialId) -> OpenedCard:
        """One of them with its claims; its status list is read again.

        Raises:
            UnknownCredential: not in this wallet.
        """
        card = await self.store.find_credential(account.account_id, credential_id)
        copy = await self.store.read_copy(account.account_id, credential_id)
        if card is None or copy is None:
            raise UnknownCredential
        opened, now = open_copy(self.vault, account, card, copy), self.clock.now()
        card = await self._with_status(card, opened, now)
        withheld = list(opened.held.processed.disclosed)
        claims = opened.claims_of_the_person
        return OpenedCard(_at(card, now), claims, withheld, visible_paths(claims, withheld))

    async def delete(self, account: Account, credential_id: CredentialId) -> None:
        """Deletes a card, all its copies and their keys.

        Raises:
            UnknownCredential: not in this wallet.
        """
        card = await self.store.find_credential(account.account_id, credential_id)
        if card is None:
            raise UnknownCredential
        event = Event(
            EventName.CREDENTIAL_DELETED,
            RESIDENT,
            self.clock.now(),
            account.account_id,
            short_type(card.vct),
        )
        if not await self.store.delete_credential(account.account_id, credential_id, event):
            raise UnknownCredential

    async def _with_status(self, card: HeldCredential, opened: OpenedCopy, now: datetime) -> HeldCredential:
        status = await self._status(card, opened, now)
        # A list that cannot be read now says nothing against what it said before.
        if status in (CardStatus.UNKNOWN, card.status):
            return card
        await self.store.note_status(card.account_id, card.credential_id, status)
        return replace(card, status=status)

    async def _status(self, card: HeldCredential, opened: OpenedCopy, now: datetime) -> CardStatus:
        try:
            issuer = self.trust.current(now).issuer(card.credential_issuer)
        except TrustUnavailable:
            return CardStatus.UNKNOWN
        claim = opened.credential.sd_jwt.payload.get("status")
        if claim is None or issuer is None:
            return CardStatus.UNKNOWN if issuer is None else card_status(StatusOutcome.VALID)
        reference = parse_status_reference(claim)
        outcome = await self.statuses.status_of(
            reference, anchors=issuer.anchors, max_age=LOOK_MAX_AGE, now=now
        )
        return card_status(outcome)


def _at(card: HeldCredential, now: datetime) -> HeldCredential:
    return replace(card, status=card.status_at(now))

"""Putting a request before the resident: who asks, what for, and what of this wallet would answer it.

Nothing is shown here to anybody else.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from specs.dcql import (
    Candidate,
    DcqlQuery,
    Match,
    Selection,
    create_dcql_query,
    match_query,
    suggest_choice,
    verify_choice,
)
from wallet_api.domain.account import Account
from wallet_api.domain.agreement import assign_agreements
from wallet_api.domain.consent import (
    RequestedCredential,
    WhyNot,
    describe_queries,
    describe_selections,
    why_not,
    why_not_agreed,
)
from wallet_api.domain.event import RESIDENT, Event, EventName
from wallet_api.domain.held_credential import HeldCredential
from wallet_api.domain.history import AskedBy
from wallet_api.domain.operation import OperationId
from wallet_api.domain.pending import PendingRequest, PendingReturn
from wallet_api.ports import Clock, CredentialStore
from wallet_api.services.open_copies import candidate_of, closed_candidate, open_copy
from wallet_api.services.operations import Operations
from wallet_api.services.read_request import AsRead, PageRequest, ReadRequest
from wallet_api.services.vault import Vault


@dataclass(frozen=True, slots=True)
class OpenedRequest:
    """What to ask the resident. With ``why_not`` the request can only be refused."""

    operation_id: OperationId
    verifier: AskedBy
    requested: Sequence[RequestedCredential]
    can_answer: bool
    why_not: Sequence[WhyNot]


@dataclass(frozen=True, slots=True)
class OpenRequest:
    read: ReadRequest
    credentials: CredentialStore
    vault: Vault
    operations: Operations
    clock: Clock

    async def __call__(self, account: Account, link: str) -> OpenedRequest:
        """Fetches, verifies and matches the request behind a link, or in it.

        Raises what ``ReadRequest.from_link`` raises.
        """
        return await self._ask(account, await self.read.from_link(link))

    async def from_page(self, account: Account, page: PageRequest) -> OpenedRequest:
        """The same for what a page asks through the browser. Raises what ``ReadRequest.from_page`` raises."""
        return await self._ask(account, self.read.from_page(page))

    async def _ask(self, account: Account, read: AsRead) -> OpenedRequest:
        query = read.request.query
        cards = await self.credentials.credentials_of(account.account_id)
        now = self.clock.now()
        current = [card for card in cards if not card.is_expired(now)]
        candidates = await self._candidates(account, current, query)
        match = match_query(query, candidates)
        chosen = _choose(match)
        expired = [frozenset(card.lineage) for card in cards if card.is_expired(now)]
        reasons = () if chosen else why_not(match, expired)
        # What is to be agreed to needs a card to agree with; what cannot be agreed to is not answered.
        items = read.request.transaction_data
        if chosen and assign_agreements(items, chosen) is None:
            wanted = {one for item in items for one in item.credential_ids}
            chosen, reasons = {}, why_not_agreed(match, wanted)
        operation_id = await self._wait(account, read, chosen)
        return OpenedRequest(
            operation_id,
            read.asked,
            describe_selections(match, chosen, candidates) if chosen else describe_queries(match),
            bool(chosen),
            reasons,
        )

    async def _wait(
        self, account: Account, read: AsRead, chosen: dict[str, tuple[Selection, ...]]
    ) -> OperationId:
        request = read.request
        pending = PendingRequest(
            client_id=read.asked.client_id,
            way_back=PendingReturn.of(request),
            nonce=request.nonce,
            asked=read.asked,
            transaction_data=tuple(one.encoded for one in request.transaction_data),
            query=create_dcql_query(request.query),
            choice={query_id: one.credential_id for query_id, (one, *_) in chosen.items()},
            agreed={query_id: shown_paths(one) for query_id, (one, *_) in chosen.items()},
        )
        event = Event(EventName.PRESENTATION_OPENED, RESIDENT, self.clock.now(), account.account_id)
        return await self.operations.put(account, pending, event)

    async def _candidates(
        self, account: Account, cards: Sequence[HeldCredential], query: DcqlQuery
    ) -> Sequence[Candidate]:
        """The cards, opened only where their type is asked for."""
        wanted = {type_ for one in query.credentials for type_ in one.types}
        candidates = []
        for card in cards:
            copy = None
            if not wanted.isdisjoint(card.lineage):
                copy = await self.credentials.read_copy(account.account_id, card.credential_id)
            if copy is None:
                candidates.append(closed_candidate(card))
            else:
                candidates.append(candidate_of(card, open_copy(self.vault, account, card, copy)))
        return candidates


def shown_paths(selection: Selection) -> tuple[tuple[str | int | None, ...], ...]:
    """What the resident is told will be seen."""
    return tuple(one.claim.path for one in selection.claims)


def _choose(match: Match) -> dict[str, tuple[Selection, ...]]:
    return verify_choice(match, suggest_choice(match)) if match.satisfied else {}

"""Answering a request the resident agreed to, in two steps around the signatures of the holder keys.

``prepare`` draws a copy of each card and prepares exactly what was agreed to; ``complete`` takes the
signatures and delivers. A copy that was drawn counts as shown, whatever happens next.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from specs.dcql import DcqlQuery, Selection, match_query, parse_dcql_query
from specs.openid4vp import (
    TransactionData,
    create_transaction_data_claims,
    key_binding_audience,
    parse_transaction_data,
)
from specs.openid4vp.errors import AccessDenied
from specs.sd_jwt import prepare_key_binding, select_disclosures
from wallet_api.domain.account import Account
from wallet_api.domain.agreement import KNOWN_TYPES, assign_agreements
from wallet_api.domain.consent import visible_paths
from wallet_api.domain.event import RESIDENT, Event, EventName
from wallet_api.domain.held_credential import CredentialId, HeldCredential, short_type
from wallet_api.domain.history import HistoryId, ShownCard, ShownTo
from wallet_api.domain.operation import OperationId
from wallet_api.domain.pending import PendingPresentation, PendingPresenting, PendingRequest, ToSign
from wallet_api.errors import ConsentBroken, NothingToShow, UnknownCredential, VerifierRefused
from wallet_api.ports import Clock, CredentialStore, EventLog, HolderKeys
from wallet_api.services.create_responses import CreateResponses
from wallet_api.services.fetch_receipt import FetchReceipt
from wallet_api.services.history import History
from wallet_api.services.open_copies import OpenedCopy, candidate_of, open_copy
from wallet_api.services.open_request import shown_paths
from wallet_api.services.operations import Operations, verify_signatures
from wallet_api.services.vault import Vault
from wallet_api.services.verifier_calls import VerifierCalls


@dataclass(frozen=True, slots=True)
class PreparedPresenting:
    """Key bindings, to be signed by ``waiting[…].key`` in this order."""

    operation_id: OperationId
    waiting: Sequence[ToSign] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Delivered:
    """The verifier has it, or not (a refusal nobody heard). ``redirect_uri``: the person may go on there.

    ``browser_response``: for a request of a page, what that is to be given; it goes nowhere by itself.
    ``entry_id``: the resident's record of it; ``receipt``: whether a receipt came with it.
    """

    delivered: bool
    redirect_uri: str | None
    browser_response: Mapping[str, Any] | None = field(default=None, repr=False)
    entry_id: HistoryId | None = None
    receipt: bool = False


@dataclass(frozen=True, slots=True)
class AnswerRequest:
    calls: VerifierCalls
    operations: Operations
    credentials: CredentialStore
    events: EventLog
    vault: Vault
    clock: Clock
    responses: CreateResponses
    history: History
    receipts: FetchReceipt

    async def prepare(self, account: Account, operation_id: OperationId) -> PreparedPresenting:
        """The resident agrees: what waits is taken, copies are drawn, key bindings prepared.

        Raises:
            UnknownOperation: answered before, expired, or another account's.
            NothingToShow: there is nothing to agree to; the request can still be refused.
            UnknownCredential: the card was deleted since.
            ConsentBroken: the copy would show something else than was agreed to.
        """
        request = await self.operations.peek(account, operation_id, PendingRequest)
        if not request.choice:
            raise NothingToShow
        request = await self.operations.take(account, operation_id, PendingRequest)
        query = parse_dcql_query(request.query)
        agreed = _agreements_of(request, query)
        prepared = [
            await self._prepare_one(
                account, request, query, query_id, _key_binding_claims(agreed.get(query_id, ()))
            )
            for query_id in request.choice
        ]
        pending = PendingPresenting(
            way_back=request.way_back,
            shown=ShownTo(asked=request.asked, cards=tuple(card for _, card in prepared)),
            presentations=tuple(one for one, _ in prepared),
        )
        return PreparedPresenting(
            await self.operations.put(account, pending), [one.key_binding for one, _ in prepared]
        )

    async def complete(
        self, account: Account, operation_id: OperationId, signatures: Sequence[bytes]
    ) -> Delivered:
        """Attaches the signatures and delivers the presentations, once.

        Raises:
            UnknownOperation, WrongSignatures: as for receiving.
            VerifierRefused, VerifierUnreachable: it was not taken.
        """
        pending = await self.operations.peek(account, operation_id, PendingPresenting)
        verify_signatures([one.key_binding for one in pending.presentations], signatures)
        pending = await self.operations.take(account, operation_id, PendingPresenting)
        vp_token, way_back, shown = pending.vp_token(signatures), pending.way_back, pending.shown
        if way_back.response_uri is None:
            given = self.responses.for_page(way_back, vp_token)
            return Delivered(True, None, given, await self.history.record(account, shown))
        try:
            redirect_uri = await self.calls.deliver(
                way_back.response_uri, self.responses.form(way_back, vp_token)
            )
        except VerifierRefused:
            await self.history.record(account, shown.model_copy(update={"accepted": False}))
            raise
        entry_id = await self.history.record(account, shown)
        receipt = await self.receipts(shown.asked.registration, redirect_uri)
        if receipt is not None:
            await self.history.add_receipt(account, entry_id, shown, receipt)
        return Delivered(True, redirect_uri, None, entry_id, receipt is not None)

    async def refuse(self, account: Account, operation_id: OperationId) -> Delivered:
        """The resident says no, or has nothing; the verifier learns only that there is no answer (5.28).

        Raises:
            UnknownOperation: answered before, expired, or another account's.
        """
        request = await self.operations.take(account, operation_id, PendingRequest)
        way_back, given = request.way_back, None
        delivered, redirect_uri = True, None
        if way_back.response_uri is None:
            given = self.responses.refusal_for_page(AccessDenied())
        else:
            delivered, redirect_uri = await self.calls.deliver_refusal(
                way_back.response_uri, self.responses.refusal_form(way_back, AccessDenied())
            )
        event = Event(EventName.PRESENTATION_REFUSED, RESIDENT, self.clock.now(), account.account_id)
        await self.events.append(event)
        return Delivered(delivered, redirect_uri, given)

    async def _prepare_one(
        self,
        account: Account,
        request: PendingRequest,
        query: DcqlQuery,
        query_id: str,
        claims: Mapping[str, Any],
    ) -> tuple[PendingPresentation, ShownCard]:
        credential_id = CredentialId(request.choice[query_id])
        card = await self.credentials.find_credential(account.account_id, credential_id)
        copy = await self.credentials.draw_copy(account.account_id, credential_id)
        if card is None or copy is None:
            raise UnknownCredential
        opened = open_copy(self.vault, account, card, copy)
        selection = _select(query, query_id, card, opened)
        if shown_paths(selection) != request.agreed[query_id]:
            raise ConsentBroken
        # Section 6.4.1: what was asked for with all that is in it, and nothing beside it.
        presentation = select_disclosures(opened.held, selection.locations, with_descendants=True)
        way_back = request.way_back
        key_binding = prepare_key_binding(
            presentation,
            nonce=request.nonce,
            audience=key_binding_audience(
                way_back.response_mode, client_id=request.client_id, origin=way_back.origin
            ),
            issued_at=self.clock.now(),
            algorithm=opened.key.public_jwk.algorithm,
            claims=claims,
        )
        waiting = PendingPresentation(
            query_id=query_id,
            presented=presentation.text,
            key_binding=ToSign.of(opened.key, key_binding.signing_input),
        )
        always = visible_paths(opened.claims_of_the_person, opened.held.processed.disclosed)
        shown = ShownCard(type=short_type(card.vct), claims=shown_paths(selection), always_shown=always)
        return waiting, shown


@dataclass(frozen=True, slots=True)
class ConsentToRequest:
    """The resident agrees, and the server holds the keys: both steps in one."""

    answer: AnswerRequest
    keys: HolderKeys

    async def __call__(self, account: Account, operation_id: OperationId) -> Delivered:
        """Raises what ``AnswerRequest`` raises."""
        prepared = await self.answer.prepare(account, operation_id)
        signatures = [
            await self.keys.sign(account, one.key.key().wrapped, one.signing_input().data)
            for one in prepared.waiting
        ]
        return await self.answer.complete(account, prepared.operation_id, signatures)


def _select(query: DcqlQuery, query_id: str, card: HeldCredential, opened: OpenedCopy) -> Selection:
    """The copy against its query, once more: what was agreed to holds for the very copy that is shown."""
    match = match_query(query, [candidate_of(card, opened)])
    selections = match.of(query_id).selections
    if not selections:
        raise ConsentBroken
    return selections[0]


def _agreements_of(request: PendingRequest, query: DcqlQuery) -> Mapping[str, Sequence[TransactionData]]:
    """Which presentation carries what was agreed to beside it (5.09)."""
    if not request.transaction_data:
        return {}
    ids = {one.id for one in query.credentials}
    items = parse_transaction_data(
        list(request.transaction_data), known=KNOWN_TYPES, credential_query_ids=ids
    )
    assigned = assign_agreements(items, request.choice)
    if assigned is None:
        raise ConsentBroken
    return assigned


def _key_binding_claims(items: Sequence[TransactionData]) -> Mapping[str, Any]:
    """What goes into the key binding beside its own claims: the hashes of what was agreed to."""
    return create_transaction_data_claims(items) if items else {}

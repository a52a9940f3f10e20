"""Answering a request the resident agreed to, in two steps around the signatures of the holder keys.

``prepare`` draws a copy of each card and prepares exactly what was agreed to; ``complete`` takes the
signatures and delivers. A copy that was drawn counts as shown, whatever happens next.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from specs.dcql import DcqlQuery, Selection, match_query, parse_dcql_query
from specs.openid4vp import ResponseMode, create_direct_post, key_binding_audience
from specs.openid4vp.errors import AccessDenied
from specs.sd_jwt import prepare_key_binding, select_disclosures
from wallet_api.domain.account import Account
from wallet_api.domain.event import RESIDENT, Event, EventName
from wallet_api.domain.held_credential import CredentialId, HeldCredential
from wallet_api.domain.operation import OperationId
from wallet_api.domain.pending import PendingPresentation, PendingPresenting, PendingRequest, ToSign
from wallet_api.errors import ConsentBroken, NothingToShow, UnknownCredential, VerifierRefused
from wallet_api.ports import Clock, CredentialStore, EventLog, HolderKeys
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
    """The verifier has it, or not (a refusal nobody heard). ``redirect_uri``: the person may go on there."""

    delivered: bool
    redirect_uri: str | None


@dataclass(frozen=True, slots=True)
class AnswerRequest:
    calls: VerifierCalls
    operations: Operations
    credentials: CredentialStore
    events: EventLog
    vault: Vault
    clock: Clock

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
        presentations = tuple(
            [
                await self._prepare_one(account, request, query, query_id, CredentialId(credential_id))
                for query_id, credential_id in request.choice.items()
            ]
        )
        pending = PendingPresenting(
            client_id=request.client_id,
            response_uri=request.response_uri,
            state=request.state,
            presentations=presentations,
        )
        return PreparedPresenting(
            await self.operations.put(account, pending), [one.key_binding for one in presentations]
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
        fields = create_direct_post(pending.vp_token(signatures), pending.state)
        try:
            redirect_uri = await self.calls.deliver(pending.response_uri, fields)
        except VerifierRefused:
            await self._note(account, EventName.PRESENTATION_NOT_ACCEPTED)
            raise
        await self._note(account, EventName.PRESENTATION_SENT)
        return Delivered(True, redirect_uri)

    async def refuse(self, account: Account, operation_id: OperationId) -> Delivered:
        """The resident says no, or has nothing; the verifier learns only that there is no answer (5.28).

        Raises:
            UnknownOperation: answered before, expired, or another account's.
        """
        request = await self.operations.take(account, operation_id, PendingRequest)
        delivered, redirect_uri = await self.calls.deliver_error(
            request.response_uri, request.state, AccessDenied()
        )
        await self._note(account, EventName.PRESENTATION_REFUSED)
        return Delivered(delivered, redirect_uri)

    async def _prepare_one(
        self,
        account: Account,
        request: PendingRequest,
        query: DcqlQuery,
        query_id: str,
        credential_id: CredentialId,
    ) -> PendingPresentation:
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
        key_binding = prepare_key_binding(
            presentation,
            nonce=request.nonce,
            audience=key_binding_audience(ResponseMode.DIRECT_POST, client_id=request.client_id, origin=None),
            issued_at=self.clock.now(),
            algorithm=opened.key.public_jwk.algorithm,
        )
        return PendingPresentation(
            query_id=query_id,
            presented=presentation.text,
            key_binding=ToSign.of(opened.key, key_binding.signing_input),
        )

    async def _note(self, account: Account, name: EventName) -> None:
        await self.events.append(Event(name, RESIDENT, self.clock.now(), account.account_id))


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

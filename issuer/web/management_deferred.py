"""The management API for deferred requests: who waits, and the decision."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from issuer.domain.deferred import DeferralId, DeferralState, DeferredTransaction, DenialReason
from issuer.domain.event import Actor, SubjectRef
from issuer.services.decide_deferred import DecideDeferred
from issuer.web.management_messages import BY_ITS_VALUE, Identifier, Message

MANAGEMENT = Actor("management")


class DeferralAnswer(Message):
    """One request that waits, or waited; no claim, no key, nothing that fetches it."""

    deferral_id: str
    subject_ref: str
    credential_configuration_id: str
    waits_for: str
    """Why it is not issued at once: a code of its type."""
    state: Literal["pending", "approved", "denied", "delivered", "expired"]
    reason: str
    """Why it was denied; empty otherwise."""
    copies: int
    requested_at: datetime
    expires_at: datetime


class DeferralsAnswer(Message):
    deferrals: list[DeferralAnswer]


class DenialRequest(Message):
    """The wallet learns that it was denied, and not why."""

    reason: Annotated[DenialReason, BY_ITS_VALUE]


def add_deferral_routes(router: APIRouter, decide: DecideDeferred) -> None:
    """All routes under ``/management/deferrals``."""

    def answer(transaction: DeferredTransaction, state: DeferralState) -> DeferralAnswer:
        return _answer(transaction, state, decide.waits_for(transaction))

    @router.get("/deferrals", summary="Requests that wait for a decision or for their wallet, oldest first")
    async def list_deferrals(
        subject_ref: Annotated[Identifier | None, Query()] = None,
    ) -> DeferralsAnswer:
        found = await decide.waiting(None if subject_ref is None else SubjectRef(subject_ref))
        return DeferralsAnswer(deferrals=[answer(*one) for one in found])

    @router.get("/deferrals/{deferral_id}", summary="How a deferred request stands")
    async def show_deferral(deferral_id: Identifier) -> DeferralAnswer:
        return answer(*await decide.find(DeferralId(deferral_id)))

    @router.post("/deferrals/{deferral_id}/approve", summary="Let the wallet have the credential")
    async def approve_deferral(deferral_id: Identifier) -> DeferralAnswer:
        await decide.approve(DeferralId(deferral_id), actor=MANAGEMENT)
        return answer(*await decide.find(DeferralId(deferral_id)))

    @router.post("/deferrals/{deferral_id}/deny", summary="Refuse the credential for good")
    async def deny_deferral(deferral_id: Identifier, request: DenialRequest) -> DeferralAnswer:
        await decide.deny(DeferralId(deferral_id), request.reason, actor=MANAGEMENT)
        return answer(*await decide.find(DeferralId(deferral_id)))


def _answer(transaction: DeferredTransaction, state: DeferralState, waits_for: str) -> DeferralAnswer:
    return DeferralAnswer(
        deferral_id=transaction.deferral_id,
        subject_ref=transaction.subject_ref,
        credential_configuration_id=transaction.configuration_id,
        waits_for=waits_for,
        state=state.value,
        reason=transaction.reason,
        copies=len(transaction.holder_keys),
        requested_at=transaction.requested_at,
        expires_at=transaction.expires_at,
    )

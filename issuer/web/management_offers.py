"""The management API about offers: make, look at, list, withdraw."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Response

from issuer.domain.event import Actor, SubjectRef
from issuer.domain.offer import ConfigurationId, CredentialOffer, OfferGrant, OfferId, OfferState
from issuer.domain.transaction_code_message import CodeRecipient
from issuer.services.create_offer import CreatedOffer, CreateOffer, OfferTerms
from issuer.web.management_messages import Identifier
from issuer.web.management_offer_messages import OfferAnswer, OfferRequest, OffersAnswer, OfferStateAnswer
from issuer.web.offer_messages import OfferMessages
from trillium.runtime.qr import draw_qr_apart

MANAGEMENT = Actor("management")


def add_offer_routes(router: APIRouter, offers: CreateOffer, messages: OfferMessages) -> None:
    """``/offers`` below ``/management``."""

    @router.post("/offers", status_code=201, summary="Offer credentials to a person")
    async def create_offer(request: OfferRequest, response: Response) -> OfferAnswer:
        created = await offers.create(
            SubjectRef(request.subject_ref),
            [ConfigurationId(one) for one in request.credential_configuration_ids],
            with_transaction_code=request.tx_code,
            actor=MANAGEMENT,
            terms=_terms(request),
        )
        response.headers["Cache-Control"] = "no-store"
        return await _created(created, messages, by_value=request.by == "value")

    @router.get("/offers", summary="The newest offers of a person")
    async def list_offers(subject_ref: Annotated[Identifier, Query()]) -> OffersAnswer:
        found = await offers.of_person(SubjectRef(subject_ref))
        return OffersAnswer(offers=[offer_state(offer, state) for offer, state in found])

    @router.get("/offers/{offer_id}", summary="What became of an offer")
    async def show_offer(offer_id: Identifier) -> OfferStateAnswer:
        return offer_state(*await offers.state(OfferId(offer_id)))

    @router.delete("/offers/{offer_id}", status_code=204, summary="Withdraw an offer that was not used yet")
    async def withdraw_offer(offer_id: Identifier) -> None:
        await offers.withdraw(OfferId(offer_id), actor=MANAGEMENT)


def _terms(request: OfferRequest) -> OfferTerms:
    seconds = request.expires_in
    return OfferTerms(
        OfferGrant(request.grant),
        None if seconds is None else timedelta(seconds=seconds),
        None if request.tx_code_to is None else CodeRecipient(request.tx_code_to),
    )


async def _created(created: CreatedOffer, messages: OfferMessages, *, by_value: bool) -> OfferAnswer:
    by_reference = messages.link_by_reference(created.reference)
    qr = await draw_qr_apart(by_reference)
    link = messages.link_by_value(created.offer, created.grant_secret) if by_value else by_reference
    return OfferAnswer(
        offer_id=created.offer.offer_id,
        account=created.account,
        credential_offer_link=link,
        credential_offer_uri=messages.reference_url(created.reference),
        credential_offer=messages.offer(created.offer, created.grant_secret),
        page_url=messages.page_url(created.page),
        tx_code=created.transaction_code,
        tx_code_to=None if created.code_recipient is None else created.code_recipient.value,
        expires_at=created.offer.expires_at,
        qr_svg=str(qr.svg("Credential offer")),
    )


def offer_state(offer: CredentialOffer, state: OfferState) -> OfferStateAnswer:
    """How an offer stands, for the back office and the command line."""
    return OfferStateAnswer(
        offer_id=offer.offer_id,
        subject_ref=offer.subject_ref,
        state=state.value,
        grant=offer.grant.value,
        credential_configuration_ids=list(offer.configuration_ids),
        tx_code=offer.transaction_code is not None,
        attempts_left=max(offer.attempts_left, 0),
        created_at=offer.created_at,
        opened_at=offer.opened_at,
        expires_at=offer.expires_at,
    )

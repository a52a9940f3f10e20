"""The management API: offers, residents, status. Closed to everybody without the management token."""

import io
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response
from starlette.requests import Request
from starlette.responses import JSONResponse

from issuer.domain.event import Actor, SubjectRef
from issuer.domain.records import IssuanceId, IssuanceSummary
from issuer.domain.resident import Resident
from issuer.domain.status import StatusChange
from issuer.ports import IssuanceStore, SubjectDirectory
from issuer.services.change_status import ChangeStatus, StatusChanged
from issuer.services.create_offer import CreateOffer
from issuer.services.decide_deferred import DecideDeferred
from issuer.services.import_businesses import ImportBusinesses
from issuer.services.import_residents import ImportResidents
from issuer.services.keep_contact import KeepContact
from issuer.web.management_businesses import add_business_routes
from issuer.web.management_contacts import add_contact_routes
from issuer.web.management_deferred import add_deferral_routes
from issuer.web.management_messages import (
    CredentialAnswer,
    CredentialsAnswer,
    Identifier,
    ResidentAnswer,
    ResidentsAnswer,
    ResidentSearch,
    StatusChangeAnswer,
    StatusChangeRequest,
)
from issuer.web.management_offers import add_offer_routes
from issuer.web.offer_messages import OfferMessages
from issuer.web.register_imports import answer_import
from trillium.runtime.api_router import api_router
from trillium.runtime.bodies import require_content_type

MAX_REGISTER_BYTES = 64 * 1024 * 1024
MAX_FOUND = 20
MANAGEMENT = Actor("management")
_STATUS_NAMES: Mapping[int, Literal["valid", "revoked", "suspended"]] = {
    0: "valid",
    1: "revoked",
    2: "suspended",
}


@dataclass(frozen=True, slots=True)
class ManagementServices:
    """What the management API does its work with."""

    offers: CreateOffer
    messages: OfferMessages
    statuses: ChangeStatus
    issuances: IssuanceStore
    directory: SubjectDirectory
    residents: ImportResidents
    businesses: ImportBusinesses
    today: Callable[[], date]
    deferrals: DecideDeferred
    contacts: KeepContact


def management_router(
    services: ManagementServices, require: Callable[[Request], Awaitable[None]]
) -> APIRouter:
    """All routes under ``/management``; ``require`` lets the holder of the token through."""
    router = api_router(prefix="/management", tags=["management"], dependencies=[Depends(require)])
    add_offer_routes(router, services.offers, services.messages)
    _add_residents(router, services)
    add_contact_routes(router, services.contacts)
    add_business_routes(router, services.directory, services.businesses, services.today)
    _add_credentials(router, services)
    add_deferral_routes(router, services.deferrals)
    return router


def _add_residents(router: APIRouter, services: ManagementServices) -> None:
    # A POST, so that a name is never part of an address that somebody logs.
    @router.post("/residents/search", summary="Find people in the register, by name or number")
    async def search_residents(request: ResidentSearch) -> ResidentsAnswer:
        found = await services.directory.search(request.text, limit=MAX_FOUND)
        return ResidentsAnswer(residents=[_resident(ref, resident) for ref, resident in found])

    @router.post("/residents/import", summary="Fill or update the register from a CSV file")
    async def import_residents(request: Request, *, skip_bad: bool = False) -> Response:
        require_content_type(request, "text/csv")
        text = (await request.body()).decode("utf-8", errors="surrogateescape")
        report = await services.residents(
            io.StringIO(text, newline=""), today=services.today(), skip_bad=skip_bad
        )
        return JSONResponse(answer_import(report).model_dump(), status_code=422 if report.refused else 200)


def _add_credentials(router: APIRouter, services: ManagementServices) -> None:
    @router.get("/credentials", summary="The credentials that a person was issued")
    async def list_credentials(
        subject_ref: Annotated[Identifier, Query()],
    ) -> CredentialsAnswer:
        cards = await services.issuances.issuances_of(SubjectRef(subject_ref))
        return CredentialsAnswer(credentials=[_card(card) for card in cards])

    @router.post("/status-changes", summary="Suspend, reinstate or revoke credentials")
    async def change_status(request: StatusChangeRequest) -> StatusChangeAnswer:
        changed = await _change(services.statuses, request)
        return StatusChangeAnswer(
            issuance_ids=list(changed.issuance_ids), changed_copies=changed.changed_copies
        )


async def _change(statuses: ChangeStatus, request: StatusChangeRequest) -> StatusChanged:
    change = StatusChange[request.change.upper()]
    reason = request.reason.value
    if request.subject_ref is not None:
        subject_ref = SubjectRef(request.subject_ref)
        of_whom = statuses.of_holder if request.held else statuses.of_person
        return await of_whom(subject_ref, change, actor=MANAGEMENT, reason=reason)
    issuance_id = IssuanceId(request.issuance_id or "")
    return await statuses.of_card(issuance_id, change, actor=MANAGEMENT, reason=reason)


def _resident(subject_ref: SubjectRef, resident: Resident) -> ResidentAnswer:
    names: Sequence[str | None] = (resident.given_name, resident.family_name)
    return ResidentAnswer(
        subject_ref=subject_ref,
        register_number=resident.register_number,
        name=" ".join(name for name in names if name),
        birthdate=resident.birthdate.isoformat(),
    )


def _card(card: IssuanceSummary) -> CredentialAnswer:
    return CredentialAnswer(
        issuance_id=card.issuance_id,
        credential_configuration_id=card.configuration_id,
        copies=card.copies,
        status=_STATUS_NAMES[card.status],
        issued_at=card.issued_at,
        expires_at=card.expires_at,
    )

"""The management API for businesses, and for what a person may hold credentials about."""

import io
from collections.abc import Callable
from datetime import date
from typing import Literal

from fastapi import APIRouter, Response
from starlette.requests import Request
from starlette.responses import JSONResponse

from issuer.domain.business import Business
from issuer.domain.event import SubjectRef
from issuer.domain.subject import Guardianship, Holding, is_in_force, kind_of, name_of
from issuer.errors import UnknownSubject
from issuer.ports import SubjectDirectory
from issuer.services.import_businesses import ImportBusinesses
from issuer.web.management_messages import Identifier, Message, ResidentSearch
from issuer.web.register_imports import answer_import
from trillium.runtime.bodies import require_content_type

MAX_FOUND = 20


class BusinessAnswer(Message):
    """Enough to pick the right business."""

    subject_ref: str
    business_number: str
    name_en: str | None
    name_fr: str | None
    status: Literal["active", "dissolved"]
    locality: str


class BusinessesAnswer(Message):
    businesses: list[BusinessAnswer]


class HoldingsRequest(Message):
    """A person of the register."""

    subject_ref: Identifier


class HoldingAnswer(Message):
    """Something to offer credentials about; by its own ``subject_ref``."""

    subject_ref: str
    kind: Literal["person", "child", "business", "signing_authority"]
    name: str
    in_force: bool
    """False: of age, dissolved, or not to sign. Nothing is issued; what was issued can be revoked."""


class HoldingsAnswer(Message):
    holdings: list[HoldingAnswer]


def add_business_routes(
    router: APIRouter, directory: SubjectDirectory, businesses: ImportBusinesses, today: Callable[[], date]
) -> None:
    """Routes under ``/management/businesses`` and ``/management/holdings``."""

    # POSTs, so that a name is never part of an address that somebody logs.
    @router.post("/businesses/search", summary="Find businesses in the register, by name or number")
    async def search_businesses(request: ResidentSearch) -> BusinessesAnswer:
        found = await directory.search_businesses(request.text, limit=MAX_FOUND)
        return BusinessesAnswer(businesses=[_business(ref, business) for ref, business in found])

    @router.post("/businesses/import", summary="Fill or update the register of businesses from a CSV file")
    async def import_businesses(request: Request, *, skip_bad: bool = False) -> Response:
        require_content_type(request, "text/csv")
        text = (await request.body()).decode("utf-8", errors="surrogateescape")
        report = await businesses(io.StringIO(text, newline=""), today=today(), skip_bad=skip_bad)
        return JSONResponse(answer_import(report).model_dump(), status_code=422 if report.refused else 200)

    @router.post("/holdings/search", summary="What a person may hold credentials about")
    async def find_holdings(request: HoldingsRequest) -> HoldingsAnswer:
        found = await directory.holdings(SubjectRef(request.subject_ref))
        if not found:
            raise UnknownSubject
        return HoldingsAnswer(holdings=[_holding(one, today()) for one in found])


def _business(subject_ref: SubjectRef, business: Business) -> BusinessAnswer:
    return BusinessAnswer(
        subject_ref=subject_ref,
        business_number=business.number,
        name_en=business.name_en,
        name_fr=business.name_fr,
        status=business.status.value,
        locality=business.address.locality,
    )


def _holding(holding: Holding, today: date) -> HoldingAnswer:
    subject = holding.subject
    return HoldingAnswer(
        subject_ref=holding.subject_ref,
        kind="child" if isinstance(subject, Guardianship) else kind_of(subject).value,
        name=name_of(subject),
        in_force=is_in_force(subject, today),
    )

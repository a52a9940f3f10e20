"""Evidence for relying services: a list, and each piece encrypted to the service's own key."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AwareDatetime, BaseModel, BeforeValidator

from trillium.runtime.api_router import api_router
from trillium.runtime.rows import from_column, to_column
from verifier.domain.evidence import (
    EVIDENCE_MEDIA_TYPE,
    EvidenceEntry,
    EvidenceId,
    EvidencePlace,
    KeptEvidence,
)
from verifier.domain.presentation import TransactionId
from verifier.domain.relying_service import RelyingService
from verifier.services.evidence import Evidence
from verifier.web.callers import Caller
from verifier.web.wallets import NO_STORE

_PLACE = r"^[0-9]{1,14}\.[A-Za-z0-9_-]{22}$"


class EvidenceEntryAnswer(BaseModel):
    """Evidence that can be fetched until ``delete_at``."""

    evidence_id: str
    preset: str
    made_at: datetime
    delete_at: datetime
    evidence_url: str


class EvidenceListAnswer(BaseModel):
    """Oldest first. ``next``: where the rest is, when there is more."""

    evidence: list[EvidenceEntryAnswer]
    next: str | None


@dataclass(frozen=True, slots=True)
class EvidenceServices:
    """``caller``: who asks; ``public_url``: of the verifier."""

    evidence: Evidence
    caller: Caller
    public_url: str


def evidence_router(services: EvidenceServices) -> APIRouter:
    """Each route asks for the relying service's id and secret (HTTP Basic) and shows it its own alone."""
    router = api_router(tags=["relying services"])
    caller = Depends(services.caller)

    @router.get(
        "/presentations/{transaction_id}/evidence",
        summary="The evidence of a presentation, encrypted to the service's key; it can be fetched again",
        response_class=Response,
    )
    async def of_presentation(transaction_id: str, service: RelyingService = caller) -> Response:
        return _render(await services.evidence.of_presentation(service, TransactionId(transaction_id)))

    @router.get("/evidence", summary="The evidence that the service can fetch, from a moment on")
    async def list_since(
        response: Response,
        since: Annotated[AwareDatetime, BeforeValidator(_refuse_numbers), Query()],
        after: Annotated[str | None, Query(pattern=_PLACE)] = None,
        service: RelyingService = caller,
    ) -> EvidenceListAnswer:
        page = await services.evidence.since(service, since, _parse_place(after))
        response.headers.update(NO_STORE)
        behind = None
        if page.behind is not None:
            parameters = {"since": since.isoformat(), "after": _create_place(page.behind)}
            behind = f"{services.public_url}/evidence?{urlencode(parameters)}"
        return EvidenceListAnswer(
            evidence=[_entry(one, services.public_url) for one in page.entries], next=behind
        )

    @router.get(
        "/evidence/{evidence_id}",
        summary="One piece of evidence, encrypted to the service's key; it can be fetched again",
        response_class=Response,
    )
    async def get(evidence_id: str, service: RelyingService = caller) -> Response:
        return _render(await services.evidence.get(service, EvidenceId(evidence_id)))

    return router


def _refuse_numbers(value: object) -> object:
    """``2026`` would be the two thousand and twenty-sixth second of 1970."""
    if not isinstance(value, str) or "T" not in value.upper():
        raise ValueError("a date and a time with its zone (RFC 3339)")
    return value


def _render(kept: KeptEvidence) -> Response:
    return Response(kept.jwe, media_type=EVIDENCE_MEDIA_TYPE, headers=NO_STORE)


def _entry(entry: EvidenceEntry, public_url: str) -> EvidenceEntryAnswer:
    return EvidenceEntryAnswer(
        evidence_id=entry.evidence_id,
        preset=entry.preset,
        made_at=entry.made_at,
        delete_at=entry.delete_at,
        evidence_url=f"{public_url}/evidence/{entry.evidence_id}",
    )


def _create_place(place: EvidencePlace) -> str:
    return f"{to_column(place.made_at)}.{place.evidence_id}"


def _parse_place(text: str | None) -> EvidencePlace | None:
    if text is None:
        return None
    moment, _, evidence_id = text.partition(".")
    return EvidencePlace(from_column(int(moment)), EvidenceId(evidence_id))

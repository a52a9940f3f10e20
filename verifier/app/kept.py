"""Receipts and evidence, wired."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import APIRouter

from keys import KeyPurpose, KeyRing
from trillium.runtime.openapi import FORM, PROBLEM, Content, HotRoute
from trillium.runtime.pages import CIVIL_TIME
from verifier.app.outside import Outside
from verifier.domain.receipt import RECEIPT_MEDIA_TYPE
from verifier.ports import Releases
from verifier.services.evidence import Evidence, WriteEvidence
from verifier.services.keep_accepted import KeepAccepted
from verifier.services.receipts import Receipts, WriteReceipts
from verifier.services.relying_services import RelyingServices
from verifier.services.request_contents import RequestContents
from verifier.services.results import ResultSeals
from verifier.settings import Settings
from verifier.web.callers import relying_service_caller
from verifier.web.evidence import EvidenceServices, evidence_router
from verifier.web.receipts import ReceiptEndpoint


@dataclass(frozen=True, slots=True)
class KeptServices:
    """What an accepted presentation leaves behind, handed out and deleted in time."""

    receipts: Receipts
    evidence: Evidence

    async def tidy(self, now: datetime) -> None:
        """A step of the background: nothing is kept for longer than was said."""
        await self.evidence.settle()
        await self.evidence.delete_due()
        await self.receipts.store.purge_receipts(now)


def build_keeping(
    settings: Settings, ring: KeyRing, outside: Outside, contents: RequestContents, seals: ResultSeals
) -> KeepAccepted:
    """What writes receipts and evidence."""
    write_receipt = WriteReceipts(
        settings.public_url,
        partial(ring.signer_for, KeyPurpose.RECEIPT),
        civil_day,
        seals,
        outside.randomness,
        settings.result_lifetime,
    )
    write_evidence = WriteEvidence(
        contents, outside.randomness, lambda: ec.generate_private_key(ec.SECP256R1())
    )
    return KeepAccepted(outside.store, write_receipt, write_evidence)


def build_kept(settings: Settings, outside: Outside, seals: ResultSeals, releases: Releases) -> KeptServices:
    """What hands them out."""
    store, clock = outside.store, outside.clock
    return KeptServices(
        Receipts(store, store, seals, clock),
        Evidence(store, store, releases, clock, settings.result_lifetime),
    )


def civil_day(moment: datetime) -> date:
    """The day in Ontario: receipts say no more of the time than this."""
    return moment.astimezone(CIVIL_TIME).date()


def receipt_routes(kept: KeptServices) -> tuple[HotRoute, ...]:
    """What wallets fetch receipts from."""
    return (
        HotRoute(
            method="POST",
            path="/receipts",
            handler=ReceiptEndpoint(kept.receipts).respond,
            summary="The receipt of an accepted presentation, once",
            public=True,
            request=Content(
                description="response_code, from the answer to the presentation.", media_type=FORM
            ),
            responses={
                200: Content(description="A signed receipt.", media_type=RECEIPT_MEDIA_TYPE),
                404: Content(description="Problem details.", media_type=PROBLEM),
            },
            tags=["wallets"],
        ),
    )


def evidence_routes(settings: Settings, clients: RelyingServices, kept: KeptServices) -> APIRouter:
    """What relying services fetch evidence from."""
    caller = relying_service_caller(clients)
    return evidence_router(EvidenceServices(kept.evidence, caller, settings.public_url))

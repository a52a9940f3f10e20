"""Receipts: one for every accepted presentation, handed out once, then forgotten (decisions.md, Verdicts)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from keys.signer import Signer
from verifier.domain.event import Actor, Event, EventName
from verifier.domain.presentation import Presentation, RequestId
from verifier.domain.receipt import KeptReceipt, Receipt, prepare_receipt, shown_claims
from verifier.domain.relying_service import RelyingService
from verifier.domain.verdict import Accepted
from verifier.errors import ReceiptGone
from verifier.ports import Clock, PresentationStore, Randomness, ReceiptStore
from verifier.services.accepted import AcceptedResponse
from verifier.services.requests import SECRET_BYTES, create_secret, response_code_hash
from verifier.services.results import ResultSeals

PERSON: Final = Actor("person")
"""Downloads it from the end page."""
WALLET: Final = Actor("wallet")


@dataclass(frozen=True, slots=True)
class WriteReceipts:
    """``issuer``: the verifier's public URL. ``civil_day``: on which day a moment falls where people live."""

    issuer: str
    signer: Callable[[datetime], Signer]
    civil_day: Callable[[datetime], date]
    seals: ResultSeals
    randomness: Randomness
    lifetime: timedelta
    """How long one waits to be fetched."""

    async def __call__(self, accepted: AcceptedResponse, service: RelyingService) -> KeptReceipt:
        """The signed receipt of an accepted presentation, sealed; it has neither values nor keys in it."""
        verdict, presentation = accepted.decision.verdict, accepted.presentation
        preset, now = accepted.preset, accepted.accepted_at
        if not isinstance(verdict, Accepted):
            raise ValueError("a receipt for what was not accepted")
        receipt = Receipt(
            issuer=self.issuer,
            receipt_id=create_secret(self.randomness.token_bytes(SECRET_BYTES)),
            day=self.civil_day(now),
            client_id=service.client_id,
            service_names=dict(service.names),
            preset=presentation.preset,
            purposes=preset.purposes,
            claims=shown_claims(preset.query, verdict.claims),
        )
        signer = self.signer(now)
        prepared = prepare_receipt(receipt, algorithm=signer.algorithm, key_id=signer.key_id)
        text = prepared.attach(await signer.sign(prepared.data))
        return KeptReceipt(
            presentation.request_id,
            now + self.lifetime,
            self.seals.seal_bytes(_context(presentation.request_id), text.encode("ascii")),
        )


@dataclass(frozen=True, slots=True)
class Receipts:
    """Hands them out, to whoever knows the response code or to the page of the presentation."""

    store: ReceiptStore
    presentations: PresentationStore
    seals: ResultSeals
    clock: Clock

    async def waits(self, request_id: RequestId) -> bool:
        """Whether a receipt of this presentation can still be had."""
        return await self.store.has_receipt(request_id, self.clock.now())

    async def take(self, request_id: RequestId) -> str:
        """For the page of the presentation, whose browser has shown itself.

        Raises:
            ReceiptGone: not accepted, handed out before, or too late.
        """
        presentation = await self.presentations.find_by_request(request_id)
        return await self._take(presentation, PERSON)

    async def take_with_code(self, response_code: str) -> str:
        """For the wallet, with the code that it got with the end of the presentation (5.22).

        Raises:
            ReceiptGone: unknown code, not accepted, handed out before, or too late.
        """
        code_hash = response_code_hash(response_code)
        return await self._take(await self.presentations.find_by_response_code(code_hash), WALLET)

    async def _take(self, presentation: Presentation | None, actor: Actor) -> str:
        if presentation is None:
            raise ReceiptGone
        now = self.clock.now()
        event = Event(EventName.RECEIPT_TAKEN, actor, now, presentation.client_id, presentation.preset)
        taken = await self.store.take_receipt(presentation.request_id, now, event)
        if taken is None:
            raise ReceiptGone
        return self.seals.open_bytes(_context(taken.request_id), taken.sealed).decode("ascii")


def _context(request_id: RequestId) -> bytes:
    """Another one than that of the result: neither opens in the place of the other."""
    return b"receipt of " + request_id.encode()

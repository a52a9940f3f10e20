"""Evidence for relying services that must be able to show later what they saw (decisions.md, Verdicts).

Made at acceptance and encrypted to the service's own key at once. What a browser started is held back until
that browser has shown itself, like the result (5.29): else whoever relays a QR code would get it here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec

from specs.encoding import create_json
from specs.jose import Encryption, PublicJwk, create_jwe
from specs.openid4vp.request_parameters import create_browser_parameters, create_request_parameters
from verifier.domain.event import Actor, Event, EventName
from verifier.domain.evidence import (
    EVIDENCE_TYPE,
    AskedRequest,
    EvidenceEnd,
    EvidenceEntry,
    EvidenceId,
    EvidencePlace,
    KeptEvidence,
    ProvedCredential,
    create_evidence,
    delete_at,
    require_evidence_key,
)
from verifier.domain.presentation import Presentation, Release, TransactionId
from verifier.domain.presentation_page import needs_return_code
from verifier.domain.relying_service import RelyingService
from verifier.errors import PresentationOpen, UnknownEvidence
from verifier.ports import Clock, EvidenceStore, PresentationStore, Randomness, Releases
from verifier.services.accepted import AcceptedResponse
from verifier.services.request_contents import RequestContents
from verifier.services.requests import SECRET_BYTES, create_secret, transaction_hash

_IV_BYTES: Final = 12
_SETTLED_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True)
class WriteEvidence:
    """``ephemeral``: a fresh key on P-256, for one message."""

    contents: RequestContents
    randomness: Randomness
    ephemeral: Callable[[], ec.EllipticCurvePrivateKey]

    async def __call__(self, accepted: AcceptedResponse, service: RelyingService) -> KeptEvidence | None:
        """The evidence of an accepted presentation, for the service alone; ``None``: the preset has none.

        Raises:
            EvidenceKeyMissing: the service's key was taken away while the presentation was under way.
        """
        declared = accepted.preset.evidence
        if declared is None:
            return None
        presentation, now = accepted.presentation, accepted.accepted_at
        entry = EvidenceEntry(
            evidence_id=EvidenceId(create_secret(self.randomness.token_bytes(SECRET_BYTES))),
            request_id=presentation.request_id,
            transaction_hash=presentation.transaction_hash,
            client_id=service.client_id,
            preset=presentation.preset,
            made_at=now,
            delete_at=delete_at(now, declared.days),
            held_back=presentation.release is Release.BROWSER,
        )
        recipient = require_evidence_key(service)
        evidence = _evidence_of(accepted, await self._asked(accepted, service))
        return KeptEvidence(entry, self._encrypt(evidence, recipient))

    async def _asked(self, accepted: AcceptedResponse, service: RelyingService) -> AskedRequest:
        presentation, now = accepted.presentation, accepted.accepted_at
        if accepted.in_browser:
            browser = await self.contents.browser_parameters(presentation, service, now)
            return AskedRequest(None, create_browser_parameters(browser))
        if presentation.request_object is not None:
            return AskedRequest(presentation.request_object)
        parameters = await self.contents.parameters(presentation, service, now)
        return AskedRequest(None, create_request_parameters(parameters))

    def _encrypt(self, payload: bytes, recipient: PublicJwk) -> str:
        return create_jwe(
            payload,
            recipient=recipient,
            encryption=Encryption.A256GCM,
            ephemeral=self.ephemeral(),
            iv=self.randomness.token_bytes(_IV_BYTES),
            header={"typ": EVIDENCE_TYPE, "cty": "application/json"},
        )


def _evidence_of(accepted: AcceptedResponse, asked: AskedRequest) -> bytes:
    decision, presentation = accepted.decision, accepted.presentation
    members = create_evidence(
        asked,
        [ProvedCredential(one.query_id, one.text, one.chain, one.status_token) for one in decision.checked],
        {"outcome": "accepted", "clerk_outcome": decision.verdict.outcome.value},
        preset=presentation.preset,
        reference=presentation.reference,
        now=accepted.accepted_at,
    )
    return create_json(members)


@dataclass(frozen=True, slots=True)
class EvidencePage:
    """Some of a service's evidence, oldest first. ``behind``: where the next page begins, if there is one."""

    entries: Sequence[EvidenceEntry]
    behind: EvidencePlace | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """``result_lifetime``: what was not released by then never will be."""

    store: EvidenceStore
    presentations: PresentationStore
    releases: Releases
    clock: Clock
    result_lifetime: timedelta
    page_size: int = 100

    async def of_presentation(self, service: RelyingService, transaction_id: TransactionId) -> KeptEvidence:
        """The evidence of a presentation that the service started.

        Raises:
            PresentationOpen: it has not ended, or its browser has not shown itself.
            UnknownEvidence: none was made, it was deleted, or it is somebody else's.
        """
        hashed = transaction_hash(transaction_id)
        found = await self.store.evidence_of(hashed)
        if found is not None:
            return await self._hand_out(service, found)
        presentation = await self.presentations.find_by_transaction(hashed)
        if presentation is not None and _is_open(presentation, service, self.clock.now()):
            raise PresentationOpen
        raise UnknownEvidence

    async def get(self, service: RelyingService, evidence_id: EvidenceId) -> KeptEvidence:
        """One of the service's own.

        Raises:
            PresentationOpen, UnknownEvidence: as above.
        """
        found = await self.store.find_evidence(evidence_id)
        if found is None:
            raise UnknownEvidence
        return await self._hand_out(service, found)

    async def since(
        self, service: RelyingService, moment: datetime, after: EvidencePlace | None = None
    ) -> EvidencePage:
        """What the service can fetch, made at ``moment`` or later and behind a place."""
        await self.settle()
        entries = await self.store.evidence_since(service.client_id, moment, after, self.page_size + 1)
        page = entries[: self.page_size]
        return EvidencePage(page, page[-1].place if len(entries) > self.page_size else None)

    async def settle(self) -> None:
        """Hands over what has been released, and deletes what was not released in time."""
        for entry in await self.store.held_back(_SETTLED_AT_ONCE):
            await self._settle(entry)

    async def delete_due(self) -> int:
        """Deletes what has been kept for its days; returns how many."""
        return await self.store.delete_due_evidence(self.clock.now())

    async def _hand_out(self, service: RelyingService, found: KeptEvidence) -> KeptEvidence:
        entry, now = found.entry, self.clock.now()
        # Its day counts, not when somebody comes to delete it.
        if entry.client_id != service.client_id or now >= entry.delete_at:
            raise UnknownEvidence
        if not await self._settle(entry):
            raise UnknownEvidence if self._is_too_late(entry, now) else PresentationOpen
        event = Event(EventName.EVIDENCE_READ, Actor("relying-service"), now, entry.client_id, entry.preset)
        await self.store.record_reading(event)
        return found

    async def _settle(self, entry: EvidenceEntry) -> bool:
        """Whether it may be handed out now."""
        if not entry.held_back:
            return True
        now = self.clock.now()
        if await self._is_released(entry, now):
            await self.store.hand_over(entry.evidence_id)
            return True
        if self._is_too_late(entry, now):
            await self.store.delete_evidence(entry.evidence_id, EvidenceEnd.NOT_RELEASED, now)
        return False

    async def _is_released(self, entry: EvidenceEntry, now: datetime) -> bool:
        presentation = await self.presentations.find_by_request(entry.request_id)
        if presentation is not None and presentation.result_fetched:
            return True
        if presentation is None or needs_return_code(presentation):
            # The visitor's code comes with the fetch; nothing else shows whose browser it was.
            return False
        # Past that time the result is gone: what nobody was given needs no proof.
        return not self._is_too_late(entry, now) and await self.releases.is_released(entry.request_id)

    def _is_too_late(self, entry: EvidenceEntry, now: datetime) -> bool:
        return now - entry.made_at > self.result_lifetime


def _is_open(presentation: Presentation, service: RelyingService, now: datetime) -> bool:
    return presentation.client_id == service.client_id and presentation.is_open_at(now)

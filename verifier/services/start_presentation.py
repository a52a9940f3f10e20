"""A relying service starts a presentation with one of its presets (OpenID4VP section 5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from specs.openid4vp import (
    AuthorizationRequestReference,
    RequestUriMethod,
    create_authorization_request_uri,
)
from verifier.domain.event import Actor, Event, EventName
from verifier.domain.presentation import (
    PRESENTATION_LIFETIME,
    ClientIdPrefix,
    Presentation,
    RequestId,
    TransactionId,
)
from verifier.domain.preset import Preset
from verifier.domain.relying_service import RelyingService
from verifier.errors import UnknownPreset
from verifier.ports import Clock, PresentationStore, Randomness
from verifier.services.requests import SECRET_BYTES, RequestIdentity, create_secret, transaction_hash


@dataclass(frozen=True, slots=True)
class StartedPresentation:
    """What the relying service gets. The transaction id exists nowhere else."""

    transaction_id: TransactionId
    presentation: Presentation
    request_uri: str
    authorization_request: str
    """For a link or a QR code: ``openid4vp://?client_id=…&request_uri=…``."""


@dataclass(frozen=True, slots=True)
class StartPresentation:
    presentations: PresentationStore
    presets: Mapping[str, Preset]
    identity: RequestIdentity
    clock: Clock
    randomness: Randomness
    allow_http: bool
    lifetime: timedelta = PRESENTATION_LIFETIME

    async def __call__(
        self,
        service: RelyingService,
        preset_id: str,
        *,
        prefix: ClientIdPrefix,
        method: RequestUriMethod,
        locale: str,
    ) -> StartedPresentation:
        """A fresh request with a nonce, a state and ids of its own.

        Raises:
            UnknownPreset: not a preset, or not one of this relying service.
        """
        if preset_id not in service.presets or preset_id not in self.presets:
            raise UnknownPreset
        now = self.clock.now()
        random = self.randomness.token_bytes(4 * SECRET_BYTES)
        secrets = [create_secret(random[start:]) for start in range(0, len(random), SECRET_BYTES)]
        transaction_id, request_id = TransactionId(secrets[0]), RequestId(secrets[1])
        presentation = Presentation(
            request_id=request_id,
            transaction_hash=transaction_hash(transaction_id),
            client_id=service.client_id,
            preset=preset_id,
            prefix=prefix,
            nonce=secrets[2],
            state_value=secrets[3],
            locale=locale,
            created_at=now,
            expires_at=now + self.lifetime,
        )
        event = Event(
            EventName.PRESENTATION_REQUESTED, Actor("relying-service"), now, service.client_id, preset_id
        )
        await self.presentations.add(presentation, event)
        request_uri = self.identity.request_uri(request_id)
        client_id = self.identity.client_id(prefix, self.identity.signer(now))
        link = create_authorization_request_uri(
            AuthorizationRequestReference(client_id, request_uri, method), insecure_allow_http=self.allow_http
        )
        return StartedPresentation(transaction_id, presentation, request_uri, link)

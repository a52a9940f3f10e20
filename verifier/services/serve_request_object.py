"""Serves signed request objects, again and again while the presentation is open (5.02, 5.04)."""

from collections.abc import Mapping
from dataclasses import dataclass

from specs.openid4vp import (
    RequestParameters,
    create_client_metadata,
    create_vp_formats,
    prepare_request_object,
)
from verifier.domain.event import Actor, Event, EventName
from verifier.domain.presentation import Presentation, RequestId
from verifier.domain.preset import Preset
from verifier.errors import RequestGone
from verifier.ports import Clock, PresentationStore
from verifier.services.requests import RequestIdentity

ALGORITHMS = ("ES256",)


@dataclass(frozen=True, slots=True)
class ServeRequestObject:
    presentations: PresentationStore
    presets: Mapping[str, Preset]
    identity: RequestIdentity
    clock: Clock

    async def __call__(self, request_id: RequestId, *, wallet_nonce: str | None) -> str:
        """The compact JWS; signed anew each time, so that it can repeat the wallet's nonce.

        Raises:
            RequestGone: unknown, answered or expired.
        """
        now = self.clock.now()
        presentation = await self.presentations.find_by_request(request_id)
        if presentation is None or presentation.preset not in self.presets:
            raise RequestGone
        event = Event(
            EventName.REQUEST_OBJECT_RETRIEVED,
            Actor("wallet"),
            now,
            presentation.client_id,
            presentation.preset,
        )
        if not await self.presentations.mark_retrieved(request_id, now, event):
            raise RequestGone
        signer = self.identity.signer(now)
        prepared = prepare_request_object(
            self.parameters(presentation),
            algorithm=signer.algorithm,
            certificate_chain=signer.certificate_chain,
            issued_at=now,
            expires_at=presentation.expires_at,
            wallet_nonce=wallet_nonce,
        )
        return prepared.attach(await signer.sign(prepared.data))

    def parameters(self, presentation: Presentation) -> RequestParameters:
        """What the request asks, as it stands in every copy of its object."""
        signer = self.identity.signer(self.clock.now())
        return RequestParameters(
            client_id=self.identity.client_id(presentation.prefix, signer),
            response_uri=self.identity.response_uri(presentation.request_id),
            nonce=presentation.nonce,
            state=presentation.state_value,
            query=self.presets[presentation.preset].query,
            client_metadata=create_client_metadata(
                create_vp_formats(credential_algorithms=ALGORITHMS, key_binding_algorithms=ALGORITHMS)
            ),
        )

"""A wallet answers (OpenID4VP section 8): verify, decide, and end the presentation once.

Anything that does not parse, or is not for this request, is refused and leaves the presentation open: a
stranger who saw the QR code cannot burn it. The conditional update comes last, and the first one wins.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from specs.encoding import parse_json_object
from specs.errors import ProtocolError
from specs.jose import parse_jws
from specs.openid4vp import (
    VpErrorResponse,
    VpTokenResponse,
    verify_state,
    verify_vp_token_form,
)
from verifier.domain.event import Actor, Event, EventName
from verifier.domain.presentation import Presentation, PresentationState, RequestId
from verifier.domain.preset import Preset
from verifier.domain.verdict import Accepted, ClerkOutcome, Verdict
from verifier.errors import PresentationNotGenuine, RequestGone, ResponseNotForThisRequest
from verifier.ports import Clock, PresentationStore
from verifier.services.requests import RequestIdentity
from verifier.services.results import ResultSeals, render_end, render_result, state_of
from verifier.services.verify_presentation import Expected, VerifyPresentation

MAX_KEY_BINDING_BYTES = 16_384

_EVENTS = {
    PresentationState.ACCEPTED: EventName.PRESENTATION_ACCEPTED,
    PresentationState.REJECTED: EventName.PRESENTATION_REJECTED,
    PresentationState.UNDETERMINED: EventName.PRESENTATION_UNDETERMINED,
    PresentationState.CANCELLED: EventName.PRESENTATION_CANCELLED,
}


@dataclass(frozen=True, slots=True)
class ReceiveResponse:
    presentations: PresentationStore
    presets: Mapping[str, Preset]
    identity: RequestIdentity
    verify: VerifyPresentation
    seals: ResultSeals
    clock: Clock

    async def __call__(self, request_id: RequestId, response: VpTokenResponse | VpErrorResponse) -> None:
        """Returns when the wallet is to be told that its answer has arrived.

        Raises:
            RequestGone: unknown, expired or answered before.
            specs.openid4vp.WrongState, UnknownCredentialQuery, TooManyPresentations: left open.
            ResponseNotForThisRequest: bound to another nonce; left open.
            PresentationNotGenuine: recorded as rejected, and the wallet is told so.
        """
        now = self.clock.now()
        presentation = await self.presentations.find_by_request(request_id)
        if presentation is None or not presentation.state_at(now).is_open:
            raise RequestGone
        verify_state(response, presentation.state_value)
        if isinstance(response, VpErrorResponse):
            await self._cancel(presentation, response, now)
            return
        verdict = await self._decide(presentation, response, now)
        reason = "" if isinstance(verdict, Accepted) else verdict.reasons[0].kind.code
        result = render_result(presentation.preset, verdict, now)
        await self._conclude(presentation, state_of(verdict), result, reason, now)
        # decisions.md, Verdicts: what is not genuine gets an error, an outcome of policy does not.
        if verdict.outcome is ClerkOutcome.NOT_GENUINE:
            raise PresentationNotGenuine(reason)

    async def _decide(self, presentation: Presentation, response: VpTokenResponse, now: datetime) -> Verdict:
        preset = self.presets.get(presentation.preset)
        if preset is None:
            raise RequestGone
        verify_vp_token_form(response.vp_token, preset.query)
        for presentations in response.vp_token.values():
            for text in presentations:
                _require_nonce(text, presentation.nonce)
        signer = self.identity.signer(now)
        audience = self.identity.client_id(presentation.prefix, signer).full
        return await self.verify(preset, response.vp_token, Expected(presentation.nonce, audience), now)

    async def _cancel(self, presentation: Presentation, response: VpErrorResponse, now: datetime) -> None:
        state = PresentationState.CANCELLED
        result = render_end(presentation.preset, state, now)
        # The wallet's words stay out of our records; only codes that are registered say something.
        reason = response.error if response.error in _REGISTERED else "other"
        await self._conclude(presentation, state, result, reason, now)

    async def _conclude(
        self,
        presentation: Presentation,
        state: PresentationState,
        result: dict[str, object],
        reason: str,
        now: datetime,
    ) -> None:
        event = Event(
            _EVENTS[state], Actor("wallet"), now, presentation.client_id, presentation.preset, reason
        )
        sealed = self.seals.seal(presentation, result)
        if not await self.presentations.conclude(presentation.request_id, state, sealed, now, event):
            raise RequestGone


_REGISTERED = frozenset(
    {
        "access_denied",
        "invalid_request",
        "invalid_client",
        "vp_formats_not_supported",
        "invalid_request_uri_method",
        "invalid_transaction_data",
        "wallet_unavailable",
    }
)


def _require_nonce(text: str, nonce: str) -> None:
    """Only a response that carries our nonce may end a presentation; the signature is checked later."""
    key_binding = text.rpartition("~")[2]
    try:
        jws = parse_jws(key_binding, max_bytes=MAX_KEY_BINDING_BYTES)
        claims = parse_json_object(jws.payload, max_bytes=MAX_KEY_BINDING_BYTES)
    except ProtocolError as error:
        raise ResponseNotForThisRequest(error.code) from error
    if claims.get("nonce") != nonce:
        raise ResponseNotForThisRequest("nonce")

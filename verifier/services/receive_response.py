"""A wallet answers (OpenID4VP section 8): open, verify, decide, and end the presentation once.

Anything that does not decrypt, does not parse, or is not for this request, is refused and leaves the
presentation open: a stranger who saw the QR code cannot burn it. The conditional update comes last, and the
first one wins.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from specs.encoding import parse_json_object
from specs.errors import ProtocolError
from specs.jose import UnverifiedJwe, parse_jws
from specs.openid4vp import (
    ResponseMode,
    VpErrorResponse,
    VpTokenResponse,
    key_binding_audience,
    verify_state,
    verify_vp_token_form,
)
from specs.openid4vp.response_errors import UnencryptedResponse, UnexpectedEncryption
from specs.sd_jwt_vc.credential import parse_credential
from verifier.domain.ends import end_of_wallet_error
from verifier.domain.event import Actor, Event, EventName
from verifier.domain.kept import Kept
from verifier.domain.presentation import Presentation, PresentationState, RequestId
from verifier.domain.preset import Preset
from verifier.domain.verdict import Accepted, ClerkOutcome
from verifier.errors import PresentationNotGenuine, RequestGone, ResponseNotForThisRequest
from verifier.ports import Clock, PresentationStore, Randomness
from verifier.services.accepted import AcceptedResponse, Keeper
from verifier.services.request_contents import RequestContents
from verifier.services.requests import SECRET_BYTES, create_secret, parse_request_id, response_code_hash
from verifier.services.results import ResultSeals, issuers_of, render_end, render_result, state_of
from verifier.services.verdict_log import log_verdict
from verifier.services.verification.checked import Decision, Expected
from verifier.services.verify_presentation import VerifyPresentation

MAX_KEY_BINDING_BYTES: Final = 16_384

WalletResponse = VpTokenResponse | VpErrorResponse | UnverifiedJwe
_OpenResponse = VpTokenResponse | VpErrorResponse

_WALLET: Final = Actor("wallet")
_EVENTS: Final = {
    PresentationState.ACCEPTED: EventName.PRESENTATION_ACCEPTED,
    PresentationState.REJECTED: EventName.PRESENTATION_REJECTED,
    PresentationState.UNDETERMINED: EventName.PRESENTATION_UNDETERMINED,
    PresentationState.CANCELLED: EventName.PRESENTATION_CANCELLED,
}


@dataclass(frozen=True, slots=True)
class Received:
    """What the wallet is told. ``redirect_uri``: where it sends its holder; ``None`` inside a browser."""

    redirect_uri: str | None


class _End(NamedTuple):
    """How a presentation ends, before anybody else has ended it."""

    state: PresentationState
    result: dict[str, Any]
    reason: str = ""
    reasons: tuple[str, ...] = ()
    kept: Kept | None = None


@dataclass(frozen=True, slots=True)
class ReceiveResponse:
    presentations: PresentationStore
    contents: RequestContents
    verify: VerifyPresentation
    seals: ResultSeals
    clock: Clock
    randomness: Randomness
    keep: Keeper

    async def __call__(self, request_id: RequestId, response: WalletResponse) -> Received:
        """What was posted to the response URI. Returns when the wallet is to be told that it has arrived.

        Raises:
            RequestGone: unknown, expired or answered before.
            specs.openid4vp.response_errors: not as asked for, does not decrypt, has another state or form;
                left open.
            ResponseNotForThisRequest: bound to another nonce; left open.
            PresentationNotGenuine: recorded as rejected, and the wallet is told so.
        """
        now = self.clock.now()
        presentation = await self.presentations.find_by_request(request_id)
        if presentation is None or not presentation.is_open_at(now):
            raise RequestGone
        opened = self._open(presentation, response, presentation.response_mode)
        verify_state(opened, presentation.state_value)
        # 5.22: a fresh code, whatever the end, so that the answer says nothing about it.
        code = create_secret(self.randomness.token_bytes(SECRET_BYTES))
        await self._receive(presentation, opened, presentation.audience, code, now)
        return Received(self.contents.identity.return_uri(code))

    async def from_browser(
        self, presentation: Presentation, response: WalletResponse, *, origin: str
    ) -> Received:
        """What a page of ours got from the Digital Credentials API; there is no state (5.34).

        ``origin``: of that page, from our own settings and never from the response (5.35). Raises as above.
        """
        now = self.clock.now()
        if not presentation.is_open_at(now):
            raise RequestGone
        opened = self._open(presentation, response, ResponseMode.DC_API_JWT)
        audience = key_binding_audience(ResponseMode.DC_API_JWT, client_id=None, origin=origin)
        await self._receive(presentation, opened, audience, None, now)
        return Received(None)

    def _open(
        self, presentation: Presentation, response: WalletResponse, mode: ResponseMode
    ) -> _OpenResponse:
        """The response in the clear; a refusal may come so in any mode (5.23)."""
        if isinstance(response, VpErrorResponse):
            return response
        if isinstance(response, UnverifiedJwe):
            if not mode.encrypted:
                raise UnexpectedEncryption
            return self.contents.keys.open(presentation).decrypt(response)
        if mode.encrypted:
            raise UnencryptedResponse
        return response

    async def _receive(
        self,
        presentation: Presentation,
        response: _OpenResponse,
        audience: str,
        response_code: str | None,
        now: datetime,
    ) -> None:
        if isinstance(response, VpErrorResponse):
            await self._conclude(presentation, _cancelled(presentation, response, now), response_code, now)
            return
        preset = self.contents.preset_of(presentation)
        decision = await self._decide(presentation, preset, response, audience, now)
        verdict = decision.verdict
        result = render_result(presentation.preset, verdict, now)
        if isinstance(verdict, Accepted):
            in_browser = response_code is None
            accepted = AcceptedResponse(presentation, preset, response.vp_token, decision, now, in_browser)
            kept = await self.keep(accepted)
            end = _End(PresentationState.ACCEPTED, result | issuers_of(decision.checked), kept=kept)
        else:
            reasons = tuple(dict.fromkeys(one.kind.code for one in verdict.reasons))
            end = _End(state_of(verdict), result, reasons[0], reasons)
        await self._conclude(presentation, end, response_code, now)
        log_verdict(presentation.preset, decision)
        # decisions.md, Verdicts: what is not genuine gets an error, an outcome of policy does not.
        if verdict.outcome is ClerkOutcome.NOT_GENUINE:
            raise PresentationNotGenuine(end.reason)

    async def _decide(
        self,
        presentation: Presentation,
        preset: Preset,
        response: VpTokenResponse,
        audience: str,
        now: datetime,
    ) -> Decision:
        verify_vp_token_form(response.vp_token, preset.query)
        expected = Expected(presentation.nonce, audience, self.contents.transaction_data(presentation))
        decision = await self.verify(preset, response.vp_token, expected, now)
        # What counts for a yes was found to carry our nonce (5.25). All others have to parse and to carry it
        # before they may end anything.
        texts = [text for presentations in response.vp_token.values() for text in presentations]
        if not isinstance(decision.verdict, Accepted) or len(decision.checked) < len(texts):
            for text in texts:
                _require_ours(text, presentation.nonce)
        return decision

    async def _conclude(
        self, presentation: Presentation, end: _End, response_code: str | None, now: datetime
    ) -> None:
        event = Event(
            _EVENTS[end.state],
            _WALLET,
            now,
            presentation.client_id,
            presentation.preset,
            end.reason,
        )
        sealed = self.seals.seal(presentation, end.result)
        code_hash = None if response_code is None else response_code_hash(response_code)
        won = await self.presentations.conclude(
            presentation.request_id,
            end.state,
            sealed,
            now,
            event,
            response_code_hash=code_hash,
            reasons=end.reasons,
            kept=end.kept,
        )
        if not won:
            raise RequestGone


def _cancelled(presentation: Presentation, response: VpErrorResponse, now: datetime) -> _End:
    state = PresentationState.CANCELLED
    # Section 8.5. The wallet's words stay out of our records; only codes that are registered say something.
    end = end_of_wallet_error(response.error)
    return _End(state, render_end(presentation.preset, state, now, end), end.code, (end.code,))


def request_named_in(response: WalletResponse) -> RequestId:
    """Whose answer it is that came to the address of all: by its key's name, or by the state.

    Raises:
        RequestGone: it names none of ours.
    """
    name = response.kid if isinstance(response, UnverifiedJwe) else response.state
    return parse_request_id((name or "").partition(".")[0])


def _require_ours(text: str, nonce: str) -> None:
    """Only a credential that carries our nonce may end a presentation, whoever signed it."""
    try:
        key_binding = parse_credential(text).sd_jwt.key_binding_jwt or ""
        jws = parse_jws(key_binding, max_bytes=MAX_KEY_BINDING_BYTES)
        claims = parse_json_object(jws.payload, max_bytes=MAX_KEY_BINDING_BYTES)
    except ProtocolError as error:
        raise ResponseNotForThisRequest(error.code) from error
    if claims.get("nonce") != nonce:
        raise ResponseNotForThisRequest("nonce")

"""Results awaiting their one fetch: encrypted under a key of their own, which is deleted with them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from keys.signer import Secret
from keys.wrapping import NONCE_BYTES, unwrap, wrap, wrapped_version
from specs.encoding import create_json, parse_json_object
from verifier.domain.ends import EndKind
from verifier.domain.outcomes import advice_of
from verifier.domain.presentation import Presentation, PresentationState, SealedResult
from verifier.domain.verdict import Accepted, Reason, Verdict
from verifier.ports import Randomness
from verifier.services.verification.checked import Checked

ISSUERS: Final = "issuers"
"""The member of a sealed result that stays here: who issued what was accepted, by query id."""
TYPES: Final = "types"
"""Another one that stays here: the ``vct`` of what was accepted, by query id."""
MAX_RESULT_BYTES: Final = 4 * 1024 * 1024
MAX_RESULT_DEPTH: Final = 128
"""More than claims can have (RFC 9901 nests disclosures in disclosures) with what is around them here: it was
read strictly when it came, and by now it is deleted where it was kept."""
_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_WRAPPED_FROM: Final = _KEY_BYTES + _NONCE_BYTES
_RANDOM_BYTES: Final = _WRAPPED_FROM + NONCE_BYTES
_GO_ON: Final = advice_of(()).by_language


@dataclass(frozen=True, slots=True)
class ResultSeals:
    """``secret(version)``: the verifier's wrapping secret; ``None`` asks for the current one."""

    secret: Callable[[int | None], Secret]
    randomness: Randomness

    def seal(self, presentation: Presentation, result: dict[str, Any]) -> SealedResult:
        """Encrypts a result for one transaction."""
        return self.seal_bytes(presentation.request_id.encode(), create_json(result))

    def open(self, presentation: Presentation, sealed: SealedResult) -> dict[str, Any]:
        """The result, for the relying service that started the presentation."""
        plain = self.open_bytes(presentation.request_id.encode(), sealed)
        return parse_json_object(plain, max_bytes=MAX_RESULT_BYTES, max_depth=MAX_RESULT_DEPTH)

    def seal_bytes(self, context: bytes, plain: bytes) -> SealedResult:
        """Encrypts under a fresh key. ``context``: what it is and whose; it opens in no other one."""
        random = self.randomness.token_bytes(_RANDOM_BYTES)
        key, nonce, rest = random[:_KEY_BYTES], random[_KEY_BYTES:_WRAPPED_FROM], random[_WRAPPED_FROM:]
        ciphertext = nonce + AESGCM(key).encrypt(nonce, plain, context)
        return SealedResult(wrap(self.secret(None), key, context, nonce=rest), ciphertext)

    def open_bytes(self, context: bytes, sealed: SealedResult) -> bytes:
        """What was sealed in this context."""
        secret = self.secret(wrapped_version(sealed.wrapped_key))
        key = unwrap(secret, sealed.wrapped_key, context)
        nonce, ciphertext = sealed.ciphertext[:_NONCE_BYTES], sealed.ciphertext[_NONCE_BYTES:]
        return AESGCM(key).decrypt(nonce, ciphertext, context)


def render_result(preset: str, verdict: Verdict, now: datetime) -> dict[str, Any]:
    """A verdict as the relying service reads it: claims only when accepted."""
    claims: dict[str, Any] = {}
    reasons: list[dict[str, Any]] = []
    advice = _GO_ON
    if isinstance(verdict, Accepted):
        claims = {query_id: dict(shown) for query_id, shown in verdict.claims.items()}
    else:
        # Ten bad disclosures are one thing to act on; which ones is of no use to anybody.
        distinct = {(reason.kind.code, reason.query_id): reason for reason in verdict.reasons}
        reasons = [_render(reason) for reason in distinct.values()]
        advice = advice_of(reason.kind for reason in verdict.reasons).by_language
    return {
        "outcome": state_of(verdict),
        "clerk_outcome": verdict.outcome,
        "advice": advice,
        "claims": claims,
        "reasons": reasons,
        "preset": preset,
        "verified_at": now.isoformat(timespec="seconds"),
    }


def issuers_of(accepted: Sequence[Checked]) -> dict[str, Any]:
    """What subjects are made of beside a claim (5.33), and evidence (7.20); not told with the result."""
    return {
        ISSUERS: {one.query_id: one.issuer.issuer for one in accepted},
        TYPES: {one.query_id: one.credential.vct for one in accepted},
    }


def render_end(
    preset: str, state: PresentationState, now: datetime, end: EndKind | None = None
) -> dict[str, Any]:
    """The result of a presentation that ended without a verdict: cancelled, or nobody answered.

    ``end``: why; ``None`` where there is no more to say than the state says.
    """
    return {
        "outcome": state.value,
        "clerk_outcome": None,
        "advice": None if end is None else end.advice.by_language,
        "claims": {},
        "reasons": [] if end is None else [_render_end_kind(end)],
        "preset": preset,
        "verified_at": now.isoformat(timespec="seconds"),
    }


def state_of(verdict: Verdict) -> PresentationState:
    """The state in which a verdict ends a presentation."""
    if isinstance(verdict, Accepted):
        return PresentationState.ACCEPTED
    all_undetermined = all(reason.kind.is_undetermined for reason in verdict.reasons)
    return PresentationState.UNDETERMINED if all_undetermined else PresentationState.REJECTED


def _render(reason: Reason) -> dict[str, Any]:
    return {
        "code": reason.kind.code,
        "query_id": reason.query_id,
        "text": {"en-CA": reason.kind.english, "fr-CA": reason.kind.french},
        "advice": reason.kind.advice.by_language,
    }


def _render_end_kind(end: EndKind) -> dict[str, Any]:
    return {
        "code": end.code,
        "query_id": None,
        "text": end.text.by_language,
        "advice": end.advice.by_language,
    }

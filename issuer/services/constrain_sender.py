"""Tokens that only the holder of a key can use: DPoP at the token endpoint and at resources (RFC 9449)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from issuer.ports import Clock, ReplayStore
from issuer.services.server_nonces import ServerNonces
from specs.oauth import (
    DpopNonceNeeded,
    DpopPolicy,
    DpopRequest,
    InvalidDpopProof,
    NonceUse,
    PresentedToken,
    RefusedDpopProof,
    UsedDpopProof,
    UseDpopNonce,
    VerifiedDpopProof,
    dpop_proof_of,
    proof_for_token,
    verify_dpop_proof,
)

PROOF_MAX_AGE = timedelta(minutes=5)
LEEWAY = timedelta(seconds=60)
"""FAPI 2.0 section 5.3.2.1: ten seconds ahead are accepted, more than sixty are not."""


@dataclass(frozen=True, slots=True)
class ConstrainSender:
    """``required``: no token without a key. ``nonce_required``: no proof without a nonce of ours."""

    nonces: ServerNonces
    replays: ReplayStore
    clock: Clock
    required: bool
    nonce_required: bool

    async def at_token_endpoint(
        self, dpop: Sequence[str], *, method: str, url: str, combined: bool = False, optional: bool = False
    ) -> VerifiedDpopProof | None:
        """The key that the tokens will be bound to; ``None``: bearer tokens, where they are allowed.

        ``combined``: the proof stands for that of an attestation too, and an attestation challenge is as good
        a nonce (attestation-based client authentication, draft -10 section 8.3). ``optional``: no token is
        given, a request is pushed, and a key that is shown is bound early (RFC 9449 section 10.1).

        Raises:
            specs.oauth.InvalidDpopProof, specs.oauth.UseDpopNonce: with status 400.
        """
        proof = dpop_proof_of(dpop)
        if proof is None:
            if self.required and not optional:
                raise InvalidDpopProof("missing")
            return None
        return await self._verify(proof, DpopRequest(method, url), combined=combined)

    async def at_resource(
        self, presented: PresentedToken, jkt: str | None, dpop: Sequence[str], *, method: str, url: str
    ) -> None:
        """Returns when the token was sent by whom it was issued to. ``jkt``: of the verified token.

        Raises:
            specs.oauth.ResourceError: with status 401 and a challenge (RFC 9449 section 7.1).
        """
        try:
            proof = proof_for_token(presented, jkt, dpop)
            if proof is not None:
                await self._verify(proof, DpopRequest(method, url, presented.token, jkt))
        except InvalidDpopProof as error:
            raise RefusedDpopProof(error.detail or type(error).__name__) from error
        except UseDpopNonce as error:
            raise DpopNonceNeeded(error.detail, nonce=error.nonce) from error

    async def _verify(self, proof: str, request: DpopRequest, *, combined: bool = False) -> VerifiedDpopProof:
        uses = (NonceUse.DPOP, NonceUse.CLIENT_ATTESTATION) if combined else (NonceUse.DPOP,)
        policy = DpopPolicy(
            PROOF_MAX_AGE, LEEWAY, lambda nonce: self._check_nonce(nonce, uses), self.nonce_required
        )
        verified = verify_dpop_proof(proof, request, policy, now=self.clock.now())
        if not await self.replays.first_use(verified.replay_key, verified.replay_until):
            raise UsedDpopProof
        return verified

    def _check_nonce(self, nonce: str, uses: Sequence[NonceUse]) -> None:
        if not self.nonces.recognises(nonce, *uses):
            raise UseDpopNonce("unknown or too old", nonce=self.nonces(NonceUse.DPOP))

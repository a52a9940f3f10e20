"""Tokens that only the holder of a key can use (RFC 9449): the client's choice; no nonce is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from specs.oauth import (
    DpopPolicy,
    DpopRequest,
    InvalidDpopProof,
    PresentedToken,
    RefusedDpopProof,
    UsedDpopProof,
    dpop_proof_of,
    proof_for_token,
    verify_dpop_proof,
)
from verifier.ports import Clock
from verifier.ports_openid import ReplayStore

PROOF_MAX_AGE: Final = timedelta(minutes=5)
LEEWAY: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class ConstrainSender:
    """A proof counts once, for one request, for minutes."""

    replays: ReplayStore
    clock: Clock

    async def at_token_endpoint(self, dpop: Sequence[str], *, method: str, url: str) -> str | None:
        """The thumbprint of the key that the token is to be bound to; ``None``: a bearer token.

        ``dpop``: every such header. Raises specs.oauth.InvalidDpopProof.
        """
        proof = dpop_proof_of(dpop)
        return None if proof is None else await self._verify(proof, DpopRequest(method, url))

    async def at_resource(
        self, presented: PresentedToken, jkt: str | None, dpop: Sequence[str], *, method: str, url: str
    ) -> None:
        """Returns when the token was sent by whom it was issued to. ``jkt``: what it is bound to.

        Raises specs.oauth.ResourceError (RFC 9449 section 7.1).
        """
        try:
            proof = proof_for_token(presented, jkt, dpop)
            if proof is not None:
                await self._verify(proof, DpopRequest(method, url, presented.token, jkt))
        except InvalidDpopProof as error:
            raise RefusedDpopProof(error.detail or type(error).__name__) from error

    async def _verify(self, proof: str, request: DpopRequest) -> str:
        # A nonce that we did not ask for proves nothing and harms nothing.
        policy = DpopPolicy(PROOF_MAX_AGE, LEEWAY, lambda _nonce: None, nonce_required=False)
        verified = verify_dpop_proof(proof, request, policy, now=self.clock.now())
        if not await self.replays.first_use(verified.replay_key, verified.replay_until):
            raise UsedDpopProof
        return verified.jkt

"""An answer in the form that its request asks for: plain or encrypted, to be posted or for a page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec

from specs.errors import ProtocolError
from specs.openid4vp import (
    create_browser_error,
    create_browser_response,
    create_direct_post,
    create_direct_post_error,
    create_direct_post_jwt,
    create_direct_post_jwt_error,
    create_encrypted_browser_response,
)
from wallet_api.domain.pending import PendingReturn
from wallet_api.ports import Randomness

_IV_BYTES: Final = 12

Fields = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class CreateResponses:
    """``ephemeral``: a fresh key on P-256 for each encrypted answer."""

    ephemeral: Callable[[], ec.EllipticCurvePrivateKey]
    randomness: Randomness

    def form(self, way_back: PendingReturn, vp_token: Mapping[str, Sequence[str]]) -> Fields:
        """The fields to post with presentations (5.21, 5.23)."""
        if way_back.encryption is None:
            return create_direct_post(vp_token, way_back.state)
        return create_direct_post_jwt(
            vp_token, way_back.state, encryption=way_back.encryption, **self._fresh()
        )

    def refusal_form(self, way_back: PendingReturn, error: ProtocolError) -> Fields:
        """The fields to post with a refusal, encrypted like a presentation where that would be."""
        if way_back.encryption is None:
            return create_direct_post_error(error, way_back.state)
        return create_direct_post_jwt_error(
            error, way_back.state, encryption=way_back.encryption, **self._fresh()
        )

    def for_page(self, way_back: PendingReturn, vp_token: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """The ``data`` that the page is given (5.34)."""
        if way_back.encryption is None:
            return create_browser_response(vp_token)
        return create_encrypted_browser_response(vp_token, encryption=way_back.encryption, **self._fresh())

    def refusal_for_page(self, error: ProtocolError) -> dict[str, Any]:
        """The ``data`` with a refusal: its code alone (section A.3)."""
        return create_browser_error(error)

    def _fresh(self) -> dict[str, Any]:
        return {"ephemeral": self.ephemeral(), "iv": self.randomness.token_bytes(_IV_BYTES)}

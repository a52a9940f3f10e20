"""What waits inside an operation: everything that the second step needs, as one value that becomes JSON.

An operation outlives its process, so nothing here refers to anything in memory. The JSON is sealed under the
resident's key: it holds tokens, and presentations with claims in them.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from specs.encoding import b64url_decode, b64url_encode
from specs.jose import (
    Encryption,
    SigningInput,
    create_encryption_jwk,
    parse_encryption_jwk,
    parse_public_jwk,
)
from specs.openid4vp import AuthorizationRequest, BrowserRequest, ResponseEncryption, ResponseMode
from wallet_api.domain.history import AskedBy, ShownTo
from wallet_api.domain.holder_key import HolderKey
from wallet_api.domain.operation import OperationKind


class Pending(BaseModel):
    """The base of the four."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PendingKey(Pending):
    """A holder key on its way."""

    jwk: dict[str, Any]
    wrapped: str

    @classmethod
    def of(cls, key: HolderKey) -> "PendingKey":
        return cls(jwk=dict(key.public_jwk.members), wrapped=b64url_encode(key.wrapped))

    def key(self) -> HolderKey:
        """The key as it was before."""
        return HolderKey(parse_public_jwk(self.jwk), b64url_decode(self.wrapped))


class ToSign(Pending):
    """Bytes that wait for the signature of a holder key."""

    key: PendingKey
    data: str
    """A JWS signing input, which is ASCII (RFC 7515 section 5.1)."""

    @classmethod
    def of(cls, key: HolderKey, signing_input: SigningInput) -> "ToSign":
        return cls(key=PendingKey.of(key), data=signing_input.data.decode("ascii"))

    def signing_input(self) -> SigningInput:
        """What `attach` completes."""
        return SigningInput(self.data.encode("ascii"))


class OfferedCredential(Pending):
    """A configuration of the offer that this wallet can receive."""

    configuration_id: str
    vct: str


class PendingOffer(Pending):
    """An offer that was read; the resident decides.

    ``needs_tx_code``: exactly then a transaction code is sent (4.18).
    """

    credential_issuer: str
    token_endpoint: str
    credential_endpoint: str
    nonce_endpoint: str | None
    batch_size: int
    pre_authorized_code: str
    needs_tx_code: bool
    credentials: tuple[OfferedCredential, ...]


class PendingReceiving(Pending):
    """Key proofs that wait for their signatures; one credential request will carry them.

    ``credential_identifier``: when the token response named one (4.29). ``retries``: how often a fresh nonce
    may still be asked for.
    """

    credential_issuer: str
    credential_endpoint: str
    nonce_endpoint: str | None
    access_token: str
    offered: OfferedCredential
    credential_identifier: str | None
    proofs: tuple[ToSign, ...]
    retries: int


class PendingReturn(Pending):
    """Where and how an answer goes back: encrypted for ``jwk`` with ``enc``, or in the clear without them.

    ``origin``: of the page that asked through the browser; there is no address then.
    """

    response_mode: ResponseMode
    response_uri: str | None
    state: str | None
    origin: str | None = None
    jwk: dict[str, Any] | None = None
    enc: Encryption | None = None

    @classmethod
    def of(cls, request: AuthorizationRequest | BrowserRequest) -> "PendingReturn":
        """The way back that a request asks for."""
        wanted = request.encryption
        return cls(
            response_mode=request.response_mode,
            response_uri=request.response_uri if isinstance(request, AuthorizationRequest) else None,
            state=request.state if isinstance(request, AuthorizationRequest) else None,
            origin=request.origin if isinstance(request, BrowserRequest) else None,
            jwk=None if wanted is None else create_encryption_jwk(wanted.key),
            enc=None if wanted is None else wanted.encryption,
        )

    @property
    def encryption(self) -> ResponseEncryption | None:
        """How the answer is encrypted; ``None`` in the clear."""
        if self.jwk is None or self.enc is None:
            return None
        return ResponseEncryption(parse_encryption_jwk(self.jwk), self.enc)


class PendingRequest(Pending):
    """A request that was read and verified; the resident decides what to show.

    ``choice``: query id to the card that answers it; empty when nothing does. ``agreed``: query id to the
    paths that will be shown, as the resident saw them. ``transaction_data``: as it was sent.
    """

    client_id: str | None
    way_back: PendingReturn
    nonce: str
    asked: AskedBy
    transaction_data: tuple[str, ...] = ()
    query: dict[str, Any]
    choice: dict[str, str]
    agreed: dict[str, tuple[tuple[str | int | None, ...], ...]]


class PendingPresentation(Pending):
    """One presentation that lacks its key binding."""

    query_id: str
    presented: str
    """``<JWT>~<D>~…~``: the key binding goes behind it."""
    key_binding: ToSign


class PendingPresenting(Pending):
    """Presentations that wait for the signatures of their key bindings."""

    way_back: PendingReturn
    shown: ShownTo
    presentations: tuple[PendingPresentation, ...]

    def vp_token(self, signatures: Sequence[bytes]) -> Mapping[str, Sequence[str]]:
        """Query id to presentations, with one signature each, in their order."""
        token: dict[str, list[str]] = {}
        for one, signature in zip(self.presentations, signatures, strict=True):
            signed = one.presented + one.key_binding.signing_input().attach(signature)
            token.setdefault(one.query_id, []).append(signed)
        return token


KINDS: Final[Mapping[type[Pending], OperationKind]] = {
    PendingOffer: OperationKind.OFFER,
    PendingReceiving: OperationKind.RECEIVING,
    PendingRequest: OperationKind.REQUEST,
    PendingPresenting: OperationKind.PRESENTING,
}

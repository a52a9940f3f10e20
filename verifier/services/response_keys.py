"""The key that answers are encrypted to: one for each presentation, gone with its end (5.24)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from keys.signer import Secret
from keys.wrapping import unwrap, wrap, wrapped_version
from specs.jose import PublicJwk, UnverifiedJwe, public_jwk_of
from specs.openid4vp import VpErrorResponse, VpTokenResponse, decrypt_response
from verifier.domain.presentation import Presentation, RequestId
from verifier.errors import RequestGone

_ECDH: Final = ec.ECDH()


@dataclass(slots=True)
class ResponseKey:
    """The key of one presentation, unwrapped for one use."""

    key_id: RequestId
    """The ``kid``: no two requests have a key or a name for it in common."""
    private_key: ec.EllipticCurvePrivateKey = field(repr=False)

    @property
    def public_jwk(self) -> PublicJwk:
        """What wallets encrypt to."""
        return public_jwk_of(self.private_key.public_key(), kid=self.key_id)

    def decrypt(self, jwe: UnverifiedJwe) -> VpTokenResponse | VpErrorResponse:
        """What a wallet encrypted to this key; either of both encryptions (6.12).

        Raises:
            specs.openid4vp.response_errors: InvalidEncryptedResponse, and for what is inside the same as for
                an answer in the clear.
        """
        # parse_jwe takes points on P-256 alone, and nothing else can be agreed with.
        theirs: Any = jwe.epk.key
        return decrypt_response(jwe, self.private_key.exchange(_ECDH, theirs), key_id=self.key_id)


@dataclass(frozen=True, slots=True)
class ResponseKeys:
    """``secret(version)``: the verifier's wrapping secret; ``None`` asks for the current one."""

    secret: Callable[[int | None], Secret]

    def create(self, request_id: RequestId) -> bytes:
        """A fresh private key on P-256, wrapped for this presentation."""
        key = ec.generate_private_key(ec.SECP256R1())
        der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        return wrap(self.secret(None), der, _context(request_id))

    def open(self, presentation: Presentation) -> ResponseKey:
        """The key of an open presentation.

        Raises:
            RequestGone: there is none any more.
        """
        wrapped = presentation.response_key
        if wrapped is None:
            raise RequestGone("no response key")
        der = unwrap(self.secret(wrapped_version(wrapped)), wrapped, _context(presentation.request_id))
        key: Any = load_der_private_key(der, password=None)  # one of `create`: nothing else opens here
        return ResponseKey(presentation.request_id, key)


def _context(request_id: RequestId) -> bytes:
    return b"response key of " + request_id.encode()

"""Holder keys that the server keeps for a resident, for types whose policy allows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from specs.jose import Algorithm, public_jwk_of, sign_with
from wallet_api.domain.account import Account
from wallet_api.domain.holder_key import HolderKey
from wallet_api.services.vault import Vault

_CONTEXT: Final = "holder key"


def create_ephemeral_key() -> ec.EllipticCurvePrivateKey:
    """A key for one encrypted answer; it is kept nowhere."""
    return ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True, slots=True)
class ServerHeldKeys:
    """``ports.HolderKeys``: a private key is in the clear only while it is made and while it signs."""

    vault: Vault

    def create(self, account: Account, count: int) -> Sequence[HolderKey]:
        """Fresh P-256 keys, each wrapped for this account."""
        return [self._create(account) for _ in range(count)]

    async def sign(self, account: Account, wrapped: bytes, data: bytes) -> bytes:
        """The ES256 signature in JWS form; keys.errors.UnwrapFailed for a key of another account."""
        private_key = load_der_private_key(self.vault.open_for(account, wrapped, _CONTEXT), password=None)
        return sign_with(private_key, Algorithm.ES256, data)

    def _create(self, account: Account) -> HolderKey:
        private_key = ec.generate_private_key(ec.SECP256R1())
        der = private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        return HolderKey(public_jwk_of(private_key.public_key()), self.vault.seal_for(account, der, _CONTEXT))

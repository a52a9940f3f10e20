"""What is kept for a resident is kept under the resident's own key, and that key under the server's.

Sealing takes a fresh key for each value, so no key ever encrypts twice and values may be larger than the
small secrets of ``keys.wrapping``::

    wrapped data key (77 bytes) | AES-256-GCM of the value, tag at the end

The context says what it is and where it belongs: bytes moved to another row do not open there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from keys.errors import UnwrapFailed
from keys.providers.local import hold_secret
from keys.signer import Secret
from keys.wrapping import NONCE_BYTES, unwrap, wrap, wrapped_version
from wallet_api.domain.account import Account
from wallet_api.domain.event import AccountId
from wallet_api.ports import Randomness

MAX_SEALED_BYTES: Final = 4 * 1024 * 1024
_KEY_BYTES: Final = 32
_WRAPPED_KEY_BYTES: Final = _KEY_BYTES + 45
# Each data key encrypts one value, so its nonce need not differ (NIST SP 800-38D section 8).
_ONLY_NONCE: Final = bytes(12)


@dataclass(frozen=True, slots=True)
class Vault:
    """``secret(version)``: the server's wrapping secret; ``None`` asks for the current one."""

    secret: Callable[[int | None], Secret]
    randomness: Randomness

    def create_account_key(self, account_id: AccountId) -> bytes:
        """A resident's own key, wrapped."""
        random = self.randomness.token_bytes(_KEY_BYTES + NONCE_BYTES)
        key, nonce = random[:_KEY_BYTES], random[_KEY_BYTES:]
        return wrap(self.secret(None), key, _account_context(account_id), nonce=nonce)

    def seal(self, account_id: AccountId, wrapped_key: bytes, value: bytes, context: str) -> bytes:
        """The value under a resident's key. ValueError for more than 4 MB."""
        if len(value) > MAX_SEALED_BYTES:
            raise ValueError("too large to be kept")
        random = self.randomness.token_bytes(_KEY_BYTES + NONCE_BYTES)
        key, nonce = random[:_KEY_BYTES], random[_KEY_BYTES:]
        where = context.encode()
        wrapped = wrap(self._account_secret(account_id, wrapped_key), key, where, nonce=nonce)
        return wrapped + AESGCM(key).encrypt(_ONLY_NONCE, value, where)

    def seal_for(self, account: Account, value: bytes, context: str) -> bytes:
        """The same for an account that is open."""
        return self.seal(account.account_id, account.wrapped_key, value, context)

    def open_for(self, account: Account, sealed: bytes, context: str) -> bytes:
        """What was sealed for this account in this context.

        Raises:
            keys.errors.UnwrapFailed: another account, another context, or damaged bytes.
        """
        where = context.encode()
        wrapped, ciphertext = sealed[:_WRAPPED_KEY_BYTES], sealed[_WRAPPED_KEY_BYTES:]
        key = unwrap(self._account_secret(account.account_id, account.wrapped_key), wrapped, where)
        try:
            return AESGCM(key).decrypt(_ONLY_NONCE, ciphertext, where)
        except (InvalidTag, ValueError):
            raise UnwrapFailed from None

    def _account_secret(self, account_id: AccountId, wrapped_key: bytes) -> Secret:
        secret = self.secret(wrapped_version(wrapped_key))
        return hold_secret(unwrap(secret, wrapped_key, _account_context(account_id)), "account", 1)


def _account_context(account_id: AccountId) -> bytes:
    return f"account/{account_id}".encode()

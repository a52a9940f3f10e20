"""What a client is told once and we keep the hash of."""

from typing import Final

from specs.encoding import b64url_encode
from verifier.domain.relying_service import ClientId
from verifier.ports import Randomness
from verifier.services.page_secrets import hash_secret

__all__ = ["HASH_BYTES", "create_client_id", "create_secret", "hash_secret"]

HASH_BYTES: Final = 32
_SECRET_BYTES: Final = 32
_ID_BYTES: Final = 12


def create_client_id(randomness: Randomness) -> ClientId:
    """An id that nobody has; it is no secret."""
    return ClientId(f"oc-{b64url_encode(randomness.token_bytes(_ID_BYTES))}")


def create_secret(randomness: Randomness) -> str:
    """256 bits: a client secret, or a registration access token."""
    return b64url_encode(randomness.token_bytes(_SECRET_BYTES))

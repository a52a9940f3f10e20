"""The subject that a client knows a person by (7.08, 7.09): keyed, per sector, never a claim of a credential."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from verifier.domain.preset import Preset

if TYPE_CHECKING:
    from verifier.domain.openid.client import RegisteredClient


class SubjectSecret(Protocol):
    """A version of the secret PAIRWISE_SUBJECT (``keys.Secret`` is one)."""

    def mac(self, data: bytes) -> bytes:
        """HMAC-SHA-256."""


def subject_of(
    client: "RegisteredClient",
    preset: Preset,
    claims: Mapping[str, Mapping[str, Any]],
    credential_issuer: str,
    *,
    secret: SubjectSecret,
    random: bytes,
) -> str:
    """The subject of one login. ``claims``: by query id, as the result has them; ``random``: 32 fresh bytes.

    Raises:
        StableClaimMissing: the person is to be recognised, and the credential has nothing to do that by.
    """
    raise NotImplementedError

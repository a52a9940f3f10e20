"""What a wallet holds after its token request: who may get which credentials, and until when.

A grant has at most one refresh token (HAIP section 4: for renewal, with a limit on its age). It is not
exchanged for another at every use: FAPI 2.0 section 5.3.2.1 asks for that, because a lost answer would
otherwise cost the wallet its access; being bound to a key protects it instead.
"""

from dataclasses import dataclass
from datetime import datetime

from issuer.domain.authorization import ClientId, GrantId, SenderKeys
from issuer.domain.event import SubjectRef
from issuer.domain.offer import ConfigurationId


@dataclass(frozen=True, slots=True)
class IssuedGrant:
    """One row per consent, or per redeemed offer whose wallet may renew."""

    grant_id: GrantId
    subject_ref: SubjectRef
    client_id: ClientId | None
    """``None``: an anonymous wallet with a pre-authorized code."""
    configuration_ids: tuple[ConfigurationId, ...]
    by_details: frozenset[ConfigurationId]
    bound_to: SenderKeys
    """Who may use the refresh token."""
    created_at: datetime
    expires_at: datetime
    """The end of the refresh token, or of the access token when there is none."""
    refresh_hash: bytes | None = None
    """SHA-256 of the refresh token; ``None``: there is none."""
    revoked: bool = False

    def is_usable(self, now: datetime) -> bool:
        return not self.revoked and now < self.expires_at


def credential_identifier(configuration_id: ConfigurationId) -> str:
    """How a token response names the one dataset a resident has for a configuration (section 6.2).

    Not the configuration's own id, so that a wallet that mixes up the two parameters is told so at once.
    """
    return f"{configuration_id}.own"

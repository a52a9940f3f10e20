"""What a request to a protected endpoint may do: its access token, verified (OpenID4VCI section 8)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from issuer.domain.event import SubjectRef
from issuer.ports import Clock
from issuer.services.grants import GrantReferences
from specs.jose import PublicJwk
from specs.oauth import verify_access_token


@dataclass(frozen=True, slots=True)
class Grant:
    """What a verified access token allows, and for whom."""

    subject_ref: SubjectRef
    configuration_ids: frozenset[str]
    client_id: str | None
    jkt: str | None = None
    """Thumbprint of the key that the token is bound to; ``None``: a bearer token."""
    credential_identifiers: Mapping[str, str] = field(default_factory=dict)
    """By identifier, its configuration; empty when the token response named none (section 6.2)."""


@dataclass(frozen=True, slots=True)
class AuthorizeRequest:
    """``keys``: the public keys of our own access tokens, by ``kid``."""

    credential_issuer: str
    keys: Callable[[], Mapping[str, PublicJwk]]
    references: GrantReferences
    clock: Clock

    def __call__(self, access_token: str) -> Grant:
        """What the token is good for.

        Raises:
            specs.oauth.InvalidToken: not ours, expired, for somebody else.
        """
        token = verify_access_token(
            access_token,
            self.keys(),
            issuer=self.credential_issuer,
            audience=self.credential_issuer,
            now=self.clock.now(),
            leeway=timedelta(0),
        ).claims
        subject_ref = self.references.open(token.grant_id)
        return Grant(
            subject_ref,
            frozenset(token.credential_configuration_ids),
            token.client_id,
            token.jkt,
            token.credential_identifiers,
        )

"""The answer of the token endpoint, whatever it was asked with (OpenID4VCI section 6.2)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from issuer.domain.authorization import ClientId, GrantId
from issuer.domain.event import SubjectRef
from issuer.domain.grant import credential_identifier
from issuer.domain.offer import ConfigurationId
from issuer.ports import Randomness
from issuer.services.grants import GrantReferences
from keys.signer import Signer
from specs.encoding import b64url_encode
from specs.oauth import AccessToken, TokenResponse, prepare_access_token
from specs.oauth.access_token import MAX_BEARER_LIFETIME, MAX_BOUND_LIFETIME
from specs.oauth.token_response import BEARER, DPOP
from specs.openid4vci import CredentialAuthorization, create_authorization_details_response


@dataclass(frozen=True, slots=True)
class Granted:
    """What an access token is to say. ``grant_id`` None: nothing is kept of the grant."""

    subject_ref: SubjectRef
    configuration_ids: tuple[ConfigurationId, ...]
    identified: bool
    """Whether the answer names datasets, which credential requests then have to use (4.19, 4.29)."""
    client_id: ClientId | None
    jkt: str | None
    grant_id: GrantId | None = None
    with_scope: bool = False
    """Whether the answer says which scopes were granted."""
    refresh_token: str | None = None


@dataclass(frozen=True, slots=True)
class CreateAccessToken:
    """``issuer`` is authorization server and credential issuer in one. ``scopes``: by configuration."""

    signer: Callable[[datetime], Signer]
    references: GrantReferences
    randomness: Randomness
    issuer: str
    scopes: Mapping[ConfigurationId, str]

    async def __call__(self, granted: Granted, now: datetime) -> TokenResponse:
        """A token for an hour when it is bound to a key, else for five minutes (4.20)."""
        lifetime = MAX_BEARER_LIFETIME if granted.jkt is None else MAX_BOUND_LIFETIME
        identifiers = self._identifiers(granted)
        token = AccessToken(
            issuer=self.issuer,
            audience=self.issuer,
            grant_id=self.references.seal(granted.subject_ref, granted.grant_id),
            credential_configuration_ids=granted.configuration_ids,
            issued_at=now,
            expires_at=now + lifetime,
            token_id=b64url_encode(self.randomness.token_bytes(16)),
            client_id=granted.client_id,
            jkt=granted.jkt,
            credential_identifiers={value: key for key, value in identifiers.items()},
        )
        signer = self.signer(now)
        prepared = prepare_access_token(token, algorithm=signer.algorithm, key_id=signer.key_id)
        details = [CredentialAuthorization(key, (value,)) for key, value in identifiers.items()]
        return TokenResponse(
            prepared.attach(await signer.sign(prepared.data)),
            expires_in=int(lifetime.total_seconds()),
            scope=self._scope(granted),
            refresh_token=granted.refresh_token,
            authorization_details=tuple(create_authorization_details_response(details)),
            token_type=BEARER if granted.jkt is None else DPOP,
        )

    def _identifiers(self, granted: Granted) -> dict[ConfigurationId, str]:
        # All or none: a wallet that may name datasets must not have to remember for which types (4.29).
        wanted = granted.configuration_ids if granted.identified else ()
        return {one: credential_identifier(one) for one in wanted}

    def _scope(self, granted: Granted) -> tuple[str, ...]:
        return tuple(self.scopes[one] for one in granted.configuration_ids) if granted.with_scope else ()

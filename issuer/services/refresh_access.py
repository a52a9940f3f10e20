"""A refresh token for a new access token: a resident's wallet comes back for fresh copies (6.06)."""

from collections.abc import Sequence
from dataclasses import dataclass

from issuer.domain.authorization import Sender
from issuer.domain.grant import IssuedGrant
from issuer.domain.grant_errors import OtherSenderKey, RenewalRefused, UnknownRefreshToken
from issuer.domain.narrowing import narrowed_by_details, narrowed_by_scope
from issuer.domain.offer import ConfigurationId
from issuer.ports import Clock, GrantStore, IssuanceStore
from issuer.services.create_access_token import CreateAccessToken, Granted
from issuer.services.secrets_of_offers import hash_secret
from specs.oauth import RefreshTokenRequest, TokenResponse
from specs.openid4vci import CredentialIssuerMetadata


@dataclass(frozen=True, slots=True)
class RefreshAccess:
    """Nothing is proofed anew: what was granted is given again, to the same key, while it is still due."""

    grants: GrantStore
    issuances: IssuanceStore
    create: CreateAccessToken
    metadata: CredentialIssuerMetadata
    clock: Clock

    async def __call__(self, request: RefreshTokenRequest, sender: Sender) -> TokenResponse:
        """The access token. The refresh token stays what it is, until its age is over.

        Raises of InvalidGrant: UnknownRefreshToken, OtherSenderKey, RenewalRefused; InvalidScope,
        InvalidAuthorizationDetails.
        """
        now = self.clock.now()
        grant = await self.grants.find_grant_by_refresh(hash_secret(request.refresh_token))
        if grant is None or not grant.is_usable(now) or grant.client_id not in (None, sender.client_id):
            raise UnknownRefreshToken
        # RFC 9449 section 5: the refresh token of a public client is worth nothing without its key.
        if not grant.bound_to.satisfied_by(sender.keys):
            raise OtherSenderKey
        wanted = narrowed_by_scope(grant.configuration_ids, request.scope, self.create.scopes)
        wanted = narrowed_by_details(wanted, request.authorization_details, self.metadata)
        due = await self._due(grant, wanted)
        granted = Granted(
            grant.subject_ref,
            due,
            identified=bool(grant.by_details or request.authorization_details),
            client_id=grant.client_id,
            jkt=sender.keys.dpop,
            grant_id=grant.grant_id,
            with_scope=not grant.by_details.issuperset(due),
        )
        return await self.create(granted, now)

    async def _due(
        self, grant: IssuedGrant, wanted: Sequence[ConfigurationId]
    ) -> tuple[ConfigurationId, ...]:
        """What may be issued again: nothing that was suspended or revoked, nor what is no longer issued."""
        offered = self.metadata.credential_configurations_supported
        due = [
            one
            for one in wanted
            if one in offered
            and await self.issuances.renewal_allowed(grant.subject_ref, one, grant.created_at)
        ]
        if not due:
            raise RenewalRefused
        return tuple(due)

"""A pre-authorized code for an access token (OpenID4VCI section 6)."""

from dataclasses import dataclass, replace

from issuer.domain.authorization import Sender
from issuer.domain.event import Actor, Event, EventName
from issuer.domain.narrowing import narrowed_by_details
from issuer.domain.offer import CredentialOffer
from issuer.ports import Clock, GrantStore, OfferStore
from issuer.services.create_access_token import CreateAccessToken, Granted
from issuer.services.keep_grant import KeepGrant
from issuer.services.secrets_of_offers import OfferSecrets, hash_secret
from specs.oauth import PreAuthorizedCodeRequest, TokenResponse
from specs.openid4vci import CredentialIssuerMetadata, RememberedCode, verify_pre_authorized_code
from specs.openid4vci.errors import RedeemedPreAuthorizedCode


@dataclass(frozen=True, slots=True)
class RedeemOffer:
    """Redeems offers."""

    offers: OfferStore
    grants: GrantStore
    keep: KeepGrant
    create: CreateAccessToken
    secrets: OfferSecrets
    metadata: CredentialIssuerMetadata
    clock: Clock
    anonymous_access: bool

    async def __call__(self, request: PreAuthorizedCodeRequest, sender: Sender) -> TokenResponse:
        """The access token, limited to what was offered (4.21).

        Raises the refusals of ``verify_pre_authorized_code``: a code is consumed only after every other
        check, in one conditional statement, and the first request wins (lessons: keycloak #49787).
        """
        now = self.clock.now()
        code_hash = hash_secret(request.pre_authorized_code)
        # The attempt is spent first, so that transaction codes cannot be guessed in parallel (4.14).
        tried = Event(EventName.OFFER_TRIED, Actor("wallet"), now)
        offer = await self.offers.claim_attempt(code_hash, now, tried)
        verify_pre_authorized_code(
            request,
            None if offer is None else _remembered(offer),
            now=now,
            anonymous_access=self.anonymous_access or sender.client_id is not None,
            tx_code_digest=lambda code: self._digest(offer, code),
        )
        if offer is None:
            raise RedeemedPreAuthorizedCode
        wanted = narrowed_by_details(offer.configuration_ids, request.authorization_details, self.metadata)
        redeemed = Event(EventName.OFFER_REDEEMED, Actor("wallet"), now, offer.subject_ref)
        if not await self.offers.redeem(code_hash, now, redeemed):
            raise RedeemedPreAuthorizedCode
        by_details = frozenset(wanted if request.authorization_details else ())
        granted = Granted(offer.subject_ref, wanted, bool(by_details), sender.client_id, sender.keys.dpop)
        if not self.keep.allows_renewal(sender):
            return await self.create(granted, now)
        new = self.keep.create(offer.subject_ref, wanted, by_details=by_details, sender=sender, now=now)
        kept = Event(EventName.GRANT_CREATED, Actor("wallet"), now, offer.subject_ref)
        await self.grants.add_grant(new.grant, kept)
        granted = replace(granted, grant_id=new.grant.grant_id, refresh_token=new.refresh_token)
        return await self.create(granted, now)

    def _digest(self, offer: CredentialOffer | None, code: str) -> bytes:
        return b"" if offer is None else self.secrets.transaction_code_hash(offer.offer_id, code)


def _remembered(offer: CredentialOffer) -> RememberedCode:
    code = offer.transaction_code
    return RememberedCode(
        expires_at=offer.expires_at, redeemed=False, tx_code_digest=None if code is None else code.code_hash
    )

"""The token endpoint: a pre-authorized code for a short-lived access token (OpenID4VCI section 6)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from issuer.domain.event import Actor, Event, EventName
from issuer.domain.offer import CredentialOffer
from issuer.ports import Clock, OfferStore, Randomness
from issuer.services.grants import GrantReferences
from issuer.services.secrets_of_offers import OfferSecrets, hash_secret
from keys.signer import Signer
from specs.encoding import b64url_encode
from specs.oauth import AccessToken, PreAuthorizedCodeRequest, TokenResponse, prepare_access_token
from specs.openid4vci import RememberedCode, verify_pre_authorized_code
from specs.openid4vci.errors import RedeemedPreAuthorizedCode

TOKEN_LIFETIME = timedelta(minutes=5)
"""The longest a bearer token may live (4.20)."""


@dataclass(frozen=True, slots=True)
class ExchangeToken:
    """Redeems codes. ``issuer`` names both the authorization server and the credential issuer."""

    offers: OfferStore
    signer: Callable[[datetime], Signer]
    secrets: OfferSecrets
    references: GrantReferences
    clock: Clock
    randomness: Randomness
    issuer: str
    anonymous_access: bool

    async def __call__(self, request: PreAuthorizedCodeRequest) -> TokenResponse:
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
            anonymous_access=self.anonymous_access,
            tx_code_digest=lambda code: self._digest(offer, code),
        )
        if offer is None:
            raise RedeemedPreAuthorizedCode
        redeemed = Event(EventName.OFFER_REDEEMED, Actor("wallet"), now, offer.subject_ref)
        if not await self.offers.redeem(code_hash, now, redeemed):
            raise RedeemedPreAuthorizedCode
        return await self._respond(offer, request.client_id, now)

    def _digest(self, offer: CredentialOffer | None, code: str) -> bytes:
        return b"" if offer is None else self.secrets.transaction_code_hash(offer.offer_id, code)

    async def _respond(self, offer: CredentialOffer, client_id: str | None, now: datetime) -> TokenResponse:
        random = self.randomness.token_bytes(16)
        token = AccessToken(
            issuer=self.issuer,
            audience=self.issuer,
            grant_id=self.references.seal(offer.subject_ref),
            credential_configuration_ids=offer.configuration_ids,
            issued_at=now,
            expires_at=now + TOKEN_LIFETIME,
            token_id=b64url_encode(random),
            client_id=client_id,
        )
        signer = self.signer(now)
        prepared = prepare_access_token(token, algorithm=signer.algorithm, key_id=signer.key_id)
        access_token = prepared.attach(await signer.sign(prepared.data))
        return TokenResponse(access_token, expires_in=int(TOKEN_LIFETIME.total_seconds()))


def _remembered(offer: CredentialOffer) -> RememberedCode:
    code = offer.transaction_code
    return RememberedCode(
        expires_at=offer.expires_at, redeemed=False, tx_code_digest=None if code is None else code.code_hash
    )

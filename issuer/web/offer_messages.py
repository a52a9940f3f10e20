"""How an offer looks to a wallet: the object, the links to it, what the QR code says; where its page is."""

from dataclasses import dataclass
from typing import Any, Final

from issuer.domain.offer import CredentialOffer, OfferGrant
from specs import openid4vci
from specs.openid4vci import (
    CREDENTIAL_OFFER_ENDPOINT,
    AuthorizationCodeGrant,
    PreAuthorizedCodeGrant,
    TxCode,
    create_credential_offer,
    create_credential_offer_reference_uri,
    create_credential_offer_uri,
)

HAIP_OFFER_ENDPOINT: Final = "haip-vci://"
"""HAIP 1.0 section 4.2: for wallets that answer to nothing else."""

TX_CODE_DESCRIPTION: Final = (
    "The six digits that you were given separately, with the name of the account they are for. / "
    "Les six chiffres reçus séparément, avec le nom du compte auquel ils sont destinés."
)


@dataclass(frozen=True, slots=True)
class OfferMessages:
    """``credential_issuer``: the identifier, and where offers are served."""

    credential_issuer: str
    allow_http: bool

    def reference_url(self, reference: str) -> str:
        """``credential_offer_uri``."""
        return f"{self.credential_issuer}/offers/{reference}"

    def page_url(self, page: str) -> str:
        """Where the resident sees the offer: a link to hand over, by another way than the code."""
        return f"{self.credential_issuer}/offer/{page}"

    def offer(self, offer: CredentialOffer, grant_secret: str) -> dict[str, Any]:
        """The offer as JSON object. ``grant_secret``: its pre-authorized code or ``issuer_state``."""
        return create_credential_offer(self._message(offer, grant_secret))

    def link_by_reference(self, reference: str, *, endpoint: str = CREDENTIAL_OFFER_ENDPOINT) -> str:
        """Short enough for a QR code (4.09)."""
        return create_credential_offer_reference_uri(
            self.reference_url(reference), endpoint=endpoint, insecure_allow_http=self.allow_http
        )

    def link_by_value(self, offer: CredentialOffer, grant_secret: str) -> str:
        """The whole offer in the link, for a wallet on the same device."""
        return create_credential_offer_uri(self._message(offer, grant_secret))

    def _message(self, offer: CredentialOffer, grant_secret: str) -> openid4vci.CredentialOffer:
        pre_authorized, authorization = None, None
        if offer.grant is OfferGrant.PRE_AUTHORIZED_CODE:
            pre_authorized = PreAuthorizedCodeGrant(grant_secret, _tx_code(offer))
        else:
            authorization = AuthorizationCodeGrant(grant_secret)
        return openid4vci.CredentialOffer(
            credential_issuer=self.credential_issuer,
            credential_configuration_ids=offer.configuration_ids,
            pre_authorized_code=pre_authorized,
            authorization_code=authorization,
        )


def _tx_code(offer: CredentialOffer) -> TxCode | None:
    """The description is the same for everybody: whoever opens the offer learns no name from it."""
    if offer.transaction_code is None:
        return None
    return TxCode("numeric", offer.transaction_code.length, TX_CODE_DESCRIPTION)

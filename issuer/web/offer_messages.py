"""How an offer looks to a wallet: the object, the link to it, the QR code."""

from dataclasses import dataclass
from typing import Any

from issuer.domain.offer import CredentialOffer
from specs import openid4vci
from specs.openid4vci import (
    PreAuthorizedCodeGrant,
    TxCode,
    create_credential_offer,
    create_credential_offer_reference_uri,
    create_credential_offer_uri,
)

TX_CODE_DESCRIPTION = "The six digits that you were given separately. / Les six chiffres reçus séparément."


@dataclass(frozen=True, slots=True)
class OfferMessages:
    """``credential_issuer``: the identifier, and where offers are served."""

    credential_issuer: str
    allow_http: bool

    def reference_url(self, reference: str) -> str:
        """``credential_offer_uri``."""
        return f"{self.credential_issuer}/offers/{reference}"

    def offer(self, offer: CredentialOffer, code: str) -> dict[str, Any]:
        """The offer as JSON object."""
        return create_credential_offer(self._message(offer, code))

    def link_by_reference(self, reference: str) -> str:
        """Short enough for a QR code (4.09)."""
        return create_credential_offer_reference_uri(
            self.reference_url(reference), insecure_allow_http=self.allow_http
        )

    def link_by_value(self, offer: CredentialOffer, code: str) -> str:
        """The whole offer in the link, for a wallet on the same device."""
        return create_credential_offer_uri(self._message(offer, code))

    def _message(self, offer: CredentialOffer, code: str) -> openid4vci.CredentialOffer:
        tx_code = None
        if offer.transaction_code is not None:
            tx_code = TxCode("numeric", offer.transaction_code.length, TX_CODE_DESCRIPTION)
        return openid4vci.CredentialOffer(
            credential_issuer=self.credential_issuer,
            credential_configuration_ids=offer.configuration_ids,
            pre_authorized_code=PreAuthorizedCodeGrant(code, tx_code),
        )

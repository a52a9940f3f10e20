"""The issuer's own metadata, wired."""

from datetime import datetime

from issuer.app.services import Issuer
from issuer.services.issuer_keys import IssuerKeys
from issuer.services.present_metadata import PresentMetadata
from issuer.web.issuer_metadata import IssuerMetadataEndpoint
from keys import KeyPurpose
from keys.signer import Signer


def build_metadata_endpoint(issuer: Issuer) -> IssuerMetadataEndpoint:
    settings, ring, clock = issuer.settings, issuer.ring, issuer.outside.clock

    def metadata_signer(now: datetime) -> Signer:
        return ring.signer_for(KeyPurpose.METADATA, now)

    return IssuerMetadataEndpoint(
        PresentMetadata(
            issuer.documents.metadata,
            IssuerKeys(ring, clock, settings.public_url).request_keys,
            metadata_signer,
            clock,
            allow_http=not settings.https,
        )
    )

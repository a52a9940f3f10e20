"""Keys that issuers publish under their own name (SD-JWT VC section 4), as the verification asks for them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from specs.jose import PublicJwk
from trillium.runtime.http_client import OutgoingClient
from trillium.runtime.issuer_keys import KeysNotAvailable, PublishedKeys
from verifier.domain.trust import Mechanism, TrustedIssuer
from verifier.errors import IssuerKeysUnavailable


class HttpIssuerKeys:
    """``ports.IssuerKeys`` over the client for strangers' addresses."""

    def __init__(self, client: OutgoingClient, *, insecure_origins: Collection[str] = ()) -> None:
        self._published = PublishedKeys(client, insecure_origins=insecure_origins)

    async def keys_of(self, issuer: TrustedIssuer, kid: str | None, now: datetime) -> Sequence[PublicJwk]:
        """See the port. ValueError for an issuer whose keys come from its certificates."""
        if issuer.mechanism is not Mechanism.METADATA:
            raise ValueError("an issuer whose keys come from its certificates")
        try:
            return await self._published.keys_of(issuer.issuer, kid, now)
        except KeysNotAvailable as error:
            raise IssuerKeysUnavailable(error.detail) from error

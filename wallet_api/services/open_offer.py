"""Reading an offer: where it comes from, what it is for, what it needs (OpenID4VCI 1.0 sections 4 and 12).

An offer is a stranger's suggestion (4.13). Nothing is asked of an issuer that is not trusted, and nothing
is received before the resident says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from specs.oauth import AuthorizationServerMetadata
from specs.openid4vci import (
    JWT_PROOF_TYPE,
    SD_JWT_VC_FORMAT,
    CredentialConfiguration,
    CredentialIssuerMetadata,
    CredentialOffer,
    CredentialOfferReference,
    PreAuthorizedCodeGrant,
    TxCode,
    parse_credential_offer,
    parse_credential_offer_uri,
    verify_credential_offer,
)
from specs.openid4vci.wallet_errors import InvalidCredentialOfferUri
from wallet_api.domain.account import Account
from wallet_api.domain.event import RESIDENT, Event, EventName
from wallet_api.domain.operation import OperationId
from wallet_api.domain.pending import OfferedCredential, PendingOffer
from wallet_api.domain.trust import TrustedCredentialIssuer
from wallet_api.errors import OfferNotSupported, UntrustedCredentialIssuer
from wallet_api.ports import Clock, TrustSource
from wallet_api.services.issuer_calls import IssuerCalls
from wallet_api.services.operations import Operations

HOLDER_ALGORITHM: Final = "ES256"
_OFFER_PARAMETERS: Final = {"credential_offer", "credential_offer_uri"}


@dataclass(frozen=True, slots=True)
class OpenedOffer:
    """What to show before the resident decides."""

    operation_id: OperationId
    credential_issuer: str
    credentials: Sequence[tuple[OfferedCredential, CredentialConfiguration]]
    tx_code: TxCode | None
    """None: none is needed. Its presence alone means that one is."""
    batch_size: int
    """How many copies the issuer hands out at most."""


@dataclass(frozen=True, slots=True)
class OpenOffer:
    calls: IssuerCalls
    trust: TrustSource
    operations: Operations
    clock: Clock

    async def __call__(self, account: Account, link: str) -> OpenedOffer:
        """Reads the offer behind a link, an address or in a JSON text, and keeps it for ``AcceptOffer``.

        Raises:
            specs.openid4vci.wallet_errors.IssuerMessageError: malformed, or the metadata does not fit it.
            UntrustedCredentialIssuer: nobody vouches for the issuer, or not for what it offers.
            TrustUnavailable: it cannot be said now who does.
            OfferNotSupported: no pre-authorized code, or nothing this wallet can hold.
            IssuerUnreachable: no proper answer.
        """
        offer = await self._read(link.strip())
        # 4.13, lessons E3: trusted before the fetch, so that a stranger's offer makes us call nobody else.
        issuer = self.trust.current(self.clock.now()).issuer(offer.credential_issuer)
        if issuer is None:
            raise UntrustedCredentialIssuer
        grant = offer.pre_authorized_code
        if grant is None:
            raise OfferNotSupported("no pre-authorized code")
        metadata = await self.calls.metadata(offer.credential_issuer)
        server = await self._server(offer, metadata, grant)
        credentials = _receivable(offer, metadata, issuer)
        pending = PendingOffer(
            credential_issuer=offer.credential_issuer,
            token_endpoint=server.token_endpoint,
            credential_endpoint=metadata.credential_endpoint,
            nonce_endpoint=metadata.nonce_endpoint,
            batch_size=metadata.batch_size,
            pre_authorized_code=grant.pre_authorized_code,
            needs_tx_code=grant.tx_code is not None,
            credentials=tuple(offered for offered, _ in credentials),
        )
        event = Event(EventName.OFFER_OPENED, RESIDENT, self.clock.now(), account.account_id)
        operation_id = await self.operations.put(account, pending, event)
        return OpenedOffer(
            operation_id, offer.credential_issuer, credentials, grant.tx_code, metadata.batch_size
        )

    async def _read(self, link: str) -> CredentialOffer:
        allow_http = self.calls.allow_http
        if link.startswith("{"):
            return parse_credential_offer(link, insecure_allow_http=allow_http)
        if _is_plain_address(link):
            return await self.calls.offer(link)
        found = parse_credential_offer_uri(link, insecure_allow_http=allow_http)
        if isinstance(found, CredentialOfferReference):
            return await self.calls.offer(found.uri)
        return found

    async def _server(
        self, offer: CredentialOffer, metadata: CredentialIssuerMetadata, grant: PreAuthorizedCodeGrant
    ) -> AuthorizationServerMetadata:
        """The authorization server that takes the code: the one the grant names, else the first that can."""
        servers = verify_credential_offer(offer, metadata, authorization_server=grant.authorization_server)
        for server in servers:
            found = await self.calls.server_metadata(server)
            if found.supports_pre_authorized_code:
                return found
        raise OfferNotSupported("no authorization server takes a pre-authorized code")


def _is_plain_address(link: str) -> bool:
    """The address of an offer itself, and not a link of a wallet with the offer in its query."""
    if not link.startswith(("https://", "http://")):
        return False
    try:
        names = {name for name, _ in parse_qsl(urlsplit(link).query, keep_blank_values=True)}
    except ValueError as error:
        raise InvalidCredentialOfferUri("not a link") from error
    return names.isdisjoint(_OFFER_PARAMETERS)


def _receivable(
    offer: CredentialOffer, metadata: CredentialIssuerMetadata, issuer: TrustedCredentialIssuer
) -> list[tuple[OfferedCredential, CredentialConfiguration]]:
    """What of the offer this wallet can hold; the rest is left alone."""
    found: list[tuple[OfferedCredential, CredentialConfiguration]] = []
    for configuration_id in offer.credential_configuration_ids:
        configuration = metadata.credential_configurations_supported[configuration_id]
        if configuration.vct is not None and _can_hold(configuration):
            offered = OfferedCredential(configuration_id=configuration_id, vct=configuration.vct)
            found.append((offered, configuration))
    if not found:
        raise OfferNotSupported("no SD-JWT VC that is bound to a P-256 key")
    if not all(issuer.may_issue(offered.vct) for offered, _ in found):
        raise UntrustedCredentialIssuer("not trusted for an offered type")
    return found


def _can_hold(configuration: CredentialConfiguration) -> bool:
    """An SD-JWT VC bound to a key that a proof of type ``jwt`` with ES256 shows, without attestation."""
    proof = (configuration.proof_types_supported or {}).get(JWT_PROOF_TYPE)
    return (
        configuration.format == SD_JWT_VC_FORMAT
        and proof is not None
        and HOLDER_ALGORITHM in proof.proof_signing_alg_values_supported
        and proof.key_attestations_required is None
    )

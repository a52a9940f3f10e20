"""The token endpoint's services, wired."""

from datetime import timedelta

from issuer.app.outside import Outside
from issuer.domain.client import Clients
from issuer.services.create_access_token import CreateAccessToken
from issuer.services.exchange_code import ExchangeCode
from issuer.services.exchange_token import ExchangeToken
from issuer.services.grants import GrantReferences
from issuer.services.issuer_keys import IssuerKeys
from issuer.services.keep_grant import KeepGrant
from issuer.services.publish_metadata import IssuerDocuments
from issuer.services.redeem_offer import RedeemOffer
from issuer.services.refresh_access import RefreshAccess
from issuer.services.resolve_issuer_state import ResolveIssuerState
from issuer.services.secrets_of_offers import OfferSecrets
from issuer.settings import Settings


def build_tokens(
    settings: Settings, keys: IssuerKeys, outside: Outside, documents: IssuerDocuments, clients: Clients
) -> ExchangeToken:
    stores, clock, metadata = outside.stores, outside.clock, documents.metadata
    keep = KeepGrant(outside.randomness, timedelta(days=settings.refresh_days))
    create = CreateAccessToken(
        keys.token_signer,
        GrantReferences(keys.wrapping_secret),
        outside.randomness,
        settings.public_url,
        {one.id: one.scope for one in documents.configurations.values()},
    )
    offer = RedeemOffer(
        stores.offers,
        stores.grants,
        keep,
        create,
        OfferSecrets(keys.session_secret),
        metadata,
        clock,
        settings.anonymous_access,
    )
    states = ResolveIssuerState(stores.offers, clock)
    code = ExchangeCode(stores.authorizations, stores.grants, keep, create, states, metadata, clock)
    refresh = RefreshAccess(stores.grants, stores.issuances, create, metadata, clock)
    return ExchangeToken(
        clients,
        offer,
        code if settings.residents_sign_in else None,
        refresh if settings.refresh_days else None,
    )

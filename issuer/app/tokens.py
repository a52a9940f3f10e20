"""The token endpoint's services, wired."""

from issuer.app.outside import Outside
from issuer.services.exchange_token import ExchangeToken
from issuer.services.grants import GrantReferences
from issuer.services.issuer_keys import IssuerKeys
from issuer.services.secrets_of_offers import OfferSecrets
from issuer.settings import Settings


def build_tokens(settings: Settings, keys: IssuerKeys, outside: Outside) -> ExchangeToken:
    return ExchangeToken(
        outside.stores.offers,
        keys.token_signer,
        OfferSecrets(keys.session_secret),
        GrantReferences(keys.wrapping_secret),
        outside.clock,
        outside.randomness,
        settings.public_url,
        settings.anonymous_access,
    )

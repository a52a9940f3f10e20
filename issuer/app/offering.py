"""Offers, wired."""

from collections.abc import Mapping

from issuer.app.outside import Outside
from issuer.domain.configuration import CredentialConfiguration
from issuer.domain.offer import ConfigurationId
from issuer.services.create_offer import CreateOffer
from issuer.services.issuer_keys import IssuerKeys
from issuer.services.secrets_of_offers import OfferSecrets
from issuer.settings import Settings


def build_offers(
    settings: Settings,
    keys: IssuerKeys,
    outside: Outside,
    configurations: Mapping[ConfigurationId, CredentialConfiguration],
) -> CreateOffer:
    identity_types = (one.id for one in configurations.values() if one.is_identity)
    return CreateOffer(
        outside.stores.offers,
        outside.directory,
        configurations,
        OfferSecrets(keys.session_secret),
        outside.clock,
        outside.randomness,
        frozenset(identity_types if settings.is_production else ()),
    )

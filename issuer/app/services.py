"""Every service of the issuer, wired."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import structlog

from issuer.app.authorization import AuthorizationServer, build_authorization, build_clients
from issuer.app.issuing import Issuing, build_issuing
from issuer.app.offering import build_offers
from issuer.app.outside import Outside
from issuer.app.sender import Senders, build_senders
from issuer.app.server_features import server_features
from issuer.app.signing_in import SigningIn, build_signing_in
from issuer.app.tokens import build_tokens
from issuer.clients.credential_types import read_configurations
from issuer.domain.configuration import CredentialConfiguration
from issuer.domain.offer import ConfigurationId
from issuer.domain.problems import Problem
from issuer.domain.records import ListId
from issuer.ports import Randomness
from issuer.services.allocate_entries import BLOCK, AllocateEntries
from issuer.services.change_status import ChangeStatus
from issuer.services.create_offer import CreateOffer
from issuer.services.exchange_token import ExchangeToken
from issuer.services.import_businesses import ImportBusinesses
from issuer.services.import_residents import ImportResidents
from issuer.services.issue_credential import IssueCredential
from issuer.services.issuer_keys import IssuerKeys
from issuer.services.publish_metadata import IssuerDocuments, RequestEncryptionOffer, publish_metadata
from issuer.services.publish_status_list import PublishStatusLists
from issuer.services.serve_status_list import ServeStatusLists
from issuer.settings import Settings
from keys import KeyRing
from specs.encoding import b64url_encode
from trillium.runtime.logs import frames_of

Configurations: TypeAlias = Mapping[ConfigurationId, CredentialConfiguration]

log: Final = structlog.get_logger()


@dataclass(slots=True)
class Issuer:
    """Every service of the issuer, wired; the command line uses it too."""

    settings: Settings
    ring: KeyRing
    outside: Outside
    configurations: Configurations
    problems: Sequence[Problem]
    """What is wrong with the types that are not issued."""
    documents: IssuerDocuments
    offers: CreateOffer
    tokens: ExchangeToken
    authorization: AuthorizationServer | None
    """``None`` where nobody can sign in."""
    signing_in: SigningIn | None
    senders: Senders
    issuing: Issuing
    statuses: ChangeStatus
    publisher: PublishStatusLists
    lists: ServeStatusLists
    residents: ImportResidents
    businesses: ImportBusinesses

    @property
    def credentials(self) -> IssueCredential:
        """The credential endpoint's service."""
        return self.issuing.credentials


def build_issuer(settings: Settings, ring: KeyRing, outside: Outside, *, lease_block: int = BLOCK) -> Issuer:
    """Wires the services. ``lease_block``: counters taken at a time; a short-lived process takes few."""
    built = read_configurations(settings.credential_types_dir, vct_base=settings.type_base)
    # A type that is wrong stops that type; with none left there is nothing to start for.
    configurations = built.good or built.require_all()
    keys = IssuerKeys(ring, outside.clock, settings.public_url)
    stores, clock, randomness = outside.stores, outside.clock, outside.randomness
    allocate = AllocateEntries(
        stores.statuses,
        keys.list_signer(),
        clock,
        randomness,
        keys.permutation_key,
        block=lease_block,
        list_size=settings.status_list_size,
    )
    documents = publish_metadata(
        settings.public_url,
        configurations,
        anonymous_access=settings.anonymous_access,
        encryption=RequestEncryptionOffer(keys.request_keys(), settings.credential_encryption == "required"),
        features=server_features(settings),
        attested_keys=settings.key_attesters_file is not None,
        allow_http=not settings.https,
    )
    senders = build_senders(settings, keys, outside)
    clients = build_clients(settings)
    authorization = build_authorization(settings, outside, documents.metadata, clients)
    return Issuer(
        settings=settings,
        ring=ring,
        outside=outside,
        configurations=configurations,
        problems=built.problems,
        documents=documents,
        offers=build_offers(settings, keys, outside, configurations),
        senders=senders,
        tokens=build_tokens(settings, keys, outside, documents, clients),
        authorization=authorization,
        signing_in=build_signing_in(settings, outside, authorization, keys.session_secret),
        issuing=build_issuing(
            settings, keys, outside, documents, allocate=allocate, authorize=senders.authorize
        ),
        statuses=ChangeStatus(stores.issuances, stores.statuses, allocate, outside.directory, clock),
        publisher=PublishStatusLists(
            stores.statuses, keys.list_signer(), clock, _process_name(randomness), _list_not_published
        ),
        lists=ServeStatusLists(stores.statuses, clock),
        residents=ImportResidents(outside.register, randomness),
        businesses=ImportBusinesses(outside.register, randomness),
    )


def _list_not_published(_list_id: ListId, error: Exception) -> None:
    log.error("status_list_not_published", error=type(error).__name__, frames=frames_of(error))


def _process_name(randomness: Randomness) -> str:
    return f"{os.getpid()}-{b64url_encode(randomness.token_bytes(9))}"

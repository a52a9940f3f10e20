"""What surrounds the verifier: its database, its keys, the network, the clock."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit

import httpx

from keys import KeyPurpose, KeyRing, KeySpec, open_key_ring
from specs.jose import Algorithm
from trillium.runtime.addresses import may_be_public
from trillium.runtime.clock import SystemClock
from trillium.runtime.database import Database, SqliteDatabase
from trillium.runtime.http_client import StrangerClient
from trillium.runtime.randomness import SystemRandomness
from verifier.app.openid.outside import OpenIdOutside, open_openid
from verifier.clients.issuer_keys import HttpIssuerKeys
from verifier.clients.list_collection import HttpListCollection
from verifier.clients.status_lists import HttpStatusLists
from verifier.clients.webhooks import HttpWebhookReceiver
from verifier.domain.callable_addresses import CallableAddresses
from verifier.ports import (
    Clock,
    EvidenceStore,
    IssuerKeys,
    ListCollection,
    MetListStore,
    PageStore,
    PresentationStore,
    ReceiptStore,
    RelyingServiceStore,
    WebhookReceiver,
    WebhookStore,
)
from verifier.settings import Settings
from verifier.store.lists_postgresql import PostgresqlMetLists
from verifier.store.lists_sqlite import SqliteMetLists
from verifier.store.pages_postgresql import PostgresqlPages
from verifier.store.pages_sqlite import SqlitePages
from verifier.store.postgresql import PostgresqlVerifierStore
from verifier.store.sqlite import SqliteVerifierStore
from verifier.store.webhooks_postgresql import PostgresqlWebhooks
from verifier.store.webhooks_sqlite import SqliteWebhooks

PUBLISHED = (KeyPurpose.WEBHOOK, KeyPurpose.RECEIPT, KeyPurpose.BUNDLE)
"""What others check our signatures with, by ``/jwks``."""
SECRETS = (KeyPurpose.WRAPPING, KeyPurpose.SESSION, KeyPurpose.AUDIT, KeyPurpose.PAIRWISE_SUBJECT)


class Store(PresentationStore, RelyingServiceStore, ReceiptStore, EvidenceStore, Protocol):
    """Presentations, what they leave behind (written with their end), relying services: one adapter each."""


@dataclass(frozen=True, slots=True)
class OfflineSources:
    """What offline bundles are made of."""

    met: MetListStore
    collection: ListCollection


@dataclass(frozen=True, slots=True)
class Outside:
    """What surrounds the verifier."""

    store: Store
    statuses: HttpStatusLists
    clock: Clock
    randomness: SystemRandomness
    issuer_keys: IssuerKeys
    pages: PageStore
    webhooks: WebhookStore
    webhook_receiver: WebhookReceiver
    offline: OfflineSources
    openid: OpenIdOutside


def open_store(database: Database) -> Store:
    """The store of an open database."""
    if isinstance(database, SqliteDatabase):
        return SqliteVerifierStore(database)
    return PostgresqlVerifierStore(database)


def open_pages(database: Database) -> PageStore:
    """The store of pages in an open database."""
    return SqlitePages(database) if isinstance(database, SqliteDatabase) else PostgresqlPages(database)


def open_webhooks(database: Database) -> WebhookStore:
    """The store of messages in an open database."""
    return SqliteWebhooks(database) if isinstance(database, SqliteDatabase) else PostgresqlWebhooks(database)


def open_met_lists(database: Database) -> MetListStore:
    """The store of status lists that presentations led to, in an open database."""
    return SqliteMetLists(database) if isinstance(database, SqliteDatabase) else PostgresqlMetLists(database)


def open_ring(settings: Settings, now: datetime) -> KeyRing:
    """The verifier's keys, made at the first start."""
    ring = open_key_ring(settings.keys_uri, sandbox=not settings.is_production, now=now)
    ensure_keys(ring, settings, now)
    return ring


def ensure_keys(ring: KeyRing, settings: Settings, now: datetime) -> None:
    """A key for every purpose; those that are there stay."""
    host = urlsplit(settings.public_url).hostname or "localhost"
    certified = KeySpec((host,), (settings.public_url,), certificate=True)
    plain = {purpose: KeySpec() for purpose in (*PUBLISHED, *SECRETS)}
    # Every relying party can read RS256 (OpenID Connect Core section 15.1); ES256 is shorter.
    id_token = KeySpec(algorithms=(Algorithm.RS256, Algorithm.ES256))
    ring.ensure({KeyPurpose.REQUEST_OBJECT: certified, KeyPurpose.ID_TOKEN: id_token, **plain}, now)


def open_client(settings: Settings) -> StrangerClient:
    """For addresses that somebody else has chosen (decisions.md, Outgoing requests)."""
    authorities = settings.outgoing_ca_file
    return StrangerClient(
        loopback_origins=settings.loopback_origins,
        ssl_context=httpx.create_ssl_context(verify=str(authorities), trust_env=False)
        if authorities
        else None,
    )


def open_outside(
    settings: Settings, database: Database, client: StrangerClient, clock: Clock | None = None
) -> Outside:
    """Everything outside, in service."""
    keys = HttpIssuerKeys(client, insecure_origins=settings.loopback_origins)
    statuses = HttpStatusLists(client)
    return Outside(
        open_store(database),
        statuses,
        clock or SystemClock(),
        SystemRandomness(),
        keys,
        open_pages(database),
        open_webhooks(database),
        HttpWebhookReceiver(client),
        OfflineSources(open_met_lists(database), HttpListCollection(statuses, client)),
        open_openid(database, client),
    )


def callable_addresses(settings: Settings) -> CallableAddresses:
    """What services may register for us to call: what the client for strangers would call at all."""
    return CallableAddresses(may_be_public, settings.loopback_origins, settings.public_url)

"""Where claims come from: the register of the sandbox in a database, or a ministry's API. Never both."""

import ssl
from collections.abc import Iterable
from datetime import timedelta
from functools import partial

from issuer.clients.ministry_api import MinistryAccess, MinistryApi, RegisterOfTheMinistry
from issuer.clients.register_contacts import ReachableRegister
from issuer.ports import Clock, Randomness
from issuer.settings import Settings
from keys import KeyPurpose, KeyRing
from trillium.runtime.database import Database, open_database
from trillium.runtime.http_client import ConfiguredClient
from trillium.runtime.settings import Check, Refusal


def build_ministry(
    settings: Settings, ring: KeyRing, client: ConfiguredClient, clock: Clock, randomness: Randomness
) -> MinistryApi:
    """The directory of ``ISSUER_DIRECTORY_URL``."""
    access = MinistryAccess(
        url=settings.directory_url,
        issuer=settings.public_url,
        signer=partial(ring.signer_for, KeyPurpose.DIRECTORY_REQUEST),
        timeout=timedelta(seconds=settings.directory_timeout),
    )
    return MinistryApi(access, client, clock, randomness)


def open_ministry_client(settings: Settings) -> ConfiguredClient:
    """Of its own, so that nobody else's calls use up its connections or its time."""
    authorities = settings.outgoing_ca_file
    context = ssl.create_default_context(cafile=authorities) if authorities else None
    return ConfiguredClient(ssl_context=context, total_timeout=settings.directory_timeout)


class SandboxRegister:
    """The register in a database of ours (``REGISTER_DATABASE_URL``)."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._register = ReachableRegister(database)

    async def prepare(self) -> None:
        await self._register.create_tables()

    async def close(self) -> None:
        await self._database.close()

    def open(
        self, _ring: KeyRing, _clock: Clock, _randomness: Randomness
    ) -> tuple[ReachableRegister, ReachableRegister]:
        """The directory, and what fills it."""
        return self._register, self._register


class MinistryRegister:
    """The register behind a ministry's API. No database for residents is opened, let alone made."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client = open_ministry_client(settings)

    async def prepare(self) -> None:
        """Nothing: the ministry is asked when somebody needs it, and may come up later than we do."""

    async def close(self) -> None:
        await self._client.close()

    def open(
        self, ring: KeyRing, clock: Clock, randomness: Randomness
    ) -> tuple[MinistryApi, RegisterOfTheMinistry]:
        """The directory, and what says that nothing is filled in here."""
        ministry = build_ministry(self._settings, ring, self._client, clock, randomness)
        return ministry, RegisterOfTheMinistry()


def open_register(settings: Settings) -> SandboxRegister | MinistryRegister:
    """By the settings."""
    if settings.directory_url:
        return MinistryRegister(settings)
    return SandboxRegister(open_database(settings.register_database_url))


def check_directory(settings: Settings) -> Check:
    """Personal data travel encrypted only."""

    def check() -> Iterable[Refusal]:
        if settings.directory_url and not settings.directory_url.startswith("https://"):
            yield Refusal(settings.setting_name("directory_url"), "must begin with https://")

    return check

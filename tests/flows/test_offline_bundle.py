"""From a presentation to a bundle to a verifier without a network, over real files, keys and HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from keys import KeyPurpose
from specs.jose import parse_jwks
from specs.token_status_list import StatusOutcome, StatusReference
from tests.specs.jose.certificates import CA, LEAF, self_signed
from tests.trillium.runtime.local_server import serving
from tests.trillium.runtime.status_lists.list_site import ListSite
from tests.verifier.bundling import listed, signed
from tests.verifier.issuing import SimulatedIssuer, list_with, public_key
from tests.verifier.surroundings import settings_for_tests
from trillium.runtime.trust_list import FileOfList, ListFile, TrustListSource
from verifier.app import Verifier, opened_verifier
from verifier.clients.bundled import open_bundle
from verifier.clients.trust_list import ListedTrust
from verifier.domain.bundle import verify_bundle
from verifier.settings import Settings

DAY = timedelta(days=1)
INDEX = 42


def issuer_of_today(now: datetime) -> SimulatedIssuer:
    """Its certificates are good now, whenever that is."""
    root = self_signed(CA.but(not_before=now - DAY, not_after=now + 30 * DAY))
    leaf = root.issue(LEAF.but(not_before=now - DAY, not_after=now + 30 * DAY))
    return SimulatedIssuer("https://issuer.example", root, leaf)


@dataclass
class Installation:
    """Settings with folders of their own, an operator's list in a file, an issuer's list on a site."""

    settings: Settings
    trust_file: Path
    issuer: SimulatedIssuer
    site: ListSite
    list_uri: str

    @asynccontextmanager
    async def process(self) -> AsyncIterator[Verifier]:
        """One process of this verifier, with nothing in memory yet."""
        memory = ListFile(self.trust_file.with_suffix(".seen"), remember=True)
        place = FileOfList(self.trust_file)
        source = TrustListSource(place, [public_key("operator")], memory, allow_sandbox=True)
        source.open(datetime.now(UTC))
        async with opened_verifier(self.settings, trust=ListedTrust(source)) as verifier:
            yield verifier

    @property
    def reference(self) -> StatusReference:
        return StatusReference(self.list_uri, INDEX)


@pytest.fixture
async def installation(tmp_path: Path) -> AsyncIterator[Installation]:
    now, site = datetime.now(UTC), ListSite()
    issuer = issuer_of_today(now)
    trust_file = tmp_path / "trust.jwt"
    trust_list = replace(listed(issuer), issued_at=now - DAY, next_update=now + 9 * DAY)
    trust_file.write_text(signed(trust_list), encoding="ascii")
    async with serving(site) as port:
        origin = f"http://127.0.0.1:{port}"
        settings = settings_for_tests(
            var_dir=tmp_path,
            keys_uri=f"file:{tmp_path}/keys",
            database_url=f"sqlite:///{tmp_path}/verifier.db",
            loopback_origins=(origin,),
        )
        uri = f"{origin}/lists/7"
        end = int((now + 9 * DAY).timestamp())
        site.body = issuer.status_list(list_with(1, index=INDEX), now=now, sub=uri, exp=end, ttl=3 * 86_400)
        yield Installation(settings, trust_file, issuer, site, uri)


async def test_what_one_process_met_another_bundles_and_a_third_decides_with(
    installation: Installation,
) -> None:
    anchors, uri = installation.issuer.anchors, installation.list_uri
    async with installation.process() as verifier:
        now = datetime.now(UTC)
        statuses = verifier.outside.statuses
        met = await statuses.status_of(installation.reference, anchors=anchors, max_age=DAY, now=now)
        assert met.outcome is StatusOutcome.INVALID
        await verifier.bundles.remember(statuses.in_use(now))
    async with installation.process() as verifier:
        created = await verifier.bundles.create()
        keys = parse_jwks(verifier.ring.jwks([KeyPurpose.BUNDLE], datetime.now(UTC)))
    assert ([one.uri for one in created.lists], created.failed) == ([uri], 0)
    asked = len(installation.site.asked)

    now = datetime.now(UTC)
    issuer = installation.settings.public_url
    bundle = verify_bundle(created.text, keys=keys, issuer=issuer, now=now, newest_seen=None)
    offline = open_bundle(bundle, [public_key("operator")], now)
    [trusted] = offline.trust.current(now).issuers
    for after, outcome in (
        (timedelta(0), StatusOutcome.INVALID),
        (2 * DAY, StatusOutcome.INVALID),
        (4 * DAY, StatusOutcome.STALE),
        (8 * DAY, StatusOutcome.UNKNOWN),
    ):
        found = await offline.statuses.status_of(
            installation.reference, anchors=trusted.anchors, max_age=5 * DAY, now=now + after
        )
        assert found.outcome is outcome
    assert len(installation.site.asked) == asked


async def test_a_list_that_is_gone_leaves_the_bundle_without_it(installation: Installation) -> None:
    async with installation.process() as verifier:
        anchors = installation.issuer.anchors
        now = datetime.now(UTC)
        await verifier.outside.statuses.status_of(
            installation.reference, anchors=anchors, max_age=DAY, now=now
        )
        await verifier.bundles.remember(verifier.outside.statuses.in_use(now))
    installation.site.status = 503
    async with installation.process() as verifier:
        created = await verifier.bundles.create()
    assert (created.lists, created.failed) == ((), 1)

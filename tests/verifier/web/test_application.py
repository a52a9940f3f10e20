"""The application as it is started: settings alone, its own clock, its background tasks."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from tests.verifier.issuing import ISSUER, SimulatedIssuer
from tests.verifier.surroundings import PUBLIC_URL, settings_for_tests
from verifier.app import create_app, opened_verifier
from verifier.domain.event import Actor, Event, EventName
from verifier.domain.presentation import (
    ClientIdPrefix,
    Presentation,
    PresentationState,
    RequestId,
    SealedResult,
)
from verifier.domain.relying_service import ClientId
from verifier.domain.trust import Trust
from verifier.errors import BadTrust
from verifier.settings import Settings


def settings(folder: Path, **changed: object) -> Settings:
    members = {
        "var_dir": folder,
        "keys_uri": f"file:{folder}/keys",
        "database_url": f"sqlite:///{folder}/v.db",
    }
    return settings_for_tests(**(members | changed))


def trust_file(folder: Path) -> Path:
    pem = SimulatedIssuer().root.certificate.public_bytes(Encoding.PEM)
    (folder / "anchors.pem").write_bytes(pem)
    file = folder / "trust.json"
    file.write_text(
        f'{{"issuers": [{{"issuer": "{ISSUER}", "mechanism": "x5c", "anchors": "anchors.pem",'
        f' "types": ["photo-card", "proof-of-age"], "vct_base": "{ISSUER}/types"}}]}}'
    )
    return file


async def test_it_starts_and_serves_with_a_trust_file(tmp_path: Path) -> None:
    app = create_app(settings(tmp_path, trust_file=trust_file(tmp_path)))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL.removesuffix("/desk")) as http:
            token = (tmp_path / "management.token").read_text().strip()
            headers = {"Authorization": f"Bearer {token}"}
            presets = await http.get("/management/presets", headers=headers)
            assert len(presets.json()["presets"]) == 3
            body = {"name_en": "a", "name_fr": "b", "presets": ["identity"]}
            client = (await http.post("/management/clients", json=body, headers=headers)).json()
            service = httpx.BasicAuth(client["client_id"], client["client_secret"])
            started = await http.post("/presentations", json={"preset": "identity"}, auth=service)
            assert started.status_code == 201
            path = started.json()["request_uri"].removeprefix(PUBLIC_URL)
            assert (await http.get(path)).status_code == 200


async def test_a_verifier_that_trusts_nobody_starts_and_asks_nothing(tmp_path: Path) -> None:
    async with opened_verifier(settings(tmp_path)) as verifier:
        assert not verifier.presets
        assert verifier.receive.verify.trust == Trust(())


async def test_a_bad_trust_file_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "trust.json").write_text("{}")
    with pytest.raises(BadTrust):
        create_app(settings(tmp_path, trust_file=tmp_path / "trust.json"))


async def test_the_keys_are_the_same_after_a_restart(tmp_path: Path) -> None:
    identities = []
    for _ in range(2):
        async with opened_verifier(settings(tmp_path)) as verifier:
            identities.append(verifier.ring.anchors().version)
    assert len(set(identities)) == 1


async def test_what_is_over_is_cleared_away_in_the_background(tmp_path: Path) -> None:
    """At every start too, whatever happened while the server was down."""
    then = datetime.now(UTC) - timedelta(hours=1)
    event = Event(EventName.PRESENTATION_REQUESTED, Actor("relying-service"), then)
    async with opened_verifier(settings(tmp_path)) as verifier:
        store = verifier.outside.store
        for number in (1, 2):
            await store.add(replace(PRESENTATION, **numbered(number, then)), event)
        sealed = SealedResult(b"wrapped", b"ciphertext")
        now = then + timedelta(minutes=1)
        assert await store.conclude(RequestId("request-1"), PresentationState.ACCEPTED, sealed, now, event)
        app = create_app(settings(tmp_path))
        async with app.router.lifespan_context(app):
            await asyncio.sleep(0.2)
        fetch = Event(EventName.RESULT_FETCHED, Actor("relying-service"), then)
        client_id = PRESENTATION.client_id
        assert await store.take_result(b"transaction-1", client_id, now, fetch) is None
        ended = await store.find_by_request(RequestId("request-2"))
        assert ended is not None
        assert ended.state is PresentationState.TIMED_OUT


def numbered(number: int, then: datetime) -> dict[str, Any]:
    return {
        "request_id": RequestId(f"request-{number}"),
        "transaction_hash": f"transaction-{number}".encode(),
        "created_at": then,
        "expires_at": then + timedelta(minutes=5),
    }


PRESENTATION = Presentation(
    request_id=RequestId("request"),
    transaction_hash=b"transaction",
    client_id=ClientId("shop"),
    preset="identity",
    prefix=ClientIdPrefix.X509_HASH,
    nonce="nonce",
    state_value="state",
    locale="en-CA",
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
    expires_at=datetime(2026, 1, 1, tzinfo=UTC),
)

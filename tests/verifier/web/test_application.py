"""The application as it is started: settings alone, its own clock, its background tasks."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.patience import until
from tests.trillium.runtime.asgi_client import client_of
from tests.trillium.trust_list.material import files, list_of_today, signed
from tests.verifier.surroundings import PUBLIC_URL, settings_for_tests
from trillium.runtime.trust_list import TrustListError
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
from verifier.errors import TrustUnavailable
from verifier.settings import Settings


def settings(folder: Path, **changed: object) -> Settings:
    members = {
        "var_dir": folder,
        "keys_uri": f"file:{folder}/keys",
        "database_url": f"sqlite:///{folder}/v.db",
    }
    return settings_for_tests(**(members | changed))


async def test_it_starts_and_serves_with_a_trust_list(tmp_path: Path) -> None:
    app = create_app(settings(tmp_path, **files(tmp_path, signed(list_of_today()))))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL.removesuffix("/desk")) as http:
            token = (tmp_path / "management.token").read_text().strip()
            headers = {"Authorization": f"Bearer {token}"}
            presets = await http.get("/management/presets", headers=headers)
            assert len(presets.json()["presets"]) == 4
            body = {"name_en": "a", "name_fr": "b", "presets": ["identity"]}
            client = (await http.post("/management/clients", json=body, headers=headers)).json()
            service = httpx.BasicAuth(client["client_id"], client["client_secret"])
            started = await http.post("/presentations", json={"preset": "identity"}, auth=service)
            assert started.status_code == 201
            path = started.json()["request_uri"].removeprefix(PUBLIC_URL)
            assert (await http.get(path)).status_code == 200


async def test_a_verifier_without_a_trust_list_starts_and_asks_nothing(tmp_path: Path) -> None:
    async with opened_verifier(settings(tmp_path)) as verifier:
        assert not verifier.presets
        with pytest.raises(TrustUnavailable):
            verifier.trust.current(datetime.now(UTC))


async def test_a_list_without_a_readable_key_of_its_operator_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(TrustListError):
        create_app(settings(tmp_path, trust_list=str(tmp_path / "list.jwt")))


async def test_a_bad_list_says_so_and_is_taken_when_it_is_in_order(tmp_path: Path) -> None:
    """Withdrawing an issuer, and everything else an operator does, needs no restart."""
    members = files(tmp_path, b"garbage")
    app = create_app(settings(tmp_path, **members))
    async with app.router.lifespan_context(app), client_of(app) as http:
        answer = await http.get("/readyz")
        told = [one for one in answer.json()["checks"] if one["check"] == "trust"]
        assert (answer.status_code, told[0]["code"]) == (503, "trust_list_malformed")
        Path(members["trust_list"]).write_bytes(signed(list_of_today()))
        token = (tmp_path / "management.token").read_text().strip()
        headers = {"Authorization": f"Bearer {token}"}

        async def has_presets() -> bool:
            return bool((await http.get("/management/presets", headers=headers)).json()["presets"])

        await until(has_presets)


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
            await store.add(PRESENTATION._replace(**numbered(number, then)), event)
        sealed = SealedResult(b"wrapped", b"ciphertext")
        now = then + timedelta(minutes=1)
        assert await store.conclude(RequestId("request-1"), PresentationState.ACCEPTED, sealed, now, event)
        app = create_app(settings(tmp_path))

        async def is_over() -> bool:
            found = await store.find_by_request(RequestId("request-2"))
            return found is not None and found.state is PresentationState.TIMED_OUT

        async with app.router.lifespan_context(app):
            await until(is_over)
        fetch = Event(EventName.RESULT_FETCHED, Actor("relying-service"), then)
        client_id = PRESENTATION.client_id
        assert await store.take_result(b"transaction-1", client_id, now, fetch) is None


async def test_what_ended_yesterday_is_forgotten_in_the_background(tmp_path: Path) -> None:
    """Nonce, state, response code, reference and all; what is under way or young stays."""
    now = datetime.now(UTC)
    event = Event(EventName.PRESENTATION_REQUESTED, Actor("relying-service"), now)
    ended = {1: now - timedelta(days=1, minutes=1), 2: now - timedelta(hours=23)}
    async with opened_verifier(settings(tmp_path)) as verifier:
        store = verifier.outside.store
        for number, at in ended.items():
            await store.add(PRESENTATION._replace(**numbered(number, at)), event)
            state, sealed = PresentationState.ACCEPTED, SealedResult(b"wrapped", b"ciphertext")
            assert await store.conclude(RequestId(f"request-{number}"), state, sealed, at, event)
        app = create_app(settings(tmp_path))

        async def is_forgotten() -> bool:
            return await store.find_by_request(RequestId("request-1")) is None

        async with app.router.lifespan_context(app):
            await until(is_forgotten)
        assert await store.find_by_request(RequestId("request-2")) is not None


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

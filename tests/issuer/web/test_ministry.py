"""An issuer whose register is a ministry's: claims come when they are needed, and nothing of them stays."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from issuer.app import create_app, open_ring
from issuer.clients.register import SqlRegister
from issuer.domain.circuit import FAILURES, PAUSE
from issuer.domain.event import SubjectRef
from issuer.domain.resident import NewResident
from issuer.settings import Settings
from issuer.web.routes import WELL_KNOWN
from keys import KeyPurpose
from specs.encoding import b64url_decode
from specs.sd_jwt_vc import parse_credential
from tests.issuer.surroundings import HandClock, resident
from tests.issuer.wallet import request_body
from tests.issuer.web.running_issuer import ISSUER, RunningIssuer
from tests.simulators.ministry import Fault, Ministry, listening
from trillium.runtime.database import open_database
from trillium.runtime.mounting import Part, mount
from trillium.runtime.settings import ProductionRefusal, Profile

MAYA = SubjectRef("maya-at-the-ministry")
PLANTED = {"family_name": "Zyxwvut-Plantée", "given_name": "Qwertyuiop"}


@dataclass
class Town:
    """An issuer, and the ministry that it asks."""

    issuer: RunningIssuer
    ministry: Ministry

    async def request(self, token: str, nonce: str) -> httpx.Response:
        proofs = self.issuer.prover().proofs(nonce, 2)
        return await self.issuer.request(token, request_body(proofs))

    async def token(self) -> str:
        answer = await self.issuer.redeem(await self.offer())
        return str(answer.json()["access_token"])

    async def offer(self) -> dict[str, Any]:
        body = {"subject_ref": MAYA, "credential_configuration_ids": ["photo-card"]}
        answer = await self.issuer.manage("POST", "/offers", json=body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())


@asynccontextmanager
async def town(folder: Path) -> AsyncIterator[Town]:
    elsewhere = folder / "ministry"
    elsewhere.mkdir()
    register_url = f"sqlite:///{elsewhere}/register.db"
    database = open_database(register_url)
    register = SqlRegister(database)
    await register.create_tables()
    await register.put([NewResident(resident(**PLANTED), MAYA)])
    await database.close()
    clock = HandClock(datetime.now(UTC))
    ministry = Ministry(register_url, {}, clock=clock)
    home = folder / "issuer"
    home.mkdir(mode=0o700)
    async with listening(ministry) as url:
        settings = Settings(
            public_url=ISSUER, var_dir=home, status_list_size=1024, directory_url=url, directory_timeout=30
        )
        ring = open_ring(settings, clock.now())
        ministry.keys = {ISSUER: ring.jwks([KeyPurpose.DIRECTORY_REQUEST], clock.now())}
        app = create_app(settings, clock=clock)
        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app=mount([Part(ISSUER, app, WELL_KNOWN)]))
            async with httpx.AsyncClient(transport=transport, base_url="https://issuer.example") as client:
                key = (home / "management.token").read_text().strip()
                issuer = RunningIssuer(client, home, clock, {"Authorization": f"Bearer {key}"})
                yield Town(issuer, ministry)


async def test_a_card_is_made_of_what_the_ministry_says_at_that_moment(tmp_path: Path) -> None:
    async with town(tmp_path) as place:
        answer = await place.request(await place.token(), await place.issuer.nonce())
        assert answer.status_code == 200, answer.text
        texts = [entry["credential"] for entry in answer.json()["credentials"]]
        for text in texts:
            disclosed = b"".join(map(b64url_decode, parse_credential(text).sd_jwt.disclosures))
            assert PLANTED["family_name"].encode() in disclosed
        found = await place.issuer.manage("POST", "/residents/search", json={"text": "plantee"})
        assert found.json()["residents"][0]["subject_ref"] == MAYA
    assert not (place.issuer.folder / "register.db").exists()
    for file in place.issuer.folder.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert not [value for value in PLANTED.values() if value.encode() in content], file


async def test_while_the_ministry_is_away_nothing_is_issued_and_nothing_is_lost(tmp_path: Path) -> None:
    async with town(tmp_path) as place:
        token, nonce = await place.token(), await place.issuer.nonce()
        before = place.issuer.rows()
        place.ministry.fault = Fault(503, b"{}", {"Retry-After": "17"})

        answer = await place.request(token, nonce)

        assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
        assert answer.headers["retry-after"] == "17"
        assert answer.headers["cache-control"] == "no-store"
        assert place.issuer.rows() == before
        asked = len(place.ministry.requests)
        again = await place.request(token, nonce)
        assert (again.status_code, len(place.ministry.requests)) == (503, asked)

        place.ministry.fault = None
        place.issuer.clock.advance(seconds=17)
        answer = await place.request(token, nonce)
        assert answer.status_code == 200, answer.text  # the same nonce: it was not spent


async def test_a_ministry_that_is_away_takes_no_server_out_of_service(tmp_path: Path) -> None:
    async with town(tmp_path) as place:
        token, nonce = await place.token(), await place.issuer.nonce()
        place.ministry.fault = Fault(500)
        for _ in range(FAILURES + 1):
            answer = await place.request(token, nonce)
            assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) <= PAUSE.total_seconds()
        asked = len(place.ministry.requests)
        ready = await place.issuer.client.get(f"{ISSUER}/readyz")
        assert ready.status_code == 200
        told = {one["check"]: (one["level"], one["code"]) for one in ready.json()["checks"]}
        assert told["register"] == ("warning", "unavailable")
        assert len(place.ministry.requests) == asked  # strangers cannot make us ask


async def test_nobody_is_imported_into_a_register_that_is_not_ours(tmp_path: Path) -> None:
    async with town(tmp_path) as place:
        answer = await place.issuer.import_residents()
        assert (answer.status_code, answer.json()["code"]) == (409, "register_is_elsewhere")


def test_in_production_personal_data_do_not_travel_in_the_clear(tmp_path: Path) -> None:
    settings = Settings(
        profile=Profile.PRODUCTION,
        public_url="https://issuer.example",
        var_dir=tmp_path,
        directory_url="http://ministry.example/directory",
    )
    with pytest.raises(ProductionRefusal) as refused:
        create_app(settings)
    assert "ISSUER_DIRECTORY_URL" in {one.setting for one in refused.value.refusals}


@pytest.mark.parametrize(
    "url", ["ministry.example", "ftp://ministry.example", "https://user@ministry.example"]
)
def test_an_address_that_is_none_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="public URL"):
        Settings(directory_url=url)

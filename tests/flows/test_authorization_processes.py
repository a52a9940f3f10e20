"""The authorization code flow at several processes at once: request URIs and codes are good once in all."""

import asyncio
import secrets
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from issuer.app.outside import open_stores
from issuer.domain.authorization import (
    Authorization,
    AuthorizationCode,
    AuthorizationSession,
    ClientId,
    SessionState,
)
from issuer.domain.event import Actor, Event, EventName, SubjectRef
from issuer.domain.offer import ConfigurationId
from issuer.services.secrets_of_offers import hash_secret
from specs.jose import Algorithm, sign_with
from specs.oauth import DpopRequest, create_code_challenge, prepare_dpop_proof
from tests.flows.issuance_servers import PUBLIC_URL, Installation, Process, Spawner, installation, spawner
from tests.issuer.wallet import _private_key, holder_key
from trillium.runtime.database import open_database

__all__ = ["spawner"]

VERIFIER, REDIRECT, CLIENT = "v" * 43, "com.example.wallet:/cb", ClientId("wallet")
PHOTO_CARD = ConfigurationId("photo-card")
_NUMBERS = count()


def proof() -> dict[str, str]:
    """A DPoP header for the token endpoint, new each time."""
    request = DpopRequest("POST", f"{PUBLIC_URL}/token")
    jti = f"proof-{next(_NUMBERS)}"
    prepared = prepare_dpop_proof(holder_key(90), request, jti=jti, issued_at=datetime.now(UTC))
    return {"DPoP": prepared.attach(sign_with(_private_key(90), Algorithm.ES256, prepared.data))}


async def agreed_codes(url: str, subject_ref: str, how_many: int) -> list[str]:
    """Codes as they are after consent, kept by a process of our own."""
    database = open_database(url)
    store, now = open_stores(database).authorizations, datetime.now(UTC)
    person, event = SubjectRef(subject_ref), Event(EventName.AUTHORIZATION_AGREED, Actor("resident"), now)
    challenge = create_code_challenge(VERIFIER)
    authorization = Authorization(CLIENT, REDIRECT, challenge, (PHOTO_CARD,))
    codes = [secrets.token_urlsafe(32) for _ in range(how_many)]
    for code in codes:
        started = AuthorizationSession(b"before " + code.encode(), authorization, now + timedelta(minutes=1))
        waiting = AuthorizationSession(
            code.encode(), authorization, started.expires_at, SessionState.CONSENTING, person, now
        )
        kept = AuthorizationCode(hash_secret(code), authorization, person, now, now + timedelta(minutes=1))
        await store.open_session(started, event)
        assert await store.record_sign_in(started.session_hash, waiting, event)
        assert await store.end_session(waiting.session_hash, event, code=kept)
    await database.close()
    return codes


async def redeem(home: Installation, server: Process, code: str) -> httpx.Response:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": CLIENT,
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
    }
    return await home.client.post(f"{server.url}/token", data=form, headers=proof())


async def refresh(home: Installation, server: Process, token: str) -> httpx.Response:
    form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": CLIENT}
    return await home.client.post(f"{server.url}/token", data=form, headers=proof())


async def push(home: Installation, server: Process) -> str:
    form = {
        "response_type": "code",
        "client_id": CLIENT,
        "redirect_uri": REDIRECT,
        "scope": PHOTO_CARD,
        "code_challenge": create_code_challenge(VERIFIER),
        "code_challenge_method": "S256",
    }
    answer = await home.client.post(f"{server.url}/par", data=form)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["request_uri"])


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_each_request_uri_and_each_code_is_good_once_wherever_it_is_used(
    kind: str, tmp_path: Path, spawner: Spawner, request: pytest.FixtureRequest
) -> None:
    url = f"sqlite:///{tmp_path}/trillium.db"
    settings: dict[str, Any] = {"login_issuer": "http://localhost:1"}
    if kind == "postgresql":
        settings["database_url"] = url = request.getfixturevalue("postgresql_url")
    async with installation(tmp_path, spawner, **settings) as home:
        servers = await home.start(2)
        await home.set_up(servers[0])
        await arrive_everywhere(home, servers)
        await redeem_everywhere(home, servers, await agreed_codes(url, home.subject_ref, 5))


async def arrive_everywhere(home: Installation, servers: list[Process]) -> None:
    """4.16: pushed at one process, presented to both at once."""
    references = [await push(home, servers[0]) for _ in range(5)]
    for reference in references:
        asked = {"client_id": CLIENT, "request_uri": reference}
        answers = await asyncio.gather(
            *(home.client.get(f"{server.url}/authorize", params=asked) for server in servers * 2)
        )
        assert sorted(answer.status_code for answer in answers) == [303, 400, 400, 400]


async def redeem_everywhere(home: Installation, servers: list[Process], codes: list[str]) -> None:
    """One gets tokens, and has lost them again by the time the others are refused."""
    for code in codes:
        answers = await asyncio.gather(*(redeem(home, server, code) for server in servers * 2))
        assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400]
        refused = {answer.json()["error"] for answer in answers if answer.status_code == 400}
        assert refused == {"invalid_grant"}
        [won] = [answer.json() for answer in answers if answer.status_code == 200]
        for server in servers:
            after = await refresh(home, server, won["refresh_token"])
            assert (after.status_code, after.json()["error"]) == (400, "invalid_grant")

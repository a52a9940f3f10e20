"""The adapter to a ministry's API, with a real server: what it asks, what it believes, when it gives up."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from issuer.clients.ministry_api import MinistryAccess, MinistryApi
from issuer.clients.ministry_messages import MAX_ANSWER_BYTES, ResidentAnswer, parse_answer
from issuer.clients.register import SqlRegister
from issuer.domain.circuit import FAILURES, PAUSE
from issuer.domain.event import SubjectRef
from issuer.domain.resident import NewResident
from issuer.errors import DirectoryUnavailable
from keys import KeyPurpose, KeyRing, KeySpec, open_key_ring
from tests.issuer.surroundings import HandClock, resident
from tests.patience import PATIENCE_S
from tests.simulators.ministry import (
    ISSUER,
    Fault,
    Ministry,
    listening,
    plain,
    public_keys,
    signer_of,
)
from tests.trillium.runtime.local_server import create_tls_files
from trillium.runtime.database import open_database
from trillium.runtime.http_client import ConfiguredClient
from trillium.runtime.randomness import SystemRandomness

MAYA = SubjectRef("maya-4711-reference")
RECORD = resident()
PLANTED = ("Tremblay", "Spadina", MAYA, "1994-06-14")


@dataclass
class Line:
    """The issuer's end, and the ministry at the other."""

    api: MinistryApi
    ministry: Ministry
    clock: HandClock

    async def fails(self) -> DirectoryUnavailable:
        """One question that is not answered; what went wrong has nothing of what was asked or answered."""
        with pytest.raises(DirectoryUnavailable) as failure:
            await self.api.get(MAYA)
        assert not [value for value in PLANTED if value in failure.value.detail]
        return failure.value


def ring_with_key() -> KeyRing:
    now = datetime.now(UTC)
    ring = open_key_ring("memory:", sandbox=True, now=now)
    ring.ensure({KeyPurpose.DIRECTORY_REQUEST: KeySpec()}, now)
    return ring


@asynccontextmanager
async def connected(
    folder: Path, *, ring: KeyRing | None = None, issuer: str = ISSUER, timeout: float = PATIENCE_S
) -> AsyncIterator[Line]:
    url = f"sqlite:///{folder}/register.db"
    database = open_database(url)
    register = SqlRegister(database)
    await register.create_tables()
    await register.put([NewResident(RECORD, MAYA)])
    await database.close()
    known = ring_with_key()
    clock = HandClock(datetime.now(UTC))
    ministry = Ministry(url, {ISSUER: public_keys(known)}, clock=clock)
    client = ConfiguredClient(total_timeout=timeout)
    async with listening(ministry) as address:
        access = MinistryAccess(address, issuer, signer_of(ring or known), timedelta(seconds=timeout))
        yield Line(MinistryApi(access, client, clock, SystemRandomness()), ministry, clock)
    await client.close()


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[Line]:
    async with connected(tmp_path) as opened:
        yield opened


async def test_a_question_is_signed_and_nothing_of_it_is_outside_the_signature(line: Line) -> None:
    assert await line.api.get(MAYA) == RECORD
    [claims] = line.ministry.questions
    assert claims["question"] == "resident"
    assert claims["parameters"] == {"subject_ref": MAYA}
    assert (claims["iss"], claims["aud"]) == (ISSUER, line.ministry.audience)
    assert claims["exp"] - claims["iat"] == 60
    [(url, headers, body)] = line.ministry.requests
    assert url == line.ministry.audience
    assert headers["content-type"] == "application/jwt"
    assert headers["accept"] == "application/json"
    assert not {"cookie", "authorization"} & headers.keys()
    assert not [text for text in (MAYA, "Tremblay") if text in url + json.dumps(headers)]
    assert body.count(b".") == 2


async def test_every_question_is_a_new_one_and_nothing_is_remembered(line: Line) -> None:
    for _ in range(3):
        assert await line.api.get(MAYA) == RECORD
    assert len({claims["jti"] for claims in line.ministry.questions}) == 3
    line.ministry.fault = Fault(body=b'{"resident": null}')
    assert await line.api.get(MAYA) is None


def answer(**members: Any) -> bytes:
    return json.dumps(members).encode()


PERSON = plain(RECORD)
BAD_ANSWERS = {
    "status_500": Fault(500),
    "status_401": Fault(401),
    "status_404": Fault(404, answer(resident=None)),
    "status_204_without_body": Fault(204),
    "redirect": Fault(302, headers={"Location": "http://localhost:1/elsewhere"}),
    "not_json": Fault(body=b"<html>Tremblay</html>"),
    "text_type": Fault(body=answer(resident=None), headers={"Content-Type": "text/html"}),
    "two_members_of_one_name": Fault(body=b'{"resident": null, "resident": null}'),
    "no_member": Fault(body=b"{}"),
    "member_too_many": Fault(body=answer(resident=None, diagnosis="Spadina")),
    "person_with_a_member_too_many": Fault(body=answer(resident=PERSON | {"income": 1})),
    "address_with_a_member_too_many": Fault(
        body=answer(resident=PERSON | {"address": PERSON["address"] | {"door_code": "1994-06-14"}})
    ),
    "person_without_name": Fault(
        body=answer(resident={name: value for name, value in PERSON.items() if name != "family_name"})
    ),
    "number_for_a_name": Fault(body=answer(resident=PERSON | {"family_name": 17})),
    "date_in_another_form": Fault(body=answer(resident=PERSON | {"birthdate": "14/06/1994"})),
    "date_that_is_none": Fault(body=answer(resident=PERSON | {"birthdate": "1994-02-30"})),
    "unknown_sex": Fault(body=answer(resident=PERSON | {"sex": "Tremblay"})),
    "list_for_an_object": Fault(body=answer(resident=[PERSON])),
    "too_large": Fault(body=b" " * (MAX_ANSWER_BYTES + 1)),
    "too_deep": Fault(body=b"[" * 40 + b"]" * 40),
    "answer_to_another_question": Fault(body=answer(residents=[])),
}


@pytest.mark.parametrize("name", BAD_ANSWERS)
async def test_what_is_not_an_answer_is_no_answer(line: Line, name: str) -> None:
    line.ministry.fault = BAD_ANSWERS[name]
    failure = await line.fails()
    assert failure.code == "temporarily_unavailable"
    assert failure.retry_after == 5
    line.ministry.fault = None
    assert await line.api.get(MAYA) == RECORD


async def test_an_answer_that_takes_too_long_is_not_waited_for(tmp_path: Path) -> None:
    async with connected(tmp_path, timeout=0.3) as line:
        line.ministry.fault = Fault(delay=3600)
        assert "TimedOut" in (await line.fails()).detail


async def test_a_ministry_that_does_not_know_the_key_or_the_issuer_says_nothing(tmp_path: Path) -> None:
    async with connected(tmp_path, ring=ring_with_key()) as line:
        assert (await line.fails()).detail == "status 401"
    async with connected(tmp_path, issuer="https://somebody.example") as line:
        assert (await line.fails()).detail == "status 401"


async def test_a_question_for_another_ministry_or_of_another_hour_is_refused(line: Line) -> None:
    audience, line.ministry.audience = line.ministry.audience, "https://another.example/directory"
    assert (await line.fails()).detail == "status 401"
    line.ministry.audience = audience
    line.ministry.clock = HandClock(line.clock.now() + timedelta(hours=1))
    assert (await line.fails()).detail == "status 401"


async def test_without_a_key_nothing_is_asked(tmp_path: Path) -> None:
    empty = open_key_ring("memory:", sandbox=True, now=datetime.now(UTC))
    async with connected(tmp_path, ring=empty) as line:
        assert "no_active_key" in (await line.fails()).detail
        assert line.ministry.requests == []


async def test_a_ministry_that_fails_is_left_alone_and_then_tried_by_one(line: Line) -> None:
    line.ministry.fault = Fault(500)
    for _ in range(FAILURES):
        await line.fails()
    refused = await line.fails()
    assert refused.detail == "circuit open"
    assert refused.retry_after == PAUSE.total_seconds()
    assert len(line.ministry.requests) == FAILURES
    assert line.api.circuit.is_open_at(line.clock.now())

    line.ministry.fault = None
    line.clock.moment += PAUSE
    assert await line.api.get(MAYA) == RECORD
    assert not line.api.circuit.is_open_at(line.clock.now())
    assert await line.api.get(MAYA) == RECORD


@pytest.mark.parametrize(
    ("status", "header", "seconds"),
    [(503, "40", 40), (429, "40", 40), (503, "999999", 300), (503, "0", 1), (500, "40", 5)]
    + [(503, text, 5) for text in ("soon", "-3", "1.5", "٣", "Sun, 22 Nov 2026 15:00:00 GMT")],
)
async def test_how_long_the_ministry_wants_to_be_left_alone_is_heard(
    line: Line, status: int, header: str, seconds: int
) -> None:
    raw = header.encode().decode("latin-1")
    line.ministry.fault = Fault(status, b"{}", {"Retry-After": raw})
    assert (await line.fails()).retry_after == seconds
    waits = status != 500 and header.isascii() and header.isdigit()
    assert line.api.circuit.is_open_at(line.clock.now()) is waits


async def test_only_the_authority_that_the_operator_named_vouches_for_the_ministry(tmp_path: Path) -> None:
    tls = create_tls_files(tmp_path, "localhost")
    ring = ring_with_key()
    ministry = Ministry(f"sqlite:///{tmp_path}/register.db", {ISSUER: public_keys(ring)})
    ministry.fault = Fault(body=b'{"resident": null}')
    async with listening(ministry, tls) as url:
        access = MinistryAccess(url, ISSUER, signer_of(ring), timedelta(seconds=5))
        clock = HandClock(datetime.now(UTC))
        for context, known in ((tls.client_context(), True), (None, False)):
            client = ConfiguredClient(ssl_context=context)
            api = MinistryApi(access, client, clock, SystemRandomness())
            if known:
                assert await api.get(MAYA) is None
            else:
                with pytest.raises(DirectoryUnavailable):
                    await api.get(MAYA)
            await client.close()
    assert len(ministry.requests) == 1


def test_the_example_of_the_description_is_an_answer() -> None:
    page = (Path(__file__).parents[3] / "docs" / "ministry-api.md").read_text(encoding="utf-8")
    [example] = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    found = parse_answer(ResidentAnswer, example.encode()).resident
    assert found is not None
    assert found.register_number == "ON-1000003"

"""Evidence over HTTP: for the relying service it belongs to, and for nobody else."""

import base64
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from tests.verifier.issuing import NOW
from tests.verifier.kept import CREDENTIAL, DAYS, PRESET, PUBLIC_KEY, WHO, opened, write_presets
from tests.verifier.surroundings import PUBLIC_URL, claims_of
from tests.verifier.test_planted_values import files_of, found_in
from tests.verifier.web.counter import Counter, Visit, is_problem, opened_counter
from trillium.runtime.mounting import Part, mount
from verifier.web.callers import relying_service_caller
from verifier.web.evidence import EvidenceServices, evidence_router


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    presets = write_presets(tmp_path / "presets")
    async with opened_counter(tmp_path / "run", presets_dir=presets) as opened_one:
        yield opened_one


async def register(counter: Counter, **changed: object) -> httpx.BasicAuth:
    body = {
        "name_en": "Shop",
        "name_fr": "Boutique",
        "presets": [PRESET, "identity"],
        "evidence_key": PUBLIC_KEY,
        **changed,
    }
    answer = await counter.http.post("/management/clients", json=body, headers=counter.management)
    assert answer.status_code == 201, answer.text
    return httpx.BasicAuth(answer.json()["client_id"], answer.json()["client_secret"])


async def shown(counter: Counter, service: httpx.BasicAuth) -> Visit:
    visit = await counter.start(service, preset=PRESET, response_mode="direct_post", reference="file 7")
    answer = await visit.show(visit.card(*WHO, credential=CREDENTIAL))
    assert answer.status_code == 200, answer.text
    return visit


async def evidence_of(visit: Visit, service: httpx.BasicAuth | None = None) -> httpx.Response:
    url = f"{visit.started['status_url']}/evidence"
    return await visit.counter.http.get(url, auth=service or visit.service)


async def listed(
    counter: Counter, service: httpx.BasicAuth, since: str = "2026-01-01T00:00:00Z"
) -> list[str]:
    answer = await counter.http.get("/evidence", params={"since": since}, auth=service)
    assert answer.status_code == 200, answer.text
    return [entry["evidence_id"] for entry in answer.json()["evidence"]]


async def test_the_service_fetches_its_evidence_and_reads_it(counter: Counter) -> None:
    visit = await shown(counter, await register(counter))
    answer = await evidence_of(visit)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/jose"
    assert answer.headers["cache-control"] == "no-store"
    evidence = opened(answer.text)
    assert evidence["reference"] == "file 7"
    assert evidence["vp_token"]["photo_card"][0].startswith(CREDENTIAL.split("~", maxsplit=1)[0])
    assert evidence["request_object"].count(".") == 2
    assert (await evidence_of(visit)).content == answer.content


async def test_a_list_of_all_there_is_since_a_moment(counter: Counter) -> None:
    service = await register(counter)
    visit = await shown(counter, service)
    answer = await counter.http.get("/evidence", params={"since": NOW.isoformat()}, auth=service)
    assert answer.headers["cache-control"] == "no-store"
    [entry] = answer.json()["evidence"]
    assert answer.json()["next"] is None
    assert set(entry) == {"evidence_id", "preset", "made_at", "delete_at", "evidence_url"}
    assert entry["preset"] == PRESET
    one = await counter.http.get(entry["evidence_url"], auth=service)
    assert one.content == (await evidence_of(visit)).content
    later = (NOW + timedelta(seconds=1)).isoformat()
    assert await listed(counter, service, later) == []


async def test_a_long_list_goes_on_at_next(counter: Counter) -> None:
    service = await register(counter)
    for _ in range(3):
        await shown(counter, service)
    verifier = counter.desk.verifier
    app = FastAPI()
    paged = replace(verifier.kept.evidence, page_size=2)
    caller = relying_service_caller(verifier.clients)
    app.include_router(evidence_router(EvidenceServices(paged, caller, PUBLIC_URL)))
    mounted = mount([Part(PUBLIC_URL, app)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(mounted), base_url=PUBLIC_URL) as http:
        first = await http.get("/evidence", params={"since": NOW.isoformat()}, auth=service)
        rest = await http.get(first.json()["next"], auth=service)
    ids = [one["evidence_id"] for page in (first, rest) for one in page.json()["evidence"]]
    assert (len(first.json()["evidence"]), len(set(ids))) == (2, 3)
    assert rest.json()["next"] is None


async def test_another_service_sees_nothing(counter: Counter) -> None:
    service, other = await register(counter), await register(counter)
    visit = await shown(counter, service)
    [evidence_id] = await listed(counter, service)
    for answer in (
        await evidence_of(visit, other),
        await counter.http.get(f"/evidence/{evidence_id}", auth=other),
        await counter.http.get("/evidence/" + "A" * 22, auth=other),
        await counter.http.get("/evidence/%00", auth=service),
        await counter.http.get("/presentations/unknown/evidence", auth=service),
    ):
        assert answer.status_code == 404
        assert is_problem(answer, "unknown_evidence")
    assert await listed(counter, other) == []


async def test_without_credentials_nothing_is_told_whatever_is_asked(counter: Counter) -> None:
    service = await register(counter)
    visit = await shown(counter, service)
    [evidence_id] = await listed(counter, service)
    wrong = base64.b64encode(b"nobody:secret").decode()
    for header in (None, "Bearer abc", f"Basic {wrong}", counter.management["Authorization"]):
        for path in (
            "/evidence",
            "/evidence?since=yesterday",
            f"/evidence/{evidence_id}",
            f"{visit.started['status_url']}/evidence",
        ):
            headers = {} if header is None else {"Authorization": header}
            answer = await counter.http.get(path, headers=headers)
            assert answer.status_code == 401, (header, path)
            assert is_problem(answer, "invalid_client")


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"since": "yesterday"},
        {"since": "2026-01-01T00:00:00"},
        {"since": "2026"},  # not the 2026th second of 1970
        {"since": "1767225600"},
        {"since": "2026-01-01Z"},
        {"since": "2026-01-01T00:00:00Z", "after": "1"},
        {"since": "2026-01-01T00:00:00Z", "after": "1.\x00"},
        {"since": "2026-01-01T00:00:00Z", "after": "9" * 16 + "." + "A" * 22},
        {"since": "2026-01-01T00:00:00Z", "after": "9" * 15 + "." + "A" * 22},
    ],
)
async def test_malformed_questions(counter: Counter, parameters: dict[str, str]) -> None:
    service = await register(counter)
    answer = await counter.http.get("/evidence", params=parameters, auth=service)
    assert answer.status_code == 400
    assert is_problem(answer, "invalid_request")


@pytest.mark.parametrize("since", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
async def test_moments_at_the_ends_of_time(counter: Counter, since: str) -> None:
    service = await register(counter)
    await shown(counter, service)
    assert len(await listed(counter, service, since)) == (1 if since.startswith("0001") else 0)


async def test_a_service_without_a_key_is_told_so_at_the_start(counter: Counter) -> None:
    service = await register(counter, evidence_key=None)
    answer = await counter.http.post("/presentations", json={"preset": PRESET}, auth=service)
    assert answer.status_code == 409
    assert is_problem(answer, "evidence_key_missing")
    good = await counter.http.post("/presentations", json={"preset": "identity"}, auth=service)
    assert good.status_code == 201


async def test_before_the_end_and_after_a_refusal(counter: Counter) -> None:
    service = await register(counter)
    visit = await counter.start(service, preset=PRESET, response_mode="direct_post")
    early = await evidence_of(visit)
    assert early.status_code == 409
    assert is_problem(early, "presentation_open")
    await visit.post({"error": "access_denied"})
    assert (await evidence_of(visit)).status_code == 404


async def test_no_claim_value_is_readable_in_any_file_and_nothing_is_left_after_its_day(
    counter: Counter, tmp_path: Path
) -> None:
    visit = await shown(counter, await register(counter))
    await visit.fetch()
    jwe = (await evidence_of(visit)).content
    files = files_of(tmp_path / "run")
    pieces = [jwe[start : start + 48] for start in range(0, len(jwe) - 48, 48)]
    held = [piece for piece in pieces for data in files.values() if piece in data]
    assert len(held) > len(pieces) / 2, "the search looks in the right files"
    assert {path.name for path, data in files.items() if found_in(data)} == set()
    counter.desk.clock.advance(days=DAYS)
    assert (await evidence_of(visit)).status_code == 404
    await counter.desk.verifier.kept.tidy(counter.desk.clock.now())
    for path, data in files_of(tmp_path / "run").items():
        assert not [piece for piece in pieces if piece in data], path


async def test_what_a_person_is_asked_says_that_evidence_is_kept(counter: Counter) -> None:
    """Shown at consent: the signed registration in the request has purpose and days."""
    visit = await counter.start(await register(counter), preset=PRESET)
    [info] = visit.request["verifier_info"]
    evidence = claims_of(info["data"])["evidence"]
    assert evidence["days"] == DAYS
    assert set(evidence["purposes"]) == {"en-CA", "fr-CA"}

"""Planted values: what a person shows stands in no file, no log and no address of the verifier's.

Between the verdict and the fetch there is only ciphertext; after the fetch there is not even that.
"""

import base64
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
import structlog

from specs.sd_jwt import PlanPath
from tests.verifier.issuing import PERSON, public_key
from tests.verifier.web.counter import Counter, Visit, opened_counter
from verifier.domain.presentation import RESULT_LIFETIME
from verifier.store.sqlite import SqliteVerifierStore

WHO: tuple[PlanPath, ...] = (("given_name",), ("family_name",), ("birthdate",), ("address", "street_address"))
HOLDER = (public_key("holder").members["x"], public_key("holder").thumbprint)


def spellings(value: str) -> Iterator[bytes]:
    """As it is, as JSON escapes it, and as base64 shows it at each of three offsets."""
    yield value.encode()
    for offset in range(3):
        encoded = base64.urlsafe_b64encode(b"\x00" * offset + value.encode())
        # Characters that depend on what stands around the value are left out.
        yield encoded[4 if offset else 0 : -4]
        yield encoded[4 if offset else 0 : -4].replace(b"-", b"+").replace(b"_", b"/")


PLANTED = [
    spelling
    for value in ("Planted-Maya", "Planted-Tremblay", "118 Planted Ave", PERSON["birthdate"], *HOLDER)
    for spelling in spellings(value)
]


def found_in(data: bytes) -> list[bytes]:
    return [spelling for spelling in PLANTED if spelling in data]


def files_of(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


async def ciphertexts(counter: Counter) -> list[bytes]:
    """What the store holds of results now: ciphertexts and their wrapped keys."""
    store = counter.desk.store
    assert isinstance(store, SqliteVerifierStore)
    rows = await store._rows("SELECT wrapped_key, ciphertext FROM verifier_presentation")
    return [bytes(part) for row in rows for part in row.values() if part is not None]


async def shown(counter: Counter) -> Visit:
    visit = await counter.start(preset="identity")
    assert (await visit.show(visit.card(*WHO))).status_code == 200
    assert await visit.state() == "accepted"
    return visit


def test_the_search_finds_what_it_looks_for() -> None:
    for planted in ("Planted-Maya", PERSON["birthdate"]):
        for before in range(4):
            text = orjson.dumps(["s" * before, "given_name", planted])
            assert found_in(text)
            assert found_in(base64.urlsafe_b64encode(text))


async def test_a_result_is_unreadable_while_it_waits_and_gone_when_it_was_fetched(tmp_path: Path) -> None:
    async with opened_counter(tmp_path) as counter:
        visit = await shown(counter)
        sealed = await ciphertexts(counter)
        files = files_of(tmp_path)
        assert len(sealed) == 2
        assert any(sealed[1] in data for data in files.values()), "the search looks in the right files"
        assert {path.name: found_in(data) for path, data in files.items() if found_in(data)} == {}

        answer = await visit.fetch()
        assert found_in(answer.content)
        assert not await ciphertexts(counter)
        for path, data in files_of(tmp_path).items():
            assert not found_in(data), path
            for part in sealed:
                assert part not in data, path
                assert part[:32] not in data, path


async def test_a_result_that_nobody_fetched_is_gone_after_its_time(tmp_path: Path) -> None:
    async with opened_counter(tmp_path) as counter:
        await shown(counter)
        sealed = await ciphertexts(counter)
        now = counter.desk.clock.now() + RESULT_LIFETIME + timedelta(seconds=1)
        assert await counter.desk.store.purge_results(now - RESULT_LIFETIME) == 1
        for path, data in files_of(tmp_path).items():
            for part in sealed:
                assert part not in data, path


async def test_no_secret_of_a_transaction_is_kept_in_the_clear(tmp_path: Path) -> None:
    async with opened_counter(tmp_path) as counter:
        visit = await shown(counter)
        secret = base64.b64decode(visit.service._auth_header.split()[1]).partition(b":")[2]
        management = counter.management["Authorization"].removeprefix("Bearer ").encode()
        for path, data in files_of(tmp_path).items():
            assert visit.started["transaction_id"].encode() not in data, path
            assert secret not in data, path
            assert management not in data or path.name == "management.token", path


@pytest.mark.parametrize("end", ["accepted", "forged", "refused", "malformed", "fetched by another"])
async def test_the_log_has_no_values(tmp_path: Path, end: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with structlog.testing.capture_logs() as lines:
        async with opened_counter(tmp_path) as counter:
            visit = await counter.start(preset="identity")
            await finish(visit, end)
            await visit.look()
            await visit.fetch()
    assert lines
    # The test's own HTTP client writes down what it calls.
    foreign = [record.getMessage() for record in caplog.records if not record.name.startswith("http")]
    said = [repr(line) for line in lines] + foreign
    secrets = (
        visit.started["transaction_id"],
        visit.request["nonce"],
        visit.request["state"],
        counter.management["Authorization"].removeprefix("Bearer "),
        visit.service._auth_header.removeprefix("Basic "),
    )
    for text in said:
        assert not found_in(text.encode()), text
        assert not [secret for secret in secrets if secret in text], text


async def finish(visit: Visit, end: str) -> Any:
    if end == "forged":
        return await visit.show(visit.card(*WHO, key="thief"))
    if end == "refused":
        return await visit.post({"error": "access_denied", "error_description": "Planted-Maya says no"})
    if end == "malformed":
        await visit.post({"vp_token": '{"photo_card": "Planted-Maya"}'})
        return await visit.post({"vp_token": '{"Planted-Maya": ["Planted-Tremblay"]}', "Planted-Maya": "1"})
    await visit.show(visit.card(*WHO))
    if end == "fetched by another":
        await visit.fetch(await visit.counter.register())
    return None

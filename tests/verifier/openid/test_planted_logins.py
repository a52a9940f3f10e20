"""Planted values in logins: in no file but sealed, in no log or address, gone with the token (7.21)."""

import logging
from pathlib import Path

import pytest
import structlog

from tests.verifier.openid.relying import SECRET, opened_library
from tests.verifier.openid.signing_in import NUMBER, WHO, Person, asking
from tests.verifier.test_planted_values import files_of, found_in, spellings
from tests.verifier.web.page_visitors import browser_of
from verifier.app.openid.tasks import purge_openid

NUMBERS = list(spellings(NUMBER))
PRESETS = {"identity": WHO, "sign-in": (("personal_administrative_number",),)}


def planted_in(data: bytes) -> list[bytes]:
    return [*found_in(data), *(one for one in NUMBERS if one in data)]


@pytest.mark.parametrize("preset", PRESETS)
async def test_7_21_claims_are_sealed_until_the_token_ends_and_then_gone(tmp_path: Path, preset: str) -> None:
    async with opened_library(tmp_path) as library:
        relying = await library.client()
        async with browser_of(library.counter) as browser:
            person = Person(library.counter, browser)
            fields = asking(relying, scope=f"openid {preset}")
            back = await person.sign_in(fields, paths=PRESETS[preset])
        assert not [path for path, data in files_of(tmp_path).items() if planted_in(data)]
        tokens = (await relying.exchange(back.code)).json()
        told = (await relying.userinfo(tokens["access_token"])).json()
        assert found_in(str(told).encode()) or preset == "sign-in"
        for path, data in files_of(tmp_path).items():
            assert not planted_in(data), path
            for secret in (back.code, tokens["access_token"], SECRET, tokens["id_token"]):
                assert secret.encode() not in data, path
        desk = library.counter.desk
        desk.clock.advance(minutes=5)
        await purge_openid(desk.verifier, desk.clock.now())
        for path, data in files_of(tmp_path).items():
            assert told["sub"].encode() not in data, path
            assert not planted_in(data), path


@pytest.mark.parametrize("preset", PRESETS)
async def test_7_21_neither_logs_nor_addresses_have_values_subjects_or_secrets(
    tmp_path: Path, preset: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with structlog.testing.capture_logs() as lines:
        async with opened_library(tmp_path) as library:
            relying = await library.client()
            async with browser_of(library.counter) as browser:
                person = Person(library.counter, browser)
                fields = asking(relying, scope=f"openid {preset}", claims='{"id_token":{"birthdate":null}}')
                back = await person.sign_in(fields, paths=PRESETS[preset])
            answer = await relying.exchange(back.code)
            again = await relying.exchange(back.code)
            assert again.status_code == 400
            tokens = answer.json()
            assert (await relying.userinfo(tokens["access_token"])).status_code == 401
            claims = await relying.read(tokens["id_token"])
            events = await library.counter.desk.store.latest(999)
    assert lines
    foreign = [record.getMessage() for record in caplog.records if not record.name.startswith("http")]
    secrets = (back.code, tokens["access_token"], tokens["id_token"], SECRET, claims["sub"], claims["nonce"])
    for text in [*(repr(line) for line in lines), *foreign, *(repr(one) for one in events)]:
        assert not planted_in(text.encode()), text
        assert not [one for one in secrets if one in text], text
    address = f"{back.uri}?{back.parameters}"
    assert not planted_in(address.encode())
    assert claims["sub"] not in address

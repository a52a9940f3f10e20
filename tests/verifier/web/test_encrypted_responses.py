"""Encrypted answers over HTTP: whatever is sent instead, races, and limits of the settings."""

import asyncio
import json
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from pydantic import ValidationError

from tests.verifier.surroundings import encrypted_text, settings_for_tests
from tests.verifier.web.counter import FORM, Counter, Visit, is_oauth_error, is_sent_back, opened_counter
from verifier.domain.presentation import RequestId


async def start(counter: Counter) -> Visit:
    return await counter.start(response_mode="direct_post.jwt")


async def raw(visit: Visit, body: str) -> httpx.Response:
    return await visit.counter.http.post(
        visit.response_uri, content=body.encode(), headers={"content-type": FORM}
    )


def bodies(visit: Visit, other: Visit) -> dict[str, str]:
    token = {"photo_card": [visit.card()]}
    state = visit.request["state"]
    members = {"vp_token": token, "state": state}
    good = encrypted_text(visit.request, members)
    header, key, iv, ciphertext, tag = good.split(".")

    def response(text: str, **more: str) -> str:
        return urlencode({"response": text, **more})

    return {
        "in the clear": urlencode({"vp_token": json.dumps(token), "state": state}),
        "both": response(good, vp_token=json.dumps(token), state=state),
        "with an error": response(good, error="access_denied", state=state),
        "twice": f"{response(good)}&{response(good)}",
        "empty": response(""),
        "no dots": response("A" * 100),
        "four parts": response(good.rpartition(".")[0]),
        "six parts": response(f"{good}.x"),
        "a key in it": response(f"{header}.AAAA.{iv}.{ciphertext}.{tag}"),
        "cut short": response(f"{header}.{key}.{iv}.{ciphertext}.{tag[:8]}"),
        "another tag": response(f"{header}.{key}.{iv}.{ciphertext}.{'A' * 22}"),
        "another iv": response(f"{header}.{key}.{'A' * 16}.{ciphertext}.{tag}"),
        "header of another": response(
            f"{encrypted_text(visit.request, members).partition('.')[0]}.{key}.{iv}.{ciphertext}.{tag}"
        ),
        "for another request": response(encrypted_text(other.request, members)),
        "a JWS": response(visit.card().partition("~")[0]),
        "not ascii": response("é.é.é.é.é"),
        "without state": response(encrypted_text(visit.request, {"vp_token": token})),
        "state of another": response(
            encrypted_text(visit.request, {"vp_token": token, "state": other.request["state"]})
        ),
        "state outside only": response(encrypted_text(visit.request, {"vp_token": token}), state=state),
        "nothing inside": response(encrypted_text(visit.request, {"state": state})),
        "an empty token": response(encrypted_text(visit.request, {"vp_token": {}, "state": state})),
        "draft form": response(
            encrypted_text(visit.request, {"vp_token": {"photo_card": visit.card()}, "state": state})
        ),
        "nested jwe": response(encrypted_text(visit.request, {"response": good, "state": state})),
    }


async def test_5_23_rubbish_leaves_the_request_open(counter: Counter) -> None:
    visit, other = await start(counter), await start(counter)
    for defect, body in bodies(visit, other).items():
        answer = await raw(visit, body)
        assert answer.status_code == 400, defect
        assert is_oauth_error(answer), defect
        assert await visit.state() == "retrieved", defect
    assert is_sent_back(await visit.show(visit.card()))
    assert await visit.state() == "accepted"


async def test_5_23_an_encrypted_refusal(counter: Counter) -> None:
    visit = await start(counter)
    refusal = {"error": "access_denied", "state": visit.request["state"]}
    assert is_sent_back(await raw(visit, urlencode({"response": encrypted_text(visit.request, refusal)})))
    assert await visit.state() == "cancelled"


async def test_an_encrypted_answer_where_none_was_asked_for(counter: Counter) -> None:
    plain, other = await counter.start(), await start(counter)
    members = {"vp_token": {"photo_card": [plain.card()]}, "state": plain.request["state"]}
    answer = await raw(plain, urlencode({"response": encrypted_text(other.request, members)}))
    assert answer.status_code == 400
    assert await plain.state() == "retrieved"


async def test_5_31_sixteen_encrypted_answers_at_once_have_one_winner(counter: Counter) -> None:
    visit = await start(counter)
    answers = await asyncio.gather(*(visit.show(visit.card()) for _ in range(16)))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 15
    assert await visit.state() == "accepted"


async def test_an_answer_and_two_readers_at_once(counter: Counter) -> None:
    """Whatever the order: nobody reads the result twice, and nobody reads half of it."""
    for _ in range(8):
        visit = await start(counter)
        answer, *reads = await asyncio.gather(visit.show(visit.card()), visit.fetch(), visit.fetch())
        assert answer.status_code == 200
        codes = sorted(read.status_code for read in reads)
        assert codes in ([409, 409], [200, 409], [200, 410])
        assert (await visit.fetch()).status_code == (410 if 200 in codes else 200)


async def test_a_reader_and_the_end_of_the_time_at_once(counter: Counter) -> None:
    visit = await start(counter)
    await visit.show(visit.card())
    desk = counter.desk
    desk.clock.moment += desk.settings.result_lifetime
    purge = desk.store.purge_results(desk.clock.now())
    read, _ = await asyncio.gather(visit.fetch(), purge)
    assert read.status_code in (200, 410)
    assert (await visit.fetch()).status_code == 410


async def test_many_encrypted_visits_at_once_do_not_mix(counter: Counter) -> None:
    service = await counter.register()
    wish = {"preset": "identity", "response_mode": "direct_post.jwt"}
    visits = await asyncio.gather(*(counter.start(service, **wish) for _ in range(8)))
    names = [f"Visitor-{number}" for number in range(8)]

    async def answer(number: int) -> None:
        credential = counter.issuer.issue({"family_name": names[number], "birthdate": "2000-01-01"})
        card = visits[number].card(("family_name",), ("birthdate",), credential=credential)
        assert (await visits[number].show(card)).status_code == 200

    await asyncio.gather(*map(answer, range(8)))
    results = await asyncio.gather(*(visit.fetch() for visit in visits))
    assert [result.json()["claims"]["photo_card"]["family_name"] for result in results] == names


async def test_5_22_every_end_has_another_code_and_none_is_stored(counter: Counter) -> None:
    codes = []
    for refuses in (False, True, False):
        visit = await start(counter)
        answer = await (visit.post({"error": "access_denied"}) if refuses else visit.show(visit.card()))
        assert is_sent_back(answer)
        codes.append(answer.json()["redirect_uri"].rpartition("=")[2])
        assert codes[-1] not in (await visit.look()).text + (await visit.fetch()).text
    assert len(set(codes)) == 3
    written = b"".join(path.read_bytes() for path in Path(counter.var_dir).parent.glob("verifier.db*"))
    assert written
    assert not [code for code in codes if code.encode() in written]


async def test_5_24_the_key_is_on_no_disk_any_more_once_the_presentation_is_over(counter: Counter) -> None:
    """Fetched, or timed out: neither in the file nor in its log, although it was only there wrapped."""
    folder = Path(counter.var_dir).parent

    def written() -> bytes:
        return b"".join(path.read_bytes() for path in folder.glob("verifier.db*"))

    fetched, late = await start(counter), await start(counter)
    wrapped = []
    for visit in (fetched, late):
        request_id = RequestId(visit.response_uri.rpartition("/")[2])
        found = await counter.desk.store.find_by_request(request_id)
        assert found is not None
        assert found.response_key is not None
        wrapped.append(found.response_key)
    assert all(key in written() for key in wrapped)
    await fetched.show(fetched.card())
    assert (await fetched.fetch()).status_code == 200
    assert wrapped[0] not in written()
    counter.desk.clock.advance(minutes=5)
    assert await counter.desk.store.expire(counter.desk.clock.now()) == 1
    assert wrapped[1] not in written()


async def test_how_much_a_wallet_may_send_is_a_setting(tmp_path: Path) -> None:
    async with opened_counter(tmp_path, max_response_bytes=64 * 1024) as counter:
        visit = await start(counter)
        assert (await raw(visit, "response=" + "A" * 64 * 1024)).status_code == 413
        assert (await raw(visit, "response=" + "A" * 63 * 1024)).status_code == 400
        assert is_sent_back(await visit.show(visit.card()))


async def test_how_long_results_are_kept_is_a_setting(tmp_path: Path) -> None:
    async with opened_counter(tmp_path, result_seconds=420) as counter:
        visit = await start(counter)
        await visit.show(visit.card())
        counter.desk.clock.advance(seconds=421)
        assert (await visit.fetch()).status_code == 410


@pytest.mark.parametrize(
    "wrong",
    [
        {"presentation_seconds": 29},
        {"presentation_seconds": 3601},
        {"result_seconds": 419},
        {"result_seconds": 86_401},
        {"max_response_bytes": 1024},
        {"max_response_bytes": 9 * 1024 * 1024},
        {"client_id": "redirect_uri:https://verifier.example"},
        {"client_id": "x509_hash:abc"},
        {"client_id": "origin:https://verifier.example"},
        {"client_id": "é"},
        {"client_id": "a" * 3000},
    ],
)
def test_settings_that_make_no_sense_stop_the_start(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        settings_for_tests(**wrong)

"""``verified_claims`` of logins: only when asked for, only what the preset gives (7.20)."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from specs.openid_connect import VERIFIED_CLAIMS, parse_claims_parameter
from tests.verifier.holder import NINETEEN
from tests.verifier.issuing import ISSUER as CARD_ISSUER
from tests.verifier.issuing import PERSON, PHOTO_CARD
from tests.verifier.openid.presets import card, path, preset
from tests.verifier.openid.relying import CALLBACK, ISSUER, SECRET, Library, Relying, opened_library
from tests.verifier.openid.signing_in import NUMBER_ONLY, WHO, Person, asking, back_at
from tests.verifier.surroundings import settings_for_tests
from tests.verifier.test_planted_values import files_of, found_in
from tests.verifier.web.page_visitors import browser_of
from verifier.domain.openid.login import Login, LoginRequest
from verifier.domain.presentation import RequestId
from verifier.domain.relying_service import ClientId

FRAMEWORK = f"{ISSUER}/trust-framework/ontario"
WHO_CLAIMS = {"given_name": None, "family_name": None}


@pytest.fixture
async def person(library: Library) -> AsyncIterator[Person]:
    async with browser_of(library.counter) as browser:
        yield Person(library.counter, browser)


@pytest.fixture
async def relying(library: Library) -> Relying:
    return await library.client()


def wish(claims: Any, **verification: Any) -> dict[str, Any]:
    return {"verification": {"trust_framework": None, **verification}, "claims": claims}


async def told(person: Person, relying: Relying, preset: str = "identity", **places: Any) -> dict[str, Any]:
    """The claim ``verified_claims`` by where it came. ``places``: what is asked for there."""
    claims = json.dumps({place: {VERIFIED_CLAIMS: asked} for place, asked in places.items()})
    paths = {"identity": WHO, "age-19-or-over": (NINETEEN,), "sign-in": NUMBER_ONLY}[preset]
    back = await person.sign_in(asking(relying, scope=f"openid {preset}", claims=claims), paths=paths)
    tokens = (await relying.exchange(back.code)).json()
    userinfo = (await relying.userinfo(tokens["access_token"])).json()
    found = {"id_token": await relying.read(tokens["id_token"]), "userinfo": userinfo}
    return {place: found[place][VERIFIED_CLAIMS] for place in found if VERIFIED_CLAIMS in found[place]}


async def test_7_20_what_is_asked_for_where_it_is_asked_for(person: Person, relying: Relying) -> None:
    evidence = [{"type": {"value": "document"}, "document_details": {"type": None, "issuer": {"name": None}}}]
    found = await told(
        person,
        relying,
        userinfo=wish(WHO_CLAIMS, time=None, evidence=evidence),
        id_token=wish({"birthdate": {"essential": True}, "email": {"essential": True}}),
    )
    assert found["id_token"] == {
        "verification": {"trust_framework": FRAMEWORK},
        "claims": {"birthdate": PERSON["birthdate"]},
    }
    at = datetime.fromisoformat(found["userinfo"]["verification"].pop("time"))
    assert timedelta() <= relying.now - at < timedelta(minutes=1)
    assert at.tzinfo == UTC
    assert not at.microsecond
    details = {"type": PHOTO_CARD, "issuer": {"name": CARD_ISSUER}}
    assert found["userinfo"] == {
        "verification": {
            "trust_framework": FRAMEWORK,
            "evidence": [{"type": "document", "document_details": details}],
        },
        "claims": {name: PERSON[name] for name in WHO_CLAIMS},
    }


async def test_7_20_nobody_is_told_who_does_not_ask(person: Person, relying: Relying) -> None:
    assert await told(person, relying) == {}
    assert (await told(person, relying, id_token=wish(WHO_CLAIMS))).keys() == {"id_token"}
    assert (await told(person, relying, userinfo=wish(WHO_CLAIMS))).keys() == {"userinfo"}


@pytest.mark.parametrize(
    "asked",
    [
        wish(WHO_CLAIMS, trust_framework={"value": "eidas"}),
        wish(WHO_CLAIMS, assurance_level={"value": "high"}),
        wish(WHO_CLAIMS, assurance_level={"essential": True}),
        wish(WHO_CLAIMS, evidence=[{"type": {"value": "electronic_record"}}]),
        wish({"email": None, "personal_administrative_number": None, "sub": None}),
        [wish({"given_name": {"value": "Somebody else"}}), wish({"address": None})],
    ],
    ids=range(6),
)
async def test_7_20_left_out_as_a_whole_and_no_error(person: Person, relying: Relying, asked: Any) -> None:
    assert await told(person, relying, userinfo=asked, id_token=asked) == {}


async def test_7_20_several_sets_and_a_framework_that_is_ours(person: Person, relying: Relying) -> None:
    gold = wish(WHO_CLAIMS, trust_framework={"value": "gold"})
    ours = wish({"given_name": None}, trust_framework={"values": ["gold", FRAMEWORK]}, time={"max_age": 0})
    found = await told(person, relying, userinfo=[gold, ours])
    [only] = found["userinfo"]
    assert only["claims"] == {"given_name": PERSON["given_name"]}
    assert only["verification"].keys() == {"trust_framework", "time"}


async def test_7_20_never_more_than_the_preset(person: Person, relying: Relying) -> None:
    """Not of a card that has more, and not the number that subjects are made of."""
    everything = dict.fromkeys([*PERSON, "name", "age_19_or_over", "personal_administrative_number"])
    found = await told(person, relying, "age-19-or-over", userinfo=wish(everything))
    assert found["userinfo"]["claims"] == {"age_19_or_over": True}
    assert await told(person, relying, "sign-in", userinfo=wish(everything)) == {}
    found = await told(person, relying, "sign-in", userinfo=wish(None), id_token=wish({}))
    alone = {"verification": {"trust_framework": FRAMEWORK}, "claims": {}}
    assert found == {"userinfo": alone, "id_token": alone}


@pytest.mark.parametrize(
    "asked", [None, [], {"verification": {}, "claims": None}, wish(WHO_CLAIMS, time="now"), wish("all")]
)
async def test_7_20_malformed_goes_back_to_the_client(person: Person, relying: Relying, asked: Any) -> None:
    claims = json.dumps({"userinfo": {VERIFIED_CLAIMS: asked}})
    back = back_at(await person.ask(asking(relying, claims=claims)))
    assert (back.error, back.parameters["state"]) == ("invalid_request", "af0ifjsldkj")


async def test_7_20_too_deep_or_too_long_goes_back_to_the_client(person: Person, relying: Relying) -> None:
    deep = '{"x":' * 20 + "null" + "}" * 20
    head = '{"userinfo":{"verified_claims":{"verification":{"trust_framework":null,"x":'
    for text in (f'{head}{deep}}},"claims":null}}}}}}', f'{head}"{"x" * 8192}"}},"claims":null}}}}}}'):
        assert back_at(await person.ask(asking(relying, claims=text))).error == "invalid_request"


async def test_7_20_pushed_and_kept(person: Person, relying: Relying) -> None:
    """Through the pushed request and both rows in between."""
    claims = json.dumps({"userinfo": {VERIFIED_CLAIMS: wish({"given_name": None})}})
    fields = asking(relying, scope="openid identity", claims=claims)
    http = relying.counter.http
    answer = await http.post(f"{ISSUER}/par", data=fields, auth=(relying.client_id, SECRET))
    assert answer.status_code == 201, answer.text
    taken = {"client_id": relying.client_id, "request_uri": answer.json()["request_uri"]}
    tokens = (await relying.exchange((await person.sign_in(taken, paths=WHO)).code)).json()
    found = (await relying.userinfo(tokens["access_token"])).json()
    assert found[VERIFIED_CLAIMS]["claims"] == {"given_name": PERSON["given_name"]}


async def test_7_20_a_repeated_login_has_none(library: Library, person: Person) -> None:
    """A session holds no claims: who asks for some gets a presentation, or with ``prompt=none`` nothing."""
    relying = await library.client(reauthentication_window=timedelta(hours=1))
    await told(person, relying, userinfo=wish(WHO_CLAIMS))
    claims = json.dumps({place: {VERIFIED_CLAIMS: wish(WHO_CLAIMS)} for place in ("userinfo", "id_token")})
    fields = asking(relying, scope="openid identity", claims=claims)
    assert "/present/" in (await person.ask(fields)).headers["location"]
    back = back_at(await person.ask({**fields, "prompt": "none"}))
    tokens = (await relying.exchange(back.code)).json()
    assert VERIFIED_CLAIMS not in await relying.read(tokens["id_token"])
    assert (await relying.userinfo(tokens["access_token"])).json().keys() == {"sub"}


async def test_7_20_wishes_and_answers_are_sealed(tmp_path: Path) -> None:
    """7.21: a wish may say what the client believes of somebody; it is in no file, nor is the answer."""
    claims = {"given_name": {"value": PERSON["given_name"]}, "birthdate": {"values": [PERSON["birthdate"]]}}
    text = json.dumps({"id_token": {VERIFIED_CLAIMS: wish(claims)}})
    async with opened_library(tmp_path) as library, browser_of(library.counter) as browser:
        person, relying = Person(library.counter, browser), await library.client()
        fields = asking(relying, scope="openid identity", claims=text)
        page = await person.begin(fields)
        assert not [path for path, data in files_of(tmp_path).items() if found_in(data)]
        await person.present(page, paths=WHO)
        back = back_at(await person.go_on(page))
        assert not [path for path, data in files_of(tmp_path).items() if found_in(data)]
        tokens = (await relying.exchange(back.code)).json()
        found = (await relying.read(tokens["id_token"]))[VERIFIED_CLAIMS]
        assert found["claims"] == {name: PERSON[name] for name in claims}
        assert not [path for path, data in files_of(tmp_path).items() if found_in(data)]


@pytest.mark.parametrize(("sets", "is_told"), [(5, True), (8, False)])
async def test_7_20_no_more_is_kept_than_can_be_read(library: Library, sets: int, is_told: bool) -> None:
    """Every set may repeat a large claim; a client cannot fill the store with one login."""
    verified = library.counter.desk.verifier.openid.logins.finish.verified
    text = json.dumps({"userinfo": {VERIFIED_CLAIMS: [wish({"portrait": None})] * sets}})
    now, client_id = library.counter.desk.clock.now(), ClientId("oc-1")
    request = LoginRequest(
        client_id=client_id,
        redirect_uri=CALLBACK,
        preset="test",
        acr="acr",
        verified=verified.keep(parse_claims_parameter(text), client_id),
    )
    login = Login(request_id=RequestId("r"), request=request, locale="en-CA", created_at=now, expires_at=now)
    claims = {"portrait": "x" * 200_000}
    assert bool(verified.answer(login, preset(card(path("portrait"))), {}, claims, now)) is is_told


@pytest.mark.parametrize("text", ["ontario", "https://a b", "https:", ":x", "urn:x\n", "urn:" + "x" * 501])
def test_7_20_a_framework_is_a_uri(text: str) -> None:
    with pytest.raises(ValidationError):
        settings_for_tests(openid_trust_framework=text)


async def test_7_20_announced(library: Library) -> None:
    """Identity Assurance section 8: no list is empty, and every claim that may come is named."""
    found = (await library.counter.http.get(f"{ISSUER}/.well-known/openid-configuration")).json()
    assert found["verified_claims_supported"] is True
    assert found["trust_frameworks_supported"] == [FRAMEWORK]
    assert found["evidence_supported"] == ["document"]
    assert PHOTO_CARD in found["documents_supported"]
    supported = set(found["claims_in_verified_claims_supported"])
    assert {"given_name", "name", "birthdate", "age_19_or_over"} <= supported
    assert not {"personal_administrative_number", "sub"} & supported


async def test_7_20_the_operators_own_framework(tmp_path: Path) -> None:
    async with opened_library(tmp_path, openid_trust_framework="urn:example:rules:1") as library:
        found = (await library.counter.http.get(f"{ISSUER}/.well-known/openid-configuration")).json()
        assert found["trust_frameworks_supported"] == ["urn:example:rules:1"]
        async with browser_of(library.counter) as browser:
            person, relying = Person(library.counter, browser), await library.client()
            answer = await told(person, relying, userinfo=wish(None))
    assert answer["userinfo"]["verification"] == {"trust_framework": "urn:example:rules:1"}

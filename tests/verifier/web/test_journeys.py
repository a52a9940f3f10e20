"""Journeys 4, 5 and 6 over HTTP: what an employer, a service for businesses and a clerk are told."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from specs.sd_jwt import PlanPath
from specs.token_status_list import StatusOutcome
from tests.verifier.domain.preset_files import AUTHORITY, LICENCE
from tests.verifier.holder import NINETEEN, present
from tests.verifier.issuing import AGE, PERSON, PROOF_OF_AGE, SimulatedIssuer, stranger
from tests.verifier.services.test_journeys import (
    ACTS_FOR,
    ACTS_FOR_PLAN,
    CLASS_G,
    DRIVER,
    DRIVER_PLAN,
    NAMES,
    TRUST,
    WHO,
)
from tests.verifier.web.counter import Counter, Visit, is_sent_back, opened_counter

ISSUER = SimulatedIssuer()


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Counter]:
    """Trusts the issuer for every type that the presets ask for."""
    async with opened_counter(tmp_path, trust=TRUST) as counter:
        yield counter


async def ask(desk: Counter, preset: str) -> Visit:
    return await desk.start(await desk.register(preset), preset=preset)


async def show(visit: Visit, **shown: str) -> httpx.Response:
    """What a wallet is told that shows these, by query id."""
    token = orjson.dumps({query_id: [text] for query_id, text in shown.items()}).decode()
    return await visit.post({"vp_token": token})


async def answer(visit: Visit, **shown: str) -> dict[str, Any]:
    """The result, after a wallet has shown these."""
    await show(visit, **shown)
    return await result_of(visit)


async def result_of(visit: Visit) -> dict[str, Any]:
    fetched = await visit.fetch()
    assert fetched.status_code == 200, fetched.text
    result: dict[str, Any] = fetched.json()
    return result


def licence(visit: Visit, *shown: PlanPath, **claims: Any) -> str:
    return present(ISSUER.issue(DRIVER | claims, DRIVER_PLAN, vct=LICENCE), visit.binding(), *shown)


async def test_journey_4_a_licence_class_for_an_employer(desk: Counter) -> None:
    visit = await ask(desk, "licence-class")
    result = await answer(visit, drivers_licence=licence(visit, *CLASS_G, *NAMES))
    assert (result["outcome"], result["clerk_outcome"]) == ("accepted", "valid")
    assert set(result["claims"]["drivers_licence"]) == {
        *("given_name", "family_name", "ca.on.licence_class", "ca.on.licence_expires_on")
    }
    assert result["claims"]["drivers_licence"]["ca.on.licence_class"] == {"G": True}


async def test_journey_4_a_licence_that_has_run_out(desk: Counter) -> None:
    visit = await ask(desk, "licence-class")
    old = licence(visit, *CLASS_G, *NAMES, **{"ca.on.licence_expires_on": "2026-01-01"})
    result = await answer(visit, drivers_licence=old)
    assert (result["outcome"], result["clerk_outcome"]) == ("rejected", "expired")
    assert [one["code"] for one in result["reasons"]] == ["last_day_passed"]
    assert result["claims"] == {}


def both(visit: Visit, card: str = "", **claims: Any) -> dict[str, str]:
    mandate = ISSUER.issue(ACTS_FOR | claims, ACTS_FOR_PLAN, vct=AUTHORITY, holder="director")
    return {
        "person": present(card or ISSUER.issue(), visit.binding(), *WHO),
        "authority": present(mandate, visit.binding(key="director"), *WHO),
    }


async def test_journey_5_a_person_and_their_business_in_one_answer(desk: Counter) -> None:
    visit = await ask(desk, "business-authority")
    result = await answer(visit, **both(visit))
    assert (result["outcome"], result["clerk_outcome"]) == ("accepted", "valid")
    assert result["claims"]["authority"]["ca.on.business_number"] == "BR-000000001"
    assert result["claims"]["person"]["given_name"] == "Planted-Maya"


async def test_journey_5_somebody_elses_business(desk: Counter) -> None:
    visit = await ask(desk, "business-authority")
    result = await answer(visit, **both(visit, given_name="Planted-Eve"))
    assert (result["outcome"], result["clerk_outcome"]) == ("rejected", "does_not_meet_the_requirement")
    assert [one["code"] for one in result["reasons"]] == ["holders_differ"]
    assert result["claims"] == {}


async def test_journey_5_a_namesakes_business(desk: Counter) -> None:
    """Two people have one name: her card and another one's authority are not one person's."""
    visit = await ask(desk, "business-authority")
    result = await answer(visit, **both(visit, birthdate="1961-02-03"))
    assert (result["outcome"], result["clerk_outcome"]) == ("rejected", "does_not_meet_the_requirement")
    assert [one["code"] for one in result["reasons"]] == ["holders_differ"]
    assert result["claims"] == {}


async def test_journey_5_the_same_name_and_nothing_else_is_not_enough_to_tell(desk: Counter) -> None:
    visit = await ask(desk, "business-authority")
    unknown = {"birthdate": "1994"}
    result = await answer(visit, **both(visit, ISSUER.issue(PERSON | unknown), **unknown))
    assert (result["outcome"], result["clerk_outcome"]) == ("undetermined", "cannot_tell")
    [reason] = result["reasons"]
    assert reason["code"] == "same_name_only"
    assert "same name" in reason["text"]["en-CA"]
    assert "même nom" in reason["text"]["fr-CA"]
    assert "date of birth" in reason["advice"]["en-CA"]
    assert result["claims"] == {}


TOO_YOUNG = {"age_equal_or_over": {"18": True, "19": False, "65": False}}
EIGHT: dict[str, dict[str, Any]] = {
    "valid": {},
    "does_not_meet_the_requirement": {
        "claims": {"age_equal_or_over": {"19": False, "18": True, "65": False}}
    },
    "expired": {"later": {"days": 100}},
    "revoked": {"status": StatusOutcome.INVALID},
    "suspended": {"status": StatusOutcome.SUSPENDED},
    "not_genuine": {"key": "thief"},
    "not_trusted": {"issuer": stranger()},
    "cannot_tell": {"status": StatusOutcome.UNKNOWN},
}


@pytest.mark.parametrize("outcome", EIGHT)
async def test_journey_6_a_clerk_is_told_one_word_and_what_to_do(desk: Counter, outcome: str) -> None:
    case = EIGHT[outcome]
    credential = case.get("issuer", ISSUER).issue_proof_of_age(case.get("claims", AGE))
    desk.desk.clock.advance(**case.get("later", {}))
    desk.desk.statuses.outcome = case.get("status", StatusOutcome.VALID)
    visit = await ask(desk, "age-19-or-over")
    shown = present(credential, visit.binding(key=case.get("key", "holder")), NINETEEN)
    told = await show(visit, proof_of_age=shown)
    result = await result_of(visit)
    assert result["clerk_outcome"] == outcome
    for texts in (result["advice"], *(one["advice"] for one in result["reasons"])):
        assert all(texts[language].endswith(".") for language in ("en-CA", "fr-CA"))
    # A wallet is told of a forgery, and of no other outcome.
    assert is_sent_back(told) is (outcome != "not_genuine")
    assert told.status_code == (400 if outcome == "not_genuine" else 200)


async def test_types_that_the_presets_ask_for_are_named_in_the_request(desk: Counter) -> None:
    visit = await ask(desk, "age-19-or-over")
    first, *_ = visit.request["dcql_query"]["credentials"]
    assert first["meta"]["vct_values"] == [PROOF_OF_AGE]

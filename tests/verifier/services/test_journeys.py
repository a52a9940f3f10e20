"""Journeys 4, 5 and 6 of product.md at the verifier: a licence, a business, all that a clerk can be told."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from specs.sd_jwt import DisclosurePlan, PlanPath
from specs.token_status_list import StatusOutcome
from tests.verifier.domain.preset_files import AUTHORITY, LICENCE, RESIDENCE
from tests.verifier.holder import NINETEEN, Binding, present
from tests.verifier.issuing import (
    AGE,
    AGE_PLAN,
    NOW,
    PERSON,
    PHOTO_CARD,
    PROOF_OF_AGE,
    SimulatedIssuer,
    stranger,
)
from tests.verifier.services.checking import HONEST, Checker, codes
from verifier.clients.presets import read_preset_files
from verifier.domain.known_types import known_types
from verifier.domain.outcomes import OUTCOME_TEXTS
from verifier.domain.trust import Trust
from verifier.domain.verdict import Accepted, ClerkOutcome, Rejected, Undetermined, Verdict
from verifier.services.results import render_result

ISSUER = SimulatedIssuer()
TRUST = Trust((ISSUER.trusted(PHOTO_CARD, PROOF_OF_AGE, LICENCE, RESIDENCE, AUTHORITY),))
PRESETS = read_preset_files(None, production=True).resolved(known_types(TRUST))
NAME: dict[str, Any] = {"given_name": "Planted-Maya", "family_name": "Planted-Tremblay"}
DRIVER = {
    **NAME,
    "birthdate": "1994-06-14",
    "ca.on.licence_number": "T0001-94061-40614",
    "ca.on.licence_class": {"G": True, "M": False, "A": False},
    "ca.on.licence_expires_on": "2027-06-14",
}
DRIVER_PLAN = DisclosurePlan(
    (
        *((name,) for name in DRIVER if name != "ca.on.licence_class"),
        *(("ca.on.licence_class", one) for one in ("G", "M", "A")),
    )
)
ACTS_FOR = {
    **NAME,
    "birthdate": "1994-06-14",
    "ca.on.business_number": "BR-000000001",
    "ca.on.business_name": {"en": "Planted Bakery"},
    "ca.on.position": "director",
    "ca.on.signing": "alone",
}
BORN: PlanPath = ("birthdate",)
ACTS_FOR_PLAN = DisclosurePlan((("given_name",), ("family_name",), BORN, ("ca.on.position",)))
NAMES: tuple[PlanPath, ...] = (("given_name",), ("family_name",))
WHO: tuple[PlanPath, ...] = (*NAMES, BORN)
ONE_NAME: tuple[PlanPath, ...] = (("family_name",), BORN)
CLASS_G: tuple[PlanPath, ...] = (("ca.on.licence_class", "G"), ("ca.on.licence_expires_on",))


def checker(**more: Any) -> Checker:
    return Checker(TRUST, **more)


async def decide(preset: str, token: dict[str, str], **more: Any) -> Verdict:
    vp_token = {query_id: [one] for query_id, one in token.items()}
    return await checker(**more).decide(vp_token, PRESETS[preset])


def licence(*shown: PlanPath, **claims: Any) -> str:
    return present(ISSUER.issue(DRIVER | claims, DRIVER_PLAN, vct=LICENCE), HONEST, *shown)


async def drives(*shown: PlanPath, **claims: Any) -> Verdict:
    return await decide("licence-class", {"drivers_licence": licence(*shown, **claims)})


async def test_journey_4_an_employer_learns_the_class_and_nothing_else() -> None:
    verdict = await drives(*CLASS_G, *NAMES)
    assert isinstance(verdict, Accepted)
    assert verdict.claims == {
        "drivers_licence": {
            **NAME,
            "ca.on.licence_class": {"G": True},
            "ca.on.licence_expires_on": "2027-06-14",
        }
    }


async def test_journey_4_somebody_with_one_name_is_served() -> None:
    assert isinstance(await drives(*CLASS_G, ("family_name",)), Accepted)


async def test_journey_4_another_class_does_not_meet_the_requirement() -> None:
    none = {"ca.on.licence_class": {"G": False, "M": True, "A": False}}
    for verdict in (await drives(*CLASS_G, *NAMES, **none), await drives(CLASS_G[1], *NAMES)):
        assert isinstance(verdict, Rejected)
        assert codes(verdict) == ["query_not_answered"]
        assert verdict.outcome is ClerkOutcome.DOES_NOT_MEET_THE_REQUIREMENT


async def test_journey_4_a_licence_that_ran_out_before_its_credential() -> None:
    verdict = await drives(*CLASS_G, *NAMES, **{"ca.on.licence_expires_on": "2026-11-21"})
    assert isinstance(verdict, Rejected)
    assert codes(verdict) == ["last_day_passed"]
    assert verdict.outcome is ClerkOutcome.EXPIRED
    assert isinstance(await drives(*CLASS_G, *NAMES, **{"ca.on.licence_expires_on": "2026-11-22"}), Accepted)


@dataclass(frozen=True)
class Both:
    """A person's card and an authority to sign, shown together; each can be another's."""

    person: tuple[PlanPath, ...] = WHO
    authority: tuple[PlanPath, ...] = WHO
    card: str = ""
    mandate: str = ""

    def token(self) -> dict[str, str]:
        card = self.card or ISSUER.issue()
        mandate = self.mandate or acts_for()
        return {
            "person": present(card, HONEST, *self.person),
            "authority": present(mandate, replace(HONEST, key="director"), *self.authority),
        }


def acts_for(**claims: Any) -> str:
    return ISSUER.issue(ACTS_FOR | claims, ACTS_FOR_PLAN, vct=AUTHORITY, holder="director")


async def acts(both: Both, **more: Any) -> Verdict:
    return await decide("business-authority", both.token(), **more)


async def test_journey_5_a_person_may_sign_for_a_business() -> None:
    verdict = await acts(Both())
    assert isinstance(verdict, Accepted)
    assert verdict.claims["person"] == NAME | {"birthdate": "1994-06-14"}
    assert verdict.claims["authority"] == {
        name: value for name, value in ACTS_FOR.items() if name != "ca.on.position"
    }


@pytest.mark.parametrize("missing", ["person", "authority"], ids=["the-business-alone", "the-person-alone"])
async def test_journey_5_one_of_the_two_is_not_enough(missing: str) -> None:
    token = Both().token()
    del token[missing]
    assert codes(await decide("business-authority", token)) == ["query_not_answered"]


async def test_journey_5_somebody_elses_authority_is_refused() -> None:
    """Two wallets that answer together: every signature is good, and the people are not one."""
    other = acts_for(given_name="Planted-Eve")
    verdict = await acts(Both(mandate=other))
    assert isinstance(verdict, Rejected)
    assert codes(verdict) == ["holders_differ"]
    assert verdict.outcome is ClerkOutcome.DOES_NOT_MEET_THE_REQUIREMENT
    assert "Planted" not in repr(verdict)


@pytest.mark.parametrize(
    "shown",
    [
        {"person": ONE_NAME, "authority": ONE_NAME},
        {"person": ONE_NAME},
        {"authority": ONE_NAME},
    ],
)
async def test_journey_5_a_sibling_who_withholds_the_given_name_gets_nowhere(shown: dict[str, Any]) -> None:
    sister = ISSUER.issue(PERSON | {"given_name": "Planted-Eve"})
    verdict = await acts(Both(card=sister, **shown))
    assert isinstance(verdict, Undetermined)
    assert codes(verdict) == ["holders_not_certain"]


async def test_journey_5_a_namesakes_authority_is_refused() -> None:
    verdict = await acts(Both(mandate=acts_for(birthdate="1961-02-03")))
    assert isinstance(verdict, Rejected)
    assert codes(verdict) == ["holders_differ"]


@pytest.mark.parametrize("which", ["person", "authority"])
async def test_journey_5_a_namesake_cannot_withhold_the_date_of_birth(which: str) -> None:
    verdict = await acts(Both(mandate=acts_for(birthdate="1961-02-03"), **{which: NAMES}))
    assert isinstance(verdict, Rejected)
    assert codes(verdict) == ["query_not_answered"]


async def test_journey_5_where_no_issuer_knows_the_day_of_birth_nobody_can_tell() -> None:
    unknown = {"birthdate": "1994"}
    verdict = await acts(Both(card=ISSUER.issue(PERSON | unknown), mandate=acts_for(**unknown)))
    assert isinstance(verdict, Undetermined)
    assert codes(verdict) == ["same_name_only"]
    assert verdict.outcome is ClerkOutcome.CANNOT_TELL


async def test_journey_5_a_childs_card_cannot_stand_for_its_guardian() -> None:
    held = ISSUER.issue(PERSON | {"ca.on.holder_role": "guardian"})
    assert codes(await acts(Both(card=held))) == ["held_by_guardian"]


async def test_journey_5_the_credentials_cannot_change_places() -> None:
    token = Both().token()
    swapped = {"person": token["authority"], "authority": token["person"]}
    assert codes(await decide("business-authority", swapped)) == ["query_not_answered"]
    twice = {"person": token["person"], "authority": token["person"]}
    assert codes(await decide("business-authority", twice)) == ["query_not_answered"]


async def test_journey_5_a_revoked_authority_is_refused_even_where_the_holder_is_not_certain() -> None:
    withheld = Both(person=ONE_NAME, authority=ONE_NAME)
    checking = checker()
    checking.statuses.outcome = StatusOutcome.INVALID
    vp_token = {query_id: [one] for query_id, one in withheld.token().items()}
    verdict = await checking.decide(vp_token, PRESETS["business-authority"])
    assert isinstance(verdict, Rejected)
    assert verdict.outcome is ClerkOutcome.REVOKED


def proof(now_exp: timedelta = timedelta(days=9), issuer: SimulatedIssuer = ISSUER, **binding: Any) -> str:
    draft = issuer.draft(AGE, AGE_PLAN, vct=PROOF_OF_AGE).but(exp=int((NOW + now_exp).timestamp()))
    return present(issuer.sign(draft), Binding(**(_honest() | binding)), NINETEEN)


def _honest() -> dict[str, Any]:
    return {"nonce": HONEST.nonce, "audience": HONEST.audience}


def too_young() -> str:
    minor = ISSUER.issue_proof_of_age({"age_equal_or_over": {"18": True, "19": False, "65": False}})
    return present(minor, HONEST, NINETEEN)


EIGHT: dict[ClerkOutcome, tuple[Callable[[], str], StatusOutcome]] = {
    ClerkOutcome.VALID: (proof, StatusOutcome.VALID),
    ClerkOutcome.DOES_NOT_MEET_THE_REQUIREMENT: (too_young, StatusOutcome.VALID),
    ClerkOutcome.EXPIRED: (lambda: proof(-timedelta(days=1)), StatusOutcome.VALID),
    ClerkOutcome.REVOKED: (proof, StatusOutcome.INVALID),
    ClerkOutcome.SUSPENDED: (proof, StatusOutcome.SUSPENDED),
    ClerkOutcome.NOT_GENUINE: (lambda: proof(key="thief"), StatusOutcome.VALID),
    ClerkOutcome.NOT_TRUSTED: (lambda: proof(issuer=stranger()), StatusOutcome.VALID),
    ClerkOutcome.CANNOT_TELL: (proof, StatusOutcome.UNKNOWN),
}


def test_journey_6_every_outcome_is_shown() -> None:
    assert set(EIGHT) == set(ClerkOutcome) == set(OUTCOME_TEXTS)


@pytest.mark.parametrize("outcome", ClerkOutcome)
async def test_journey_6_every_outcome_comes_with_what_to_do(outcome: ClerkOutcome) -> None:
    shown, status = EIGHT[outcome]
    checking = checker()
    checking.statuses.outcome = status
    verdict = await checking.decide({"proof_of_age": [shown()]}, PRESETS["age-19-or-over"])
    assert verdict.outcome is outcome
    result = render_result("age-19-or-over", verdict, NOW)
    assert result["clerk_outcome"] == outcome.value
    texts = [result["advice"], *(one[part] for one in result["reasons"] for part in ("text", "advice"))]
    assert len(texts) == (1 if outcome is ClerkOutcome.VALID else 3)
    for one in texts:
        assert set(one) == {"en-CA", "fr-CA"}
        assert all(text.strip().endswith(".") for text in one.values())
    # Claims leave the verifier with a yes only.
    assert bool(result["claims"]) is (outcome is ClerkOutcome.VALID)

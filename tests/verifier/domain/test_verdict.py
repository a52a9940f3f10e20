"""The algebra of verdicts: rejected wins over undetermined, and the gravest reason names the outcome."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.domain import reasons
from verifier.domain.verdict import (
    Accepted,
    ClerkOutcome,
    Reason,
    ReasonKind,
    Rejected,
    Undetermined,
    decide,
)

CLAIMS = {"photo_card": {"given_name": "Maya"}}
GRAVITY = (
    ClerkOutcome.NOT_GENUINE,
    ClerkOutcome.NOT_TRUSTED,
    ClerkOutcome.REVOKED,
    ClerkOutcome.SUSPENDED,
    ClerkOutcome.EXPIRED,
    ClerkOutcome.DOES_NOT_MEET_THE_REQUIREMENT,
)
found_reasons = st.lists(st.sampled_from(reasons.ALL).map(Reason), max_size=6)


def kind_with(outcome: ClerkOutcome) -> ReasonKind:
    return next(kind for kind in reasons.ALL if kind.outcome is outcome)


def test_nothing_found_is_accepted_with_the_claims() -> None:
    assert decide([], CLAIMS) == Accepted(CLAIMS)
    assert decide([], CLAIMS).outcome is ClerkOutcome.VALID


def test_what_could_not_be_checked_is_undetermined() -> None:
    found = (Reason(reasons.STATUS_UNKNOWN), Reason(reasons.STATUS_STALE), Reason(reasons.TRUST_UNAVAILABLE))
    verdict = decide(found, CLAIMS)
    assert verdict == Undetermined(found)
    assert verdict.outcome is ClerkOutcome.CANNOT_TELL


@pytest.mark.parametrize(
    "kind", [one for one in reasons.ALL if not one.is_undetermined], ids=lambda k: k.code
)
@pytest.mark.parametrize(
    "unchecked", [reasons.STATUS_UNKNOWN, reasons.TRUST_UNAVAILABLE], ids=lambda k: k.code
)
def test_rejected_wins_over_undetermined_in_either_order(kind: ReasonKind, unchecked: ReasonKind) -> None:
    for order in itertools.permutations((Reason(kind), Reason(unchecked))):
        verdict = decide(order, CLAIMS)
        assert verdict == Rejected(order)
        assert verdict.outcome is kind.outcome


@pytest.mark.parametrize(
    ("graver", "lighter"), list(itertools.combinations(GRAVITY, 2)), ids=lambda outcome: str(outcome.value)
)
def test_the_gravest_reason_names_the_outcome(graver: ClerkOutcome, lighter: ClerkOutcome) -> None:
    for order in itertools.permutations((Reason(kind_with(graver)), Reason(kind_with(lighter)))):
        assert decide(order, {}).outcome is graver


@given(found_reasons)
def test_accepted_only_when_nothing_at_all_was_found(found: list[Reason]) -> None:
    verdict = decide(found, CLAIMS)
    assert isinstance(verdict, Accepted) is (not found)
    if not isinstance(verdict, Accepted):
        assert verdict.reasons == tuple(found)
        assert not hasattr(verdict, "claims")


@given(found_reasons, found_reasons)
def test_a_further_reason_never_makes_a_verdict_better(found: list[Reason], more: list[Reason]) -> None:
    def rank(verdict: object) -> int:
        return [Rejected, Undetermined, Accepted].index(type(verdict))

    assert rank(decide([*found, *more], CLAIMS)) <= rank(decide(found, CLAIMS))


@given(found_reasons)
def test_the_order_in_which_reasons_were_found_does_not_matter(found: list[Reason]) -> None:
    assert decide(found, CLAIMS).outcome is decide(reversed(found), CLAIMS).outcome


def test_every_outcome_but_valid_has_a_reason_that_leads_to_it() -> None:
    assert {kind.outcome for kind in reasons.ALL} == set(ClerkOutcome) - {ClerkOutcome.VALID}

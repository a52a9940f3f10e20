"""Who is trusted at a moment: periods of types, withdrawn issuers, and the end of the list."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trillium.trust_list.material import (
    DAY,
    LIBRARY_CARD,
    NAMES,
    WEB_ISSUER,
    anchors,
    issuer,
    trust_list,
    web_issuer,
)
from tests.verifier.issuing import ISSUER, NOW, PHOTO_CARD, PROOF_OF_AGE
from trillium.runtime.trust_list import (
    ListedAuthority,
    ListedType,
    Mechanism,
    Period,
    Standing,
    TrustNow,
)
from trillium.runtime.trust_list.errors import StaleTrustList

SECOND = timedelta(seconds=1)


def vcts(now: TrustNow) -> dict[str, set[str]]:
    return {one.issuer: set(one.vcts) for one in now.issuers}


def test_granted_issuers_with_their_types() -> None:
    now = trust_list(version=7).at(NOW)
    assert vcts(now) == {ISSUER: {PHOTO_CARD, PROOF_OF_AGE}, WEB_ISSUER: {LIBRARY_CARD}}
    assert [one.mechanism for one in now.issuers] == [Mechanism.X5C, Mechanism.METADATA]
    assert now.verifier_anchors.certificates == anchors("verifiers").certificates
    assert now.version == 7


def test_a_withdrawn_issuer_is_trusted_for_nothing() -> None:
    now = trust_list(issuers=(issuer(standing=Standing.WITHDRAWN), web_issuer())).at(NOW)
    assert vcts(now) == {WEB_ISSUER: {LIBRARY_CARD}}


def test_an_issuer_without_a_type_of_today_is_not_there() -> None:
    later = ListedType(PHOTO_CARD, Period(valid_from=NOW + DAY))
    assert trust_list(issuers=(issuer(types=(later,)), issuer(issuer="x", types=()))).at(NOW).issuers == ()


@pytest.mark.parametrize(
    ("moment", "trusted"),
    [(NOW - SECOND, False), (NOW, True), (NOW + DAY - SECOND, True), (NOW + DAY, False)],
)
def test_a_type_has_a_beginning_and_an_end(moment: datetime, *, trusted: bool) -> None:
    bounded = ListedType(PHOTO_CARD, Period(NOW, NOW + DAY))
    now = trust_list(issuers=(issuer(types=(bounded, ListedType(PROOF_OF_AGE))),)).at(moment)
    assert (PHOTO_CARD in vcts(now)[ISSUER]) is trusted
    assert PROOF_OF_AGE in vcts(now)[ISSUER]


def test_authorities_of_verifiers_have_a_period_and_can_be_withdrawn() -> None:
    made = trust_list(
        verifiers=(
            ListedAuthority(NAMES, anchors("a"), Period(valid_until=NOW)),
            ListedAuthority(NAMES, anchors("b"), Period(valid_from=NOW)),
            ListedAuthority(NAMES, anchors("c"), standing=Standing.WITHDRAWN),
        )
    )
    assert made.at(NOW).verifier_anchors.certificates == anchors("b").certificates
    assert made.at(NOW - SECOND).verifier_anchors.certificates == anchors("a").certificates


def test_nothing_can_be_said_from_next_update_on() -> None:
    made = trust_list()
    assert made.at(made.next_update - SECOND).issuers
    for moment in (made.next_update, made.next_update + 400 * DAY):
        with pytest.raises(StaleTrustList):
            made.at(moment)


BOUNDS = st.one_of(st.none(), st.integers(-40, 40).map(lambda days: NOW + days * DAY))


@given(
    periods=st.lists(st.tuples(BOUNDS, BOUNDS), max_size=4),
    asked=st.integers(-60, 29),
    later=st.integers(0, 80),
)
def test_what_holds_now_holds_until_it_says_so(
    periods: list[tuple[datetime | None, datetime | None]], asked: int, later: int
) -> None:
    """A reader may keep the answer for exactly as long: never a moment too long."""
    types = tuple(ListedType(f"type-{number}", Period(*bounds)) for number, bounds in enumerate(periods))
    made = trust_list(issuers=(issuer(types=types),))
    now = NOW + asked * DAY
    answer = made.at(now)
    assert answer.holds_at(now)
    moment = now + later * timedelta(hours=17)
    if answer.holds_at(moment):
        again = made.at(moment)
        assert (again.issuers, again.verifier_anchors) == (answer.issuers, answer.verifier_anchors)
        assert again.until == answer.until
    else:
        assert moment >= answer.until


def test_an_answer_is_not_kept_for_the_time_before_it() -> None:
    """A clock that is set back asks again."""
    made = trust_list(issuers=(issuer(types=(ListedType(PHOTO_CARD, Period(valid_from=NOW)),)),))
    assert not made.at(NOW).holds_at(NOW - SECOND)
    assert not made.at(NOW - SECOND).issuers

"""What an operator is told before it is too late, and what /readyz says."""

from datetime import timedelta
from typing import Any

import pytest

from specs.jose import trust_anchors
from tests.specs.jose.certificates import CA, LEAF, self_signed
from tests.trillium.trust_list.material import (
    DAY,
    NAMES,
    MemoryByHand,
    PlaceByHand,
    issuer,
    sandbox_anchors,
    signed,
    source_at,
    trust_list,
    web_issuer,
)
from tests.verifier.issuing import NOW, PHOTO_CARD
from trillium.runtime.readiness import Level
from trillium.runtime.trust_list import (
    ListedAuthority,
    ListedType,
    Period,
    Standing,
    TrustList,
    check_list,
    check_source,
)
from trillium.runtime.trust_list.errors import TrustListUnreachable
from trillium.runtime.trust_list.places import NotConfigured


def told(made: TrustList, *, production: bool = False) -> dict[str, Level]:
    return {one.code: one.level for one in check_list(made, NOW, production=production)}


def ca(**times: Any) -> Any:
    return trust_anchors([self_signed(CA.but(not_before=NOW - DAY, **times)).certificate])


def test_a_good_list_gives_nothing_to_say() -> None:
    assert told(trust_list(), production=True) == {}


CASES: dict[str, tuple[TrustList, dict[str, Level]]] = {
    "stale": (trust_list(next_update=NOW), {"trust_list_stale": Level.FAILED}),
    "short-list-ends-in-days": (trust_list(issued_at=NOW - 2 * DAY, next_update=NOW + 6 * DAY), {}),
    "short-list-in-its-last-quarter": (
        trust_list(issued_at=NOW - 2 * DAY, next_update=NOW + DAY / 2),
        {"trust_list_ends_soon": Level.WARNING},
    ),
    "long-list-ends-in-a-week": (
        trust_list(issued_at=NOW - 90 * DAY, next_update=NOW + 7 * DAY),
        {"trust_list_ends_soon": Level.WARNING},
    ),
    "nobody": (trust_list(issuers=()), {"nobody_trusted": Level.WARNING}),
    "no-types": (trust_list(issuers=(issuer(types=()),)), {"no_types": Level.WARNING}),
    "no-french-name": (trust_list(issuers=(issuer(names={"en-CA": "x"}),)), {"no_name": Level.WARNING}),
    "anchor-ended": (
        trust_list(issuers=(issuer(anchors=ca(not_after=NOW - timedelta(seconds=1))),)),
        {"anchor_expired": Level.FAILED},
    ),
    "anchor-ends": (
        trust_list(issuers=(issuer(anchors=ca(not_after=NOW + 59 * DAY)),)),
        {"anchor_ends_soon": Level.WARNING},
    ),
    "anchor-of-tomorrow": (
        trust_list(
            issuers=(
                issuer(
                    anchors=trust_anchors(
                        [self_signed(CA.but(not_before=NOW + DAY, not_after=NOW + 900 * DAY)).certificate]
                    )
                ),
            )
        ),
        {"anchor_not_yet_valid": Level.WARNING},
    ),
    "a-leaf-as-anchor": (
        trust_list(
            issuers=(
                issuer(anchors=trust_anchors([self_signed(LEAF.but(not_after=NOW + 900 * DAY)).certificate])),
            )
        ),
        {"not_an_authority": Level.FAILED},
    ),
    "type-ended": (
        trust_list(issuers=(issuer(types=(ListedType(PHOTO_CARD, Period(valid_until=NOW)),)),)),
        {"type_ended": Level.WARNING},
    ),
    "type-ends": (
        trust_list(issuers=(issuer(types=(ListedType(PHOTO_CARD, Period(valid_until=NOW + 60 * DAY)),)),)),
        {"type_ends_soon": Level.WARNING},
    ),
    "type-of-tomorrow": (
        trust_list(issuers=(issuer(types=(ListedType(PHOTO_CARD, Period(valid_from=NOW + DAY)),)),)),
        {},
    ),
    "no-address": (
        trust_list(issuers=(web_issuer(issuer="urn:library"),)),
        {"no_metadata_address": Level.FAILED},
    ),
    "no-anchors-for-status": (
        trust_list(issuers=(web_issuer(anchors=trust_anchors([])),)),
        {"no_status_anchors": Level.WARNING},
    ),
    "verifiers-end": (
        trust_list(verifiers=(ListedAuthority(NAMES, ca(not_after=NOW + DAY)),)),
        {"anchor_ends_soon": Level.WARNING},
    ),
    "withdrawn-may-be-anything": (
        trust_list(issuers=(issuer(names={}, types=(), standing=Standing.WITHDRAWN), web_issuer())),
        {},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_wrong_with_a_list(case: str) -> None:
    made, expected = CASES[case]
    assert told(made) == expected


def test_a_sandbox_authority_is_wrong_in_production_only() -> None:
    made = trust_list(issuers=(issuer(anchors=sandbox_anchors()),))
    assert told(made) == {}
    assert told(made, production=True) == {"trust_list_sandbox": Level.FAILED}


async def readiness(place: Any, memory: MemoryByHand | None = None) -> dict[str, Level]:
    source = source_at(place, memory, who=() if isinstance(place, NotConfigured) else ("operator",))
    source.open(NOW)
    await source.refresh(NOW)
    return {one.code: one.level for one in check_source(source, NOW)}


async def test_readiness() -> None:
    assert await readiness(PlaceByHand(signed())) == {}
    assert await readiness(NotConfigured()) == {"no_trust_list": Level.WARNING}
    away = PlaceByHand(error=TrustListUnreachable())
    assert await readiness(away) == {"trust_list_unreachable": Level.FAILED}
    assert await readiness(away, MemoryByHand(signed())) == {"trust_list_unreachable": Level.WARNING}
    assert await readiness(PlaceByHand(signed(who="stranger"))) == {"trust_list_signature": Level.FAILED}
    old = signed(trust_list(next_update=NOW - DAY / 2))
    assert await readiness(PlaceByHand(old)) == {"trust_list_stale": Level.FAILED}
    nobody = PlaceByHand(signed(trust_list(issuers=())))
    assert await readiness(nobody) == {"nobody_trusted": Level.WARNING}


async def test_a_list_of_a_configured_place_that_has_not_come_yet_is_no_reason_to_be_ready() -> None:
    source = source_at(PlaceByHand())
    assert [one.level for one in check_source(source, NOW)] == [Level.FAILED]

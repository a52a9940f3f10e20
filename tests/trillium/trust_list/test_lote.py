"""Lists of trusted entities: what is one, and nothing else is (ETSI TS 119 602 clause 6)."""

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specs.encoding import create_json
from tests.specs.oauth.strategies import VALUES
from tests.trillium.trust_list.lotes import (
    DAY,
    NOTIFIED,
    OPERATOR,
    PID,
    PID_LIST,
    document,
    entity,
    moment,
    service,
    text_of,
    words,
)
from tests.verifier.issuing import ISSUER, NOW, authority
from trillium.runtime.trust_list import Lote, TrustListError, parse_lote
from trillium.runtime.trust_list.errors import EndedLote, LoteFromTheFuture, MalformedLote
from trillium.runtime.trust_list.lote import MAX_DEPTH, MAX_PAYLOAD_BYTES

Change = Callable[[dict[str, Any]], object]


def parsed(value: Any) -> Lote:
    return parse_lote(create_json(value))


def test_what_it_says() -> None:
    found = parsed(document(entity(service(StatusStartingTime=moment(NOW), ServiceStatus=NOTIFIED))))
    assert (found.operators, found.type, found.territory) == ((OPERATOR,), PID_LIST, "EU")
    assert (found.sequence, found.issued_at, found.next_update) == (7, NOW - DAY, NOW + 30 * DAY)
    [one] = found.entities
    assert one.names == (("en", "Ministry"), ("fr", "Ministère"))
    [listed] = one.services
    assert (listed.type, listed.status, listed.since) == (PID, NOTIFIED, NOW)
    assert listed.certificates == (text_of(authority("issuer").certificate),)
    assert listed.supply_points == (ISSUER,)


def test_what_is_of_no_use_here_is_passed_over() -> None:
    rich = document(
        entity(service(ServiceInformationExtensions=[{"ServiceUniqueIdentifier": "x"}])),
        SchemeName=[words("Scheme")],
        PointersToOtherLoTE=[{"LoTELocation": "https://other.example"}],
        SchemeExtensions=[{"critical": False, "value": 1}, "text", 5],
        More=1,
    )
    assert len(parsed(rich).entities) == 1


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-02-09T23:04:42Z", datetime(2026, 2, 9, 23, 4, 42, tzinfo=UTC)),
        ("2026-02-09T23:04:42.539Z", datetime(2026, 2, 9, 23, 4, 42, 539000, tzinfo=UTC)),
        ("2026-02-10T01:04:42+02:00", datetime(2026, 2, 9, 23, 4, 42, tzinfo=UTC)),
    ],
)
def test_moments(written: str, expected: datetime) -> None:
    assert parsed(document(ListIssueDateTime=written)).issued_at == expected


def information(members: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = members["LoTE"]["ListAndSchemeInformation"]
    return found


def first(members: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = members["LoTE"]["TrustedEntitiesList"][0]
    return found


def about(members: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = first(members)["TrustedEntityServices"][0]["ServiceInformation"]
    return found


DEFECTS: dict[str, Change] = {
    "no wrapper": lambda one: one.update(one.pop("LoTE")),
    "wrapper as text": lambda one: one.update(LoTE="x"),
    "no scheme": lambda one: one["LoTE"].pop("ListAndSchemeInformation"),
    "another version": lambda one: information(one).update(LoTEVersionIdentifier=2),
    "version as text": lambda one: information(one).update(LoTEVersionIdentifier="1"),
    "version true": lambda one: information(one).update(LoTEVersionIdentifier=True),
    "no sequence": lambda one: information(one).pop("LoTESequenceNumber"),
    "negative sequence": lambda one: information(one).update(LoTESequenceNumber=-1),
    "no operator": lambda one: information(one).update(SchemeOperatorName=[]),
    "territory too long": lambda one: information(one).update(SchemeTerritory="EUR"),
    "no issue date": lambda one: information(one).pop("ListIssueDateTime"),
    "issue date as number": lambda one: information(one).update(ListIssueDateTime=1795305600),
    "no next update": lambda one: information(one).pop("NextUpdate"),
    "next update no date": lambda one: information(one).update(NextUpdate="soon"),
    "next update without offset": lambda one: information(one).update(NextUpdate="2027-01-01T00:00:00"),
    "next update before time": lambda one: information(one).update(NextUpdate="0001-01-01T00:00:00+14:00"),
    "ends before it begins": lambda one: information(one).update(NextUpdate=moment(NOW - 2 * DAY)),
    "entities as object": lambda one: one["LoTE"].update(TrustedEntitiesList={}),
    "too many entities": lambda one: one["LoTE"].update(TrustedEntitiesList=[first(one)] * 2001),
    "entity without name": lambda one: first(one)["TrustedEntityInformation"].pop("TEName"),
    "entity with empty name": lambda one: first(one)["TrustedEntityInformation"].update(TEName=[words("")]),
    "entity without services": lambda one: first(one).update(TrustedEntityServices=[]),
    "service without identity": lambda one: about(one).pop("ServiceDigitalIdentity"),
    "certificates as text": lambda one: about(one).update(ServiceDigitalIdentity={"X509Certificates": "x"}),
    "certificate bare": lambda one: about(one).update(ServiceDigitalIdentity={"X509Certificates": ["x"]}),
    "status as number": lambda one: about(one).update(ServiceStatus=1),
    "status begins never": lambda one: about(one).update(StatusStartingTime="never"),
    "critical extension of the scheme": lambda one: information(one).update(
        SchemeExtensions=[{"critical": True}]
    ),
    "critical extension of an entity": lambda one: first(one)["TrustedEntityInformation"].update(
        TEInformationExtensions=[{"Critical": "true"}]
    ),
    "critical extension of a service": lambda one: about(one).update(
        ServiceInformationExtensions=[{"isCritical": 1}]
    ),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_what_is_no_such_list(defect: str) -> None:
    members = document()
    DEFECTS[defect](members)
    with pytest.raises(MalformedLote):
        parsed(members)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b"\xff",
        b'{"LoTE":{},"LoTE":{}}',
        b'{"LoTE":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1),
        b"[" * 100_000,
        b'{"LoTE":"' + b"x" * MAX_PAYLOAD_BYTES + b'"}',
    ],
    ids=["nothing", "array", "null", "broken", "not-utf8", "twice", "deep", "very-deep", "large"],
)
def test_what_is_no_such_json(payload: bytes) -> None:
    with pytest.raises(MalformedLote):
        parse_lote(payload)


def test_a_name_twice_in_the_depth_of_it_is_refused() -> None:
    once = create_json(document())
    twice = once.replace(
        b'"ServiceTypeIdentifier":', b'"ServiceTypeIdentifier":"x","ServiceTypeIdentifier":', 1
    )
    with pytest.raises(MalformedLote):
        parse_lote(twice)


def test_until_when_it_holds() -> None:
    found = parsed(document())
    assert found.ends(NOW) == found.next_update == NOW + 30 * DAY
    assert found.ends(NOW + 30 * DAY - timedelta(seconds=1)) == found.next_update
    for late in (NOW + 30 * DAY, NOW + 400 * DAY):
        with pytest.raises(EndedLote):
            found.ends(late)
    assert found.ends(NOW - DAY - timedelta(minutes=5)) == found.next_update
    with pytest.raises(LoteFromTheFuture):
        found.ends(NOW - DAY - timedelta(minutes=6))


def test_a_closed_one_holds_no_more() -> None:
    """6.3.15: NextUpdate is null when the scheme has ceased."""
    with pytest.raises(EndedLote):
        parsed(document(NextUpdate=None)).ends(NOW)


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_bytes_that_are_anything_are_refused(payload: bytes) -> None:
    with pytest.raises(TrustListError):
        parse_lote(payload)


PATHS: list[Callable[[dict[str, Any]], dict[str, Any]]] = [
    lambda one: one,
    lambda one: one["LoTE"],
    information,
    first,
    lambda one: first(one)["TrustedEntityInformation"],
    about,
    lambda one: about(one)["ServiceDigitalIdentity"],
    lambda one: about(one)["ServiceDigitalIdentity"]["X509Certificates"][0],
]


@settings(max_examples=300)
@given(st.data())
def test_nothing_but_its_error_is_raised_whatever_stands_where(data: st.DataObject) -> None:
    members = document()
    place = data.draw(st.sampled_from(PATHS))(members)
    place[data.draw(st.sampled_from(sorted(place)))] = data.draw(VALUES)
    with contextlib.suppress(TrustListError):
        parsed(members).ends(NOW)

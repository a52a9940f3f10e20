"""The JSON inside: every member is known, and one defect refuses the list as a whole."""

from collections.abc import Mapping
from typing import Any

import pytest

from specs.encoding import create_json
from tests.trillium.trust_list.material import (
    Change,
    anchor_texts,
    issuer,
    payload,
    trust_list,
    web_issuer,
)
from tests.verifier.issuing import ISSUER, NOW, PHOTO_CARD
from trillium.runtime.trust_list import ListedType, Mechanism, Period, Standing
from trillium.runtime.trust_list.errors import MalformedTrustList
from trillium.runtime.trust_list.payload import MAX_BYTES, create_payload, parse_trust_list

SECOND = int(NOW.timestamp())


def parsed(members: Mapping[str, Any]) -> object:
    return parse_trust_list(create_json(dict(members)))


def test_everything_comes_back() -> None:
    period = Period(NOW, NOW.replace(year=2030))
    made = trust_list(
        issuers=(
            issuer(types=(ListedType(PHOTO_CARD, period),)),
            web_issuer(standing=Standing.WITHDRAWN),
        )
    )
    assert parsed(create_payload(made)) == made


def test_the_members_as_docs_trust_list_shows_them() -> None:
    members = payload()
    assert list(members) == ["id", "version", "iat", "next_update", "issuers", "verifiers"]
    first = members["issuers"][0]
    assert (first["issuer"], first["mechanism"], first["status"]) == (ISSUER, "x5c", "granted")
    assert first["anchors"] == anchor_texts()
    assert first["types"][0] == {"vct": PHOTO_CARD}
    assert members["issuers"][1]["mechanism"] == "metadata"
    assert set(members["verifiers"][0]) == {"names", "status", "anchors"}


def of_issuer(**changed: Any) -> Change:
    return lambda members: members["issuers"][0].update(changed)


def of_type(**changed: Any) -> Change:
    return lambda members: members["issuers"][0]["types"][0].update(changed)


def without(name: str) -> Change:
    return lambda members: members["issuers"][0].pop(name)


DEFECTS: dict[str, Change] = {
    "no-id": lambda members: members.pop("id"),
    "empty-id": lambda members: members.update(id=""),
    "no-version": lambda members: members.pop("version"),
    "version-zero": lambda members: members.update(version=0),
    "version-negative": lambda members: members.update(version=-1),
    "version-as-text": lambda members: members.update(version="1"),
    "version-true": lambda members: members.update(version=True),
    "version-fraction": lambda members: members.update(version=1.5),
    "version-beyond-json": lambda members: members.update(version=2**53),
    "no-issued-at": lambda members: members.pop("iat"),
    "no-end": lambda members: members.pop("next_update"),
    "end-null": lambda members: members.update(next_update=None),
    "end-before-beginning": lambda members: members.update(next_update=members["iat"]),
    "end-never": lambda members: members.update(next_update=10**12),
    "no-issuers": lambda members: members.pop("issuers"),
    "issuers-null": lambda members: members.update(issuers=None),
    "issuers-object": lambda members: members.update(issuers={}),
    "too-many-issuers": lambda members: members.update(issuers=members["issuers"] * 600),
    "no-verifiers": lambda members: members.pop("verifiers"),
    "one-member-more": lambda members: members.update(extra=1),
    "issuer-twice": lambda members: members["issuers"].append(members["issuers"][0]),
    "issuer-empty": of_issuer(issuer=""),
    "issuer-number": of_issuer(issuer=1),
    "issuer-with-a-member-more": of_issuer(only_on_mondays=True),
    "no-mechanism": without("mechanism"),
    "both-mechanisms": of_issuer(mechanism=["x5c", "metadata"]),
    "unknown-mechanism": of_issuer(mechanism="did"),
    "mechanism-in-capitals": of_issuer(mechanism="X5C"),
    "no-status": without("status"),
    "unknown-status": of_issuer(status="suspended"),
    "status-with-a-line-end": of_issuer(status="granted\n"),
    "no-anchors": of_issuer(anchors=[]),
    "anchors-missing": without("anchors"),
    "anchor-not-a-certificate": of_issuer(anchors=["AAAA"]),
    "anchor-number": of_issuer(anchors=[1]),
    "too-many-anchors": of_issuer(anchors=anchor_texts() * 33),
    "no-types": without("types"),
    "type-twice": of_issuer(types=[{"vct": PHOTO_CARD}, {"vct": PHOTO_CARD}]),
    "type-as-text": of_issuer(types=[PHOTO_CARD]),
    "type-empty": of_type(vct=""),
    "type-with-a-member-more": of_type(conditions="none"),
    "period-backwards": of_type(valid_from=SECOND, valid_until=SECOND),
    "period-as-text": of_type(valid_from="2026-01-01"),
    "period-negative": of_type(valid_from=-1),
    "names-null": of_issuer(names=None),
    "name-number": of_issuer(names={"en-CA": 1}),
    "verifier-without-anchors": lambda members: members["verifiers"][0].update(anchors=[]),
    "verifier-with-a-member-more": lambda members: members["verifiers"][0].update(issuer="x"),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_refuses_the_whole_list(defect: str) -> None:
    members = payload()
    DEFECTS[defect](members)
    with pytest.raises(MalformedTrustList):
        parsed(members)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"null",
        b'{"id": 1, "id": 2}',
        b"{" * 50,
        b'{"version": NaN}',
        b" " * (MAX_BYTES + 1),
        create_json(payload()).replace(b'"version":1', b'"version":1,"version":1'),
    ],
    ids=["empty", "array", "null", "twice", "deep", "nan", "large", "a-good-list-with-a-member-twice"],
)
def test_not_a_json_object_of_ours(data: bytes) -> None:
    with pytest.raises(MalformedTrustList):
        parse_trust_list(data)


def test_the_reason_names_the_member_and_no_value() -> None:
    members = payload()
    of_issuer(issuer={"planted": "value"})(members)
    with pytest.raises(MalformedTrustList) as refused:
        parsed(members)
    assert refused.value.detail == "issuers.0.issuer: string_type"


def test_an_issuer_by_metadata_needs_no_anchors() -> None:
    made = trust_list(issuers=(web_issuer(anchors=issuer().anchors), issuer()))
    members = create_payload(made)
    members["issuers"][0]["anchors"] = []
    read = parse_trust_list(create_json(members))
    assert read.issuers[0].mechanism is Mechanism.METADATA
    assert not read.issuers[0].anchors.certificates


def test_nobody_in_it_is_a_list_too() -> None:
    """An operator may distrust everybody; that is not the same as no list."""
    assert parse_trust_list(create_json(payload(issuers=[], verifiers=[]))).issuers == ()

"""Random claims, random choices, random damage."""

import copy
import os
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specs.errors import ProtocolError
from specs.sd_jwt import (
    DisclosurePlan,
    SdJwtRejected,
    disclosable_paths,
    entropy_length,
    open_held_sd_jwt,
    parse_sd_jwt,
    prepare_sd_jwt,
    process_claims,
    select_disclosures,
    verify_issued_sd_jwt,
    verify_sd_jwt,
)
from tests.specs.sd_jwt.claims import all_paths, claim_sets, keep
from tests.specs.sd_jwt.material import (
    HEADER,
    ISSUER_CHECK,
    POLICY,
    confirmed,
    issue,
    present,
    public_key,
    sign,
)

DECOYS = st.sampled_from([None, {(): 40}])


def _draw_paths(data: st.DataObject, claims: dict[str, Any]) -> list[Any]:
    paths = all_paths(claims)
    return data.draw(st.lists(st.sampled_from(paths), unique=True)) if paths else []


@given(data=st.data(), claims=claim_sets(), decoys=DECOYS)
@settings(max_examples=60, deadline=None)
def test_exactly_the_chosen_claims_come_out(data: Any, claims: dict[str, Any], decoys: Any) -> None:
    """1.03, 1.07 to 1.10, 1.20, 1.28: issue, show a random part, verify."""
    paths = _draw_paths(data, claims)
    bound = confirmed(claims)
    issued = issue(bound, paths, decoys)
    chosen = data.draw(st.lists(st.sampled_from(paths), unique=True)) if paths else []
    shown = parse_sd_jwt(present(issued, chosen))
    verified = verify_sd_jwt(shown, public_key("issuer"), key_binding=POLICY, **ISSUER_CHECK)
    opened = {path for path in paths if any(one[: len(path)] == path for one in chosen)}
    assert verified.claims == keep(bound, set(paths) - opened)
    assert set(verified.processed.disclosed) == opened
    assert len(shown.disclosures) == len(opened)


@given(data=st.data(), claims=claim_sets(), decoys=DECOYS)
@settings(max_examples=40, deadline=None)
def test_all_disclosures_give_back_all_claims(data: Any, claims: dict[str, Any], decoys: Any) -> None:
    """1.10, 1.28; and the holder of them can show any one."""
    paths = _draw_paths(data, claims)
    before = copy.deepcopy(claims)
    text = issue(claims, paths, decoys)
    assert claims == before
    issued = verify_issued_sd_jwt(parse_sd_jwt(text), public_key("issuer"), **ISSUER_CHECK)
    assert issued.claims == claims
    assert set(issued.processed.disclosed) == set(paths)
    held = open_held_sd_jwt(parse_sd_jwt(text))
    for path in paths:
        parents = [one for one in paths if path[: len(one)] == one]
        assert len(select_disclosures(held, [path]).disclosures) == len(parents)


@given(data=st.data(), claims=claim_sets())
@settings(max_examples=40, deadline=None)
def test_plan_paths_and_issued_disclosures_are_the_same(data: Any, claims: dict[str, Any]) -> None:
    """1.05, 1.12: as many salts as disclosures, none of them twice."""
    paths = _draw_paths(data, claims)
    plan = DisclosurePlan(tuple(paths))
    length = entropy_length(claims, plan)
    prepared = prepare_sd_jwt(claims, plan, header=HEADER, salts=os.urandom(length))
    assert len(set(prepared.disclosures)) == len(prepared.disclosures) == len(paths)
    assert set(disclosable_paths(claims, plan)) == set(paths)
    if length:
        with pytest.raises(ValueError, match="too few"):
            prepare_sd_jwt(claims, plan, header=HEADER, salts=os.urandom(length - 1))


@given(data=st.data(), claims=claim_sets())
@settings(max_examples=40, deadline=None)
def test_any_part_missing_or_doubled_is_seen(data: Any, claims: dict[str, Any]) -> None:
    """1.20, 1.27, 1.33: a disclosure without its parent, a stranger's, one twice."""
    paths = _draw_paths(data, claims)
    if not paths:
        return
    parsed = parse_sd_jwt(issue(claims, paths))
    processed = process_claims(parsed.payload, parsed.disclosures)
    with pytest.raises(SdJwtRejected):
        process_claims(parsed.payload, [*parsed.disclosures, data.draw(st.sampled_from(parsed.disclosures))])
    stranger = parse_sd_jwt(issue(claims, paths)).disclosures[0]
    with pytest.raises(SdJwtRejected):
        process_claims(parsed.payload, [*parsed.disclosures, stranger])
    for path, one in processed.disclosed.items():
        rest = [other for other in parsed.disclosures if other != one]
        if any(other[: len(path)] == path and other != path for other in processed.disclosed):
            with pytest.raises(SdJwtRejected):
                process_claims(parsed.payload, rest)
        else:
            assert path not in process_claims(parsed.payload, rest).disclosed


CREDENTIAL = issue(
    confirmed(
        {"iss": "https://issuer.example", "name": "Aïda", "address": {"city": "Toronto"}, "list": ["a", "b"]}
    ),
    [("name",), ("address",), ("address", "city"), ("list", None)],
)
PRESENTATION = present(CREDENTIAL, [("name",), ("address", "city"), ("list", 1)])


@given(
    place=st.integers(0, len(PRESENTATION) - 1), character=st.characters(min_codepoint=1, max_codepoint=255)
)
@settings(max_examples=400, deadline=None)
def test_no_character_can_be_changed(place: int, character: str) -> None:
    """1.18, 1.22, 1.31, 1.33: not even the spare bits at the end of a base64url text."""
    _refused(PRESENTATION[:place] + character + PRESENTATION[place + 1 :])


@pytest.mark.parametrize("place", range(0, len(PRESENTATION), 7))
def test_no_bit_can_be_changed(place: int) -> None:
    for bit in range(8):
        character = chr(ord(PRESENTATION[place]) ^ 1 << bit)
        _refused(PRESENTATION[:place] + character + PRESENTATION[place + 1 :])


@given(
    place=st.integers(0, len(PRESENTATION)),
    length=st.integers(1, 60),
    inserted=st.text("aA0_-.~=", max_size=4),
)
@settings(max_examples=300, deadline=None)
def test_nothing_can_be_cut_or_inserted(place: int, length: int, inserted: str) -> None:
    _refused(PRESENTATION[:place] + PRESENTATION[place + length :])
    _refused(PRESENTATION[:place] + inserted + PRESENTATION[place:])


def _refused(text: str) -> None:
    if text == PRESENTATION:
        return
    with pytest.raises(ProtocolError):
        verify_sd_jwt(parse_sd_jwt(text), public_key("issuer"), key_binding=POLICY, **ISSUER_CHECK)


@given(text=st.text("~.{}eyJ0AQ_- \n", max_size=200))
@settings(max_examples=300, deadline=None)
def test_nonsense_is_refused_and_never_breaks_the_parser(text: str) -> None:
    """1.21, 1.33."""
    with pytest.raises(ProtocolError):
        verify_sd_jwt(parse_sd_jwt(text), public_key("issuer"), key_binding=POLICY, **ISSUER_CHECK)


@given(
    payload=st.recursive(
        st.none() | st.integers(-5, 5) | st.sampled_from(["x" * 43, "", "sha-256"]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["_sd", "...", "_sd_alg", "a"]), inner, max_size=3)
        ),
        max_leaves=12,
    )
)
@settings(max_examples=150, deadline=None)
def test_reserved_names_never_come_out(payload: Any) -> None:
    """1.02, 1.28, 1.33: whatever is accepted is free of them."""
    try:
        claims = process_claims({"claims": payload}, []).claims
    except SdJwtRejected:
        return
    text = repr(claims)
    assert "'_sd'" not in text
    assert "'...'" not in text
    assert "'_sd_alg'" not in text


def test_two_issuances_share_nothing() -> None:
    """1.14: same claims, other salts, other digests, other signature."""
    claims = {"a": 1, "b": [1, 2]}
    one, other = (parse_sd_jwt(issue(claims, [("a",), ("b", None)])) for _ in range(2))
    assert not set(one.disclosures) & set(other.disclosures)
    assert not set(one.payload["_sd"]) & set(other.payload["_sd"])
    assert one.jws.signature != other.jws.signature
    assert sign("issuer", b"x") != b""

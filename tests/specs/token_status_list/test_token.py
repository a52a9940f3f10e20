"""The Status List Token: made, signed, checked in the order of section 8.3 (3.03 to 3.05, 3.15, 3.23 to
3.25).
"""

from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from specs.encoding import EncodingError, TooLarge, b64url_decode, b64url_encode, parse_json
from specs.errors import ProtocolError
from specs.jose import (
    AlgorithmNotAllowed,
    ClaimMissing,
    Expired,
    InvalidClaims,
    InvalidJws,
    InvalidSignature,
    IssuedInTheFuture,
    NotYetValid,
    WrongType,
    parse_public_jwk,
    public_jwk_of,
)
from specs.token_status_list import (
    IndexOutOfRange,
    InvalidBits,
    InvalidStatusListToken,
    InvalidStatusReference,
    MalformedStatusList,
    StatusList,
    StatusListTooLarge,
    StatusType,
    VerifiedStatusListToken,
    WrongStatusListSubject,
    parse_status_list_token,
    parse_status_reference,
    verify_status_list_token,
)
from tests.specs.token_status_list.tokens import (
    HEADER,
    KEY,
    LIFETIME,
    NOW,
    SIGNER,
    TTL,
    URI,
    claims,
    load,
    published,
    signed,
)

ISSUED = int(NOW.timestamp())
SECOND = timedelta(seconds=1)


def verify(compact: str | bytes, **changes: Any) -> VerifiedStatusListToken:
    members: dict[str, Any] = {"uri": URI, "key": KEY, "now": NOW, "leeway": timedelta(0)}
    return verify_status_list_token(parse_status_list_token(compact), **(members | changes))


def refused(expected: type[ProtocolError], compact: str, **changes: Any) -> ProtocolError:
    with pytest.raises(ProtocolError) as raised:
        verify(compact, **changes)
    assert type(raised.value) is expected
    return raised.value


# The vector of the draft


def test_3_04_the_signed_example_of_the_draft_is_accepted() -> None:
    vector = load("status_list_token_jwt.json")
    reference = parse_status_reference(vector["referenced_token_status"]["status"])
    key = parse_public_jwk(vector["public_jwk"])

    token = verify(vector["jwt"].encode(), uri=reference.uri, key=key)

    assert token.status_at(reference.index) == vector["expected_status_at_idx_0"] == StatusType.INVALID
    assert token.uri == vector["payload"]["sub"]
    assert token.times.issued_at.timestamp() == vector["payload"]["iat"]
    assert token.times.expires_at is not None
    assert token.times.expires_at.timestamp() == vector["payload"]["exp"]
    assert token.times.ttl == timedelta(seconds=43200)
    assert [token.status_at(index) for index in range(len(token))] == [
        1,
        0,
        0,
        1,
        1,
        1,
        0,
        1,
        1,
        1,
        0,
        0,
        0,
        1,
        0,
        1,
    ]


# Made by the issuer


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_3_03_what_is_published_is_what_a_consumer_reads(bits: int) -> None:
    entries = StatusList.empty(size=1000, bits=bits)
    entries.set(999, 1)

    token = verify(published(entries))

    assert [index for index in range(len(token)) if token.status_at(index)] == [999]
    assert (token.uri, token.key, token.aggregation_uri) == (URI, KEY, None)
    assert (token.times.issued_at, token.times.expires_at, token.times.ttl) == (NOW, NOW + LIFETIME, TTL)


def test_3_04_3_05_header_and_claims_have_the_members_of_the_standard_and_no_others() -> None:
    header, payload, _ = published(StatusList.empty(size=8, bits=1)).split(".")

    assert parse_json(b64url_decode(header), max_bytes=500) == {
        **HEADER,
        "kid": "12",
        "x5c": ["MIIB", "MIIC"],
    }
    assert parse_json(b64url_decode(payload), max_bytes=500) == {
        "sub": URI,
        "iat": ISSUED,
        "exp": ISSUED + 86400,
        "ttl": 300,
        "status_list": {"bits": 1, "lst": b64url_encode(StatusList.empty(size=8, bits=1).compressed())},
    }


def test_3_05_key_id_and_chain_are_left_out_when_there_are_none() -> None:
    header = published(StatusList.empty(size=8, bits=1), key_id=None, x5c=()).split(".")[0]

    assert parse_json(b64url_decode(header), max_bytes=500) == HEADER


def test_3_04_another_library_accepts_the_token() -> None:
    compact = published(StatusList.empty(size=8, bits=1))

    without_times = {"verify_exp": False, "verify_iat": False}
    read = jwt.decode(compact, SIGNER.public_key(), algorithms=["ES256"], options=without_times)
    assert read["sub"] == URI
    assert jwt.get_unverified_header(compact)["typ"] == "statuslist+jwt"


def test_3_21_the_address_of_the_aggregation_is_carried() -> None:
    aggregation = "https://example.com/statuslists"
    compact = published(StatusList.empty(size=8, bits=1), aggregation_uri=aggregation)

    assert verify(compact).aggregation_uri == aggregation


@pytest.mark.parametrize(
    "times",
    [
        {"ttl": timedelta(0)},
        {"ttl": timedelta(milliseconds=900)},
        {"ttl": -SECOND},
        {"expires_at": NOW + 2 * TTL - SECOND},
        {"expires_at": NOW - SECOND},
    ],
)
def test_3_15_a_token_that_ends_before_two_ttl_is_not_made(times: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="ttl"):
        published(StatusList.empty(size=8, bits=1), **times)


@pytest.mark.parametrize("uri", ["", "statuslists/1", "ftp://example.com/1", "https://example.com/ 1"])
def test_3_04_a_token_is_not_made_for_what_is_no_web_address(uri: str) -> None:
    with pytest.raises(InvalidStatusReference):
        published(StatusList.empty(size=8, bits=1), uri=uri)


# Checked by the consumer


def test_3_23_a_token_signed_by_another_key_is_refused() -> None:
    stranger = public_jwk_of(ec.generate_private_key(ec.SECP256R1()).public_key())

    refused(InvalidSignature, signed(claims()), key=stranger)


@pytest.mark.parametrize("typ", [None, "JWT", "statuslist+cwt", "dc+sd-jwt", "statuslist+jwt ", ""])
def test_3_04_another_type_is_refused(typ: str | None) -> None:
    header = {"alg": "ES256"} if typ is None else {**HEADER, "typ": typ}

    refused(WrongType, signed(claims(), header=header))


@pytest.mark.parametrize("alg", ["none", "HS256", "ES384"])
def test_3_04_another_algorithm_than_the_keys_is_refused(alg: str) -> None:
    """Never `none`, never a MAC: the header does not choose."""
    _, payload, signature = signed(claims()).split(".")
    header = b64url_encode(b'{"alg":"%s","typ":"statuslist+jwt"}' % alg.encode())

    refused(AlgorithmNotAllowed, f"{header}.{payload}.{signature}")


@pytest.mark.parametrize("uri", [URI + "/", URI.upper(), "https://example.com/statuslists/2", URI + "?x", ""])
def test_3_23_sub_is_compared_with_the_uri_as_a_string(uri: str) -> None:
    refused(WrongStatusListSubject, signed(claims()), uri=uri)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"sub": None}, InvalidStatusListToken),
        ({"sub": [URI]}, InvalidStatusListToken),
        ({"iat": None}, ClaimMissing),
        ({"iat": "1"}, InvalidClaims),
        ({"iat": True}, InvalidClaims),
        ({"exp": "never"}, InvalidStatusListToken),
        ({"exp": True}, InvalidStatusListToken),
        ({"exp": -1}, InvalidClaims),
        ({"ttl": 0}, InvalidStatusListToken),
        ({"ttl": -300}, InvalidStatusListToken),
        ({"ttl": "300"}, InvalidStatusListToken),
        ({"ttl": True}, InvalidStatusListToken),
        ({"nbf": ISSUED + 1}, NotYetValid),
        ({"status_list": None}, InvalidStatusListToken),
        ({"status_list": []}, MalformedStatusList),
        ({"status_list": {"bits": 3, "lst": "eNrbuRgAAhcBXQ"}}, InvalidBits),
        ({"status_list": {"bits": 1, "lst": "eNrbuRgAAhcBXQ", "aggregation_uri": 7}}, InvalidStatusReference),
    ],
)
def test_3_23_a_missing_or_malformed_claim_is_refused(
    changes: dict[str, Any], expected: type[ProtocolError]
) -> None:
    refused(expected, signed(claims(**changes)))


@pytest.mark.parametrize(("offset", "good"), [(-1, True), (0, False), (1, False)])
def test_3_23_expiry_to_the_second(offset: int, good: bool) -> None:
    compact, moment = signed(claims(exp=ISSUED + 3600)), NOW + timedelta(seconds=3600 + offset)

    if good:
        assert len(verify(compact, now=moment)) == 4
    else:
        refused(Expired, compact, now=moment)
    assert verify(compact, now=moment, leeway=timedelta(seconds=offset + 1))


@pytest.mark.parametrize(("offset", "good"), [(-1, False), (0, True), (1, True)])
def test_3_23_issue_to_the_second(offset: int, good: bool) -> None:
    compact, moment = signed(claims()), NOW + timedelta(seconds=offset)

    if good:
        assert verify(compact, now=moment)
    else:
        refused(IssuedInTheFuture, compact, now=moment)


@pytest.mark.parametrize("absurd", [253_402_300_800, 10**18, 1e300])
def test_3_24_an_absurd_end_or_ttl_is_brought_back_and_stops_nothing(absurd: float) -> None:
    times = verify(signed(claims(exp=absurd, ttl=absurd))).times

    assert times.expires_at is not None
    assert times.expires_at.year == 9999
    assert times.ttl is not None
    assert times.ttl > timedelta(days=365)


def test_3_04_exp_and_ttl_may_be_missing() -> None:
    times = verify(signed(claims(exp=None, ttl=None))).times

    assert times.expires_at is None
    assert times.ttl is None


def test_3_23_an_index_past_the_end_is_no_statement() -> None:
    token = verify(signed(claims()))

    assert [token.status_at(index) for index in range(4)] == [1, 0, 2, 3]
    for index in (4, -1):
        with pytest.raises(IndexOutOfRange):
            token.status_at(index)


def test_3_25_3_28_the_token_and_the_list_are_bounded() -> None:
    compact = published(StatusList.empty(size=80_000, bits=1))

    assert len(verify(compact, max_list_bytes=10_000)) == 80_000
    refused(StatusListTooLarge, compact, max_list_bytes=9_999)
    with pytest.raises(TooLarge):
        parse_status_list_token(compact, max_bytes=len(compact) - 1)
    with pytest.raises(TooLarge):
        parse_status_list_token(b"a" * (2 * 1024 * 1024 + 1))


@pytest.mark.parametrize("body", ["", "{}", "a.b", "é.é.é".encode(), b"\xff\xfe", "<html>"])
def test_3_16_a_body_that_is_no_jws_is_refused(body: str | bytes) -> None:
    with pytest.raises(InvalidJws):
        parse_status_list_token(body)


def test_3_23_a_payload_with_a_name_twice_is_refused() -> None:
    with pytest.raises(EncodingError):
        verify(signed(b'{"sub":"https://a.example","sub":"https://example.com/statuslists/1"}'))


def test_3_23_only_the_check_makes_a_verified_token() -> None:
    good = verify(signed(claims()))

    with pytest.raises(RuntimeError):
        VerifiedStatusListToken(URI, good.times, KEY, None, StatusList.empty(size=8, bits=1), object())


COMPACT = published(StatusList.from_statuses([1, 0, 1, 1], bits=1))


@given(st.integers(0, len(COMPACT) - 1), st.characters(codec="ascii"))
def test_3_23_any_changed_character_is_refused(position: int, character: str) -> None:
    changed = COMPACT[:position] + character + COMPACT[position + 1 :]
    if changed == COMPACT:
        return
    with pytest.raises(ProtocolError):
        verify(changed)

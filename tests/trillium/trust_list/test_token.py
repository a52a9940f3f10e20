"""A list counts only as the operator signed it: every other signature, type and form is refused (6.17)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.encoding import b64url_encode, create_json
from specs.jose import sign_with
from specs.jose.algorithms import Algorithm
from tests.trillium.trust_list.material import (
    DAY,
    operator_key,
    payload,
    public,
    signed,
    trust_list,
)
from tests.verifier.issuing import NOW
from trillium.runtime.trust_list import TrustListError, prepare_trust_list, verify_trust_list
from trillium.runtime.trust_list.errors import (
    MalformedTrustList,
    TrustListFromTheFuture,
    WrongTrustListKey,
)
from trillium.runtime.trust_list.token import LEEWAY, MAX_TOKEN_BYTES, TYPE

KEYS = [public()]
TOKEN = signed().decode()


def test_what_is_signed_is_what_is_read() -> None:
    made = trust_list()
    prepared = prepare_trust_list(made, public())
    token = prepared.attach(sign_with(operator_key("operator"), Algorithm.ES256, prepared.data))
    assert verify_trust_list(token.encode(), KEYS, now=NOW) == made
    assert verify_trust_list(f"{token}\n".encode(), KEYS, now=NOW) == made


def test_any_of_the_pinned_keys_may_have_signed() -> None:
    """So that an operator can change keys: the new one is given out before it signs."""
    keys = [public("old"), public("new")]
    for who in ("old", "new"):
        assert verify_trust_list(signed(who=who), keys, now=NOW).version == 1


@pytest.mark.parametrize(
    ("who", "header"),
    [
        ("stranger", {}),
        ("stranger", {"kid": public().thumbprint}),
        ("stranger", {"jwk": dict(public("stranger").members)}),
        ("stranger", {"x5c": ["AAAA"]}),
        ("stranger", {"jku": "https://attacker.example/jwks"}),
        ("operator", {"typ": None}),
        ("operator", {"typ": "JWT"}),
        ("operator", {"typ": "statuslist+jwt"}),
        ("operator", {"typ": "dc+sd-jwt"}),
        ("operator", {"alg": "ES384"}),
        ("operator", {"alg": "HS256"}),
        ("operator", {"alg": "none"}),
    ],
    ids=[
        "a-strangers-key",
        "under-the-operators-key-id",
        "a-key-in-the-header",
        "a-chain-in-the-header",
        "a-link-to-keys",
        "no-type",
        "a-plain-jwt",
        "a-status-list",
        "a-credential",
        "another-algorithm",
        "hmac",
        "none",
    ],
)
def test_a_list_that_the_operator_did_not_sign_as_one(who: str, header: Mapping[str, Any]) -> None:
    with pytest.raises(WrongTrustListKey):
        verify_trust_list(signed(who=who, header=header), KEYS, now=NOW)


def test_nobodys_signature_counts_without_a_pinned_key() -> None:
    with pytest.raises(WrongTrustListKey):
        verify_trust_list(signed(), [], now=NOW)


@pytest.mark.parametrize(
    "token",
    [
        b"",
        b"x",
        b"a.b.c",
        b"\xff.\xff.\xff",
        signed() + b".",
        signed()[:-1],
        b"{}",
        signed(header={"crit": ["exp"]}),
        signed(header={"b64": False}),
        b"a" * (MAX_TOKEN_BYTES + 1),
    ],
    ids=["empty", "one-part", "no-base64", "not-ascii", "four-parts", "cut", "json", "crit", "b64", "huge"],
)
def test_no_token_at_all(token: bytes) -> None:
    with pytest.raises((MalformedTrustList, WrongTrustListKey)):
        verify_trust_list(token, KEYS, now=NOW)


@given(st.data())
def test_no_altered_character_is_accepted(data: st.DataObject) -> None:
    token = TOKEN
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters(codec="ascii", exclude_characters=token[place]))
    altered = token[:place] + other + token[place + 1 :]
    if altered.strip() == token.strip():
        return
    with pytest.raises(TrustListError):
        verify_trust_list(altered.encode(), KEYS, now=NOW)


def test_a_list_dated_in_the_future_is_refused() -> None:
    """It would be in use until then, and every list before it would count as older."""
    late = NOW + LEEWAY
    assert verify_trust_list(signed(trust_list(issued_at=late)), KEYS, now=NOW).issued_at == late
    with pytest.raises(TrustListFromTheFuture):
        verify_trust_list(signed(trust_list(issued_at=late + timedelta(seconds=1))), KEYS, now=NOW)


def test_an_old_list_can_still_be_read_for_its_version() -> None:
    old = trust_list(version=9, issued_at=NOW - 90 * DAY, next_update=NOW - DAY)
    assert verify_trust_list(signed(old), KEYS, now=NOW).version == 9


def test_nobody_signs_what_no_reader_accepts() -> None:
    with pytest.raises(MalformedTrustList):
        prepare_trust_list(trust_list(next_update=NOW - 9 * DAY), public())


def test_the_payload_is_not_believed_before_the_signature() -> None:
    """A stranger learns nothing of how the payload is read."""
    with pytest.raises(WrongTrustListKey):
        verify_trust_list(signed(b"not json", who="stranger"), KEYS, now=NOW)


def test_the_name_of_the_type_may_be_written_as_a_media_type() -> None:
    header = {"alg": "ES256", "typ": f"application/{TYPE}", "kid": public().thumbprint}
    data = f"{b64url_encode(create_json(header))}.{b64url_encode(create_json(payload()))}".encode()
    token = data + b"." + b64url_encode(sign_with(operator_key("operator"), Algorithm.ES256, data)).encode()
    assert verify_trust_list(token, KEYS, now=NOW).version == 1

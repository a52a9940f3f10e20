"""Answers encrypted to the key of their request (5.23, 5.24, 6.12): what opens, and what ends anything."""

import asyncio
import os
from collections.abc import Mapping
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.errors import UnwrapFailed
from specs.jose import Encryption, UnverifiedJwe, create_jwe, parse_encryption_jwk, parse_jwe
from specs.openid4vp import ResponseMode, VpErrorResponse, VpTokenResponse
from specs.openid4vp.encrypted_response import parse_response_jwe
from specs.openid4vp.response_errors import (
    EmptyVpToken,
    InvalidEncryptedResponse,
    InvalidResponse,
    InvalidVpToken,
    ResponseError,
    TooManyPresentations,
    UnencryptedResponse,
    UnexpectedEncryption,
    UnknownCredentialQuery,
    WrongState,
)
from tests.verifier.holder import NINETEEN, present
from tests.verifier.issuing import SimulatedIssuer
from tests.verifier.surroundings import Asked, Desk, encrypted, encrypted_text
from verifier.domain.presentation import RequestId
from verifier.errors import PresentationNotGenuine, RequestGone, ResponseNotForThisRequest
from verifier.services.receive_response import Received
from verifier.services.requests import response_code_hash

JWT = ResponseMode.DIRECT_POST_JWT
CREDENTIAL = SimulatedIssuer().issue()


async def ask(desk: Desk | None = None, **options: Any) -> Asked:
    return await (desk or Desk()).ask(**({"response_mode": JWT} | options))


def members(asked: Asked, **changed: Any) -> dict[str, Any]:
    """What a good answer says; ``None`` leaves a member out."""
    token = {"photo_card": [present(CREDENTIAL, asked.binding(), NINETEEN)]}
    return {"vp_token": token, "state": asked.request["state"], **changed}


def jwe_with(
    request: Mapping[str, Any], payload: bytes, encryption: Encryption, **more: Any
) -> UnverifiedJwe:
    """Whatever payload, correctly encrypted."""
    [key] = request["client_metadata"]["jwks"]["keys"]
    ephemeral = ec.generate_private_key(ec.SECP256R1())
    text = create_jwe(
        payload,
        recipient=parse_encryption_jwk({**key, **more.pop("key", {})}),
        encryption=encryption,
        ephemeral=ephemeral,
        iv=os.urandom(12),
        **more,
    )
    return parse_jwe(text, max_bytes=100_000)


@pytest.mark.parametrize("encryption", list(Encryption))
@pytest.mark.parametrize("parties", [{}, {"apu": b"wallet", "apv": b"verifier"}], ids=["bare", "apu-apv"])
async def test_6_12_both_encryptions_are_opened(encryption: Encryption, parties: dict[str, bytes]) -> None:
    asked = await ask()
    # The wallet takes the stronger one; here it takes what it is told.
    request = {**asked.request}
    request["client_metadata"] = {
        **request["client_metadata"],
        "encrypted_response_enc_values_supported": [encryption.value],
    }
    answer = encrypted(request, members(asked), **parties)
    assert answer.encryption is encryption
    assert (await asked.receive(answer)).redirect_uri
    assert await asked.state() == "accepted"
    assert (await asked.result())["claims"] == {"photo_card": {"age_equal_or_over": {"19": True}}}


@pytest.mark.parametrize("way", ["in-the-clear", "encrypted"])
async def test_5_23_a_refusal_may_come_either_way(way: str) -> None:
    asked = await ask()
    if way == "encrypted":
        refusal = {"error": "access_denied", "state": asked.request["state"]}
        await asked.receive(encrypted(asked.request, refusal))
    else:
        await asked.refuse()
    assert await asked.state() == "cancelled"


async def test_5_23_a_presentation_in_the_clear_is_refused_where_encryption_was_asked_for() -> None:
    asked = await ask()
    token = {"photo_card": tuple(members(asked)["vp_token"]["photo_card"])}
    with pytest.raises(UnencryptedResponse):
        await asked.receive(VpTokenResponse(token, asked.request["state"]))
    assert await asked.state() == "retrieved"
    await asked.receive(encrypted(asked.request, members(asked)))


async def test_an_encrypted_answer_is_refused_where_none_was_asked_for() -> None:
    """The key is there all the same: whoever got hold of it must not choose the mode."""
    desk = Desk()
    other = await ask(desk)
    asked = await desk.ask()
    with pytest.raises(UnexpectedEncryption):
        await asked.receive(encrypted(other.request, members(asked)))
    assert await asked.state() == "retrieved"


async def test_5_24_the_key_of_another_request_opens_nothing() -> None:
    desk = Desk()
    asked, other = await ask(desk), await ask(desk)
    with pytest.raises(InvalidEncryptedResponse):
        await asked.receive(encrypted(other.request, members(asked)))
    # Nor under the right name.
    [key] = asked.request["client_metadata"]["jwks"]["keys"]
    disguised = jwe_with(other.request, b"{}", Encryption.A128GCM, key={"kid": key["kid"]})
    with pytest.raises(InvalidEncryptedResponse):
        await asked.receive(disguised)
    assert await asked.state() == "retrieved"


async def test_5_23_the_name_of_the_key_is_repeated() -> None:
    asked = await ask()
    for kid in ("another", None):
        wrong = encrypted(asked.request, members(asked))
        with pytest.raises(InvalidEncryptedResponse):
            await asked.receive(wrong._replace(kid=kid))
    assert await asked.state() == "retrieved"


async def test_5_24_the_key_is_gone_with_the_end() -> None:
    asked = await ask()
    await asked.receive(encrypted(asked.request, members(asked)))
    found = await asked.desk.store.find_by_request(asked.started.presentation.request_id)
    assert found is not None
    assert found.response_key is None
    with pytest.raises(RequestGone):
        asked.desk.verifier.receive.contents.keys.open(found)


async def test_a_wrapped_key_moved_to_another_presentation_does_not_open() -> None:
    desk = Desk()
    asked, other = await ask(desk), await ask(desk)
    keys = desk.verifier.receive.contents.keys
    moved = asked.started.presentation._replace(response_key=other.started.presentation.response_key)
    with pytest.raises(UnwrapFailed):
        keys.open(moved)
    assert keys.open(asked.started.presentation).public_jwk.kid


async def test_the_private_key_is_not_in_the_store_nor_in_a_repr() -> None:
    asked = await ask()
    one = asked.started.presentation
    opened = asked.desk.verifier.receive.contents.keys.open(one)
    scalar = opened.private_key.private_numbers().private_value.to_bytes(32, "big")
    assert one.response_key is not None
    assert scalar not in one.response_key
    assert "response_key" not in repr(one)
    assert "private_key" not in repr(opened)


INSIDE: dict[str, tuple[bytes, type[ResponseError]]] = {
    "not json": (b"{", InvalidResponse),
    "an array": (b"[]", InvalidResponse),
    "nothing": (b"{}", InvalidResponse),
    "a repeated member": (b'{"error":"a","error":"b"}', InvalidResponse),
    "token and error": (b'{"vp_token":{},"error":"access_denied"}', InvalidResponse),
    "an empty token": (b'{"vp_token":{}}', EmptyVpToken),
    "a token as text": (b'{"vp_token":"{}"}', InvalidVpToken),
    "a bare presentation": (b'{"vp_token":{"photo_card":"x"}}', InvalidVpToken),
    "a state that is a number": (b'{"vp_token":{"photo_card":["x"]},"state":7}', InvalidResponse),
    "no state": (b'{"vp_token":{"photo_card":["x"]}}', WrongState),
    "an error without state": (b'{"error":"access_denied"}', WrongState),
    "a JWS": (b"eyJhbGciOiJFUzI1NiJ9.e30.c2ln", InvalidResponse),
}


@pytest.mark.parametrize("defect", INSIDE)
async def test_what_is_inside_is_checked_as_if_it_had_come_in_the_clear(defect: str) -> None:
    asked = await ask()
    payload, expected = INSIDE[defect]
    with pytest.raises(expected):
        await asked.receive(jwe_with(asked.request, payload, Encryption.A256GCM))
    assert await asked.state() == "retrieved"


async def test_entries_and_nonces_are_checked_inside_too() -> None:
    asked = await ask()
    [card] = members(asked)["vp_token"]["photo_card"]
    foreign = present(CREDENTIAL, asked.binding(nonce="n-0S6_WzA2Mj-0S6_WzA2M"), NINETEEN)
    wrong: list[tuple[dict[str, Any], type[Exception]]] = [
        ({"licence": [card]}, UnknownCredentialQuery),
        ({"photo_card": [card, card]}, TooManyPresentations),
        ({"photo_card": [foreign]}, ResponseNotForThisRequest),
        ({"photo_card": ["rubbish"]}, ResponseNotForThisRequest),
    ]
    for token, expected in wrong:
        with pytest.raises(expected):
            await asked.receive(encrypted(asked.request, members(asked, vp_token=token)))
    with pytest.raises(WrongState):
        await asked.receive(encrypted(asked.request, members(asked, state="A" * 22)))
    assert await asked.state() == "retrieved"


async def test_encryption_makes_no_forgery_good() -> None:
    asked = await ask()
    forged = present(CREDENTIAL, asked.binding(key="thief"), NINETEEN)
    with pytest.raises(PresentationNotGenuine):
        await asked.receive(encrypted(asked.request, members(asked, vp_token={"photo_card": [forged]})))
    assert await asked.state() == "rejected"


async def test_5_31_of_sixteen_encrypted_answers_one_counts() -> None:
    asked = await ask()
    answers = [encrypted(asked.request, members(asked)) for _ in range(16)]
    outcomes = await asyncio.gather(*map(asked.receive, answers), return_exceptions=True)
    assert sum(isinstance(one, Received) for one in outcomes) == 1
    assert sum(isinstance(one, RequestGone) for one in outcomes) == 15


async def test_the_same_bytes_twice() -> None:
    asked = await ask()
    answer = encrypted(asked.request, members(asked))
    await asked.receive(answer)
    with pytest.raises(RequestGone):
        await asked.receive(answer)


async def test_an_encrypted_answer_to_nobody() -> None:
    asked = await ask()
    with pytest.raises(RequestGone):
        await asked.desk.verifier.receive(RequestId("A" * 22), encrypted(asked.request, members(asked)))


async def test_5_22_each_end_has_a_code_of_its_own_that_finds_it() -> None:
    desk = Desk()
    codes = set()
    for refuses in (False, True):
        asked = await ask(desk)
        received = await (
            asked.refuse() if refuses else asked.receive(encrypted(asked.request, members(asked)))
        )
        assert received.redirect_uri is not None
        code = received.redirect_uri.rpartition("=")[2]
        codes.add(code)
        found = await desk.store.find_by_response_code(response_code_hash(code))
        assert found is not None
        assert found.request_id == asked.started.presentation.request_id
        assert code.encode() not in (found.response_code_hash or b"")
    assert len(codes) == 2


ASKED: list[tuple[Asked, str]] = []


async def _asked_once() -> tuple[Asked, str]:
    if not ASKED:
        asked = await ask()
        ASKED.append((asked, encrypted_text(asked.request, members(asked))))
    return ASKED[0]


@settings(max_examples=150)
@given(st.data())
async def test_no_mutation_of_a_byte_ends_the_presentation(data: st.DataObject) -> None:
    """Whatever character of an acceptable answer is changed, the request stays open for the right one."""
    asked, text = await _asked_once()
    place = data.draw(st.integers(0, len(text) - 1))
    byte = data.draw(st.integers(1, 127).filter(lambda code: code != ord(text[place])))
    changed = f"{text[:place]}{chr(byte)}{text[place + 1 :]}"
    with pytest.raises(ResponseError):
        await asked.receive(parse_response_jwe(changed))
    assert await asked.state() == "retrieved"


async def test_the_answer_that_was_mutated_is_good() -> None:
    asked = await ask()
    text = encrypted_text(asked.request, members(asked))
    await asked.receive(parse_response_jwe(text))
    assert await asked.state() == "accepted"


async def test_an_error_is_no_way_around_the_state() -> None:
    asked = await ask()
    with pytest.raises(WrongState):
        await asked.receive(VpErrorResponse("access_denied", None, None))
    assert await asked.state() == "retrieved"

"""Responses by `direct_post.jwt` (5.23, 5.24, 6.12)."""

import contextlib
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwe as joserfc_jwe
from joserfc.jwk import ECKey
from jwcrypto import jwe as jwcrypto_jwe
from jwcrypto import jwk as jwcrypto_jwk

from specs.encoding import b64url_decode, b64url_encode, create_json
from specs.errors import ProtocolError
from specs.jose import Encryption, UnverifiedJwe, public_jwk_of
from specs.openid4vp import (
    ResponseEncryption,
    VpErrorResponse,
    VpTokenResponse,
    choose_response_encryption,
    create_direct_post_jwt,
    create_direct_post_jwt_error,
    decrypt_response,
    parse_client_metadata,
    parse_direct_post_jwt,
    response_errors,
)
from specs.openid4vp.errors import AccessDenied, VpFormatsNotSupported
from specs.openid4vp.response_errors import (
    EmptyVpToken,
    InvalidEncryptedResponse,
    InvalidResponse,
    InvalidVpToken,
    ResponseError,
)
from tests.specs.oauth.strategies import bodies_with, fields_with
from tests.specs.openid4vp.encryption_material import (
    EPHEMERAL,
    IV,
    KEY_ID,
    RESPONSE_JWK,
    RESPONSE_KEY,
    STRONG,
    agree,
    opened,
    sealed,
)
from tests.specs.openid4vp.material import load

EXAMPLE = load("encrypted_response.json")
CASES = load("direct_post_jwt_cases.json")["cases"]
TOKEN = {"pid": ["a~b~kb"], "business": ["c~kb"]}
AS_READ = {"pid": ("a~b~kb",), "business": ("c~kb",)}
STATES = st.none() | st.from_regex(r"[A-Za-z0-9._~-]{1,40}", fullmatch=True)


def pem() -> bytes:
    return RESPONSE_KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_vector_5_23(case: dict[str, Any]) -> None:
    fields = [(name, EXAMPLE["response_jwe"] if value == "JWE" else value) for name, value in case["fields"]]
    if case["expect"] == "reject":
        reason: type[ProtocolError] = getattr(response_errors, case["reason"])
        with pytest.raises(reason) as raised:
            parse_direct_post_jwt(fields)
        assert type(raised.value) is reason
        assert raised.value.code == "invalid_request"
        return
    found = parse_direct_post_jwt(fields)
    if case["expect"] == "error":
        assert found == VpErrorResponse(case["error"], None, case["state"])
    else:
        assert isinstance(found, UnverifiedJwe)
        assert found.kid == "ac"


def test_the_example_of_the_standard_is_read_8_3() -> None:
    chosen = choose_response_encryption(parse_client_metadata(EXAMPLE["request"]["client_metadata"]))
    assert chosen == (chosen.key, Encryption.A128GCM)
    assert chosen.key.kid == "ac"
    d = int.from_bytes(b64url_decode(EXAMPLE["private_jwk_printed_in_spec"]["d"]), "big")
    private = ec.derive_private_key(d, ec.SECP256R1())
    jwe = parse_direct_post_jwt([("response", EXAMPLE["response_jwe"])])
    assert isinstance(jwe, UnverifiedJwe)
    expected = EXAMPLE["decrypted_payload"]["vp_token"]
    assert decrypt_response(jwe, agree(jwe, private), key_id="ac") == VpTokenResponse(
        {name: tuple(entry) for name, entry in expected.items()}, None
    )


@pytest.mark.parametrize("encryption", list(Encryption))
@given(state=STATES, apu=st.binary(max_size=30), apv=st.binary(max_size=30))
@settings(max_examples=20)
def test_what_a_wallet_encrypts_a_verifier_reads_5_23_6_12(
    encryption: Encryption, state: str | None, apu: bytes, apv: bytes
) -> None:
    chosen = ResponseEncryption(RESPONSE_JWK, encryption)
    fields = create_direct_post_jwt(
        TOKEN, state, encryption=chosen, ephemeral=EPHEMERAL, iv=IV, apu=apu, apv=apv
    )
    assert [name for name, _ in fields] == ["response"]
    assert opened(fields) == VpTokenResponse(AS_READ, state)


def test_the_kid_of_the_key_is_repeated_and_the_members_are_at_the_top_8_3() -> None:
    [(_, compact)] = create_direct_post_jwt(TOKEN, "s-1", encryption=STRONG, ephemeral=EPHEMERAL, iv=IV)
    header = json.loads(b64url_decode(compact.split(".")[0]))
    assert {name: header[name] for name in ("alg", "enc", "kid")} == {
        "alg": "ECDH-ES",
        "enc": "A256GCM",
        "kid": KEY_ID,
    }
    read = joserfc_jwe.decrypt_compact(compact, ECKey.import_key(pem()), algorithms=["ECDH-ES", "A256GCM"])
    assert read.plaintext is not None
    assert json.loads(read.plaintext) == {"vp_token": TOKEN, "state": "s-1"}


@pytest.mark.parametrize("error", [AccessDenied, VpFormatsNotSupported])
def test_a_refusal_can_be_encrypted_too_5_23_5_28(error: type[ProtocolError]) -> None:
    fields = create_direct_post_jwt_error(error(), "s-1", encryption=STRONG, ephemeral=EPHEMERAL, iv=IV)
    assert opened(fields) == VpErrorResponse(error.code, error.text, "s-1")


def test_an_empty_token_is_never_encrypted_d8() -> None:
    with pytest.raises(ValueError, match="nothing to present"):
        create_direct_post_jwt({}, "s", encryption=STRONG, ephemeral=EPHEMERAL, iv=IV)


# Two other libraries, both directions.


@pytest.mark.parametrize("encryption", ["A128GCM", "A256GCM"])
@pytest.mark.parametrize("parties", [{}, {"apu": "d2FsbGV0", "apv": "bm9uY2U"}], ids=["plain", "apu-apv"])
def test_what_other_libraries_encrypt_is_read_6_12(encryption: str, parties: dict[str, str]) -> None:
    """credo and others put `apu` and `apv` there; both go into the key. (joserfc writes into its header.)"""
    header = {"alg": "ECDH-ES", "enc": encryption, "kid": KEY_ID, **parties}
    payload = create_json({"vp_token": TOKEN, "state": "s-1"})
    by_joserfc = joserfc_jwe.encrypt_compact(
        dict(header), payload, ECKey.import_key(pem()), algorithms=["ECDH-ES", encryption]
    )
    other = jwcrypto_jwe.JWE(payload, protected=json.dumps(header), algs=["ECDH-ES", encryption])
    other.add_recipient(jwcrypto_jwk.JWK.from_pem(pem()))
    for compact in (by_joserfc, other.serialize(compact=True)):
        assert opened([("response", compact)]) == VpTokenResponse(AS_READ, "s-1")


@pytest.mark.parametrize("encryption", list(Encryption))
def test_what_we_encrypt_other_libraries_read_6_12(encryption: Encryption) -> None:
    [(_, compact)] = create_direct_post_jwt(
        TOKEN,
        None,
        encryption=ResponseEncryption(RESPONSE_JWK, encryption),
        ephemeral=EPHEMERAL,
        iv=IV,
        apu=b"u",
        apv=b"v",
    )
    read = jwcrypto_jwe.JWE()
    read.deserialize(compact, jwcrypto_jwk.JWK.from_pem(pem()))
    assert json.loads(read.payload) == {"vp_token": TOKEN}


# What is refused.


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        (b"", InvalidResponse),
        (b"[]", InvalidResponse),
        (b'"token"', InvalidResponse),
        (b"{}", InvalidResponse),
        (b'{"state":"s"}', InvalidResponse),
        (b'{"vp_token":{"pid":["a~"]},"error":"access_denied"}', InvalidResponse),
        (b'{"vp_token":{"pid":["a~"]},"state":"a b"}', InvalidResponse),
        (b'{"vp_token":{"pid":["a~"]},"state":5}', InvalidResponse),
        (b'{"vp_token":{"pid":["a~"]},"vp_token":{"pid":["b~"]}}', InvalidResponse),
        (b'{"vp_token":"{\\"pid\\":[\\"a~\\"]}"}', InvalidVpToken),
        (b'{"vp_token":["a~"]}', InvalidVpToken),
        (b'{"vp_token":{"pid":"a~"}}', InvalidVpToken),
        (b'{"vp_token":{"pid":[]}}', InvalidVpToken),
        (b'{"vp_token":{"pid":[5]}}', InvalidVpToken),
        (b'{"vp_token":{}}', EmptyVpToken),
        (b'{"vp_token":null}', InvalidResponse),
        (b'{"error":5}', InvalidResponse),
        (b'{"error":"access_denied","state":""}', InvalidResponse),
        (b"eyJhbGciOiJFUzI1NiJ9.e30.AAAA", InvalidResponse),
    ],
)
def test_what_is_inside_is_as_strictly_read_5_20(payload: bytes, error: type[ResponseError]) -> None:
    with pytest.raises(error) as raised:
        opened(sealed(payload))
    assert type(raised.value) is error


@pytest.mark.parametrize("kid", [None, "response-2", "", "RESPONSE-1"])
def test_an_answer_for_another_key_is_refused_5_23(kid: str | None) -> None:
    other = public_jwk_of(RESPONSE_KEY.public_key(), kid=kid)
    with pytest.raises(InvalidEncryptedResponse) as raised:
        opened(sealed(b'{"vp_token":{"pid":["a~"]}}', recipient=other))
    assert raised.value.detail == "kid"


def test_an_answer_that_only_claims_to_be_for_our_key_is_refused_5_24() -> None:
    stranger = ec.derive_private_key(0xE5E, ec.SECP256R1())
    theirs = public_jwk_of(stranger.public_key(), kid=KEY_ID)
    with pytest.raises(InvalidEncryptedResponse) as raised:
        opened(sealed(b'{"vp_token":{"pid":["a~"]}}', recipient=theirs))
    assert raised.value.detail == "decryption_failed"


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "RSA-OAEP", "enc": "A128GCM"},
        {"alg": "ECDH-ES+A128KW", "enc": "A128GCM"},
        {"alg": "PBES2-HS256+A128KW", "enc": "A128GCM", "p2c": 1_000_000, "p2s": "AAAA"},
        {"alg": "dir", "enc": "A128GCM"},
        {"alg": "none", "enc": "A128GCM"},
        {"alg": "ECDH-ES", "enc": "A128CBC-HS256"},
        {"alg": "ECDH-ES", "enc": "A256GCM", "zip": "DEF"},
        {"alg": "ECDH-ES", "enc": "A256GCM", "crit": ["x"]},
        {"alg": "ECDH-ES", "enc": "A256GCM", "epk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}},
    ],
    ids=lambda header: "-".join(str(one) for one in header.values())[:30],
)
def test_another_way_to_encrypt_is_refused_e3(header: dict[str, Any]) -> None:
    [(_, compact)] = sealed(b'{"vp_token":{"pid":["a~"]}}')
    first, *rest = compact.split(".")
    forged = json.loads(b64url_decode(first)) | header
    with pytest.raises(InvalidEncryptedResponse):
        opened([("response", ".".join([b64url_encode(create_json(forged)), *rest]))])


@settings(max_examples=150)
@given(st.integers(0, 100_000), st.integers(1, 127))
def test_any_changed_byte_is_refused(position: int, difference: int) -> None:
    [(name, compact)] = create_direct_post_jwt(TOKEN, "s-1", encryption=STRONG, ephemeral=EPHEMERAL, iv=IV)
    body = bytearray(compact.encode())
    body[position % len(body)] ^= difference
    with pytest.raises(ResponseError):
        opened([(name, body.decode("latin-1"))])


def test_one_too_long_is_not_looked_at() -> None:
    with pytest.raises(InvalidResponse, match="MalformedParameter"):
        parse_direct_post_jwt([("response", "a" * 2_000_000)])


@given(fields_with("response", "vp_token", "state", "error"))
def test_nothing_but_a_refusal_is_raised_for_a_form(fields: list[tuple[str, str]]) -> None:
    with contextlib.suppress(ResponseError):
        parse_direct_post_jwt(fields)


@settings(max_examples=60)
@given(bodies_with("vp_token", "state", "error", "error_description"))
def test_nothing_but_a_refusal_is_raised_for_a_payload(payload: bytes) -> None:
    with contextlib.suppress(ResponseError):
        opened(sealed(payload))


@pytest.mark.parametrize("nothing", ["error", "error_description", "iss"])
def test_a_member_that_is_null_is_none_in_an_encrypted_answer_5_23(nothing: str) -> None:
    """Wallets write null for what they do not send (docs/divergences.md, Everywhere)."""
    fields = sealed(create_json({"vp_token": TOKEN, "state": "s", nothing: None}))
    assert opened(fields) == VpTokenResponse(AS_READ, "s")


def test_a_refusal_with_a_token_of_null_is_a_refusal_8_5() -> None:
    fields = sealed(create_json({"vp_token": None, "error": "access_denied", "state": "s"}))
    assert opened(fields) == VpErrorResponse("access_denied", None, "s")

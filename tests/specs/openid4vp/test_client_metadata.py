"""`client_metadata`: keys that an answer is encrypted to, and which a wallet takes (5.07, 5.23, 6.12)."""

import contextlib
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given

from specs.jose import Encryption, create_encryption_jwk, public_jwk_of
from specs.openid4vp import (
    choose_response_encryption,
    create_client_metadata,
    parse_client_metadata,
)
from specs.openid4vp.errors import InvalidClientMetadata, NoUsableEncryptionKey, RequestError
from tests.specs.oauth.strategies import VALUES, objects_with
from tests.specs.openid4vp.encryption_material import ENCRYPTED_METADATA, KEY_ID, RESPONSE_JWK
from tests.specs.openid4vp.material import FORMATS

GOOD = create_encryption_jwk(RESPONSE_JWK)
OTHER = public_jwk_of(ec.derive_private_key(7, ec.SECP256R1()).public_key(), kid="other")
X25519 = {
    "kty": "OKP",
    "kid": "x",
    "use": "enc",
    "crv": "X25519",
    "alg": "ECDH-ES",
    "x": "WPX7wnwq10hFNK9aDSyG1QlLswE_CJY14LdhcFUIVVc",
}


def choose(keys: Any, encryptions: list[str] | None = None) -> Any:
    """What a wallet takes of these keys and `enc` values."""
    metadata: dict[str, Any] = {"jwks": {"keys": keys}}
    if encryptions is not None:
        metadata["encrypted_response_enc_values_supported"] = encryptions
    return choose_response_encryption(parse_client_metadata(metadata))


def test_our_metadata_has_the_three_members_and_no_others_5_07_6_12() -> None:
    assert {
        "vp_formats_supported": FORMATS,
        "jwks": {
            "keys": [
                {**RESPONSE_JWK.members, "kid": KEY_ID, "use": "enc", "alg": "ECDH-ES"},
            ]
        },
        "encrypted_response_enc_values_supported": ["A128GCM", "A256GCM"],
    } == ENCRYPTED_METADATA


def test_what_a_verifier_offers_a_wallet_takes_5_07() -> None:
    chosen = choose_response_encryption(parse_client_metadata(ENCRYPTED_METADATA))
    assert chosen.encryption is Encryption.A256GCM
    assert (chosen.key.kid, chosen.key.thumbprint) == (KEY_ID, RESPONSE_JWK.thumbprint)


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        (None, Encryption.A128GCM),
        (["A128GCM"], Encryption.A128GCM),
        (["A256GCM"], Encryption.A256GCM),
        (["A128GCM", "A256GCM"], Encryption.A256GCM),
        (["A128CBC-HS256", "A128GCM"], Encryption.A128GCM),
    ],
)
def test_the_stronger_encryption_is_taken_where_it_is_listed_6_10(
    listed: list[str] | None, expected: Encryption
) -> None:
    assert choose([GOOD], listed).encryption is expected


@pytest.mark.parametrize(
    "unusable",
    [
        X25519,
        GOOD | {"crv": "P-384"},
        GOOD | {"alg": "ECDH-ES+A128KW"},
        GOOD | {"use": "sig"},
        GOOD | {"x": "AAAA"},
        {name: value for name, value in GOOD.items() if name != "alg"},
        {"kty": "RSA", "alg": "RSA-OAEP", "n": "AQAB", "e": "AQAB"},
        "a string",
        5,
        None,
    ],
    ids=str,
)
def test_an_unusable_key_is_passed_over_8_3(unusable: Any) -> None:
    """The conformance test `ignores-unusable-encryption-key`."""
    assert choose([unusable, create_encryption_jwk(OTHER)]).key.kid == "other"
    with pytest.raises(NoUsableEncryptionKey) as raised:
        choose([unusable])
    assert raised.value.code == "invalid_request"


def test_a_key_without_use_is_for_encryption_8_3() -> None:
    assert choose([{name: value for name, value in GOOD.items() if name != "use"}]).key.kid == KEY_ID


@pytest.mark.parametrize("members", [{"d": "AAAA"}, {"k": "AAAA"}])
def test_a_key_that_everybody_has_is_no_key(members: dict[str, str]) -> None:
    with pytest.raises(InvalidClientMetadata, match="private"):
        choose([GOOD | members, create_encryption_jwk(OTHER)])


@pytest.mark.parametrize("keys", [None, [], {}, "keys", [GOOD] * 17], ids=lambda keys: str(keys)[:20])
def test_a_malformed_set_of_keys_is_refused_5_07(keys: Any) -> None:
    with pytest.raises(InvalidClientMetadata):
        choose(keys)


@pytest.mark.parametrize("listed", [["A128CBC-HS256"], ["a256gcm"], ["dir"]])
def test_no_encryption_in_common_is_refused_5_23(listed: list[str]) -> None:
    with pytest.raises(NoUsableEncryptionKey, match="enc"):
        choose([GOOD], listed)


def test_the_parameters_of_the_drafts_do_not_count_b9() -> None:
    """`authorization_encrypted_response_alg` and `_enc` do not exist any more (5.07)."""
    metadata = parse_client_metadata(
        {"jwks": {"keys": [GOOD]}, "authorization_encrypted_response_enc": "A256GCM"}
    )
    assert choose_response_encryption(metadata).encryption is Encryption.A128GCM


def test_without_keys_nothing_is_encrypted_5_23() -> None:
    for metadata in (None, parse_client_metadata({"vp_formats_supported": FORMATS})):
        with pytest.raises(NoUsableEncryptionKey, match="no keys"):
            choose_response_encryption(metadata)


@pytest.mark.parametrize(
    "arguments",
    [
        {"jwks": [public_jwk_of(RESPONSE_JWK.key)]},
        {"jwks": [RESPONSE_JWK, RESPONSE_JWK]},
        {"jwks": [RESPONSE_JWK], "encryptions": []},
    ],
    ids=["no-kid", "same-kid", "no-enc"],
)
def test_keys_that_could_not_be_told_apart_are_not_offered_5_07(arguments: Any) -> None:
    with pytest.raises(ValueError, match="kid"):
        create_client_metadata(FORMATS, **arguments)


def test_no_private_key_leaves_5_24() -> None:
    assert "d" not in ENCRYPTED_METADATA["jwks"]["keys"][0]


@given(VALUES | objects_with("keys"))
def test_nothing_but_a_refusal_is_raised(value: Any) -> None:
    with contextlib.suppress(RequestError):
        choose_response_encryption(parse_client_metadata({"jwks": value}))

"""Encrypted requests and responses: what is offered, asked for, required and refused (4.39, 4.40, 4.41)."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from joserfc import jwe as joserfc_jwe
from joserfc.jwk import ECKey

from specs.encoding import create_json, parse_json_object
from specs.jose import Encryption, PublicJwk, create_jwe, public_jwk_of
from specs.openid4vci import (
    CredentialIssuerMetadata,
    CredentialRequestEncryption,
    CredentialResponseEncryption,
    EncryptedRequest,
    RequestEncryption,
    ResponseEncryption,
    create_credential_request,
    create_credential_response,
    create_deferred_response,
    decrypt_request,
    decrypt_response,
    encrypt_credential_request,
    encrypt_credential_response,
    parse_credential_request,
    parse_encrypted_request,
    parse_encrypted_response,
    parse_response_encryption,
    select_request_encryption,
    verify_credential_request,
    verify_encryption,
)
from specs.openid4vci.credential_request import GrantedCredentials
from specs.openid4vci.errors import CredentialRequestError, InvalidEncryptionParameters
from specs.openid4vci.wallet_errors import InvalidCredentialResponse, InvalidIssuerMetadata
from tests.specs.jose.jwe_material import agree, encrypted, forged, pem, recipient
from tests.specs.oauth.strategies import VALUES
from tests.specs.openid4vci.encrypting import ASKED, EVERY, JWKS, MEMBER, WALLET, fresh, offered
from tests.specs.openid4vci.material import load, metadata

SCOPE = GrantedCredentials(frozenset({"person"}))
ISSUER_ASKS = RequestEncryption(recipient(), Encryption.A256GCM)


def opened(request: EncryptedRequest) -> bytes:
    return decrypt_request(request, agree(request.jwe))


@pytest.mark.parametrize("encryption", sorted(Encryption))
def test_a_wallet_encrypts_its_request_and_the_issuer_the_answer_4_40(encryption: Encryption) -> None:
    found = offered(requests=True, responses=True, enc=(encryption.value,))
    asked = ResponseEncryption(ASKED.key, encryption)
    body = create_credential_request(
        proofs=["x"], credential_configuration_id="person", response_encryption=asked
    )
    selected = select_request_encryption(found)
    assert selected == RequestEncryption(recipient(), encryption)
    assert selected is not None
    sent = encrypt_credential_request(body, selected, **fresh())

    request = parse_encrypted_request(sent.encode(), found)
    assert (request.key_id, request.epk) == ("k1", request.jwe.epk)
    parsed = parse_credential_request(opened(request), encrypted=True)
    allowed = verify_credential_request(parsed, SCOPE, found)
    assert allowed.response_encryption == asked

    for message in (create_credential_response(["a~"]), create_deferred_response("t", interval=5)):
        answer = encrypt_credential_response(message, asked, **fresh())
        received = parse_encrypted_response(answer.encode(), asked)
        assert received.header["kid"] == "w1"
        assert (
            parse_json_object(decrypt_response(received, agree(received, WALLET)), max_bytes=9999) == message
        )


def test_another_library_reads_the_answer_and_writes_the_request_4_39() -> None:
    answer = encrypt_credential_response({"a": 1}, ASKED, **fresh())
    names = ["ECDH-ES", "A256GCM"]
    assert (
        joserfc_jwe.decrypt_compact(answer, ECKey.import_key(pem(7)), algorithms=names).plaintext
        == b'{"a":1}'
    )
    header = {"alg": "ECDH-ES", "enc": "A128GCM", "kid": "k1"}
    key = ECKey.import_key(JWKS["keys"][0])
    sent = joserfc_jwe.encrypt_compact(header, b"{}", key, algorithms=["ECDH-ES", "A128GCM"])
    assert opened(parse_encrypted_request(sent.encode(), offered())) == b"{}"


@pytest.mark.parametrize(
    ("found", "is_encrypted", "asked", "accepted"),
    [
        pytest.param(offered(), False, None, True, id="nothing-required-nothing-done"),
        pytest.param(offered(), True, None, True, id="request-only"),
        pytest.param(offered(), True, ASKED, True, id="both"),
        pytest.param(offered(), False, ASKED, False, id="answer-only-4.40"),
        pytest.param(offered(requests=True), False, None, False, id="request-required-and-in-the-clear"),
        pytest.param(offered(requests=True), True, None, True, id="request-required-and-done"),
        pytest.param(offered(responses=True), True, None, False, id="answer-required-and-not-asked-for"),
        pytest.param(offered(responses=True), False, None, False, id="answer-required-and-in-the-clear"),
        pytest.param(offered(responses=True), True, ASKED, True, id="answer-required-and-asked-for"),
        pytest.param(offered(responses=None), True, ASKED, False, id="answers-not-offered"),
        pytest.param(offered(enc=("A128GCM",)), True, ASKED, False, id="enc-not-offered"),
        pytest.param(metadata(), False, None, True, id="no-encryption-here"),
        pytest.param(metadata(), False, ASKED, False, id="asked-for-where-there-is-none"),
    ],
)
def test_messages_are_encrypted_as_the_metadata_says_4_40(
    found: CredentialIssuerMetadata, is_encrypted: bool, asked: ResponseEncryption | None, accepted: bool
) -> None:
    if accepted:
        verify_encryption(encrypted=is_encrypted, response=asked, metadata=found)
        return
    with pytest.raises(InvalidEncryptionParameters) as raised:
        verify_encryption(encrypted=is_encrypted, response=asked, metadata=found)
    assert raised.value.code == "invalid_encryption_parameters"


def test_an_issuer_with_another_algorithm_does_not_encrypt_answers() -> None:
    other = metadata(
        credential_response_encryption=CredentialResponseEncryption(
            alg_values_supported=("RSA-OAEP-256",), enc_values_supported=EVERY, encryption_required=False
        )
    )
    with pytest.raises(InvalidEncryptionParameters):
        verify_encryption(encrypted=True, response=ASKED, metadata=other)


def test_what_a_wallet_asks_for_is_read_4_40() -> None:
    assert parse_response_encryption(MEMBER) == ASKED
    assert parse_response_encryption(MEMBER | {"x_future": 1}) == ASKED
    vector = next(
        one for one in load("credential_request_cases.json")["cases"] if one["id"] == "unsupported-enc"
    )
    sent = vector["body"]["credential_response_encryption"]
    assert parse_response_encryption(sent | {"enc": "A128GCM"}).key.kid == "1"
    with pytest.raises(InvalidEncryptionParameters, match="enc"):
        parse_response_encryption(sent)


@pytest.mark.parametrize(
    ("member", "reason"),
    [
        pytest.param(None, "not an object", id="null"),
        pytest.param([MEMBER], "not an object", id="array"),
        pytest.param({}, "enc", id="empty"),
        pytest.param(MEMBER | {"enc": None}, "enc", id="enc-null"),
        pytest.param(MEMBER | {"enc": "A192GCM"}, "enc", id="enc-unsupported"),
        pytest.param(MEMBER | {"enc": ["A256GCM"]}, "enc", id="enc-array"),
        pytest.param(MEMBER | {"zip": "DEF"}, "zip", id="compressed"),
        pytest.param(MEMBER | {"zip": None}, "zip", id="zip-null"),
        pytest.param(MEMBER | {"jwk": None}, "invalid_jwk", id="no-key"),
        pytest.param(MEMBER | {"jwk": MEMBER["jwk"] | {"alg": "ES256"}}, "unsupported_jwk", id="alg-wrong"),
        pytest.param(
            MEMBER | {"jwk": {k: v for k, v in MEMBER["jwk"].items() if k != "alg"}},
            "unsupported_jwk",
            id="alg-missing",
        ),
        pytest.param(
            MEMBER | {"jwk": MEMBER["jwk"] | {"use": "sig"}}, "unsupported_jwk", id="for-signatures"
        ),
        pytest.param(MEMBER | {"jwk": MEMBER["jwk"] | {"crv": "P-384"}}, "unsupported_jwk", id="other-curve"),
        pytest.param(MEMBER | {"jwk": MEMBER["jwk"] | {"d": "AA"}}, "private_jwk", id="private-key"),
        pytest.param(
            MEMBER | {"jwk": MEMBER["jwk"] | {"y": MEMBER["jwk"]["x"]}}, "invalid_jwk", id="off-the-curve"
        ),
    ],
)
def test_what_cannot_be_done_is_refused_whole_4_40(member: Any, reason: str) -> None:
    """Nobody is answered in the clear who asked for an encrypted answer."""
    with pytest.raises(InvalidEncryptionParameters, match=reason):
        parse_response_encryption(member)
    body = {"credential_configuration_id": "person", "credential_response_encryption": member}
    with pytest.raises(InvalidEncryptionParameters):
        parse_credential_request(create_json(body), encrypted=True)


@given(VALUES)
def test_nothing_but_a_refusal_is_raised_for_what_is_asked(member: Any) -> None:
    with pytest.raises(CredentialRequestError):
        parse_response_encryption(member)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param(b"", "invalid_jwe", id="empty"),
        pytest.param(b'{"credential_configuration_id":"person"}', "invalid_jwe", id="json"),
        pytest.param("é.e.e.e.e".encode(), "invalid_jwe", id="not-ascii"),
        pytest.param(b"\xff.x.x.x.x", "invalid_jwe", id="not-utf-8"),
        pytest.param(b"a" * (1024 * 1024 + 1), "too_large", id="large"),
        pytest.param(forged({"kid": None}).encode(), "kid", id="without-kid"),
        pytest.param(forged({"zip": "DEF"}).encode(), "unsupported_jwe_header", id="compressed"),
        pytest.param(forged({"alg": "dir"}).encode(), "encryption_not_allowed", id="another-alg"),
        pytest.param(forged({"enc": "A192GCM"}).encode(), "encryption_not_allowed", id="another-enc"),
        pytest.param(forged({"epk": None}).encode(), "invalid_ephemeral_key", id="without-epk"),
    ],
)
def test_a_request_that_is_encrypted_otherwise_is_refused_4_39(body: bytes, reason: str) -> None:
    with pytest.raises(InvalidEncryptionParameters, match=reason):
        parse_encrypted_request(body, offered())


def test_a_request_is_not_encrypted_where_that_is_not_offered_or_not_so_4_39() -> None:
    sent = encrypted().encode()
    with pytest.raises(InvalidEncryptionParameters, match="not encrypted here"):
        parse_encrypted_request(sent, metadata())
    with pytest.raises(InvalidEncryptionParameters, match="enc"):
        parse_encrypted_request(sent, offered(enc=("A128GCM",)))


def test_a_request_for_another_key_or_changed_on_the_way_is_refused_4_39() -> None:
    for sent in (encrypted(recipient=recipient(1, kid="k1")), encrypted()[:-4] + "AAAA"):
        with pytest.raises(InvalidEncryptionParameters, match="decryption_failed"):
            opened(parse_encrypted_request(sent.encode(), offered()))


def test_what_was_in_an_encrypted_request_does_not_show_in_a_log_line() -> None:
    request = parse_encrypted_request(encrypted().encode(), offered())
    assert request.jwe.additional_data.decode() not in repr(request)


# The wallet's side.


def keys(*jwks: Any) -> CredentialIssuerMetadata:
    found = CredentialRequestEncryption(
        jwks={"keys": list(jwks)}, enc_values_supported=EVERY, encryption_required=False
    )
    return metadata(credential_request_encryption=found)


def test_a_wallet_takes_the_first_key_it_can_use_and_the_longer_encryption() -> None:
    rsa = {"kty": "RSA", "n": "AQAB", "e": "AQAB", "alg": "RSA-OAEP-256", "use": "enc"}
    assert select_request_encryption(keys(rsa, *JWKS["keys"])) == ISSUER_ASKS
    assert select_request_encryption(keys(rsa)) is None
    assert select_request_encryption(keys()) is None
    assert select_request_encryption(metadata()) is None
    assert select_request_encryption(offered(enc=("A128CBC-HS256",))) is None


@pytest.mark.parametrize("change", [{"d": "AA"}, {"x": "AA"}, {"kid": 5}])
def test_a_wallet_does_not_encrypt_to_a_broken_key(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidIssuerMetadata):
        select_request_encryption(keys(JWKS["keys"][0] | change))


def answer(key: PublicJwk, encryption: Encryption) -> bytes:
    return create_jwe(b"{}", recipient=key, encryption=encryption, **fresh()).encode()


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"{}", id="in-the-clear"),
        pytest.param(answer(ASKED.key, Encryption.A128GCM), id="another-enc"),
        pytest.param(
            answer(public_jwk_of(WALLET.public_key(), kid="w2"), Encryption.A256GCM), id="another-kid"
        ),
        pytest.param(answer(public_jwk_of(WALLET.public_key()), Encryption.A256GCM), id="without-kid"),
        pytest.param(answer(recipient(3, kid="w1"), Encryption.A256GCM), id="another-key"),
    ],
)
def test_a_wallet_refuses_an_answer_that_is_not_encrypted_as_it_asked_4_39(body: bytes) -> None:
    with pytest.raises(InvalidCredentialResponse):
        read(body)


def read(body: bytes) -> bytes:
    jwe = parse_encrypted_response(body, ASKED)
    return decrypt_response(jwe, agree(jwe, WALLET))


def test_the_members_of_a_request_have_no_private_half() -> None:
    assert isinstance(WALLET, ec.EllipticCurvePrivateKey)
    assert set(MEMBER["jwk"]) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    assert set(MEMBER) == {"jwk", "enc"}

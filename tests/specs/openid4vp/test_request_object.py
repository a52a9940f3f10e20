"""Signed request objects: who asks, and where an answer may go (5.01 to 5.04, 5.08, 5.11)."""

import contextlib
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specs.encoding import b64url_encode
from specs.errors import ProtocolError
from specs.jose import create_x5c
from specs.openid4vp import (
    ClientId,
    ResponseMode,
    VerifiedRequestObject,
    parse_client_id,
    parse_request_object,
)
from specs.openid4vp.errors import (
    ClientIdChanged,
    ClientIdMismatch,
    InvalidRequestObject,
    InvalidRequestObjectSignature,
    InvalidResponseUri,
    InvalidState,
    OriginClientId,
    RedirectUriWithDirectPost,
    RequestError,
    RequestObjectNotCurrent,
    ResponseUriNotAllowed,
    SignedRequestNotAllowed,
    UnknownClient,
    UnsupportedClientIdPrefix,
    UnsupportedResponseMode,
    UntrustedVerifier,
    WrongRequestObjectAudience,
    WrongRequestObjectType,
    WrongWalletNonce,
)
from tests.specs.jose.certificates import LEAF, NOW, self_signed
from tests.specs.oauth.strategies import objects_with
from tests.specs.openid4vp.material import (
    BY_HASH,
    BY_NAME,
    RESPONSE_URI,
    ROOT,
    SIGNER,
    STRANGER,
    claims,
    leaf_hash,
    sign,
    verify,
)

SECONDS = int(NOW.timestamp())


@pytest.mark.parametrize("client_id", [BY_HASH, BY_NAME], ids=lambda one: str(one.prefix))
def test_a_good_request_is_known_to_be_its_clients_5_01_5_08(client_id: ClientId) -> None:
    found = verify(sign(claims(client_id=client_id.full)), client_id=client_id)
    assert (found.client_id, found.response_uri, found.state) == (client_id, RESPONSE_URI, "s-1")
    assert found.response_mode is ResponseMode.DIRECT_POST
    assert found.signer.chain.leaf == SIGNER.certificate


def test_only_the_check_makes_a_verified_request() -> None:
    with pytest.raises(RuntimeError, match="only verify_request_object"):
        VerifiedRequestObject(BY_HASH, RESPONSE_URI, ResponseMode.DIRECT_POST, None, None, {}, seal=None)  # type: ignore[arg-type]


def test_iss_and_unknown_claims_are_ignored_and_times_need_not_be_there_5_01() -> None:
    assert verify(sign(claims(iss="https://other.example", x=1, iat=None, exp=None, aud=None))).state == "s-1"


def test_the_audience_may_be_where_the_request_was_fetched_5_03() -> None:
    """As credo-ts has it; not some other address, and not when nothing was fetched."""
    uri = "https://shop.example/requests/7"
    request = sign(claims(aud=uri))
    assert verify(request, request_uri=uri).state == "s-1"
    for other in (None, "https://shop.example/requests/8", ""):
        with pytest.raises(WrongRequestObjectAudience):
            verify(request, request_uri=other)


def test_the_audience_may_be_one_of_several_5_03() -> None:
    assert verify(sign(claims(aud=["https://self-issued.me/v2", "https://wallet.example"]))).state == "s-1"


@pytest.mark.parametrize(
    ("changes", "error", "code"),
    [
        pytest.param(
            {"client_id": BY_NAME.full}, ClientIdChanged, "invalid_request", id="client-id-of-another"
        ),
        pytest.param(
            {"client_id": BY_HASH.value}, ClientIdChanged, "invalid_request", id="client-id-without-prefix"
        ),
        pytest.param({"client_id": None}, RequestError, "invalid_request", id="client-id-missing"),
        pytest.param(
            {"client_id": "origin:https://a.example"}, OriginClientId, "invalid_request", id="origin"
        ),
        pytest.param(
            {"aud": "https://wallet.example"},
            WrongRequestObjectAudience,
            "invalid_request_object",
            id="audience",
        ),
        pytest.param({"aud": 5}, InvalidRequestObject, "invalid_request_object", id="audience-number"),
        pytest.param({"exp": SECONDS - 60}, RequestObjectNotCurrent, "invalid_request_object", id="expired"),
        pytest.param(
            {"iat": SECONDS + 61}, RequestObjectNotCurrent, "invalid_request_object", id="iat-ahead"
        ),
        pytest.param(
            {"nbf": SECONDS + 61}, RequestObjectNotCurrent, "invalid_request_object", id="not-yet-valid"
        ),
        pytest.param({"exp": "soon"}, InvalidRequestObject, "invalid_request_object", id="exp-as-text"),
        pytest.param({"request": "e30"}, InvalidRequestObject, "invalid_request_object", id="nested-request"),
        pytest.param(
            {"request_uri": "https://a.example"},
            InvalidRequestObject,
            "invalid_request_object",
            id="nested-uri",
        ),
        pytest.param(
            {"response_mode": None}, UnsupportedResponseMode, "invalid_request", id="no-response-mode"
        ),
        pytest.param(
            {"response_mode": "fragment"}, UnsupportedResponseMode, "invalid_request", id="mode-fragment"
        ),
        pytest.param(
            {"response_mode": ["direct_post"]}, UnsupportedResponseMode, "invalid_request", id="mode-array"
        ),
        pytest.param(
            {"redirect_uri": RESPONSE_URI},
            RedirectUriWithDirectPost,
            "invalid_request",
            id="redirect-uri-too",
        ),
        pytest.param(
            {"redirect_uri": RESPONSE_URI, "response_uri": None},
            RedirectUriWithDirectPost,
            "invalid_request",
            id="redirect-uri-with-direct-post",
        ),
        pytest.param({"response_uri": None}, InvalidResponseUri, "invalid_request", id="no-response-uri"),
        pytest.param({"response_uri": 5}, InvalidResponseUri, "invalid_request", id="response-uri-number"),
        pytest.param(
            {"response_uri": "http://verifier.example/r"}, InvalidResponseUri, "invalid_request", id="http"
        ),
        pytest.param(
            {"response_uri": "https://verifier.example/r#x"},
            InvalidResponseUri,
            "invalid_request",
            id="fragment",
        ),
        pytest.param({"state": "a b"}, InvalidState, "invalid_request", id="state-with-space"),
        pytest.param({"state": 5}, InvalidState, "invalid_request", id="state-number"),
        pytest.param({"state": ""}, InvalidState, "invalid_request", id="state-empty"),
    ],
)
def test_refused_for_its_reason_5_01_to_5_11(
    changes: dict[str, Any], error: type[ProtocolError], code: str
) -> None:
    with pytest.raises(error) as raised:
        verify(sign(claims(**changes)))
    assert raised.value.code == code


@pytest.mark.parametrize(
    ("header", "error"),
    [
        pytest.param({"typ": None}, WrongRequestObjectType, id="no-type"),
        pytest.param({"typ": "JWT"}, WrongRequestObjectType, id="type-of-another-token"),
        pytest.param({"typ": "dc+sd-jwt"}, WrongRequestObjectType, id="type-of-a-credential"),
        pytest.param({"x5c": None}, UntrustedVerifier, id="no-certificate"),
        pytest.param({"x5c": []}, UntrustedVerifier, id="empty-chain"),
        pytest.param({"x5c": ["AAAA"]}, UntrustedVerifier, id="not-a-certificate"),
        pytest.param({"x5c": create_x5c([STRANGER.certificate])}, UntrustedVerifier, id="unknown-authority"),
        pytest.param(
            {"x5c": create_x5c([SIGNER.certificate, ROOT.certificate])},
            UntrustedVerifier,
            id="anchor-in-chain",
        ),
        pytest.param({"alg": "ES384"}, InvalidRequestObjectSignature, id="algorithm-of-another-key"),
        pytest.param({"alg": "RS256"}, InvalidRequestObjectSignature, id="algorithm-not-allowed"),
    ],
)
def test_header_refused_for_its_reason_5_01(header: dict[str, Any], error: type[ProtocolError]) -> None:
    with pytest.raises(error) as raised:
        verify(sign(claims(), header=header))
    assert raised.value.code == "invalid_request_object"


def test_a_request_signed_by_another_key_than_the_certificates_is_refused_5_08() -> None:
    with pytest.raises(InvalidRequestObjectSignature):
        verify(sign(claims(), signer=STRANGER, header={"x5c": create_x5c([SIGNER.certificate])}))


def test_a_self_signed_certificate_is_refused_5_08() -> None:
    own = self_signed(LEAF)
    with pytest.raises(UntrustedVerifier) as raised:
        verify(sign(claims(), signer=own))
    assert raised.value.detail == "x5c_leaf_self_signed"


def test_keys_in_the_client_metadata_never_verify_a_request_5_07() -> None:
    point = STRANGER.key.public_key().public_numbers()
    jwk = {"kty": "EC", "crv": "P-256", "kid": "1"} | {
        name: b64url_encode(value.to_bytes(32, "big")) for name, value in (("x", point.x), ("y", point.y))
    }
    metadata = {"jwks": {"keys": [jwk]}, "vp_formats_supported": {}}
    with pytest.raises(UntrustedVerifier):
        verify(sign(claims(client_metadata=metadata), signer=STRANGER, header={"x5c": None, "jwk": jwk}))


def test_the_certificate_of_another_client_is_refused_5_08() -> None:
    other = ROOT.issue(LEAF.but(name="Other"))
    for client_id in (BY_HASH, BY_NAME):
        with pytest.raises(ClientIdMismatch):
            verify(sign(claims(client_id=client_id.full), signer=other), client_id=client_id)


def test_an_answer_to_another_host_is_refused_only_for_dns_names_5_08() -> None:
    elsewhere = "https://elsewhere.example/responses"
    with pytest.raises(ResponseUriNotAllowed):
        verify(sign(claims(client_id=BY_NAME.full, response_uri=elsewhere)), client_id=BY_NAME)
    assert verify(sign(claims(response_uri=elsewhere))).response_uri == elsewhere


@pytest.mark.parametrize(
    ("text", "error", "code"),
    [
        (f"redirect_uri:{RESPONSE_URI}", SignedRequestNotAllowed, "invalid_request"),
        ("openid_federation:https://a.example", UnsupportedClientIdPrefix, "invalid_request"),
        ("decentralized_identifier:did:example:1", UnsupportedClientIdPrefix, "invalid_request"),
        ("verifier_attestation:a.example", UnsupportedClientIdPrefix, "invalid_request"),
        ("x509_san_uri:https://a.example", UnknownClient, "invalid_client"),
        ("example-client", UnknownClient, "invalid_client"),
    ],
)
def test_a_client_that_a_certificate_does_not_identify_is_refused_5_08(
    text: str, error: type[ProtocolError], code: str
) -> None:
    with pytest.raises(error) as raised:
        verify(sign(claims(client_id=text), header={"x5c": None}), client_id=parse_client_id(text))
    assert raised.value.code == code


def test_the_wallets_nonce_is_repeated_5_04() -> None:
    assert verify(sign(claims(wallet_nonce="w-1")), wallet_nonce="w-1").state == "s-1"
    assert verify(sign(claims(wallet_nonce="w-1"))).state == "s-1"
    for found in (None, "w-2", 5, ["w-1"]):
        with pytest.raises(WrongWalletNonce):
            verify(sign(claims(wallet_nonce=found)), wallet_nonce="w-1")


def test_the_last_second_counts_with_the_leeway() -> None:
    end = NOW + timedelta(seconds=300 + 60)
    assert verify(sign(claims()), now=end - timedelta(seconds=1)).state == "s-1"
    with pytest.raises(RequestObjectNotCurrent):
        verify(sign(claims()), now=end)


def test_http_needs_a_long_word() -> None:
    plain = sign(claims(response_uri="http://verifier.example:8000/r"))
    assert verify(plain, insecure_allow_http=True).response_uri == "http://verifier.example:8000/r"


@pytest.mark.parametrize("body", [b"", b"\xff.\xff.\xff", b"a.b", b"x" * 300_000, b"e30.e30.", b"{}"])
def test_what_is_no_signed_object_is_refused_5_01(body: bytes) -> None:
    with pytest.raises(InvalidRequestObject):
        parse_request_object(body)


def test_claims_that_are_no_object_are_refused() -> None:
    with pytest.raises(InvalidRequestObject):
        verify(sign([claims()]))


@settings(max_examples=40)
@given(st.integers(0, 100_000), st.integers(1, 127))
def test_any_changed_byte_is_refused_5_01(position: int, difference: int) -> None:
    body = bytearray(sign(claims()))
    body[position % len(body)] ^= difference
    with pytest.raises(RequestError):
        verify(bytes(body))


@given(st.binary(max_size=200))
def test_nothing_but_a_refusal_is_raised_for_bytes(body: bytes) -> None:
    with contextlib.suppress(InvalidRequestObject):
        parse_request_object(body)


@settings(max_examples=40)
@given(
    objects_with(
        "client_id",
        "aud",
        "iat",
        "exp",
        "nbf",
        "response_mode",
        "response_uri",
        "redirect_uri",
        "state",
        "wallet_nonce",
    )
)
def test_nothing_but_a_refusal_is_raised_for_signed_claims(changes: dict[str, Any]) -> None:
    with contextlib.suppress(RequestError):
        verify(sign({**claims(), **changes}), wallet_nonce="w-1")


def test_the_hash_in_a_client_id_is_that_of_the_leaf() -> None:
    assert verify(sign(claims())).signer.chain.leaf_hash == leaf_hash()

"""Requests through the Digital Credentials API: unsigned and signed (5.34, 5.35, 6.14)."""

import contextlib
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from specs.dcql import InvalidQuery
from specs.errors import ProtocolError
from specs.jose import Algorithm, create_x5c, public_jwk_of, sign_with
from specs.openid4vp import (
    BrowserProtocol,
    BrowserRequest,
    BrowserRequestParameters,
    RegisteredClient,
    ResponseMode,
    create_redirect_uri,
    create_registered,
    create_signed_browser_request,
    create_unsigned_browser_request,
    key_binding_audience,
    parse_unsigned_browser_request,
    prepare_signed_browser_request,
    verify_signed_browser_request,
)
from specs.openid4vp.errors import (
    ClientIdMismatch,
    InvalidAuthorizationRequest,
    InvalidExpectedOrigins,
    InvalidRequestObject,
    InvalidRequestObjectSignature,
    OriginClientId,
    RequestError,
    RequestObjectNotCurrent,
    SignedRequestNotAllowed,
    UnexpectedOrigin,
    UnknownClient,
    UnsupportedResponseMode,
    UntrustedVerifier,
    WrongRequestObjectType,
)
from tests.specs.jose.certificates import NOW
from tests.specs.oauth.strategies import VALUES, objects_with
from tests.specs.openid4vp.encryption_material import ENCRYPTED_METADATA, KEY_ID
from tests.specs.openid4vp.material import (
    ANCHORS,
    BY_HASH,
    BY_NAME,
    LEEWAY,
    METADATA,
    NONCE,
    SIGNER,
    STRANGER,
    claims,
    load,
    query,
    sign,
)

ORIGIN = "https://verifier.example:8443"
PARAMETERS = BrowserRequestParameters(nonce=NONCE, query=query(), client_metadata=ENCRYPTED_METADATA)


def body(**changes: Any) -> dict[str, Any]:
    """The claims of a good signed request; a member changed to None is left out."""
    good = {
        "response_uri": None,
        "state": None,
        "response_mode": "dc_api.jwt",
        "client_metadata": ENCRYPTED_METADATA,
        "expected_origins": [ORIGIN],
    }
    return claims(**good | changes)


def verify(data: Any, *, origin: str = ORIGIN, **changes: Any) -> BrowserRequest:
    arguments: dict[str, Any] = {
        "anchors": ANCHORS,
        "now": NOW,
        "leeway": LEEWAY,
        "transaction_data_types": {},
    } | changes
    return verify_signed_browser_request(data, origin=origin, **arguments)


def signed(signer: Any = SIGNER, header: Any = None, **changes: Any) -> dict[str, Any]:
    return create_signed_browser_request(sign(body(**changes), signer=signer, header=header).decode())


def parse(data: Any) -> BrowserRequest:
    return parse_unsigned_browser_request(data, origin=ORIGIN, transaction_data_types={})


def test_the_protocols_are_those_of_the_standard_5_34() -> None:
    assert [one.value for one in BrowserProtocol] == [
        "openid4vp-v1-unsigned",
        "openid4vp-v1-signed",
        "openid4vp-v1-multisigned",
    ]


# Unsigned.


def test_an_unsigned_request_has_no_client_no_origins_no_state_5_34() -> None:
    data = create_unsigned_browser_request(PARAMETERS)
    assert data.keys() == {"response_type", "response_mode", "nonce", "dcql_query", "client_metadata"}
    found = parse(data)
    assert (found.client_id, found.signer, found.origin) == (None, None, ORIGIN)
    assert (found.nonce, found.query, found.response_mode) == (NONCE, query(), ResponseMode.DC_API_JWT)
    assert found.encryption is not None
    assert found.encryption.key.kid == KEY_ID


def test_what_an_unsigned_request_says_about_itself_is_ignored_a_2() -> None:
    data = create_unsigned_browser_request(PARAMETERS)
    lies = {"client_id": BY_HASH.full, "expected_origins": ["https://other.example"], "state": 5}
    assert parse(data | lies) == parse(data)


def test_the_example_of_the_standard_is_read_8_3() -> None:
    found = parse(load("encrypted_response.json")["request"])
    assert found.response_mode is ResponseMode.DC_API_JWT
    assert found.encryption is not None


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_mode": "direct_post"}, UnsupportedResponseMode),
        ({"response_mode": "direct_post.jwt"}, UnsupportedResponseMode),
        ({"response_mode": ["dc_api"]}, UnsupportedResponseMode),
        ({"nonce": None}, RequestError),
        ({"dcql_query": {}}, InvalidQuery),
        ({"client_metadata": METADATA}, RequestError),
        ({"transaction_data": ["e30"]}, RequestError),
    ],
    ids=str,
)
def test_an_unsigned_request_is_refused_for_its_reason(changes: Any, error: type[ProtocolError]) -> None:
    with pytest.raises(error):
        parse(create_unsigned_browser_request(PARAMETERS) | changes)


@pytest.mark.parametrize("data", [None, [], "x", 5])
def test_what_is_no_object_is_refused(data: Any) -> None:
    with pytest.raises(InvalidAuthorizationRequest):
        parse(data)
    with pytest.raises(InvalidRequestObject):
        verify(data)


# Signed.


@pytest.mark.parametrize("client_id", [BY_HASH, BY_NAME], ids=lambda one: str(one.prefix))
def test_what_a_verifier_prepares_a_wallet_reads_5_34(client_id: Any) -> None:
    prepared = prepare_signed_browser_request(
        PARAMETERS,
        client_id=client_id,
        expected_origins=["https://other.example", ORIGIN],
        algorithm=Algorithm.ES256,
        certificate_chain=create_x5c([SIGNER.certificate]),
        issued_at=NOW,
        expires_at=NOW + timedelta(minutes=5),
    )
    data = create_signed_browser_request(
        prepared.attach(sign_with(SIGNER.key, Algorithm.ES256, prepared.data))
    )
    found = verify(data)
    assert (found.client_id, found.origin, found.nonce) == (client_id, ORIGIN, NONCE)
    assert found.signer is not None
    assert found.signer.chain is not None
    assert found.signer.chain.leaf == SIGNER.certificate


def test_the_audience_of_the_answer_is_the_origin_signed_or_not_5_25() -> None:
    for found in (verify(signed()), parse(create_unsigned_browser_request(PARAMETERS))):
        audience = key_binding_audience(found.response_mode, client_id=BY_HASH.full, origin=found.origin)
        assert audience == "origin:https://verifier.example:8443"


@pytest.mark.parametrize(
    "origin",
    [
        "https://verifier.example",
        "https://verifier.example:8443/",
        "https://VERIFIER.example:8443",
        "https://verifier.example:8443.evil.example",
        "https://evil.example",
        "",
        "null",
    ],
)
def test_a_request_replayed_by_another_page_is_refused_5_34(origin: str) -> None:
    """The conformance test `wrong-expected-origins`; plain strings, nothing is made equal."""
    with pytest.raises(UnexpectedOrigin) as raised:
        verify(signed(), origin=origin)
    assert raised.value.code == "invalid_request"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param({"expected_origins": None}, InvalidExpectedOrigins, id="no-origins"),
        pytest.param({"expected_origins": []}, InvalidExpectedOrigins, id="empty-origins"),
        pytest.param({"expected_origins": ORIGIN}, InvalidExpectedOrigins, id="origins-as-string"),
        pytest.param({"expected_origins": [ORIGIN, 5]}, InvalidExpectedOrigins, id="origin-number"),
        pytest.param({"expected_origins": [ORIGIN] * 33}, InvalidExpectedOrigins, id="too-many-origins"),
        pytest.param({"client_id": None}, RequestError, id="no-client"),
        pytest.param({"client_id": f"origin:{ORIGIN}"}, OriginClientId, id="origin-as-client"),
        pytest.param(
            {"client_id": f"redirect_uri:{ORIGIN}"}, SignedRequestNotAllowed, id="redirect-uri-signed"
        ),
        pytest.param({"client_id": "example-client"}, UnknownClient, id="not-registered"),
        pytest.param({"client_id": "x509_san_dns:other.example"}, ClientIdMismatch, id="another-name"),
        pytest.param({"client_id": "x509_hash:" + "A" * 43}, ClientIdMismatch, id="another-hash"),
        pytest.param({"exp": int(NOW.timestamp()) - 60}, RequestObjectNotCurrent, id="expired"),
        pytest.param({"request": "x"}, InvalidRequestObject, id="request-inside"),
        pytest.param({"response_mode": "direct_post"}, UnsupportedResponseMode, id="mode"),
        pytest.param({"response_mode": None}, UnsupportedResponseMode, id="no-mode"),
    ],
)
def test_a_signed_request_is_refused_for_its_reason_5_34(changes: Any, error: type[ProtocolError]) -> None:
    with pytest.raises(error) as raised:
        verify(signed(**changes))
    assert raised.value.code in {"invalid_request", "invalid_client", "invalid_request_object"}


@pytest.mark.parametrize(
    ("signer", "header", "error"),
    [
        (STRANGER, {}, UntrustedVerifier),
        (STRANGER, {"x5c": create_x5c([SIGNER.certificate])}, InvalidRequestObjectSignature),
        (SIGNER, {"x5c": None}, UntrustedVerifier),
        (SIGNER, {"typ": "JWT"}, WrongRequestObjectType),
        (SIGNER, {"typ": None}, WrongRequestObjectType),
    ],
    ids=["stranger", "not-the-key", "no-chain", "typ", "no-typ"],
)
def test_only_the_client_signs_5_08(signer: Any, header: Any, error: type[ProtocolError]) -> None:
    with pytest.raises(error):
        verify(signed(signer, header))


def test_the_rule_about_the_host_of_the_answer_does_not_apply_5_9_3() -> None:
    elsewhere = "https://pages.example"
    found = verify(signed(client_id=BY_NAME.full, expected_origins=[elsewhere]), origin=elsewhere)
    assert found.client_id == BY_NAME


def test_a_registered_client_asks_only_from_its_own_pages() -> None:
    client_id = create_registered("service-ontario")
    client = RegisteredClient(
        client_id.full,
        (public_jwk_of(SIGNER.key.public_key()),),
        frozenset(),
        origins=frozenset({ORIGIN}),
    )
    data = signed(client_id=client_id.full, expected_origins=[ORIGIN, "https://evil.example"])
    table = {client_id.full: client}
    assert verify(data, registered=table).client_id == client_id
    with pytest.raises(UnexpectedOrigin, match="registered"):
        verify(data, origin="https://evil.example", registered=table)
    without = {client_id.full: replace(client, origins=frozenset())}
    with pytest.raises(UnexpectedOrigin):
        verify(data, registered=without)


@pytest.mark.parametrize(
    "origins",
    [
        [],
        ["http://verifier.example"],
        ["https://verifier.example/"],
        ["https://verifier.example/page"],
        ["https://Verifier.example"],
        ["https://user@verifier.example"],
        ["verifier.example"],
        ["ftp://verifier.example"],
        ["https://"],
        [ORIGIN, "null"],
    ],
    ids=str,
)
def test_origins_that_no_browser_would_spell_are_not_sent_a_2(origins: list[str]) -> None:
    with pytest.raises(ValueError, match="expected_origins"):
        prepare(expected_origins=origins)


def test_http_is_for_development_and_a_long_word() -> None:
    prepare(expected_origins=["http://localhost:8000"], insecure_allow_http=True)


def prepare(**changes: Any) -> None:
    arguments: dict[str, Any] = {
        "client_id": BY_HASH,
        "expected_origins": [ORIGIN],
        "algorithm": Algorithm.ES256,
        "certificate_chain": create_x5c([SIGNER.certificate]),
        "issued_at": NOW,
        "expires_at": NOW + timedelta(minutes=5),
    } | changes
    parameters = arguments.pop("parameters", PARAMETERS)
    prepare_signed_browser_request(parameters, **arguments)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"client_id": create_redirect_uri(ORIGIN)}, "cannot be signed"),
        ({"certificate_chain": []}, "certificate"),
        ({"expires_at": NOW}, "expired"),
        ({"parameters": replace(PARAMETERS, response_mode=ResponseMode.DIRECT_POST)}, "response_mode"),
        ({"parameters": replace(PARAMETERS, response_mode=ResponseMode.DC_API)}, "keys"),
        ({"parameters": replace(PARAMETERS, client_metadata=METADATA)}, "keys"),
        ({"parameters": replace(PARAMETERS, nonce="short")}, "nonce"),
    ],
)
def test_what_a_wallet_would_refuse_is_not_made(changes: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        prepare(**changes)


@given(VALUES | objects_with("request"))
def test_nothing_but_a_refusal_is_raised_for_data(data: Any) -> None:
    with contextlib.suppress(RequestError, InvalidQuery):
        verify(data)
    with contextlib.suppress(RequestError, InvalidQuery):
        parse(data)


@settings(max_examples=40)
@given(objects_with("client_id", "expected_origins", "response_mode", "nonce", "dcql_query", "verifier_info"))
def test_nothing_but_a_refusal_is_raised_for_signed_claims(changes: dict[str, Any]) -> None:
    with contextlib.suppress(RequestError, InvalidQuery):
        verify(create_signed_browser_request(sign({**body(), **changes}).decode()))

"""Requests in the link itself: in the clear for `redirect_uri:`, or signed (5.02, 5.08, 5.11)."""

import contextlib
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from hypothesis import given

from specs.dcql import InvalidQuery
from specs.encoding import create_json
from specs.errors import ProtocolError
from specs.openid4vp import (
    AuthorizationRequestByValue,
    RequestParameters,
    ResponseMode,
    UnsignedRequest,
    VerifierInfo,
    create_redirect_uri,
    create_signed_request_uri,
    create_transaction_data,
    create_unsigned_request_uri,
    parse_authorization_request,
    parse_authorization_request_uri,
    verify_request_object,
)
from specs.openid4vp.client_id import verify_redirect_uri
from specs.openid4vp.errors import (
    ClientIdMismatch,
    InvalidAuthorizationRequest,
    InvalidRequestObject,
    InvalidResponseUri,
    InvalidState,
    MissingQuery,
    RedirectUriWithDirectPost,
    RequestError,
    SignedRequestNotAllowed,
    SignedRequestRequired,
    UnsupportedResponseMode,
)
from specs.openid4vp.transaction_data import TransactionDataType
from tests.specs.jose.certificates import NOW
from tests.specs.oauth.strategies import fields_with
from tests.specs.openid4vp.encryption_material import ENCRYPTED_METADATA, KEY_ID
from tests.specs.openid4vp.material import (
    ANCHORS,
    BY_HASH,
    BY_NAME,
    LEEWAY,
    METADATA,
    NONCE,
    QUERY_JSON,
    RESPONSE_URI,
    claims,
    query,
    sign,
)

BY_ADDRESS = create_redirect_uri(RESPONSE_URI)
PARAMETERS = RequestParameters(
    client_id=BY_ADDRESS,
    response_uri=RESPONSE_URI,
    nonce=NONCE,
    state="s-1",
    query=query(),
    client_metadata=METADATA,
)
GOOD = {
    "client_id": BY_ADDRESS.full,
    "response_type": "vp_token",
    "response_mode": "direct_post",
    "response_uri": RESPONSE_URI,
    "nonce": NONCE,
    "state": "s-1",
    "dcql_query": create_json(QUERY_JSON).decode(),
    "client_metadata": create_json(METADATA).decode(),
}


def link_with(**changes: str | None) -> str:
    """A good unsigned link with changed parameters; None leaves one out."""
    parameters = {name: value for name, value in (GOOD | changes).items() if value is not None}
    return "openid4vp://?" + "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters.items())


def read(link: str) -> UnsignedRequest:
    found = parse_authorization_request_uri(link)
    assert isinstance(found, UnsignedRequest)
    return found


def test_what_a_verifier_creates_a_wallet_reads_5_08() -> None:
    link = create_unsigned_request_uri(PARAMETERS)
    assert dict(parse_qsl(urlsplit(link).query)) == GOOD
    found = parse_authorization_request(read(link), transaction_data_types={})
    assert (found.client_id, found.response_uri, found.state) == (BY_ADDRESS, RESPONSE_URI, "s-1")
    assert (found.nonce, found.query, found.response_mode) == (NONCE, query(), ResponseMode.DIRECT_POST)
    assert found.encryption is None


def test_everything_that_is_json_comes_through_the_link_5_07_5_09_5_10() -> None:
    data = create_transaction_data("sign-form", ["pid"], {"form": "ON-1042"})
    about = VerifierInfo("jwt", "eyJ.e30.x")
    link = create_unsigned_request_uri(
        replace(
            PARAMETERS,
            response_mode=ResponseMode.DIRECT_POST_JWT,
            client_metadata=ENCRYPTED_METADATA,
            transaction_data=[data],
            verifier_info=[about],
        ),
        endpoint="https://wallet.example/authorize",
    )
    types = {"sign-form": TransactionDataType(required={"form": str})}
    found = parse_authorization_request(read(link), transaction_data_types=types)
    assert [one.encoded for one in found.transaction_data] == [data.encoded]
    assert found.verifier_info == (about,)
    assert found.encryption is not None
    assert found.encryption.key.kid == KEY_ID


def test_the_address_may_be_left_out_as_the_client_is_the_address_5_9_3() -> None:
    assert read(link_with(response_uri=None)).response_uri == RESPONSE_URI


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param({"response_uri": "https://evil.example/r"}, ClientIdMismatch, id="another-address"),
        pytest.param({"response_uri": RESPONSE_URI + "/"}, ClientIdMismatch, id="nearly-the-address"),
        pytest.param(
            {"client_id": "redirect_uri:http://verifier.example/r", "response_uri": None},
            InvalidResponseUri,
            id="http",
        ),
        pytest.param(
            {"client_id": "redirect_uri:javascript:alert(1)", "response_uri": None},
            InvalidResponseUri,
            id="script",
        ),
        pytest.param({"redirect_uri": RESPONSE_URI}, RedirectUriWithDirectPost, id="redirect-uri-too"),
        pytest.param({"response_mode": "fragment"}, UnsupportedResponseMode, id="fragment"),
        pytest.param({"response_mode": "dc_api"}, UnsupportedResponseMode, id="mode-of-the-browser"),
        pytest.param({"response_mode": None}, UnsupportedResponseMode, id="no-mode"),
        pytest.param({"state": "a b"}, InvalidState, id="state"),
        pytest.param({"client_id": BY_HASH.full}, SignedRequestRequired, id="x509-hash-unsigned"),
        pytest.param({"client_id": BY_NAME.full}, SignedRequestRequired, id="x509-san-dns-unsigned"),
        pytest.param({"client_id": "example-client"}, SignedRequestRequired, id="registered-unsigned"),
        pytest.param({"client_id": None}, RequestError, id="no-client"),
        pytest.param({"client_id": "redirect_uri:"}, RequestError, id="nothing-behind-the-prefix"),
        pytest.param({"dcql_query": "{"}, InvalidAuthorizationRequest, id="query-not-json"),
        pytest.param({"dcql_query": '{"a":1,"a":2}'}, InvalidAuthorizationRequest, id="query-twice-a-name"),
        pytest.param({"client_metadata": "x"}, InvalidAuthorizationRequest, id="metadata-not-json"),
        pytest.param(
            {"request_uri_method": "post"}, InvalidAuthorizationRequest, id="method-without-request-uri"
        ),
    ],
)
def test_refused_for_its_reason_5_08_5_11(changes: Any, error: type[ProtocolError]) -> None:
    with pytest.raises(error):
        parse_authorization_request_uri(link_with(**changes))


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"dcql_query": None}, MissingQuery),
        ({"dcql_query": "[]"}, InvalidQuery),
        ({"nonce": None}, RequestError),
        ({"response_type": "code"}, RequestError),
        ({"transaction_data": '["e30"]'}, RequestError),
        ({"response_mode": "direct_post.jwt"}, RequestError),
    ],
)
def test_what_is_asked_is_read_as_in_a_signed_request_5_05_5_06(
    changes: Any, error: type[ProtocolError]
) -> None:
    with pytest.raises(error):
        parse_authorization_request(read(link_with(**changes)), transaction_data_types={})


def test_a_parameter_twice_is_refused_rfc_6749() -> None:
    with pytest.raises(InvalidAuthorizationRequest):
        parse_authorization_request_uri(link_with() + "&nonce=other")


def test_http_needs_a_long_word() -> None:
    plain = create_redirect_uri("http://localhost:8000/r")
    link = create_unsigned_request_uri(replace(PARAMETERS, client_id=plain, response_uri=plain.value))
    with pytest.raises(InvalidResponseUri):
        parse_authorization_request_uri(link)
    found = parse_authorization_request_uri(link, insecure_allow_http=True)
    assert isinstance(found, UnsignedRequest)


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": BY_HASH},
        {"response_uri": "https://elsewhere.example/r"},
        {"response_mode": ResponseMode.DC_API},
        {"response_mode": ResponseMode.DIRECT_POST_JWT},
        {"client_metadata": ENCRYPTED_METADATA},
        {"nonce": "short"},
    ],
    ids=",".join,
)
def test_what_a_wallet_would_refuse_is_not_made(changes: Any) -> None:
    with pytest.raises(ValueError, match=r"response URI|response_mode|nonce"):
        create_unsigned_request_uri(replace(PARAMETERS, **changes))


def test_a_link_that_no_wallet_would_read_is_not_made() -> None:
    many = [create_transaction_data("sign-form", ["pid"], {"form": "x" * 40_000})]
    with pytest.raises(ValueError, match="too long"):
        create_unsigned_request_uri(replace(PARAMETERS, transaction_data=many))


def test_the_client_is_its_address_as_written_5_08() -> None:
    verify_redirect_uri(BY_ADDRESS, RESPONSE_URI)
    for other in (RESPONSE_URI.upper(), RESPONSE_URI + "?", ""):
        with pytest.raises(ClientIdMismatch):
            verify_redirect_uri(BY_ADDRESS, other)
    for value in ("", "https://verifier.example/" + "x" * 2048):
        with pytest.raises(ValueError, match="address"):
            create_redirect_uri(value)


@given(fields_with(*GOOD))
def test_nothing_but_a_refusal_is_raised(fields: list[tuple[str, str]]) -> None:
    encoded = "&".join(
        f"{quote(name, safe='', errors='replace')}={quote(value, safe='', errors='replace')}"
        for name, value in fields
    )
    link = f"openid4vp://?client_id={quote(BY_ADDRESS.full, safe='')}&{encoded}"
    with contextlib.suppress(RequestError, InvalidQuery):
        parse_authorization_request(read(link), transaction_data_types={})


# Signed, by value.


def test_a_signed_request_in_the_link_is_checked_as_a_fetched_one_5_02() -> None:
    link = create_signed_request_uri(BY_HASH, sign(claims()).decode())
    found = parse_authorization_request_uri(link)
    assert isinstance(found, AuthorizationRequestByValue)
    verified = verify_request_object(
        found.request,
        client_id=found.client_id,
        anchors=ANCHORS,
        now=NOW,
        leeway=LEEWAY,
        wallet_nonce=None,
    )
    assert verified.response_uri == RESPONSE_URI


@pytest.mark.parametrize("value", ["x", "a.b.c", "eyJhbGciOiJFUzI1NiJ9.e30", "é.é.é"])
def test_a_request_by_value_that_is_no_signed_object_is_refused_5_01(value: str) -> None:
    with pytest.raises(InvalidRequestObject):
        parse_authorization_request_uri(create_signed_request_uri(BY_HASH, value))


def test_a_client_known_by_its_address_never_signs_5_08() -> None:
    with pytest.raises(SignedRequestNotAllowed):
        parse_authorization_request_uri(create_signed_request_uri(BY_ADDRESS, sign(claims()).decode()))


def test_alg_none_by_value_is_no_signature_5_01() -> None:
    forged = sign(claims(), header={"alg": "ES256"}).decode().split(".")
    link = create_signed_request_uri(BY_HASH, f"eyJhbGciOiJub25lIn0.{forged[1]}.")
    found = parse_authorization_request_uri(link)
    assert isinstance(found, AuthorizationRequestByValue)
    with pytest.raises(InvalidRequestObject):
        verify_request_object(
            found.request,
            client_id=found.client_id,
            anchors=ANCHORS,
            now=NOW,
            leeway=LEEWAY,
            wallet_nonce=None,
        )

"""What a request asks for: made by a verifier, read by a wallet (5.03 to 5.07, 5.09, 5.28)."""

import contextlib
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specs.dcql import InvalidQuery
from specs.errors import ProtocolError
from specs.jose import Algorithm, create_x5c, parse_jws, sign_with
from specs.openid4vp import (
    AuthorizationRequest,
    RequestParameters,
    ResponseMode,
    create_transaction_data,
    parse_authorization_request,
    prepare_request_object,
)
from specs.openid4vp import errors as errors_module
from specs.openid4vp.errors import (
    InvalidClientMetadata,
    InvalidRequestNonce,
    InvalidTransactionData,
    MissingQuery,
    RequestError,
    ScopeNotSupported,
    UnknownTransactionDataType,
    UnsupportedResponseType,
)
from specs.openid4vp.transaction_data import TransactionDataType
from tests.specs.jose.certificates import NOW
from tests.specs.oauth.strategies import objects_with
from tests.specs.openid4vp.material import (
    BY_HASH,
    BY_NAME,
    METADATA,
    NONCE,
    QUERY_JSON,
    RESPONSE_URI,
    SIGNER,
    claims,
    query,
    sign,
    verify,
)

PARAMETERS = RequestParameters(
    client_id=BY_HASH,
    response_uri=RESPONSE_URI,
    nonce=NONCE,
    state="s-1",
    query=query(),
    client_metadata=METADATA,
)
SIGN_FORM = TransactionDataType(required={"form": str}, optional={"pages": int})
TYPES = {"sign-form": SIGN_FORM}


def prepare(
    parameters: RequestParameters = PARAMETERS, *, wallet_nonce: str | None = None, **times: Any
) -> bytes:
    arguments: dict[str, Any] = {"issued_at": NOW, "expires_at": NOW + timedelta(minutes=5)} | times
    prepared = prepare_request_object(
        parameters,
        algorithm=Algorithm.ES256,
        certificate_chain=create_x5c([SIGNER.certificate]),
        wallet_nonce=wallet_nonce,
        **arguments,
    )
    return prepared.attach(sign_with(SIGNER.key, Algorithm.ES256, prepared.data)).encode()


def parse(body: bytes, types: dict[str, TransactionDataType] | None = None) -> AuthorizationRequest:
    return parse_authorization_request(verify(body), transaction_data_types=types or {})


def codes_below(error: type[ProtocolError]) -> set[str]:
    return {error.code}.union(*(codes_below(child) for child in error.__subclasses__()))


def test_every_error_of_the_standard_has_a_class_5_28() -> None:
    listed = {
        "invalid_request",
        "invalid_client",
        "access_denied",
        "vp_formats_not_supported",
        "invalid_request_uri_method",
        "invalid_transaction_data",
        "wallet_unavailable",
    }
    from_elsewhere = {  # RFC 6749 section 4.1.2.1, RFC 9101 section 7
        "unsupported_response_type",
        "invalid_scope",
        "invalid_request_uri",
        "invalid_request_object",
    }
    assert codes_below(RequestError) == listed | from_elsewhere
    assert errors_module.AccessDenied.code == "access_denied"


# Made by a verifier.


@pytest.mark.parametrize("client_id", [BY_HASH, BY_NAME], ids=lambda one: str(one.prefix))
def test_what_a_verifier_prepares_a_wallet_reads_5_05(client_id: Any) -> None:
    found = parse_authorization_request(
        verify(prepare(replace(PARAMETERS, client_id=client_id)), client_id=client_id),
        transaction_data_types={},
    )
    assert (found.client_id, found.nonce, found.state) == (client_id, NONCE, "s-1")
    assert (found.query, found.response_uri) == (query(), RESPONSE_URI)
    assert found.client_metadata is not None
    assert found.client_metadata.vp_formats_supported == METADATA["vp_formats_supported"]


def test_the_object_has_the_members_of_the_standard_and_no_others_5_01_5_03_5_07() -> None:
    jws = parse_jws(prepare().decode(), max_bytes=100_000)
    assert jws.header.keys() == {"alg", "typ", "x5c"}
    assert jws.header["typ"] == "oauth-authz-req+jwt"
    found = verify(prepare()).claims
    assert found == claims()
    assert found["aud"] == "https://self-issued.me/v2"
    assert found["client_metadata"].keys() == {"vp_formats_supported"}


def test_the_wallets_nonce_is_echoed_5_04() -> None:
    assert verify(prepare(wallet_nonce="w-1")).claims["wallet_nonce"] == "w-1"
    assert "wallet_nonce" not in verify(prepare()).claims


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": ""},
        {"nonce": "a" * 21},
        {"nonce": "a" * 44},
        {"nonce": "a" * 21 + "+"},
        {"state": "a b"},
        {"state": ""},
        {"response_mode": ResponseMode.DIRECT_POST_JWT},
        {"query": query(require_cryptographic_holder_binding=False), "state": None},
        {"query": query(require_cryptographic_holder_binding=False), "state": "short"},
    ],
    ids=[
        "no-nonce",
        "nonce-of-126-bits",
        "nonce-that-the-suite-finds-odd",
        "nonce-not-url-safe",
        "state-not-url-safe",
        "state-empty",
        "encrypted-answers-not-yet",
        "no-state-without-holder-binding",
        "short-state-without-holder-binding",
    ],
)
def test_a_request_that_a_wallet_would_refuse_is_not_made_5_05(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"nonce|state|response_mode"):
        prepare(replace(PARAMETERS, **changes))


def test_a_request_may_have_no_state_with_holder_binding_5_05() -> None:
    assert parse(prepare(replace(PARAMETERS, state=None))).state is None


def test_a_request_that_is_never_valid_is_not_made() -> None:
    with pytest.raises(ValueError, match="expired"):
        prepare(expires_at=NOW)


# Read by a wallet.


@pytest.mark.parametrize(
    ("changes", "error", "code"),
    [
        pytest.param(
            {"response_type": None}, UnsupportedResponseType, "unsupported_response_type", id="no-type"
        ),
        pytest.param(
            {"response_type": "vp_token id_token"},
            UnsupportedResponseType,
            "unsupported_response_type",
            id="type-with-id-token",
        ),
        pytest.param({"nonce": None}, InvalidRequestNonce, "invalid_request", id="no-nonce"),
        pytest.param({"nonce": ""}, InvalidRequestNonce, "invalid_request", id="nonce-empty"),
        pytest.param({"nonce": 5}, InvalidRequestNonce, "invalid_request", id="nonce-number"),
        pytest.param({"nonce": "a/b"}, InvalidRequestNonce, "invalid_request", id="nonce-not-url-safe"),
        pytest.param({"nonce": "a" * 1025}, InvalidRequestNonce, "invalid_request", id="nonce-long"),
        pytest.param({"dcql_query": None}, MissingQuery, "invalid_request", id="no-query"),
        pytest.param({"scope": "pid"}, MissingQuery, "invalid_request", id="query-and-scope"),
        pytest.param(
            {"dcql_query": None, "scope": "pid"}, ScopeNotSupported, "invalid_scope", id="scope-for-a-query"
        ),
        pytest.param(
            {"dcql_query": None, "presentation_definition": {}},
            MissingQuery,
            "invalid_request",
            id="draft-query",
        ),
        pytest.param({"dcql_query": {}}, InvalidQuery, "invalid_request", id="query-empty"),
        pytest.param({"dcql_query": "{}"}, InvalidQuery, "invalid_request", id="query-as-text"),
        pytest.param({"client_metadata": []}, InvalidClientMetadata, "invalid_request", id="metadata-array"),
        pytest.param(
            {"client_metadata": {"vp_formats_supported": []}},
            InvalidClientMetadata,
            "invalid_request",
            id="formats-array",
        ),
        pytest.param(
            {"client_metadata": {"jwks": "x"}}, InvalidClientMetadata, "invalid_request", id="keys-as-text"
        ),
        pytest.param(
            {"client_metadata": {"encrypted_response_enc_values_supported": []}},
            InvalidClientMetadata,
            "invalid_request",
            id="enc-values-empty",
        ),
        pytest.param(
            {"transaction_data": ["e30"]},
            UnknownTransactionDataType,
            "invalid_transaction_data",
            id="transaction",
        ),
        pytest.param(
            {"transaction_data": []}, InvalidTransactionData, "invalid_transaction_data", id="no-transactions"
        ),
    ],
)
def test_refused_with_the_registered_code_5_28(
    changes: dict[str, Any], error: type[ProtocolError], code: str
) -> None:
    with pytest.raises(error) as raised:
        parse(sign(claims(**changes)))
    assert raised.value.code == code


def test_transaction_data_that_is_null_is_still_there_5_09() -> None:
    with pytest.raises(InvalidTransactionData):
        parse(sign({**claims(), "transaction_data": None}))


def test_unknown_parameters_are_ignored_d10() -> None:
    body = sign(claims(x=1, client_metadata=METADATA | {"client_name": 5}))
    assert parse(body) == parse(sign(claims()))


def test_client_metadata_need_not_be_there() -> None:
    assert parse(sign(claims(client_metadata=None))).client_metadata is None


def test_a_transaction_that_the_wallet_can_show_is_read_5_09() -> None:
    item = create_transaction_data("sign-form", ["pid"], {"form": "ON-1042"})
    body = prepare(replace(PARAMETERS, transaction_data=[item]))
    assert parse(body, TYPES).transaction_data == (item,)
    with pytest.raises(UnknownTransactionDataType):
        parse(body)


def test_a_transaction_is_authorised_only_with_holder_binding_5_09() -> None:
    item = create_transaction_data("sign-form", ["pid"], {"form": "ON-1042"})
    unbound = query(require_cryptographic_holder_binding=False)
    parameters = replace(PARAMETERS, transaction_data=[item], query=unbound, state=NONCE)
    with pytest.raises(InvalidTransactionData) as raised:
        parse(prepare(parameters), TYPES)
    assert raised.value.detail == "credential_ids"


@settings(max_examples=40)
@given(objects_with("response_type", "nonce", "dcql_query", "scope", "client_metadata", "transaction_data"))
def test_nothing_but_a_refusal_is_raised(changes: dict[str, Any]) -> None:
    with contextlib.suppress(RequestError, InvalidQuery):
        parse(sign({**claims(), **changes, "state": "s-1"}), TYPES)


@settings(max_examples=40)
@given(
    st.from_regex(r"[A-Za-z0-9._~-]{22,43}", fullmatch=True),
    st.from_regex(r"[A-Za-z0-9._~-]{1,80}", fullmatch=True),
)
def test_any_url_safe_nonce_and_state_survive_the_way_5_05(nonce: str, state: str) -> None:
    found = parse(prepare(replace(PARAMETERS, nonce=nonce, state=state)))
    assert (found.nonce, found.state) == (nonce, state)


def test_the_query_is_sent_as_it_was_meant() -> None:
    assert verify(prepare()).claims["dcql_query"] == QUERY_JSON

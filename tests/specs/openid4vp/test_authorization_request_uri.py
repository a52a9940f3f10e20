"""The link to a request object, and fetching it (5.02, 5.04)."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.oauth import InvalidUrl
from specs.openid4vp import (
    AuthorizationRequestReference,
    RequestUriMethod,
    RequestUriPost,
    create_authorization_request_uri,
    create_request_uri_post,
    parse_authorization_request_uri,
    parse_client_id,
    parse_request_uri_post,
)
from specs.openid4vp.errors import InvalidAuthorizationRequest, InvalidRequestUri, RequestError, RequestTwice
from tests.specs.oauth.strategies import fields_with, objects_with
from tests.specs.openid4vp.material import BY_HASH, BY_NAME, load

CASES = load("authorization_request_uri_cases.json")["cases"]
REQUEST_URI = "https://verifier.example/request-objects/a?b=c&d=e"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_vector_5_02_5_04(case: dict[str, Any]) -> None:
    if case["expect"] == "reject":
        with pytest.raises(RequestError) as raised:
            parse_authorization_request_uri(case["uri"])
        assert raised.value.code == case["error"]
        return
    assert parse_authorization_request_uri(case["uri"]) == AuthorizationRequestReference(
        parse_client_id(case["client_id"]), case["request_uri"], RequestUriMethod(case["request_uri_method"])
    )


def test_both_forms_at_once_have_a_refusal_of_their_own_5_02() -> None:
    with pytest.raises(RequestTwice):
        parse_authorization_request_uri("openid4vp://?client_id=x&request=a&request_uri=b")


@pytest.mark.parametrize("client_id", [BY_HASH, BY_NAME], ids=lambda one: str(one.prefix))
@pytest.mark.parametrize("method", list(RequestUriMethod))
@pytest.mark.parametrize("endpoint", ["openid4vp://", "https://wallet.example/authorize"])
def test_what_a_verifier_creates_a_wallet_reads_5_02(
    client_id: Any, method: RequestUriMethod, endpoint: str
) -> None:
    reference = AuthorizationRequestReference(client_id, REQUEST_URI, method)
    link = create_authorization_request_uri(reference, endpoint=endpoint)
    assert link.startswith(f"{endpoint}?client_id=x509_")
    assert ("request_uri_method" in link) == (method is RequestUriMethod.POST)
    assert parse_authorization_request_uri(link) == reference


def test_http_needs_a_long_word() -> None:
    reference = AuthorizationRequestReference(BY_NAME, "http://localhost:8000/r")
    with pytest.raises(InvalidUrl):
        create_authorization_request_uri(reference)
    link = create_authorization_request_uri(reference, insecure_allow_http=True)
    with pytest.raises(InvalidRequestUri):
        parse_authorization_request_uri(link)
    assert parse_authorization_request_uri(link, insecure_allow_http=True) == reference


def test_a_wallet_answers_only_to_its_own_schemes() -> None:
    link = create_authorization_request_uri(AuthorizationRequestReference(BY_NAME, REQUEST_URI))
    with pytest.raises(InvalidAuthorizationRequest):
        parse_authorization_request_uri(link, schemes=("haip-vp",))


@given(
    st.text(max_size=60)
    | st.from_regex(r"openid4vp://\?client_id=x509_hash:a&request_uri=[\x00-\x7f]{0,40}", fullmatch=True)
)
def test_nothing_but_a_refusal_is_raised_for_a_link(uri: str) -> None:
    with contextlib.suppress(RequestError):
        parse_authorization_request_uri(uri)


# Fetching with POST.


def test_the_fields_of_a_post_are_optional_and_others_ignored_5_04() -> None:
    assert parse_request_uri_post([]) == RequestUriPost()
    assert parse_request_uri_post([("wallet_nonce", "qPmxiNFCR3QTm19POc8u"), ("x", "1")]) == RequestUriPost(
        "qPmxiNFCR3QTm19POc8u"
    )


@pytest.mark.parametrize(
    "fields",
    [
        [("wallet_nonce", "a"), ("wallet_nonce", "b")],
        [("wallet_nonce", "a\nb")],
        [("wallet_nonce", "é")],
        [("wallet_nonce", "a" * 513)],
        [("wallet_metadata", "[]")],
        [("wallet_metadata", "{")],
        [("wallet_metadata", '{"a":1,"a":2}')],
    ],
    ids=["twice", "newline", "letter", "long", "metadata-array", "metadata-cut-short", "metadata-name-twice"],
)
def test_a_malformed_post_is_refused_5_04(fields: list[tuple[str, str]]) -> None:
    with pytest.raises(InvalidAuthorizationRequest) as raised:
        parse_request_uri_post(fields)
    assert raised.value.code == "invalid_request"


@given(
    st.none() | st.from_regex(r"[!-~]{1,40}", fullmatch=True),
    st.none() | objects_with("vp_formats_supported", "client_id_prefixes_supported"),
)
def test_what_a_wallet_posts_a_verifier_reads_5_04(
    nonce: str | None, metadata: dict[str, Any] | None
) -> None:
    post = RequestUriPost(nonce, metadata)
    assert parse_request_uri_post(create_request_uri_post(post)) == post


@given(fields_with("wallet_nonce", "wallet_metadata"))
def test_nothing_but_a_refusal_is_raised_for_a_post(fields: list[tuple[str, str]]) -> None:
    with contextlib.suppress(InvalidAuthorizationRequest):
        parse_request_uri_post(fields)

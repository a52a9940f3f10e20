"""Clients registered beforehand: known keys, known addresses (5.08)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from specs.encoding import create_json
from specs.errors import ProtocolError
from specs.jose import Algorithm, create_public_jwk, prepare_jws, public_jwk_of, sign_with
from specs.openid4vp import (
    REQUEST_OBJECT_TYPE,
    RegisteredClient,
    RequestParameters,
    VerifiedRequestObject,
    create_redirect_uri,
    create_registered,
    parse_authorization_request_uri,
    parse_client_id,
    parse_request_object,
    prepare_request_object,
    verify_request_object,
)
from specs.openid4vp.client_id.registered import find_registered
from specs.openid4vp.errors import (
    ClientIdChanged,
    InvalidRequestObjectSignature,
    ResponseUriNotAllowed,
    SignedRequestNotAllowed,
    UnknownClient,
    UntrustedVerifier,
)
from tests.specs.jose.certificates import NOW
from tests.specs.openid4vp.material import (
    ANCHORS,
    BY_HASH,
    BY_NAME,
    LEEWAY,
    METADATA,
    NONCE,
    RESPONSE_URI,
    claims,
    query,
    sign,
)

KEY = ec.derive_private_key(0xC11, ec.SECP256R1())
NEXT = ec.derive_private_key(0xC12, ec.SECP256R1())
STRANGER = ec.derive_private_key(0xC13, ec.SECP256R1())
BY_NAME_ALONE = create_registered("service-ontario")
CLIENT = RegisteredClient(
    client_id=BY_NAME_ALONE.full,
    keys=(public_jwk_of(KEY.public_key(), kid="k1"), public_jwk_of(NEXT.public_key(), kid="k2")),
    response_uris=frozenset({RESPONSE_URI}),
    name="ServiceOntario",
)
REGISTERED = {CLIENT.client_id: CLIENT}


def signed(
    key: ec.EllipticCurvePrivateKey = KEY, header: dict[str, Any] | None = None, **changes: Any
) -> bytes:
    head = {"alg": "ES256", "typ": REQUEST_OBJECT_TYPE, "kid": "k1"} | (header or {})
    body = claims(**{"client_id": CLIENT.client_id} | changes)
    prepared = prepare_jws(
        {name: value for name, value in head.items() if value is not None}, create_json(body)
    )
    return prepared.attach(sign_with(key, Algorithm.ES256, prepared.data)).encode()


def verify(
    body: bytes, registered: dict[str, RegisteredClient] | None = None, client_id: str = CLIENT.client_id
) -> VerifiedRequestObject:
    return verify_request_object(
        parse_request_object(body),
        client_id=parse_client_id(client_id),
        anchors=ANCHORS,
        now=NOW,
        leeway=LEEWAY,
        wallet_nonce=None,
        registered=REGISTERED if registered is None else registered,
    )


def test_a_registered_client_is_known_by_its_key_5_08() -> None:
    found = verify(signed())
    assert found.client_id == BY_NAME_ALONE
    assert found.signer.registered == CLIENT
    assert found.signer.chain is None


def test_any_of_its_keys_may_sign_but_by_its_name_5_08() -> None:
    assert verify(signed(NEXT, {"kid": "k2"})).signer.key.kid == "k2"
    for key, kid in ((NEXT, "k1"), (KEY, "k2"), (STRANGER, "k1")):
        with pytest.raises(InvalidRequestObjectSignature):
            verify(signed(key, {"kid": kid}))


def test_without_a_name_only_an_only_key_is_taken() -> None:
    with pytest.raises(InvalidRequestObjectSignature, match="kid"):
        verify(signed(header={"kid": None}))
    alone = replace(CLIENT, keys=CLIENT.keys[:1])
    assert verify(signed(header={"kid": None}), {alone.client_id: alone}).signer.key.kid == "k1"


@pytest.mark.parametrize(
    ("header", "changes", "error"),
    [
        pytest.param({"kid": "k9"}, {}, InvalidRequestObjectSignature, id="unknown-key"),
        pytest.param({"kid": 5}, {}, InvalidRequestObjectSignature, id="kid-number"),
        pytest.param(
            {}, {"response_uri": "https://evil.example/r"}, ResponseUriNotAllowed, id="another-address"
        ),
        pytest.param({}, {"response_uri": RESPONSE_URI + "/x"}, ResponseUriNotAllowed, id="longer-address"),
        pytest.param({}, {"client_id": "other"}, ClientIdChanged, id="another-client-inside"),
        pytest.param({}, {"client_id": BY_HASH.full}, ClientIdChanged, id="a-prefix-inside"),
    ],
)
def test_refused_for_its_reason_5_08(header: Any, changes: Any, error: type[ProtocolError]) -> None:
    with pytest.raises(error):
        verify(signed(header=header, **changes))


def test_a_key_in_the_header_is_no_key_e3() -> None:
    """Authlib CVE-2026-27962: the token's own key would verify anything."""
    own = create_public_jwk(STRANGER.public_key())
    with pytest.raises(InvalidRequestObjectSignature):
        verify(signed(STRANGER, {"jwk": own}))


@pytest.mark.parametrize("registered", [{}, {"other": CLIENT}], ids=["nobody", "another"])
def test_who_is_not_registered_is_not_known_5_08(registered: dict[str, RegisteredClient]) -> None:
    with pytest.raises(UnknownClient) as raised:
        verify(signed(), registered)
    assert raised.value.code == "invalid_client"


def test_a_table_under_the_wrong_name_helps_nobody() -> None:
    body = signed(client_id="other")
    with pytest.raises(UnknownClient):
        verify(body, {"other": CLIENT}, "other")


def test_a_registration_does_not_replace_a_certificate_5_08() -> None:
    """An entry under a prefixed identifier is never looked at."""
    table = {BY_HASH.full: replace(CLIENT, client_id=BY_HASH.full)}
    with pytest.raises(UntrustedVerifier):
        verify(signed(client_id=BY_HASH.full), table, BY_HASH.full)
    with pytest.raises(UnknownClient):
        find_registered(BY_HASH, table)


def test_a_certificate_does_not_replace_a_registration_5_08() -> None:
    with pytest.raises(InvalidRequestObjectSignature):
        verify(sign(claims(client_id=CLIENT.client_id)))


def test_a_link_of_a_registered_client_is_followed_only_when_it_is_one() -> None:
    link = f"openid4vp://?client_id={CLIENT.client_id}&request_uri=https%3A%2F%2Fverifier.example%2Fr"
    parse_authorization_request_uri(link, registered=REGISTERED)
    with pytest.raises(UnknownClient):
        parse_authorization_request_uri(link)


@pytest.mark.parametrize("text", [BY_NAME.full, "redirect_uri:https://a.example"])
def test_an_identifier_with_a_prefix_is_not_registered_5_9_2(text: str) -> None:
    with pytest.raises(ValueError, match="prefix"):
        create_registered(text)


def test_what_a_registered_verifier_prepares_a_wallet_reads() -> None:
    parameters = RequestParameters(
        client_id=BY_NAME_ALONE,
        response_uri=RESPONSE_URI,
        nonce=NONCE,
        state=None,
        query=query(),
        client_metadata=METADATA,
    )
    arguments: dict[str, Any] = {
        "algorithm": Algorithm.ES256,
        "issued_at": NOW,
        "expires_at": NOW + timedelta(minutes=5),
        "wallet_nonce": None,
    }
    prepared = prepare_request_object(parameters, key_id="k1", **arguments)
    body = prepared.attach(sign_with(KEY, Algorithm.ES256, prepared.data)).encode()
    jws = parse_request_object(body)
    assert dict(jws.header) == {"alg": "ES256", "typ": REQUEST_OBJECT_TYPE, "kid": "k1"}
    assert verify(body).response_uri == RESPONSE_URI
    for both_or_neither in ({}, {"key_id": "k1", "certificate_chain": ["AAAA"]}):
        with pytest.raises(ValueError, match="certificate or a key id"):
            prepare_request_object(parameters, **arguments, **both_or_neither)
    unsigned = replace(parameters, client_id=create_redirect_uri(RESPONSE_URI))
    with pytest.raises(ValueError, match="cannot be signed"):
        prepare_request_object(unsigned, key_id="k1", **arguments)
    with pytest.raises(SignedRequestNotAllowed):
        verify(body, client_id=unsigned.client_id.full)

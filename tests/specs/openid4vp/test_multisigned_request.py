"""Requests through the browser with several signatures (5.34, 6.10)."""

import contextlib
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from specs.dcql import InvalidQuery
from specs.encoding import b64url_decode, b64url_encode, create_json, parse_json_object
from specs.errors import ProtocolError
from specs.jose import Algorithm, create_x5c, public_jwk_of, sign_with
from specs.openid4vp import (
    BrowserRequest,
    BrowserRequestParameters,
    ClientSignature,
    RegisteredClient,
    VerifierInfo,
    create_redirect_uri,
    create_registered,
    parse_client_id,
    prepare_multisigned_browser_request,
    verify_multisigned_browser_request,
)
from specs.openid4vp.errors import (
    ClientIdMismatch,
    InvalidRequestObject,
    InvalidRequestObjectSignature,
    RequestError,
    RequestObjectNotCurrent,
    UnexpectedOrigin,
    UntrustedVerifier,
    WrongRequestObjectType,
)
from tests.specs.jose.certificates import NOW
from tests.specs.oauth.strategies import VALUES, objects_with
from tests.specs.openid4vp.encryption_material import ENCRYPTED_METADATA
from tests.specs.openid4vp.material import (
    ANCHORS,
    BY_HASH,
    BY_NAME,
    LEEWAY,
    NONCE,
    SIGNER,
    STRANGER,
    query,
)

ORIGIN = "https://verifier.example"
KEY = ec.derive_private_key(0xC11, ec.SECP256R1())
REGISTERED = create_registered("service-ontario")
TABLE = {
    REGISTERED.full: RegisteredClient(
        REGISTERED.full,
        (public_jwk_of(KEY.public_key(), kid="k1"),),
        frozenset(),
        origins=frozenset({ORIGIN}),
    )
}
PARAMETERS = BrowserRequestParameters(nonce=NONCE, query=query(), client_metadata=ENCRYPTED_METADATA)
OURS = ClientSignature(
    client_id=BY_HASH,
    algorithm=Algorithm.ES256,
    certificate_chain=create_x5c([SIGNER.certificate]),
    verifier_info=(VerifierInfo("jwt", "about-ours"),),
)
THEIRS = ClientSignature(
    client_id=parse_client_id("x509_hash:" + "A" * 43),
    algorithm=Algorithm.ES256,
    certificate_chain=create_x5c([STRANGER.certificate]),
    verifier_info=(VerifierInfo("jwt", "about-theirs"),),
)
BY_KEY = ClientSignature(client_id=REGISTERED, algorithm=Algorithm.ES256, key_id="k1")
KEYS = {BY_HASH: SIGNER.key, BY_NAME: SIGNER.key, THEIRS.client_id: STRANGER.key, REGISTERED: KEY}


def data(*clients: ClientSignature, origins: tuple[str, ...] = (ORIGIN,)) -> dict[str, Any]:
    prepared = prepare_multisigned_browser_request(
        PARAMETERS,
        clients=clients,
        expected_origins=origins,
        issued_at=NOW,
        expires_at=NOW + timedelta(minutes=5),
    )
    return prepared.attach(
        [
            sign_with(KEYS[client.client_id], Algorithm.ES256, one.data)
            for client, one in zip(clients, prepared.inputs, strict=True)
        ]
    )


def verify(value: Any, **changes: Any) -> BrowserRequest:
    arguments: dict[str, Any] = {
        "origin": ORIGIN,
        "anchors": ANCHORS,
        "now": NOW,
        "leeway": LEEWAY,
        "transaction_data_types": {},
    } | changes
    return verify_multisigned_browser_request(value, **arguments)


def resigned(header: dict[str, Any], payload: dict[str, Any]) -> dict[str, Any]:
    """A request with one signature of ours over another header or payload."""
    request = data(OURS)["request"]
    [one] = request["signatures"]
    head = parse_json_object(b64url_decode(one["protected"]), max_bytes=100_000) | header
    body = parse_json_object(b64url_decode(request["payload"]), max_bytes=100_000) | payload
    protected = b64url_encode(create_json({name: value for name, value in head.items() if value is not None}))
    encoded = b64url_encode(create_json(body))
    signature = sign_with(SIGNER.key, Algorithm.ES256, f"{protected}.{encoded}".encode())
    entry = {"protected": protected, "signature": b64url_encode(signature)}
    return {"request": {"payload": encoded, "signatures": [entry]}}


@pytest.mark.parametrize("clients", [(OURS,), (OURS, THEIRS), (THEIRS, OURS)], ids=["one", "first", "last"])
def test_the_client_that_is_known_is_taken_5_34(clients: tuple[ClientSignature, ...]) -> None:
    found = verify(data(*clients))
    assert (found.client_id, found.nonce, found.query, found.origin) == (BY_HASH, NONCE, query(), ORIGIN)
    assert found.verifier_info == (VerifierInfo("jwt", "about-ours"),)


def test_what_belongs_to_one_client_stands_in_its_header_alone_a_2() -> None:
    request = data(OURS, THEIRS)["request"]
    payload = parse_json_object(b64url_decode(request["payload"]), max_bytes=100_000)
    assert not {"client_id", "verifier_info"} & payload.keys()
    assert payload["expected_origins"] == [ORIGIN]
    for one, client in zip(request["signatures"], (OURS, THEIRS), strict=True):
        header = parse_json_object(b64url_decode(one["protected"]), max_bytes=100_000)
        assert header["client_id"] == client.client_id.full
        assert header["typ"] == "oauth-authz-req+jwt"


def test_registered_and_certified_clients_may_stand_side_by_side() -> None:
    both = data(BY_KEY, OURS)
    assert verify(both).client_id == BY_HASH
    assert verify(both, registered=TABLE).client_id == REGISTERED


def test_one_signature_that_is_not_good_spoils_nothing_6_10() -> None:
    """The conformance test `multisigned-one-invalid-signature`."""
    value = data(replace(OURS, client_id=BY_NAME), OURS)
    value["request"]["signatures"][0]["signature"] = b64url_encode(bytes(64))
    assert verify(value).client_id == BY_HASH
    value["request"]["signatures"][1]["signature"] = b64url_encode(bytes(64))
    with pytest.raises(InvalidRequestObjectSignature):
        verify(value)


@pytest.mark.parametrize("broken", [0, 1, 2])
def test_every_signature_in_turn_may_be_the_one_that_is_not_good_6_10(broken: int) -> None:
    clients = (BY_KEY, OURS, replace(OURS, client_id=BY_NAME))
    value = data(*clients)
    value["request"]["signatures"][broken]["signature"] = b64url_encode(bytes(64))
    assert verify(value, registered=TABLE).client_id == clients[1 if broken == 0 else 0].client_id
    alone = {**value["request"], "signatures": [value["request"]["signatures"][broken]]}
    with pytest.raises(InvalidRequestObjectSignature):
        verify({"request": alone}, registered=TABLE)


def test_a_header_is_no_other_signatures_header_5_34() -> None:
    """One key signs for both names, and yet neither signature is good beside the other's header."""
    value = data(OURS, replace(OURS, client_id=BY_NAME))
    first, second = value["request"]["signatures"]
    first["protected"], second["protected"] = second["protected"], first["protected"]
    with pytest.raises(InvalidRequestObjectSignature):
        verify(value)


def test_a_name_outside_the_signature_is_none_a_2() -> None:
    """RFC 7515 knows an unprotected header; whoever passes a request on could write in it."""
    value = resigned({"client_id": None}, {})
    value["request"]["signatures"][0]["header"] = {"client_id": BY_HASH.full}
    with pytest.raises(InvalidRequestObject):
        verify(value)


def test_a_signature_of_another_request_is_none_of_this_5_34() -> None:
    one, other = data(OURS), data(OURS, origins=("https://other.example",))
    mixed = {"payload": other["request"]["payload"], "signatures": one["request"]["signatures"]}
    with pytest.raises(InvalidRequestObjectSignature):
        verify({"request": mixed}, origin="https://other.example")


def test_nobody_who_is_known_is_nobody_5_08() -> None:
    with pytest.raises(UntrustedVerifier):
        verify(data(THEIRS))


def test_a_replay_by_another_page_is_refused_5_34() -> None:
    with pytest.raises(UnexpectedOrigin):
        verify(data(OURS), origin="https://evil.example")


@pytest.mark.parametrize(
    ("header", "payload", "error"),
    [
        pytest.param({"client_id": BY_HASH.full[:-1] + "B"}, {}, ClientIdMismatch, id="another-hash"),
        pytest.param({"client_id": None}, {}, RequestError, id="no-client"),
        pytest.param({"typ": None}, {}, WrongRequestObjectType, id="no-type"),
        pytest.param({}, {"client_id": BY_HASH.full}, InvalidRequestObject, id="client-in-the-payload"),
        pytest.param({}, {"verifier_info": []}, InvalidRequestObject, id="verifier-info-in-the-payload"),
        pytest.param({"verifier_info": []}, {}, RequestError, id="verifier-info-empty"),
        pytest.param({}, {"exp": int(NOW.timestamp()) - 60}, RequestObjectNotCurrent, id="expired"),
        pytest.param({}, {"expected_origins": []}, RequestError, id="no-origins"),
        pytest.param({}, {"dcql_query": {}}, InvalidQuery, id="query"),
    ],
)
def test_refused_for_its_reason_5_34(header: Any, payload: Any, error: type[ProtocolError]) -> None:
    with pytest.raises(error):
        verify(resigned(header, payload))


GOOD_ENTRY = data(OURS)["request"]["signatures"][0]
PAYLOAD = data(OURS)["request"]["payload"]


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        {"request": "a.b.c"},
        {"request": {}},
        {"request": {"payload": PAYLOAD, "signatures": []}},
        {"request": {"payload": PAYLOAD, "signatures": [GOOD_ENTRY] * 9}},
        {"request": {"payload": PAYLOAD, "signatures": GOOD_ENTRY}},
        {"request": {"payload": 5, "signatures": [GOOD_ENTRY]}},
        {"request": {"payload": PAYLOAD, "signatures": ["x"]}},
        {"request": {"payload": PAYLOAD, "signatures": [{"protected": "x"}]}},
        {"request": {"payload": PAYLOAD, "signatures": [GOOD_ENTRY | {"header": {"alg": "ES256"}}]}},
        {"request": {"payload": PAYLOAD + ".x", "signatures": [GOOD_ENTRY]}},
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_no_such_request_is_refused(value: Any) -> None:
    with pytest.raises(InvalidRequestObject):
        verify(value)


@pytest.mark.parametrize(
    ("clients", "parameters"),
    [
        ((), PARAMETERS),
        ((OURS, OURS), PARAMETERS),
        ((OURS,), replace(PARAMETERS, verifier_info=OURS.verifier_info)),
        ((replace(OURS, client_id=create_redirect_uri(ORIGIN)),), PARAMETERS),
    ],
    ids=["nobody", "twice", "verifier-info-of-all", "redirect-uri"],
)
def test_what_a_wallet_would_refuse_is_not_made(
    clients: tuple[ClientSignature, ...], parameters: BrowserRequestParameters
) -> None:
    with pytest.raises(ValueError, match=r"clients|signed"):
        prepare_multisigned_browser_request(
            parameters,
            clients=clients,
            expected_origins=[ORIGIN],
            issued_at=NOW,
            expires_at=NOW + timedelta(minutes=5),
        )


def test_every_client_signs() -> None:
    prepared = prepare_multisigned_browser_request(
        PARAMETERS,
        clients=[OURS, THEIRS],
        expected_origins=[ORIGIN],
        issued_at=NOW,
        expires_at=NOW + timedelta(minutes=5),
    )
    with pytest.raises(ValueError, match="zip"):
        prepared.attach([bytes(64)])


@settings(max_examples=60)
@given(st.sampled_from(["protected", "signature", "payload"]), st.integers(0, 10_000), st.integers(1, 127))
def test_any_changed_byte_is_refused(part: str, position: int, difference: int) -> None:
    value = data(OURS)
    place = value["request"] if part == "payload" else value["request"]["signatures"][0]
    body = bytearray(place[part].encode())
    body[position % len(body)] ^= difference
    place[part] = body.decode("latin-1")
    with pytest.raises(RequestError):
        verify(value)


@given(VALUES | objects_with("payload", "signatures").map(lambda one: {"request": one}))
def test_nothing_but_a_refusal_is_raised(value: Any) -> None:
    with contextlib.suppress(RequestError, InvalidQuery):
        verify(value)

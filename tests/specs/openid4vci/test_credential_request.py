"""Credential requests (4.29, 4.30, 4.36)."""

import contextlib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.encoding import create_json
from specs.errors import ProtocolError
from specs.openid4vci import (
    ATTESTATION_PROOF_TYPE,
    AuthorizedCredentialRequest,
    CredentialRequest,
    GrantedCredentials,
    ProofTypeMetadata,
    create_credential_request,
    parse_credential_request,
    verify_credential_request,
)
from specs.openid4vci.errors import (
    AmbiguousCredential,
    ConfigurationNotAuthorized,
    CredentialRequestError,
    DraftProof,
    IdentifierRequired,
    InvalidCredentialRequest,
    InvalidEncryptionParameters,
    MalformedProofs,
    MissingProofs,
    TooManyProofs,
    UnknownCredentialConfiguration,
    UnknownCredentialIdentifier,
    UnsupportedProofType,
)
from tests.specs.oauth.strategies import VALUES, bodies_with
from tests.specs.openid4vci.encrypting import ASKED, offered
from tests.specs.openid4vci.material import configuration, load, metadata

CASES = load("credential_request_cases.json")["cases"]
BY_SCOPE = GrantedCredentials(frozenset({"person", "notice"}))
BY_DETAILS = GrantedCredentials(frozenset({"person"}), {"person-0001": "person"})
CONTEXTS = {"scope": BY_SCOPE, "authorization_details": BY_DETAILS}
REASONS: dict[str, type[ProtocolError]] = {
    "configuration-when-identifiers-were-issued": IdentifierRequired,
    "both": AmbiguousCredential,
    "neither": AmbiguousCredential,
    "draft-style-format": AmbiguousCredential,
    "unknown-configuration": UnknownCredentialConfiguration,
    "unknown-identifier": UnknownCredentialIdentifier,
    "no-proofs": MissingProofs,
    "draft-style-proof": DraftProof,
    "two-proof-types": MalformedProofs,
    "empty-proof-array": MalformedProofs,
    "over-batch-size": TooManyProofs,
    "two-attestations": MalformedProofs,
    "unsupported-enc": InvalidEncryptionParameters,
}


def decide(body: Any, granted: GrantedCredentials = BY_SCOPE, **changes: Any) -> AuthorizedCredentialRequest:
    return verify_credential_request(
        parse_credential_request(create_json(body)), granted, metadata(**changes)
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_vector_has_its_registered_code_and_its_reason_4_29(case: dict[str, Any]) -> None:
    granted = CONTEXTS[case["context"]]
    if case["expect"]["status"] == 200:
        found = decide(case["body"], granted)
        assert (found.configuration_id, found.proofs) == ("person", ("<valid proof>",))
        return
    reason = REASONS[case["id"]]
    with pytest.raises(reason) as raised:
        decide(case["body"], granted)
    assert type(raised.value) is reason
    assert raised.value.code in case["expect"].get("error_any_of", [case["expect"].get("error")])


def test_every_refused_vector_has_a_reason() -> None:
    assert REASONS.keys() == {case["id"] for case in CASES if case["expect"]["status"] != 200}


@pytest.mark.parametrize(
    ("body", "error", "code"),
    [
        pytest.param([], InvalidCredentialRequest, "invalid_credential_request", id="array"),
        pytest.param(
            {"credential_configuration_id": 5},
            InvalidCredentialRequest,
            "invalid_credential_request",
            id="number",
        ),
        pytest.param(
            {"credential_identifier": ["person"]},
            InvalidCredentialRequest,
            "invalid_credential_request",
            id="identifier-in-an-array",
        ),
        pytest.param(
            {"credential_configuration_id": "person", "proofs": ["x"]},
            MalformedProofs,
            "invalid_proof",
            id="proofs-an-array",
        ),
        pytest.param(
            {"credential_configuration_id": "person", "proofs": {}},
            MalformedProofs,
            "invalid_proof",
            id="proofs-empty",
        ),
        pytest.param(
            {"credential_configuration_id": "person", "proofs": None},
            MalformedProofs,
            "invalid_proof",
            id="proofs-null",
        ),
        pytest.param(
            {"credential_configuration_id": "person", "proofs": {"jwt": "x"}},
            MalformedProofs,
            "invalid_proof",
            id="proof-not-in-an-array",
        ),
        pytest.param(
            {"credential_configuration_id": "person", "proofs": {"jwt": ["x", 5]}},
            MalformedProofs,
            "invalid_proof",
            id="proof-not-a-string",
        ),
        pytest.param(
            {"credential_configuration_id": "person", "proofs": {"di_vp": [{}]}},
            UnsupportedProofType,
            "invalid_proof",
            id="proof-type-not-offered-4.34",
        ),
        pytest.param(
            {"credential_configuration_id": "person", "proof": {}, "proofs": {"jwt": ["x"]}},
            DraftProof,
            "invalid_proof",
            id="both-generations-of-proofs",
        ),
        pytest.param(
            {"credential_configuration_id": "licence", "proofs": {"jwt": ["x"]}},
            ConfigurationNotAuthorized,
            "insufficient_scope",
            id="configuration-of-another-token",
        ),
        pytest.param(
            {"credential_identifier": "person", "proofs": {"jwt": ["x"]}},
            UnknownCredentialIdentifier,
            "unknown_credential_identifier",
            id="identifier-although-none-were-issued",
        ),
        pytest.param(
            {"credential_configuration_id": "person", "credential_response_encryption": None},
            InvalidEncryptionParameters,
            "invalid_encryption_parameters",
            id="encryption-null",
        ),
    ],
)
def test_refused_with_the_registered_code_4_36(body: Any, error: type[ProtocolError], code: str) -> None:
    with pytest.raises(error) as raised:
        decide(body)
    assert raised.value.code == code


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"{",
        b'{"credential_configuration_id":"person","credential_configuration_id":"licence"}',
        b'{"x":' + b"[" * 40 + b"]" * 40 + b"}",
        b'"' + b"x" * (1024 * 1024) + b'"',
    ],
    ids=["empty", "not-utf-8", "cut-short", "a-name-twice", "deep", "large"],
)
def test_a_body_that_is_no_strict_json_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidCredentialRequest) as raised:
        parse_credential_request(body)
    assert raised.value.code == "invalid_credential_request"


def test_a_second_proof_needs_an_announced_batch_4_30() -> None:
    body = {"credential_configuration_id": "person", "proofs": {"jwt": ["a", "b"]}}
    assert decide(body).proofs == ("a", "b")
    with pytest.raises(TooManyProofs):
        decide(body, batch_credential_issuance=None)


def test_one_attestation_may_stand_in_place_of_proofs_where_it_is_announced_4_33() -> None:
    announced = ProofTypeMetadata(proof_signing_alg_values_supported=("ES256",))
    attestable = configuration(proof_types_supported={ATTESTATION_PROOF_TYPE: announced})
    body = create_credential_request(
        proofs=["a"], credential_configuration_id="person", proof_type=ATTESTATION_PROOF_TYPE
    )
    found = decide(body, credential_configurations_supported={"person": attestable})
    assert (found.proof_type, found.proofs) == (ATTESTATION_PROOF_TYPE, ("a",))
    for refused, changes in (
        (body, {}),
        (body | {"proofs": {"jwt": ["a"]}}, {"credential_configurations_supported": {"person": attestable}}),
    ):
        with pytest.raises(UnsupportedProofType):
            decide(refused, **changes)


def test_an_answer_is_asked_for_encrypted_in_an_encrypted_request_only_4_40() -> None:
    body = create_credential_request(
        proofs=["a"], credential_configuration_id="person", response_encryption=ASKED
    )
    request = parse_credential_request(create_json(body), encrypted=True)
    assert (request.response_encryption, request.encrypted) == (ASKED, True)
    assert verify_credential_request(request, BY_SCOPE, offered()).response_encryption == ASKED
    in_the_clear = parse_credential_request(create_json(body))
    for sent, announced in ((in_the_clear, offered()), (request, metadata())):
        with pytest.raises(InvalidEncryptionParameters):
            verify_credential_request(sent, BY_SCOPE, announced)
    # Who binds to no key is no less private.
    notice = replace(request, credential_configuration_id="notice", proofs=())
    assert verify_credential_request(notice, BY_SCOPE, offered()).response_encryption == ASKED


def test_a_configuration_without_key_binding_needs_and_keeps_no_proofs_4_30() -> None:
    assert decide({"credential_configuration_id": "notice"}).proofs == ()
    eager = {"credential_configuration_id": "notice", "proofs": {"jwt": ["x"]}}
    assert decide(eager) == AuthorizedCredentialRequest("notice", None, None, ())


def test_a_dataset_is_found_by_its_identifier_4_29() -> None:
    found = decide({"credential_identifier": "person-0001", "proofs": {"jwt": ["x"]}}, BY_DETAILS)
    assert (found.configuration_id, found.credential_identifier) == ("person", "person-0001")


def test_a_dataset_of_a_configuration_that_is_gone_is_unknown() -> None:
    gone = GrantedCredentials(frozenset({"gone"}), {"gone-1": "gone"})
    with pytest.raises(UnknownCredentialIdentifier):
        decide({"credential_identifier": "gone-1"}, gone)


def test_proofs_do_not_show_in_a_log_line() -> None:
    request = parse_credential_request(
        create_json({"credential_configuration_id": "person", "proofs": {"jwt": ["secret"]}})
    )
    assert "secret" not in repr(request)


@given(st.text(min_size=1, max_size=20), st.lists(st.text(max_size=20), max_size=4), st.booleans())
def test_what_a_wallet_creates_an_issuer_reads(name: str, proofs: list[str], by_configuration: bool) -> None:
    body = (
        create_credential_request(proofs=proofs, credential_configuration_id=name)
        if by_configuration
        else create_credential_request(proofs=proofs, credential_identifier=name)
    )
    assert parse_credential_request(create_json(body)) == CredentialRequest(
        name if by_configuration else None,
        None if by_configuration else name,
        "jwt" if proofs else None,
        tuple(proofs),
    )


@pytest.mark.parametrize("names", [{}, {"credential_configuration_id": "a", "credential_identifier": "b"}])
def test_a_request_for_nothing_or_two_things_is_not_created(names: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="exactly one"):
        create_credential_request(proofs=["x"], **names)


@given(bodies_with("credential_configuration_id", "credential_identifier", "proofs", "proof"))
def test_nothing_but_a_refusal_is_raised(body: bytes) -> None:
    with contextlib.suppress(CredentialRequestError):
        parse_credential_request(body)


@given(VALUES)
def test_nothing_but_a_refusal_is_raised_for_proofs(proofs: Any) -> None:
    with contextlib.suppress(CredentialRequestError):
        decide({"credential_configuration_id": "person", "proofs": proofs})

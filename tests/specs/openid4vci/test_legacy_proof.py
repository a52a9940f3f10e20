"""The single `proof` of old drafts: read only where somebody says so, and no weaker for it (4.29)."""

from typing import Any

import pytest
from hypothesis import given

from specs.encoding import create_json
from specs.errors import ProtocolError
from specs.openid4vci import CredentialRequest, parse_credential_request, verify_credential_request
from specs.openid4vci.credential_request import GrantedCredentials
from specs.openid4vci.errors import (
    CredentialRequestError,
    DraftProof,
    MalformedProofs,
    UnsupportedProofType,
)
from tests.specs.oauth.strategies import VALUES
from tests.specs.openid4vci.material import load, metadata

OLD = {"proof_type": "jwt", "jwt": "the proof"}
SCOPE = GrantedCredentials(frozenset({"person"}))


def parse(proof: Any, *, allow: bool = True, **members: Any) -> CredentialRequest:
    body = {"credential_configuration_id": "person", "proof": proof} | members
    return parse_credential_request(create_json(body), allow_draft_proof=allow)


def test_it_becomes_a_list_with_one_proof_where_it_is_allowed() -> None:
    found = parse(OLD | {"x": 1})
    assert found == CredentialRequest("person", None, "jwt", ("the proof",), draft_proof=True)
    assert verify_credential_request(found, SCOPE, metadata()).proofs == ("the proof",)


def test_a_request_of_today_is_not_counted_as_one_of_a_draft() -> None:
    body = create_json({"credential_configuration_id": "person", "proofs": {"jwt": ["a"]}})
    assert not parse_credential_request(body, allow_draft_proof=True).draft_proof


def test_the_vector_is_refused_by_default_and_read_on_request_4_29() -> None:
    vectors = {case["id"]: case for case in load("credential_request_cases.json")["cases"]}
    body = create_json(vectors["draft-style-proof"]["body"])
    with pytest.raises(DraftProof) as raised:
        parse_credential_request(body)
    assert raised.value.code == vectors["draft-style-proof"]["expect"]["error"]
    assert parse_credential_request(body, allow_draft_proof=True).proofs == ("<valid proof>",)


@pytest.mark.parametrize(
    ("proof", "error"),
    [
        (None, MalformedProofs),
        ("the proof", MalformedProofs),
        ([OLD], MalformedProofs),
        ({}, UnsupportedProofType),
        ({"jwt": "the proof"}, UnsupportedProofType),
        ({"proof_type": "cwt", "cwt": "x"}, UnsupportedProofType),
        ({"proof_type": "ldp_vp", "ldp_vp": {}}, UnsupportedProofType),
        ({"proof_type": "jwt"}, MalformedProofs),
        ({"proof_type": "jwt", "jwt": ["a"]}, MalformedProofs),
    ],
    ids=str,
)
def test_other_forms_are_refused(proof: Any, error: type[ProtocolError]) -> None:
    with pytest.raises(error) as raised:
        parse(proof)
    assert raised.value.code == "invalid_proof"


@pytest.mark.parametrize("allow", [False, True])
def test_both_generations_in_one_request_are_refused(allow: bool) -> None:
    with pytest.raises(DraftProof):
        parse(OLD, allow=allow, proofs={"jwt": ["a"]})


@given(VALUES)
def test_nothing_but_a_refusal_is_raised(proof: Any) -> None:
    with pytest.raises(CredentialRequestError):
        parse(proof)

"""Prepare, check, sign: what an issuer can make, and what it cannot (SD-JWT VC sections 2.2 and 5.6)."""

import os
from datetime import timedelta
from typing import Any

import pytest

from specs.jose import Algorithm
from specs.sd_jwt import DisclosurePlan, IssuanceRefused, ProcessedClaims, parse_sd_jwt
from specs.sd_jwt_vc.claim_rules import Reader, verify_claim_rules
from specs.sd_jwt_vc.credential import NEVER_DISCLOSED, parse_credential, verify_issued_credential
from specs.sd_jwt_vc.credential_errors import (
    ClaimNeverDisclosable,
    CredentialNotApproved,
    OtherTypesMalformed,
    TypeIdentifierMissing,
)
from specs.sd_jwt_vc.credential_issuance import (
    ApprovedClaims,
    CheckedCredential,
    CredentialHeader,
    approve_claims,
    check_prepared,
    prepare_credential,
)
from specs.sd_jwt_vc.errors import ClaimRulesBroken
from specs.sd_jwt_vc.type_metadata import parse_type_metadata
from specs.token_status_list.errors import InvalidStatusReference
from specs.token_status_list.reference import StatusReference
from tests.specs.sd_jwt_vc.credentials import (
    LEEWAY,
    NOW,
    PLAN,
    STATUS,
    SUBJECT,
    VCT,
    any_claims,
    envelope,
    issue,
    prepare,
    public_key,
)
from tests.specs.sd_jwt_vc.material import document

KEY = public_key("holder")


def test_payload_in_the_clear() -> None:
    """2.01 to 2.05, D1: exactly what every version of the draft accepts."""
    payload = parse_sd_jwt(issue()).payload
    second = int(NOW.timestamp())
    hidden = {"_sd": payload["_sd"], "nationalities": payload["nationalities"]}
    assert payload == hidden | {
        "vct": VCT,
        "iss": "https://issuer.example",
        "iat": second,
        "exp": second + 90 * 86400,
        "cnf": {"jwk": dict(KEY.members)},
        "status": {"status_list": {"idx": STATUS.index, "uri": STATUS.uri}},
        "issuing_country": "CA",
        "_sd_alg": "sha-256",
    }
    assert len(payload["_sd"]) == 3


def test_header() -> None:
    """2.01, 2.12, 1.16."""
    assert parse_sd_jwt(issue()).jws.header == {"alg": "ES256", "typ": "dc+sd-jwt", "kid": "2026-1"}
    header = CredentialHeader(Algorithm.ES256, x5c=("AAAA", "BBBB"))
    assert header.members == {"alg": "ES256", "typ": "dc+sd-jwt", "x5c": ["AAAA", "BBBB"]}


def test_optional_members_are_absent_or_as_given() -> None:
    """2.07, 2.09: nothing is written with null."""
    bare = parse_sd_jwt(issue(issuer=None, holder_key=None, status=None)).payload
    assert not bare.keys() & {"iss", "cnf", "status", "nbf", "vct#integrity", "aka_vcts"}
    full = parse_sd_jwt(
        issue(not_before=NOW, vct_integrity="sha256-abc", aka_vcts=("urn:a", "urn:b"))
    ).payload
    assert full["nbf"] == int(NOW.timestamp())
    assert full["vct#integrity"] == "sha256-abc"
    assert full["aka_vcts"] == ["urn:a", "urn:b"]


def test_wallet_accepts_it() -> None:
    received = verify_issued_credential(
        parse_credential(issue()), public_key("issuer"), holder_key=KEY, now=NOW, leeway=LEEWAY
    )
    assert received.claims.items() >= SUBJECT.items()


def test_without_disclosable_claims() -> None:
    """2.06: no `_sd`, no disclosures."""
    parsed = parse_sd_jwt(issue(SUBJECT, DisclosurePlan()))
    assert "_sd" not in parsed.payload
    assert parsed.disclosures == []


@pytest.mark.parametrize("name", sorted(NEVER_DISCLOSED - {"iss", "exp", "nbf", "cnf"}))
@pytest.mark.parametrize("inner", [(), ("inner",)], ids=["itself", "member"])
def test_plan_may_not_hide_what_everybody_needs(name: str, inner: tuple[str, ...]) -> None:
    """2.03; the other four are refused by the plan itself (1.13)."""
    with pytest.raises(ClaimNeverDisclosable):
        prepare(SUBJECT, DisclosurePlan(((name, *inner),)))


def test_decoys_there_neither() -> None:
    """2.03."""
    with pytest.raises(ClaimNeverDisclosable):
        prepare(SUBJECT, DisclosurePlan((), {("status",): 2}))


def test_iat_and_sub_may_be_hidden() -> None:
    """2.03."""
    payload = parse_sd_jwt(issue({"sub": "x"}, DisclosurePlan((("iat",), ("sub",))))).payload
    assert not payload.keys() & {"iat", "sub"}


@pytest.mark.parametrize("name", sorted(NEVER_DISCLOSED | {"iat"}))
def test_subject_does_not_speak_for_the_issuer(name: str) -> None:
    with pytest.raises(ValueError, match="envelope"):
        prepare({name: "x"})


def test_envelope_that_makes_no_sense() -> None:
    with pytest.raises(TypeIdentifierMissing):
        envelope(vct="")
    with pytest.raises(OtherTypesMalformed):
        envelope(aka_vcts=("urn:a", VCT))
    with pytest.raises(ValueError, match="before it begins"):
        envelope(expires_at=NOW)
    with pytest.raises(ValueError, match="before it begins"):
        envelope(not_before=NOW + timedelta(days=90))
    with pytest.raises(InvalidStatusReference):
        prepare(status=StatusReference("https://status.example/1", -1))


def test_only_what_was_checked_can_be_signed() -> None:
    prepared = prepare()
    assert not hasattr(prepared, "attach")
    assert not hasattr(prepared, "signing_input")
    with pytest.raises(RuntimeError):
        CheckedCredential(prepared.unsigned, object())
    with pytest.raises(RuntimeError):
        ApprovedClaims(prepared.vct, prepared.subject, prepared.plan, object())


def test_check_sees_what_the_holder_will_read() -> None:
    seen: list[ProcessedClaims] = []
    approve_claims(prepare(), seen.append)
    assert seen[0].claims.items() >= SUBJECT.items()
    assert set(seen[0].disclosed) == {
        ("given_name",),
        ("birthdate",),
        ("address",),
        ("address", "locality"),
        ("nationalities", 0),
        ("nationalities", 1),
    }


def test_one_approval_serves_a_batch() -> None:
    """1.14: each copy with its own key, salts and status entry."""
    first = prepare()
    approved = approve_claims(first, any_claims)
    second = prepare(status=StatusReference(STATUS.uri, 77), holder_key=public_key("other"))
    texts = {check_prepared(one, approved).attach(b"\1" * 64) for one in (first, second)}
    assert len(texts) == 2
    disclosures = [set(parse_sd_jwt(text).disclosures) for text in texts]
    assert not disclosures[0] & disclosures[1]


def test_other_than_approved_is_not_signed() -> None:
    approved = approve_claims(prepare(), any_claims)
    others = [
        prepare(SUBJECT | {"birthdate": "2010-01-01"}),
        prepare(SUBJECT | {"more": 1}),
        prepare(SUBJECT, DisclosurePlan(PLAN.paths)),
        prepare(vct="https://credentials.example/other/1"),
    ]
    for other in others:
        with pytest.raises(CredentialNotApproved):
            check_prepared(other, approved)


def test_claims_changed_in_place_after_the_approval() -> None:
    claims: dict[str, Any] = dict(SUBJECT)
    approved = approve_claims(prepare(claims), any_claims)
    claims["birthdate"] = "2010-01-01"
    with pytest.raises(CredentialNotApproved):
        check_prepared(prepare(claims), approved)


def test_claims_that_break_their_type_are_not_approved() -> None:
    """2.24, 2.28: with the claim metadata of the type, read as the holder reads it."""
    rules = parse_type_metadata(
        document(
            {
                "vct": VCT,
                "claims": [
                    {"path": ["given_name"], "mandatory": True, "sd": "always"},
                    {"path": ["issuing_country"], "sd": "never"},
                    {"path": ["nationalities", None], "sd": "always"},
                ],
            }
        )
    ).claims

    def check(processed: ProcessedClaims) -> None:
        verify_claim_rules(rules, processed, Reader.HOLDER)

    assert approve_claims(prepare(), check)
    for wrong in (
        prepare({"issuing_country": "CA"}),
        prepare(SUBJECT, DisclosurePlan((("given_name",),))),
        prepare(SUBJECT, DisclosurePlan((*PLAN.paths, ("issuing_country",)))),
    ):
        with pytest.raises(ClaimRulesBroken):
            approve_claims(wrong, check)


def test_salts_of_two_copies_are_not_shared() -> None:
    """1.05, 1.14: nothing but the caller's random bytes tells two copies apart."""
    salts = os.urandom(200)
    copies = [
        prepare_credential(
            SUBJECT, PLAN, envelope=envelope(), header=CredentialHeader(Algorithm.ES256), salts=salts
        )
        for _ in range(2)
    ]
    assert copies[0].unsigned.disclosures == copies[1].unsigned.disclosures
    assert prepare().unsigned.disclosures != prepare().unsigned.disclosures


def test_reserved_names_in_the_subject() -> None:
    """1.02."""
    with pytest.raises(IssuanceRefused):
        prepare({"given_name": {"_sd": []}})

"""The rules of SD-JWT VC section 2 beyond those of an SD-JWT."""

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.encoding import b64url_encode
from specs.errors import ProtocolError
from specs.jose import ClaimMissing, Expired, InvalidClaims, NotYetValid
from specs.sd_jwt import (
    ConfirmationKeyInvalid,
    ConfirmationKeyMissing,
    IssuerSignatureInvalid,
    IssuerTypeWrong,
    KeyBindingNonceWrong,
    KeyBindingUnexpected,
)
from specs.sd_jwt_vc.credential import (
    NEVER_DISCLOSED,
    VerifiedCredential,
    check_credential,
    parse_credential,
    verify_credential,
    verify_issued_credential,
)
from specs.sd_jwt_vc.credential_errors import (
    ClaimNeverDisclosable,
    CredentialRejected,
    HolderKeyMismatch,
    OtherTypesMalformed,
    RegisteredClaimMalformed,
    TypeIdentifierMissing,
)
from specs.token_status_list.errors import InvalidStatusReference, UnsupportedStatusMechanism
from tests.specs.sd_jwt_vc.credentials import (
    HEADER,
    ISSUER,
    LEEWAY,
    NOW,
    POLICY,
    STATUS,
    SUBJECT,
    UNBOUND,
    VCT,
    issue,
    present,
    public_key,
    signed,
    vector,
)

SECOND = int(NOW.timestamp())
CREDENTIAL = issue()
SETTINGS: dict[str, Any] = {"key_binding": UNBOUND, "now": NOW, "leeway": LEEWAY}


def _reasons(text: str, who: str = "issuer", **changed: Any) -> list[type[ProtocolError]]:
    report = check_credential(parse_credential(text), public_key(who), **(SETTINGS | changed))
    assert (report.verified is None) == bool(report.reasons)
    return [type(reason) for reason in report.reasons]


def test_verified_says_what_was_verified() -> None:
    """2.02, 2.04, 2.05."""
    text = present(CREDENTIAL, ("given_name",), ("address", "locality"))
    verified = verify_credential(
        parse_credential(text), public_key("issuer"), **(SETTINGS | {"key_binding": POLICY})
    )
    assert (verified.vct, verified.issuer, verified.status) == (VCT, ISSUER, STATUS)
    assert verified.holder_key == public_key("holder")
    assert verified.key == public_key("issuer")
    assert verified.key_binding is not None
    assert verified.claims["given_name"] == "Aïda"
    assert verified.claims["address"] == {"locality": "Toronto", "region": "ON"}
    assert "birthdate" not in verified.claims
    assert set(verified.processed.disclosed) == {("given_name",), ("address",), ("address", "locality")}
    assert verified.aka_vcts == ()


def test_only_the_check_makes_a_verified_one() -> None:
    verified = verify_credential(parse_credential(CREDENTIAL), public_key("issuer"), **SETTINGS)
    with pytest.raises(RuntimeError):
        VerifiedCredential(VCT, verified.sd_jwt, None, None, object())


def test_unverified_says_where_to_look() -> None:
    credential = parse_credential(CREDENTIAL)
    assert (credential.vct, credential.issuer) == (VCT, ISSUER)
    assert credential.header["kid"] == "2026-1"
    assert parse_credential(signed({"vct": 1, "iss": None})).vct is None


@pytest.mark.parametrize("typ", ["vc+sd-jwt", "JWT", "example+sd-jwt", None])
def test_type_header(typ: str | None) -> None:
    """2.01, D1: the older spelling passes only where the caller says so."""
    header = {"alg": "ES256"} | ({"typ": typ} if typ else {})
    text = signed({"vct": VCT}, header)
    assert _reasons(text) == [IssuerTypeWrong]
    assert _reasons(text, accept_legacy_type=True) == ([] if typ == "vc+sd-jwt" else [IssuerTypeWrong])


def test_new_type_header_passes_with_the_switch_too() -> None:
    assert _reasons(CREDENTIAL, accept_legacy_type=True) == []


@pytest.mark.parametrize("vct", [None, "", 5, ["a"], {"a": 1}])
def test_vct(vct: Any) -> None:
    """2.02."""
    assert _reasons(signed({"vct": vct})) == [TypeIdentifierMissing]
    assert _reasons(signed({})) == [TypeIdentifierMissing]


def _hidden(name: str, value: Any) -> tuple[str, str]:
    encoded = b64url_encode(json.dumps(["salt", name, value]).encode())
    return encoded, b64url_encode(hashlib.sha256(encoded.encode()).digest())


VALUES: dict[str, Any] = {
    "iss": ISSUER,
    "nbf": SECOND - 60,
    "exp": SECOND + 60,
    "cnf": {"jwk": dict(public_key("holder").members)},
    "vct": VCT,
    "vct#integrity": "sha256-abc",
    "aka_vcts": ["urn:other"],
    "status": {"status_list": {"idx": 1, "uri": "https://status.example/1"}},
}


@pytest.mark.parametrize("name", sorted(NEVER_DISCLOSED))
def test_never_in_a_disclosure(name: str) -> None:
    """2.03."""
    assert VALUES.keys() == NEVER_DISCLOSED
    encoded, digest = _hidden(name, VALUES[name])
    text = signed({"vct": VCT, "_sd": [digest]} if name != "vct" else {"_sd": [digest]}) + encoded + "~"
    assert ClaimNeverDisclosable in _reasons(text)


@pytest.mark.parametrize("sent", [True, False], ids=["sent", "withheld"])
@pytest.mark.parametrize(
    ("name", "inside"),
    [
        ("cnf", {"jwk": VALUES["cnf"]["jwk"]}),
        ("status", {"status_list": {"idx": 1, "uri": "https://status.example/1"}}),
    ],
)
def test_nothing_inside_them_is_in_a_disclosure(name: str, inside: dict[str, Any], sent: bool) -> None:
    """2.03: their members neither, even when the disclosure stays away."""
    encoded, digest = _hidden("more", "x")
    text = signed({"vct": VCT, name: inside | {"_sd": [digest]}}) + (encoded + "~" if sent else "")
    assert _reasons(text) == [ClaimNeverDisclosable]


@pytest.mark.parametrize("sent", [True, False], ids=["sent", "withheld"])
def test_other_types_are_not_in_disclosures(sent: bool) -> None:
    """2.03, 2.09: array elements."""
    encoded = b64url_encode(b'["salt","urn:other"]')
    digest = b64url_encode(hashlib.sha256(encoded.encode()).digest())
    text = signed({"vct": VCT, "aka_vcts": ["urn:a", {"...": digest}]}) + (encoded + "~" if sent else "")
    assert ClaimNeverDisclosable in _reasons(text)


@pytest.mark.parametrize("name", ["sub", "iat"])
def test_may_be_in_a_disclosure(name: str) -> None:
    """2.03."""
    encoded, digest = _hidden(name, "someone" if name == "sub" else SECOND)
    text = signed({"vct": VCT, "_sd": [digest]}) + encoded + "~"
    assert _reasons(text) == []


@pytest.mark.parametrize(
    "other_types",
    [[], ["urn:a", 5], "urn:a", None, {"a": 1}, [VCT], ["urn:a", VCT]],
    ids=["empty", "number", "text", "null", "object", "vct", "vct-too"],
)
def test_other_types_malformed(other_types: Any) -> None:
    """2.09."""
    assert _reasons(signed({"vct": VCT, "aka_vcts": other_types})) == [OtherTypesMalformed]


def test_other_types_are_told_and_decide_nothing() -> None:
    """2.09, 2.16: `vct` stays what it is."""
    example = vector("sd-jwt-vc/header_and_vct.json")
    payload = example["aka_vcts_example"]
    verified = verify_credential(
        parse_credential(signed(payload, example["header"])), public_key("issuer"), **SETTINGS
    )
    assert verified.vct == payload["vct"]
    assert verified.aka_vcts == tuple(payload["aka_vcts"])


def test_example_of_a_payload() -> None:
    """2.02, 2.04: figure 3; it has expired since."""
    payload = vector("sd-jwt-vc/header_and_vct.json")["vct_example"]
    assert _reasons(signed(payload)) == [Expired]
    del payload["exp"]
    assert _reasons(signed(payload)) == []


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"iss": 5}, RegisteredClaimMalformed),
        ({"sub": ["a"]}, RegisteredClaimMalformed),
        ({"vct#integrity": None}, RegisteredClaimMalformed),
        ({"cnf": {}}, ConfirmationKeyMissing),
        ({"cnf": None}, ConfirmationKeyMissing),
        ({"cnf": {"jku": "https://a.example"}}, ConfirmationKeyMissing),
        ({"cnf": {"jwk": {"kty": "oct", "k": "AA"}}}, ConfirmationKeyInvalid),
        ({"status": {}}, UnsupportedStatusMechanism),
        ({"status": {"other": 1}}, UnsupportedStatusMechanism),
        ({"status": None}, InvalidStatusReference),
        ({"status": {"status_list": {"idx": -1, "uri": "https://a.example"}}}, InvalidStatusReference),
        ({"status": {"status_list": {"idx": 1}}}, InvalidStatusReference),
        ({"exp": SECOND - 60}, Expired),
        ({"nbf": SECOND + 61}, NotYetValid),
        ({"exp": "soon"}, InvalidClaims),
    ],
    ids=lambda value: json.dumps(value) if isinstance(value, dict) else "",
)
def test_registered_claims(claims: dict[str, Any], reason: type[ProtocolError]) -> None:
    """2.04, 2.05, 2.10, 3.07."""
    assert _reasons(signed({"vct": VCT} | claims)) == [reason]


def test_boundaries_of_the_validity() -> None:
    """2.10: at the last second and the first."""
    assert _reasons(signed({"vct": VCT, "exp": SECOND - 59, "nbf": SECOND + 60})) == []


def test_required_validity_claim() -> None:
    """1.29."""
    assert _reasons(signed({"vct": VCT}), required=("exp",)) == [ClaimMissing]


def test_issuer_may_be_absent() -> None:
    """2.07."""
    verified = verify_credential(parse_credential(signed({"vct": VCT})), public_key("issuer"), **SETTINGS)
    assert verified.issuer is None


@given(issuer=st.sampled_from([ISSUER, "https://thief.example", ""]), named=st.booleans())
def test_trust_is_decided_on_the_key_that_verified(issuer: str, named: bool) -> None:
    """2.12, 2.13: whatever `iss`, `kid`, `jwk` and `x5c` say, only the handed-in key counts."""
    own = public_key("issuer")
    header = dict(HEADER)
    if named:
        header |= {"kid": own.thumbprint, "jwk": dict(public_key("thief").members), "x5c": ["AAAA"]}
    text = signed({"vct": VCT, "iss": issuer}, header, by="thief")
    assert _reasons(text) == [IssuerSignatureInvalid]
    assert _reasons(signed({"vct": VCT, "iss": issuer}, header)) == []


def test_every_reason_of_both_layers() -> None:
    text = present(signed({"cnf": VALUES["cnf"], "status": {}, "aka_vcts": [], "exp": 1}))
    with pytest.raises(CredentialRejected) as caught:
        verify_credential(
            parse_credential(text),
            public_key("thief"),
            key_binding=type(POLICY)("other", POLICY.audience, POLICY.max_age),
            now=NOW,
            leeway=LEEWAY,
        )
    assert [type(reason) for reason in caught.value.reasons] == [
        IssuerSignatureInvalid,
        Expired,
        KeyBindingNonceWrong,
        TypeIdentifierMissing,
        OtherTypesMalformed,
        UnsupportedStatusMechanism,
    ]


def test_missing_holder_key_is_said_once() -> None:
    text = signed({"vct": VCT, "cnf": {}})
    kb = present(CREDENTIAL).rpartition("~")[2]
    reasons = _reasons(text + kb, key_binding=POLICY)
    assert reasons.count(ConfirmationKeyMissing) == 1


def test_wallet_receives() -> None:
    """1.32: bound to the key that was proved, and to no other."""
    key, settings = public_key("issuer"), {"now": NOW, "leeway": LEEWAY}
    holder = public_key("holder")
    received = verify_issued_credential(parse_credential(CREDENTIAL), key, holder_key=holder, **settings)
    assert received.claims.items() >= SUBJECT.items()
    cases: list[tuple[str, Any, type[ProtocolError]]] = [
        (CREDENTIAL, public_key("thief"), HolderKeyMismatch),
        (CREDENTIAL, None, HolderKeyMismatch),
        (signed({"vct": VCT}), holder, HolderKeyMismatch),
        (present(CREDENTIAL), holder, KeyBindingUnexpected),
    ]
    for text, proved, reason in cases:
        with pytest.raises(CredentialRejected) as caught:
            verify_issued_credential(parse_credential(text), key, holder_key=proved, **settings)
        assert [type(one) for one in caught.value.reasons] == [reason]
    unbound = verify_issued_credential(
        parse_credential(signed({"vct": VCT})), key, holder_key=None, **settings
    )
    assert unbound.holder_key is None

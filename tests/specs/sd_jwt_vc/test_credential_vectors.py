"""The printed examples of SD-JWT VC, and 33 presentations with one defect each."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from specs.errors import ProtocolError
from specs.jose import Expired, NotYetValid, UnsupportedHeader, parse_public_jwk
from specs.sd_jwt import (
    ConfirmationKeyMissing,
    IssuerSignatureInvalid,
    IssuerTypeWrong,
    KeyBindingAlgorithmNotAllowed,
    KeyBindingAudienceWrong,
    KeyBindingHashWrong,
    KeyBindingMissing,
    KeyBindingNonceWrong,
    KeyBindingPolicy,
    KeyBindingSignatureInvalid,
    KeyBindingTimeWrong,
    KeyBindingTypeWrong,
    MalformedSdJwt,
    WithoutKeyBinding,
)
from specs.sd_jwt_vc.credential import check_credential, parse_credential, verify_credential
from specs.sd_jwt_vc.credential_errors import ClaimNeverDisclosable, TypeIdentifierMissing
from tests.specs.sd_jwt_vc.credentials import LEEWAY, UNBOUND, vector

DOCUMENT = vector("sd-jwt-rfc9901/presentation_cases.json")
CASES = DOCUMENT["cases"]
ISSUER_KEY = parse_public_jwk(DOCUMENT["issuer_public_jwk"])
HOLDER_KEY = parse_public_jwk(DOCUMENT["holder_public_jwk"])

REASONS: dict[str, tuple[type[ProtocolError], ...]] = {
    "missing-kb": (KeyBindingMissing,),
    "kb-typ-jwt": (KeyBindingTypeWrong,),
    "kb-typ-missing": (KeyBindingTypeWrong,),
    "kb-alg-none": (KeyBindingAlgorithmNotAllowed,),
    "kb-wrong-key": (KeyBindingSignatureInvalid,),
    "kb-aud-bare-value": (KeyBindingAudienceWrong,),
    "kb-aud-response-uri": (KeyBindingAudienceWrong,),
    "kb-aud-array": (KeyBindingAudienceWrong,),
    "kb-nonce-wrong": (KeyBindingNonceWrong,),
    "kb-nonce-missing": (KeyBindingNonceWrong,),
    "kb-nonce-number": (KeyBindingNonceWrong,),
    "kb-iat-future": (KeyBindingTimeWrong,),
    "kb-iat-old": (KeyBindingTimeWrong,),
    "kb-iat-string": (KeyBindingTimeWrong,),
    "kb-sd-hash-missing": (KeyBindingHashWrong,),
    "kb-sd-hash-without-trailing-tilde": (KeyBindingHashWrong,),
    "kb-sd-hash-jwt-only": (KeyBindingHashWrong,),
    "kb-disclosure-added-later": (KeyBindingHashWrong,),
    "kb-disclosure-removed-later": (KeyBindingHashWrong,),
    "kb-disclosures-reordered": (KeyBindingHashWrong,),
    "no-cnf": (ConfirmationKeyMissing,),
    "issuer-signature-wrong-key": (IssuerSignatureInvalid,),
    "credential-expired": (Expired,),
    "credential-not-yet-valid": (NotYetValid,),
    "credential-typ-wrong": (IssuerTypeWrong,),
    "credential-vct-missing": (TypeIdentifierMissing,),
    "credential-vct-selectively-disclosed": (TypeIdentifierMissing, ClaimNeverDisclosable),
    "credential-payload-tampered": (IssuerSignatureInvalid,),
}
UNREADABLE: dict[str, type[ProtocolError]] = {
    "missing-trailing-tilde": MalformedSdJwt,
    "bare-jwt": MalformedSdJwt,
    "credential-crit-unknown": UnsupportedHeader,
}


def _settings(case: dict[str, Any]) -> dict[str, Any]:
    policy = DOCUMENT["policy"] | case.get("policy", {})
    binding = KeyBindingPolicy(
        policy["expected_nonce"], policy["expected_aud"], timedelta(seconds=policy["kb_max_age_seconds"])
    )
    return {
        "key_binding": binding if policy["require_key_binding"] else WithoutKeyBinding(expected=binding),
        "now": datetime.fromtimestamp(policy["now"], UTC),
        "leeway": timedelta(seconds=policy["clock_skew_seconds"]),
    }


def _cases(ids: Any) -> list[Any]:
    return [pytest.param(case, id=case["id"]) for case in CASES if case["id"] in ids]


def test_every_vector_is_used() -> None:
    assert len(CASES) == 33
    assert {case["id"] for case in CASES if case["expect"] == "reject"} == REASONS.keys() | UNREADABLE.keys()


@pytest.mark.parametrize("case", _cases({case["id"] for case in CASES if case["expect"] == "accept"}))
def test_accepts(case: dict[str, Any]) -> None:
    """1.21, 1.22, 1.29 to 1.31, 2.01, 2.02."""
    verified = verify_credential(parse_credential(case["presentation"]), ISSUER_KEY, **_settings(case))
    assert verified.holder_key == HOLDER_KEY
    assert verified.vct


@pytest.mark.parametrize("case", _cases(REASONS))
def test_rejects_for_this_reason_alone(case: dict[str, Any]) -> None:
    """1.22, 1.29 to 1.31, 2.01 to 2.03."""
    report = check_credential(parse_credential(case["presentation"]), ISSUER_KEY, **_settings(case))
    assert report.verified is None
    assert tuple(type(reason) for reason in report.reasons) == REASONS[case["id"]]


@pytest.mark.parametrize("case", _cases(UNREADABLE))
def test_cannot_even_be_read(case: dict[str, Any]) -> None:
    """1.21, 1.33."""
    with pytest.raises(UNREADABLE[case["id"]]):
        parse_credential(case["presentation"])


EXAMPLES = [
    "sd-jwt-vc/example_identity_credential",
    "sd-jwt-vc/example_pid",
    "sd-jwt-rfc9901/example_sd_jwt_vc_pid",
]
KEYS = vector("sd-jwt-rfc9901/public_keys.json")


@pytest.mark.parametrize("name", EXAMPLES)
def test_printed_presentation(name: str) -> None:
    """2.01 to 2.04: as printed, with its key binding."""
    example = vector(f"{name}.json")
    kb = example["kb_jwt_payload"]
    verified = verify_credential(
        parse_credential(example["presentation"]),
        parse_public_jwk(KEYS["issuer"]),
        key_binding=KeyBindingPolicy(kb["nonce"], kb["aud"], timedelta(minutes=5)),
        now=datetime.fromtimestamp(kb["iat"], UTC),
        leeway=LEEWAY,
    )
    assert verified.claims == example["processed_payload"]
    assert verified.holder_key == parse_public_jwk(KEYS["holder"])
    assert verified.vct == example["processed_payload"]["vct"]
    assert verified.issuer == example["processed_payload"]["iss"]
    assert verified.status is None or verified.status.uri


@pytest.mark.parametrize("name", EXAMPLES)
def test_printed_issued_form(name: str) -> None:
    example = vector(f"{name}.json")
    credential = parse_credential(example["sd_jwt"])
    assert credential.vct == example["payload"]["vct"]
    assert credential.issuer == example["payload"]["iss"]
    verified = verify_credential(
        credential,
        parse_public_jwk(KEYS["issuer"]),
        key_binding=UNBOUND,
        now=datetime(2026, 1, 1, tzinfo=UTC),
        leeway=LEEWAY,
    )
    assert len(verified.processed.disclosed) == len(example["disclosures"])
    if "processed_payload_all_disclosed" in example:
        assert verified.claims == example["processed_payload_all_disclosed"]


def test_printed_example_without_key_binding() -> None:
    """2.04: a credential without `cnf`."""
    example = vector("sd-jwt-vc/example_without_key_binding.json")
    verified = verify_credential(
        parse_credential(example["presentation"]),
        parse_public_jwk(KEYS["issuer"]),
        key_binding=UNBOUND,
        now=datetime(2026, 1, 1, tzinfo=UTC),
        leeway=LEEWAY,
    )
    assert verified.claims == example["processed_payload"]
    assert verified.holder_key is None
    assert verified.key_binding is None

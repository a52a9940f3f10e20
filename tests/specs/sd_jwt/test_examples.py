"""The examples printed in RFC 9901: sections 5, 6, 8 and appendix A, signatures included."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from specs.jose import Use
from specs.sd_jwt import (
    HeldSdJwt,
    JsonSerialisationUnsupported,
    KeyBindingPolicy,
    MalformedSdJwt,
    WithoutKeyBinding,
    digest_algorithm_of,
    open_held_sd_jwt,
    parse_sd_jwt,
    process_claims,
    select_disclosures,
    verify_issued_sd_jwt,
    verify_sd_jwt,
)
from tests.specs.sd_jwt.material import LEEWAY, example_key, vector

EXAMPLES = (
    "main",
    "address_flat",
    "address_structured",
    "address_recursive",
    "simple_structured_with_decoys",
    "complex_structured_ida",
    "sd_jwt_vc_pid",
    "w3c_vcdm",
)
SIGNED = ("main", "main_rfc_signatures", "sd_jwt_vc_pid", "w3c_vcdm")
NOW = datetime(2025, 6, 1, tzinfo=UTC)


def _example(name: str) -> Any:
    return vector(f"example_{name}.json")


@pytest.mark.parametrize("name", EXAMPLES)
def test_all_disclosures_give_the_processed_payload(name: str) -> None:
    """1.03, 1.06, 1.09, 1.10: digests as printed, decoys dropped, recursion followed."""
    example = _example(name)
    for one in example["disclosures"]:
        assert digest_algorithm_of({}).digest(one["disclosure"].encode()) == one["digest"]
    disclosures = [one["disclosure"] for one in example["disclosures"]]
    processed = process_claims(example["payload"], disclosures)
    assert processed.claims == example["processed_payload_all_disclosed"]
    assert len(processed.disclosed) == len(disclosures)


@pytest.mark.parametrize("name", SIGNED)
def test_issued_form_verifies(name: str) -> None:
    """1.01, 1.22, 1.32."""
    example = _example(name)
    issued = parse_sd_jwt(example["sd_jwt"])
    typ = issued.jws.header["typ"]
    verified = verify_issued_sd_jwt(
        issued, example_key("issuer"), use=Use.CREDENTIAL, typ=typ, now=NOW, leeway=LEEWAY
    )
    assert verified.key_binding is None
    if "payload" in example:
        assert issued.payload == example["payload"]
        assert verified.claims == example["processed_payload_all_disclosed"]


@pytest.mark.parametrize("name", SIGNED)
def test_presentation_verifies(name: str) -> None:
    """1.17 to 1.20, 1.31: key binding with the printed nonce, audience and hash."""
    example = _example(name)
    presentation, kb = parse_sd_jwt(example["presentation"]), example["kb_jwt_payload"]
    verified = verify_sd_jwt(
        presentation,
        example_key("issuer"),
        use=Use.CREDENTIAL,
        typ=presentation.jws.header["typ"],
        key_binding=KeyBindingPolicy(kb["nonce"], kb["aud"], timedelta(minutes=5)),
        now=datetime.fromtimestamp(kb["iat"], UTC),
        leeway=LEEWAY,
    )
    assert verified.claims == example["processed_payload"]
    assert verified.key_binding is not None
    assert verified.key_binding.claims == kb
    assert verified.key_binding.key == example_key("holder")


@pytest.mark.parametrize("name", ["simple_structured_with_decoys", "complex_structured_ida"])
def test_presentation_without_key_binding_verifies(name: str) -> None:
    example = _example(name)
    presentation = parse_sd_jwt(example["presentation"])
    verified = verify_sd_jwt(
        presentation,
        example_key("issuer"),
        use=Use.CREDENTIAL,
        typ=presentation.jws.header["typ"],
        key_binding=WithoutKeyBinding(expected=None),
        now=NOW,
        leeway=LEEWAY,
    )
    assert verified.claims == example["processed_payload"]


def test_holder_makes_the_printed_presentation() -> None:
    """1.20: from the issued form and the paths shown in section 5.2."""
    example = _example("main")
    held = open_held_sd_jwt(parse_sd_jwt(example["sd_jwt"]))
    paths = [("family_name",), ("address",), ("given_name",), ("nationalities", 0)]
    made = parse_sd_jwt(select_disclosures(held, paths).text)
    printed = parse_sd_jwt(example["presentation"])
    assert made.jws == printed.jws
    assert set(made.disclosures) == set(printed.disclosures)


def test_one_sub_claim_open() -> None:
    """1.07: section 6.2, a structured object with one clear member."""
    payload = _example("address_structured")["payload_one_subclaim_open"]
    claims = process_claims(payload, []).claims
    assert claims["address"]
    assert "_sd" not in claims["address"]


JSON_FORMS = ("flattened_issued", "flattened_presented_kb", "general_presented_kb")


@pytest.mark.parametrize("name", JSON_FORMS)
@pytest.mark.parametrize("start", ["", " ", "\n\t"])
def test_json_serialisation_is_refused(name: str, start: str) -> None:
    """1.34: with an error of its own, not as a malformed compact form."""
    text = start + json.dumps(vector(f"json_{name}.json")["serialized"])
    with pytest.raises(JsonSerialisationUnsupported) as caught:
        parse_sd_jwt(text)
    assert caught.value.code == "json_serialisation_unsupported"


def test_array_is_not_a_json_serialisation() -> None:
    with pytest.raises(MalformedSdJwt):
        parse_sd_jwt(" []")


def test_held_form_says_what_it_holds() -> None:
    held = open_held_sd_jwt(parse_sd_jwt(_example("main")["sd_jwt"]))
    assert isinstance(held, HeldSdJwt)
    assert held.processed.claims == _example("main")["processed_payload_all_disclosed"]

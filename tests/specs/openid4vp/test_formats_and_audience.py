"""`vp_formats_supported` (5.07) and the audience of the key binding JWT (5.25)."""

import contextlib
from typing import Any

import pytest
from hypothesis import given

from specs.openid4vp import (
    ResponseMode,
    create_client_metadata,
    create_vp_formats,
    key_binding_audience,
    parse_client_metadata,
    verify_vp_formats,
)
from specs.openid4vp.errors import InvalidClientMetadata, RequestError, VpFormatsNotSupported
from tests.specs.oauth.strategies import VALUES, objects_with
from tests.specs.openid4vp.material import FORMATS, load

AUDIENCES = load("kb_jwt_audience.json")["cases"]
SD_JWT_VC = load("client_metadata/sd_jwt_vc_verifier_metadata.json")
MDOC = load("client_metadata/mso_mdoc_verifier_metadata.json")


def verify(formats: Any, credential: str = "ES256", key_binding: str = "ES256") -> None:
    verify_vp_formats(formats, credential_algorithms={credential}, key_binding_algorithms={key_binding})


def test_the_example_of_the_standard_is_read_5_07() -> None:
    found = parse_client_metadata(SD_JWT_VC)
    assert found.vp_formats_supported == SD_JWT_VC["vp_formats_supported"]
    verify(found.vp_formats_supported)
    verify(found.vp_formats_supported, "ES384", "ES384")


def test_an_mdoc_verifier_can_not_check_an_sd_jwt_vc_5_28() -> None:
    found = parse_client_metadata(MDOC).vp_formats_supported
    with pytest.raises(VpFormatsNotSupported) as raised:
        verify(found)
    assert raised.value.code == "vp_formats_not_supported"


@pytest.mark.parametrize(("credential", "key_binding"), [("EdDSA", "ES256"), ("ES256", "EdDSA")])
def test_an_algorithm_the_verifier_lacks_is_not_used_5_28(credential: str, key_binding: str) -> None:
    with pytest.raises(VpFormatsNotSupported):
        verify(FORMATS, credential, key_binding)


def test_a_list_that_is_absent_says_nothing_5_07() -> None:
    verify({"dc+sd-jwt": {}})
    verify({"dc+sd-jwt": {"sd-jwt_alg_values": ["ES256"]}}, key_binding="EdDSA")


@pytest.mark.parametrize(
    "value",
    [[], {"sd-jwt_alg_values": []}, {"sd-jwt_alg_values": "ES256"}, {"kb-jwt_alg_values": [5]}, "ES256"],
    ids=str,
)
def test_a_malformed_list_is_refused_5_07(value: Any) -> None:
    with pytest.raises(InvalidClientMetadata):
        verify({"dc+sd-jwt": value})


def test_a_draft_name_of_the_format_is_not_the_format_2_01() -> None:
    with pytest.raises(VpFormatsNotSupported):
        verify({"vc+sd-jwt": {}})


def test_what_says_nothing_is_not_made() -> None:
    with pytest.raises(ValueError, match="no algorithms"):
        create_vp_formats(credential_algorithms=[], key_binding_algorithms=["ES256"])
    with pytest.raises(ValueError, match="no formats"):
        create_client_metadata({})


def test_our_metadata_has_one_member_for_answers_in_the_clear_5_07() -> None:
    assert create_client_metadata(FORMATS) == {"vp_formats_supported": FORMATS}


@given(VALUES | objects_with("dc+sd-jwt"))
def test_nothing_but_a_refusal_is_raised(value: Any) -> None:
    with contextlib.suppress(RequestError):
        found = parse_client_metadata({"vp_formats_supported": value})
        verify(found.vp_formats_supported or {})


@pytest.mark.parametrize(
    "case", AUDIENCES, ids=lambda case: f"{case['response_mode']}-{case['kb_jwt_aud'][:12]}"
)
def test_vector_audience_5_25(case: dict[str, Any]) -> None:
    mode = ResponseMode(case["response_mode"])
    found = key_binding_audience(mode, client_id=case.get("client_id"), origin=case.get("origin"))
    assert found == case["kb_jwt_aud"]


@pytest.mark.parametrize(
    ("mode", "client_id", "origin"),
    [
        (ResponseMode.DIRECT_POST, None, "https://verifier.example"),
        (ResponseMode.DIRECT_POST_JWT, "", None),
        (ResponseMode.DC_API, "x509_hash:a", None),
        (ResponseMode.DC_API_JWT, "x509_hash:a", ""),
    ],
)
def test_an_audience_is_never_made_up_5_25(
    mode: ResponseMode, client_id: str | None, origin: str | None
) -> None:
    with pytest.raises(ValueError, match="needed"):
        key_binding_audience(mode, client_id=client_id, origin=origin)

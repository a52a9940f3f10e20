"""Agreement with the reference implementation, `sd-jwt` for Python, in both directions."""

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from jwcrypto.jwk import JWK
from sd_jwt.common import SDObj
from sd_jwt.holder import SDJWTHolder
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.verifier import SDJWTVerifier

from specs.sd_jwt import parse_sd_jwt, verify_issued_sd_jwt, verify_sd_jwt
from tests.specs.sd_jwt.claims import all_paths, claim_sets, keep
from tests.specs.sd_jwt.material import (
    AUDIENCE,
    ISSUER_CHECK,
    NONCE,
    POLICY,
    TYPE,
    confirmed,
    issue,
    present,
    private_key,
    public_key,
)


def _jwk(who: str) -> JWK:
    pem = private_key(who).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return JWK.from_pem(pem)


def _marked(value: Any, paths: set[tuple[Any, ...]], place: tuple[Any, ...] = ()) -> Any:
    """The claims with the reference's marks at the disclosable paths."""
    if isinstance(value, dict):
        return {
            SDObj(name) if (*place, name) in paths else name: _marked(member, paths, (*place, name))
            for name, member in value.items()
        }
    if isinstance(value, list):
        return [
            SDObj(_marked(element, paths, (*place, index)))
            if (*place, index) in paths
            else _marked(element, paths, (*place, index))
            for index, element in enumerate(value)
        ]
    return value


def _draw(data: Any, claims: dict[str, Any]) -> set[tuple[Any, ...]]:
    paths = all_paths(claims)
    return set(data.draw(st.lists(st.sampled_from(paths), unique=True))) if paths else set()


def _read_by_reference(text: str) -> Any:
    verifier = SDJWTVerifier(text, lambda *_: _jwk("issuer"), AUDIENCE, NONCE)
    return verifier.get_verified_payload()


@given(data=st.data(), claims=claim_sets())
@settings(max_examples=40, deadline=None)
def test_the_reference_reads_what_we_make(data: Any, claims: dict[str, Any]) -> None:
    paths = _draw(data, claims)
    bound = confirmed(claims)
    chosen = data.draw(st.lists(st.sampled_from(sorted(paths, key=str)), unique=True)) if paths else []
    opened = {path for path in paths if any(one[: len(path)] == path for one in chosen)}
    shown = present(issue(bound, paths), chosen)
    assert _read_by_reference(shown) == keep(bound, paths - opened)


@given(data=st.data(), claims=claim_sets(), decoys=st.booleans())
@settings(max_examples=40, deadline=None)
def test_we_read_what_the_reference_makes(data: Any, claims: dict[str, Any], decoys: bool) -> None:
    """1.09: its decoys too."""
    paths = _draw(data, claims)
    made = SDJWTIssuer(
        _marked(claims, paths),
        _jwk("issuer"),
        add_decoy_claims=decoys,
        extra_header_parameters={"typ": TYPE},
    )
    parsed = parse_sd_jwt(made.sd_jwt_issuance)
    verified = verify_issued_sd_jwt(parsed, public_key("issuer"), **ISSUER_CHECK)
    assert verified.claims == claims
    assert set(verified.processed.disclosed) == paths


def test_we_read_a_presentation_of_the_reference() -> None:
    claims = {"name": "Aïda", "age": 19, "list": ["a", "b"]}
    paths = {("name",), ("age",), ("list", 0), ("list", 1)}
    made = SDJWTIssuer(
        _marked(claims, paths), _jwk("issuer"), _jwk("holder"), extra_header_parameters={"typ": TYPE}
    )
    holder = SDJWTHolder(made.sd_jwt_issuance)
    holder.create_presentation({"name": True, "list": [False, True]}, NONCE, AUDIENCE, _jwk("holder"))
    iat = json.loads(holder.key_binding_jwt.objects["payload"])["iat"]
    check = ISSUER_CHECK | {"now": ISSUER_CHECK["now"].fromtimestamp(iat, ISSUER_CHECK["now"].tzinfo)}
    shown = parse_sd_jwt(holder.sd_jwt_presentation)
    verified = verify_sd_jwt(shown, public_key("issuer"), key_binding=POLICY, **check)
    assert verified.claims["name"] == "Aïda"
    assert verified.claims["list"] == ["b"]
    assert "age" not in verified.claims


def test_the_reference_refuses_our_presentation_for_another_nonce() -> None:
    shown = present(issue(confirmed({"a": 1}), [("a",)]), [("a",)], nonce="other")
    with pytest.raises(ValueError, match=r"(?i)nonce"):
        _read_by_reference(shown)

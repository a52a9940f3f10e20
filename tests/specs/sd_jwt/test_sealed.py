"""To hold a verified value is to know that it was verified."""

import dataclasses

import pytest

from specs.jose import Use
from specs.sd_jwt import VerifiedKeyBinding, VerifiedSdJwt, check_sd_jwt, parse_sd_jwt
from specs.sd_jwt_vc.credential import VerifiedCredential
from tests.specs.sd_jwt.material import LEEWAY, NOW, POLICY, TYPE, confirmed, present, public_key, signed


def _verified() -> VerifiedSdJwt:
    shown = parse_sd_jwt(present(signed(confirmed({"iss": "https://issuer.example"})) + "~", []))
    report = check_sd_jwt(
        shown, public_key("issuer"), use=Use.CREDENTIAL, typ=TYPE, key_binding=POLICY, now=NOW, leeway=LEEWAY
    )
    assert report.verified is not None
    return report.verified


@pytest.mark.parametrize("kind", [VerifiedSdJwt, VerifiedKeyBinding, VerifiedCredential])
def test_nothing_makes_one(kind: type) -> None:
    """1.22: neither the constructor nor what a named tuple brings along."""
    count = len(kind._fields)  # type: ignore[attr-defined]
    for fields in ([None] * count, [None] * (count + 1), []):
        with pytest.raises(RuntimeError):
            kind(*fields)
        with pytest.raises(RuntimeError):
            kind._make(fields)  # type: ignore[attr-defined]


def test_nothing_changes_one() -> None:
    """1.22: another key or other claims would be unchecked ones."""
    verified = _verified()
    assert verified.key_binding is not None
    for one in (verified, verified.key_binding):
        with pytest.raises(RuntimeError):
            one._replace(key=public_key("thief"))
        with pytest.raises(AttributeError):
            one.key = public_key("thief")  # type: ignore[misc]
        with pytest.raises(AttributeError):
            one.other = 1  # type: ignore[union-attr]
        with pytest.raises(TypeError):
            dataclasses.replace(one)  # type: ignore[type-var]

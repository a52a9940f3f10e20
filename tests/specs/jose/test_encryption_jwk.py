"""Keys that messages are encrypted to (4.39, 4.40): ECDH-ES on P-256, public halves, nothing else."""

from typing import Any

import pytest

from specs.encoding import b64url_encode
from specs.errors import ProtocolError
from specs.jose import (
    Algorithm,
    InvalidJwk,
    PrivateJwk,
    UnsupportedJwk,
    create_encryption_jwk,
    create_public_jwk,
    parse_encryption_jwk,
    parse_public_jwk,
    public_jwk_of,
)
from tests.specs.jose.jwe_material import ours, recipient
from tests.specs.jose.material import private_key

GOOD = create_public_jwk(ours().public_key()) | {"use": "enc", "alg": "ECDH-ES", "kid": "k1"}
ZERO = b64url_encode(bytes(32))


def without(*names: str) -> dict[str, Any]:
    return {name: value for name, value in GOOD.items() if name not in names}


@pytest.mark.parametrize(
    "jwk", [GOOD, without("use"), without("kid"), GOOD | {"x5t": "a", "key_ops": ["deriveKey"]}]
)
def test_a_key_for_encryption_is_read_4_39(jwk: dict[str, Any]) -> None:
    found = parse_encryption_jwk(jwk)
    assert (found, found.kid) == (recipient(), jwk.get("kid"))


def test_a_key_is_written_as_it_is_read() -> None:
    assert create_encryption_jwk(recipient()) == GOOD
    assert create_encryption_jwk(recipient(kid=None)) == without("kid")
    assert parse_encryption_jwk(create_encryption_jwk(recipient(3))) == recipient(3)


def test_a_key_on_another_curve_is_not_written() -> None:
    with pytest.raises(ValueError, match="P-256"):
        create_encryption_jwk(public_jwk_of(private_key(Algorithm.ES384).public_key()))


def test_a_key_for_encryption_does_not_check_signatures() -> None:
    with pytest.raises(UnsupportedJwk):
        parse_public_jwk(GOOD)


@pytest.mark.parametrize(
    ("jwk", "error"),
    [
        pytest.param(None, InvalidJwk, id="nothing"),
        pytest.param([], InvalidJwk, id="array"),
        pytest.param(without("alg"), UnsupportedJwk, id="without-alg"),
        pytest.param(GOOD | {"alg": "ECDH-ES+A256KW"}, UnsupportedJwk, id="key-wrapping"),
        pytest.param(GOOD | {"alg": "RSA-OAEP"}, UnsupportedJwk, id="rsa"),
        pytest.param(GOOD | {"alg": "ES256"}, UnsupportedJwk, id="for-signatures"),
        pytest.param(GOOD | {"use": "sig"}, UnsupportedJwk, id="use-sig"),
        pytest.param(GOOD | {"crv": "P-384"}, UnsupportedJwk, id="another-curve"),
        pytest.param(GOOD | {"crv": "secp256k1"}, UnsupportedJwk, id="unknown-curve"),
        pytest.param(GOOD | {"kty": "OKP"}, UnsupportedJwk, id="another-type"),
        pytest.param({"kty": "oct", "k": "AA", "alg": "dir"}, PrivateJwk, id="symmetric"),
        pytest.param(GOOD | {"d": GOOD["x"]}, PrivateJwk, id="private"),
        pytest.param(GOOD | {"y": GOOD["x"]}, InvalidJwk, id="off-the-curve"),
        pytest.param(GOOD | {"x": ZERO, "y": ZERO}, InvalidJwk, id="zero"),
        pytest.param(without("y"), InvalidJwk, id="half-a-point"),
        pytest.param(GOOD | {"x": GOOD["x"] + "="}, InvalidJwk, id="padded"),
        pytest.param(GOOD | {"kid": 5}, InvalidJwk, id="kid-number"),
        pytest.param(GOOD | {"kid": ""}, InvalidJwk, id="kid-empty"),
        pytest.param(GOOD | {"kid": "k" * 257}, InvalidJwk, id="kid-too-long"),
    ],
)
def test_any_other_key_is_refused_4_40(jwk: Any, error: type[ProtocolError]) -> None:
    with pytest.raises(error) as raised:
        parse_encryption_jwk(jwk)
    assert type(raised.value) is error

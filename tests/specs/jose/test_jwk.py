"""Public keys: what is accepted, what is refused and why; thumbprints (RFC 7517, 7518 section 6, 7638)."""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, rsa, x25519

from specs.encoding import b64url_decode, b64url_encode
from specs.jose import (
    Algorithm,
    InvalidJwk,
    InvalidJwks,
    PrivateJwk,
    PublicJwk,
    UnsupportedJwk,
    create_public_jwk,
    ec_public_key,
    parse_jwks,
    parse_public_jwk,
    public_jwk_of,
)
from tests.specs.jose.material import private_key, public_key

VECTORS = Path(__file__).parents[2] / "vectors" / "oauth-oidc" / "hash_vectors.json"
EC = create_public_jwk(private_key(Algorithm.ES256).public_key())
OKP = create_public_jwk(private_key(Algorithm.EDDSA).public_key())
RSA = create_public_jwk(private_key(Algorithm.RS256).public_key())
KEYS = {"EC": EC, "OKP": OKP, "RSA": RSA}


def flipped(text: str) -> str:
    octets = bytearray(b64url_decode(text))
    octets[-1] ^= 1
    return b64url_encode(bytes(octets))


@pytest.mark.parametrize(
    "case", json.loads(VECTORS.read_text())["jwk_thumbprint"], ids=lambda case: case["source"]
)
def test_thumbprint_of_the_standards(case: dict[str, Any]) -> None:
    key = parse_public_jwk(case["jwk"] | {"kid": "k", "use": "sig", "extra": [1]})
    assert key.thumbprint == case["thumbprint"]
    assert key.thumbprint == case["thumbprint"], "the second time it comes from memory"


@pytest.mark.parametrize("algorithm", sorted(Algorithm))
def test_a_key_made_into_json_is_the_same_key(algorithm: Algorithm) -> None:
    key = public_key(algorithm)
    jwk = create_public_jwk(private_key(algorithm).public_key(), kid="k1")
    parsed = parse_public_jwk(jwk | {"alg": algorithm.value})
    assert parsed == key
    assert hash(parsed) == hash(key)
    assert parsed.thumbprint == key.thumbprint
    assert (parsed.algorithm, parsed.kid, key.kid) == (algorithm, "k1", None)


def test_members_are_the_public_ones_and_nothing_else() -> None:
    key = parse_public_jwk(EC | {"kid": "k", "x5c": ["…"], "x5u": "https://evil", "given_name": "Planted"})
    assert dict(key.members) == EC
    with pytest.raises(TypeError):
        key.members["x"] = ""  # type: ignore[index]
    with pytest.raises(AttributeError):
        key.kid = "other"
    assert "Planted" not in repr(key)


def test_equality_is_of_key_and_algorithm() -> None:
    assert parse_public_jwk(EC | {"kid": "a"}) == parse_public_jwk(EC | {"kid": "b"})
    assert parse_public_jwk(EC) != public_key(Algorithm.ES256, 1)
    assert parse_public_jwk(EC) != EC
    assert parse_public_jwk(RSA) != parse_public_jwk(RSA | {"alg": "PS256"})


@pytest.mark.parametrize(
    ("jwk", "algorithm"),
    [
        (EC, Algorithm.ES256),
        (OKP, Algorithm.EDDSA),
        (RSA, Algorithm.RS256),
        (RSA | {"alg": "PS256"}, Algorithm.PS256),
        (create_public_jwk(private_key(Algorithm.ES384).public_key()), Algorithm.ES384),
        (create_public_jwk(private_key(Algorithm.ES512).public_key()), Algorithm.ES512),
    ],
)
def test_algorithm_belongs_to_the_key(jwk: dict[str, Any], algorithm: Algorithm) -> None:
    """RFC 8725 section 3.1."""
    assert parse_public_jwk(jwk).algorithm is algorithm


@pytest.mark.parametrize("member", ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"])
@pytest.mark.parametrize("kty", sorted(KEYS))
def test_private_member_is_refused(kty: str, member: str) -> None:
    """4.22, 4.31: whoever sends one has given it away, even an empty one."""
    for value in ("AA", "", None):
        with pytest.raises(PrivateJwk):
            parse_public_jwk(KEYS[kty] | {member: value})


def test_symmetric_key_is_refused() -> None:
    with pytest.raises(PrivateJwk):
        parse_public_jwk({"kty": "oct", "k": "AAAA"})
    with pytest.raises(UnsupportedJwk):
        parse_public_jwk({"kty": "oct"})


@pytest.mark.parametrize("value", [None, "x", 1, [], [EC], b"{}", True])
def test_what_is_no_object_is_refused(value: object) -> None:
    with pytest.raises(InvalidJwk):
        parse_public_jwk(value)


UNSUPPORTED = {
    "no type": {"x": "AA"},
    "unknown type": EC | {"kty": "AKP"},
    "type in lower case": EC | {"kty": "ec"},
    "type that is no string": EC | {"kty": ["EC"]},
    "unknown curve": EC | {"crv": "P-224"},
    "curve of bitcoin": EC | {"crv": "secp256k1"},
    "curve that is no string": EC | {"crv": ["P-256"]},
    "key agreement curve": OKP | {"crv": "X25519"},
    "Ed448": OKP | {"crv": "Ed448"},
    "for encryption": EC | {"use": "enc"},
    "unknown use": EC | {"use": None},
    "operations without verify": EC | {"key_ops": ["sign"]},
    "operations as string": EC | {"key_ops": "verify"},
    "algorithm of another curve": EC | {"alg": "ES384"},
    "algorithm none": EC | {"alg": "none"},
    "HMAC algorithm on a public key": RSA | {"alg": "HS256"},
    "encryption algorithm": RSA | {"alg": "RSA-OAEP"},
    "algorithm that is no string": EC | {"alg": 1},
}
INVALID = {
    "no x": {name: value for name, value in EC.items() if name != "x"},
    "no y": {name: value for name, value in EC.items() if name != "y"},
    "x is no string": EC | {"x": 1},
    "x with padding": EC | {"x": EC["x"] + "="},
    "x in the other alphabet": EC | {"x": "+" + EC["x"][1:]},
    "x too short": EC | {"x": EC["x"][:-3]},
    "x with leading zero": EC | {"x": b64url_encode(b"\0" + b64url_decode(EC["x"]))},
    "point off the curve": EC | {"y": flipped(EC["y"])},
    "point of another curve": EC | {"crv": "P-384"},
    "point zero": EC | {"x": b64url_encode(bytes(32)), "y": b64url_encode(bytes(32))},
    "coordinate beyond the field": EC | {"x": b64url_encode(b"\xff" * 32)},
    "Ed25519 key too short": OKP | {"x": OKP["x"][:-3]},
    "kid that is no string": EC | {"kid": 1},
    "no modulus": {"kty": "RSA", "e": "AQAB"},
    "modulus with leading zero": RSA | {"n": b64url_encode(b"\0" + b64url_decode(RSA["n"]))},
    "even modulus": RSA | {"n": flipped(RSA["n"])},
    "exponent 1": RSA | {"e": "AQ"},
    "exponent 3": RSA | {"e": "Aw"},
    "even exponent": RSA | {"e": "AQAA"},
    "exponent of many bytes": RSA | {"e": b64url_encode(b"\xff" * 40)},
    "no exponent": RSA | {"e": ""},
    "modulus of 2047 bits": RSA | {"n": b64url_encode((2**2046 + 1).to_bytes(256, "big"))},
    "modulus of 8200 bits": RSA | {"n": b64url_encode(b"\xff" * 1025)},
}


@pytest.mark.parametrize("defect", sorted(UNSUPPORTED))
def test_unsupported(defect: str) -> None:
    with pytest.raises(UnsupportedJwk):
        parse_public_jwk(UNSUPPORTED[defect])


@pytest.mark.parametrize("defect", sorted(INVALID))
def test_invalid(defect: str) -> None:
    with pytest.raises(InvalidJwk) as refused:
        parse_public_jwk(INVALID[defect])
    assert type(refused.value) is InvalidJwk


def test_rsa_key_of_1024_bits_is_refused() -> None:
    """RFC 7518 section 3.3."""
    small = rsa.generate_private_key(65537, 1024).public_key()  # noqa: S505 (that is the case)
    with pytest.raises(InvalidJwk):
        public_jwk_of(small)


@pytest.mark.parametrize(
    "key",
    [
        ec.generate_private_key(ec.SECP256K1()).public_key(),
        x25519.X25519PrivateKey.generate().public_key(),
        ed448.Ed448PrivateKey.generate().public_key(),
        dsa.generate_private_key(1024).public_key(),  # noqa: S505 (refused whatever its size)
    ],
)
def test_keys_of_other_types_have_no_jwk_here(key: Any) -> None:
    with pytest.raises(UnsupportedJwk):
        public_jwk_of(key)


def test_algorithm_that_does_not_fit_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="not a key for"):
        public_jwk_of(private_key(Algorithm.ES256).public_key(), algorithm=Algorithm.ES384)


def test_point_of_a_key_for_encryption_can_be_read() -> None:
    """`use` and `alg` of a key agreement key are the caller's to check."""
    assert ec_public_key(EC | {"use": "enc", "alg": "ECDH-ES"}) == public_key(Algorithm.ES256).key


class TestJwks:
    def test_order_is_kept_and_others_are_passed_over(self) -> None:
        """RFC 7517 section 5."""
        keys = parse_jwks(
            {"keys": [OKP, UNSUPPORTED["for encryption"], EC, UNSUPPORTED["unknown type"]], "x": 1}
        )
        assert [key.algorithm for key in keys] == [Algorithm.EDDSA, Algorithm.ES256]

    def test_none(self) -> None:
        assert parse_jwks({"keys": []}) == []

    @pytest.mark.parametrize(
        "value", [None, [], [EC], {}, {"keys": None}, {"keys": "x"}, {"keys": {"a": EC}}, EC]
    )
    def test_what_is_no_set_is_refused(self, value: object) -> None:
        with pytest.raises(InvalidJwks):
            parse_jwks(value)

    def test_private_or_broken_key_refuses_the_set(self) -> None:
        with pytest.raises(PrivateJwk):
            parse_jwks({"keys": [EC, EC | {"d": "AA"}]})
        with pytest.raises(InvalidJwk):
            parse_jwks({"keys": [EC, INVALID["point off the curve"]]})
        with pytest.raises(InvalidJwk):
            parse_jwks({"keys": [EC, None]})

    def test_two_keys_of_one_name_refuse_the_set(self) -> None:
        other = dict(public_key(Algorithm.ES256, 1).members)
        with pytest.raises(InvalidJwks):
            parse_jwks({"keys": [EC | {"kid": "a"}, other | {"kid": "a"}]})
        assert len(parse_jwks({"keys": [EC | {"kid": "a"}, other | {"kid": "b"}, OKP, RSA]})) == 4

    def test_too_many_keys_are_refused(self) -> None:
        keys = [EC | {"kid": str(number)} for number in range(5)]
        assert len(parse_jwks({"keys": keys}, max_keys=5)) == 5
        with pytest.raises(InvalidJwks):
            parse_jwks({"keys": keys}, max_keys=4)


def test_only_known_ways_make_a_key() -> None:
    with pytest.raises(TypeError):
        PublicJwk()  # type: ignore[call-arg]

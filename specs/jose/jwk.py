"""Public keys as JSON (RFC 7517, RFC 7518 section 6, RFC 8037 section 2) and their thumbprints (RFC 7638).

The algorithm is a property of the key: it follows from the curve (for RSA from the key's own `alg`), and
tokens are compared with it (RFC 8725 section 3.1).
"""

import hashlib
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeAlias

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pybase64 import b64decode

from specs.encoding import ENDINGS, InvalidBase64Url, b64url_decode, b64url_encode, create_json
from specs.jose.algorithms import Algorithm
from specs.jose.errors import InvalidJwk, InvalidJwks, PrivateJwk, UnsupportedJwk
from specs.jose.rsa_keys import check_rsa_key

VerificationKey: TypeAlias = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | rsa.RSAPublicKey

# RFC 7518 sections 6.2.2, 6.3.2 and 6.4: whoever sends one of these has given a secret away.
PRIVATE_MEMBERS: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"})
# The curve, the octets of a coordinate, the characters of these octets in base64url, and the algorithm.
_CURVES: Final[Mapping[str, tuple[ec.EllipticCurve, int, int, Algorithm]]] = {
    "P-256": (ec.SECP256R1(), 32, 43, Algorithm.ES256),
    "P-384": (ec.SECP384R1(), 48, 64, Algorithm.ES384),
    "P-521": (ec.SECP521R1(), 66, 88, Algorithm.ES512),
}
_REQUIRED_OF_EC: Final = frozenset({"kty", "crv", "x", "y"})
_P256, _, _P256_CHARACTERS = _CURVES["P-256"][:3]
_P256_PAD, _P256_LAST = ENDINGS[_P256_CHARACTERS & 3]
_CURVE_NAMES: Final = {curve.name: name for name, (curve, *_) in _CURVES.items()}
_RSA_ALGORITHMS: Final = frozenset({Algorithm.RS256, Algorithm.PS256})
_ED25519_SIZE: Final = 32


class _KeyFields(NamedTuple):
    algorithm: Algorithm
    key: VerificationKey
    members: Mapping[str, str]
    """What RFC 7638 calls the required members, and nothing else that came with them. Read-only."""
    kid: str | None = None


class PublicJwk(_KeyFields):
    """A key that checks signatures. Equal when key and algorithm are, whatever `kid` it goes by."""

    __slots__ = ()

    @property
    def thumbprint(self) -> str:
        """RFC 7638 with SHA-256, base64url."""
        canonical = create_json(dict(sorted(self.members.items())))
        return b64url_encode(hashlib.sha256(canonical).digest())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PublicJwk):
            return NotImplemented
        return self.algorithm is other.algorithm and self.members == other.members

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((self.algorithm, self.thumbprint))

    def __repr__(self) -> str:
        return f"PublicJwk({self.algorithm}, kid={self.kid!r}, thumbprint={self.thumbprint!r})"


def parse_public_jwk(value: object) -> PublicJwk:
    """The public key of a JWK that checks signatures (`value`: a parsed JSON object).

    Raises PrivateJwk for private or symmetric members, UnsupportedJwk for another type, curve, algorithm or
    use, and InvalidJwk for the rest: missing members, wrong length, a point off the curve, a small RSA key.
    """
    # The exact class first: to ask for an abstract one costs a microsecond on the path of every presentation.
    if type(value) is dict:
        plain = _plain_p256(value)
        if plain is not None:
            return plain
    elif not isinstance(value, Mapping):
        raise InvalidJwk("not an object")
    if not PRIVATE_MEMBERS.isdisjoint(value):
        raise PrivateJwk
    if "use" in value or "key_ops" in value:
        _check_purpose(value)
    match value.get("kty"):
        case "EC":
            algorithm, key, members = _parse_ec(value)
        case "OKP":
            algorithm, key, members = _parse_okp(value)
        case "RSA":
            algorithm, key, members = _parse_rsa(value)
        case _:
            raise UnsupportedJwk("kty")
    kid = value.get("kid")
    if kid is not None and not isinstance(kid, str):
        raise InvalidJwk("kid")
    return tuple.__new__(PublicJwk, (algorithm, key, MappingProxyType(members), kid))


def _plain_p256(jwk: dict[Any, Any]) -> PublicJwk | None:
    """The key when it is like nearly all, on P-256 and without any other member; otherwise None."""
    if jwk.keys() != _REQUIRED_OF_EC or jwk["kty"] != "EC" or jwk["crv"] != "P-256":
        return None
    x, y = jwk["x"], jwk["y"]
    try:
        both = x + y
        # As b64url_decode reads it: 32 octets are 43 characters, the last of which has two spare bits.
        if not len(x) == len(y) == _P256_CHARACTERS or "+" in both or "/" in both:
            return None
        if x[-1] not in _P256_LAST or y[-1] not in _P256_LAST:
            return None
        point = b"\x04" + b64decode(x + _P256_PAD, b"-_", True) + b64decode(y + _P256_PAD, b"-_", True)
        key = ec.EllipticCurvePublicKey.from_encoded_point(_P256, point)
    except (TypeError, ValueError):
        return None
    return tuple.__new__(PublicJwk, (Algorithm.ES256, key, MappingProxyType(jwk.copy()), None))


def parse_jwks(value: object, *, max_keys: int = 32) -> list[PublicJwk]:
    """The usable keys of a JWK Set, in its order. InvalidJwks when it is none or has more than `max_keys`.

    Keys of other types and uses are passed over (RFC 7517 section 5); a malformed one or one with private
    members refuses the whole set, and so does a `kid` that names two keys.
    """
    keys = value.get("keys") if isinstance(value, Mapping) else None
    if not isinstance(keys, Sequence) or isinstance(keys, str) or len(keys) > max_keys:
        raise InvalidJwks("keys")
    found: list[PublicJwk] = []
    for jwk in keys:
        try:
            found.append(parse_public_jwk(jwk))
        except UnsupportedJwk:
            continue
    named = [key.kid for key in found if key.kid is not None]
    if len(set(named)) != len(named):
        raise InvalidJwks("two keys of one kid")
    return found


def create_public_jwk(key: PublicKeyTypes, *, kid: str | None = None) -> dict[str, Any]:
    """The JWK of a public key: the required members, and `kid` when given."""
    members: dict[str, Any] = dict(public_jwk_of(key).members)
    if kid is not None:
        members["kid"] = kid
    return members


def public_jwk_of(
    key: PublicKeyTypes, *, kid: str | None = None, algorithm: Algorithm | None = None
) -> PublicJwk:
    """A public key with its algorithm; `algorithm` is needed only for RSA keys that are not for RS256.

    Raises UnsupportedJwk for keys of other types and InvalidJwk for RSA keys outside 2048 to 8192 bits.
    """
    members: dict[str, str]
    if isinstance(key, ec.EllipticCurvePublicKey):
        name = _CURVE_NAMES.get(key.curve.name)
        if name is None:
            raise UnsupportedJwk("crv")
        point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        _, size, _, own = _CURVES[name]
        members = {"kty": "EC", "crv": name, "x": b64url_encode(point[1 : size + 1])}
        members["y"] = b64url_encode(point[size + 1 :])
        found: tuple[Algorithm, VerificationKey] = own, key
    elif isinstance(key, ed25519.Ed25519PublicKey):
        members = {"kty": "OKP", "crv": "Ed25519", "x": b64url_encode(key.public_bytes_raw())}
        found = Algorithm.EDDSA, key
    elif isinstance(key, rsa.RSAPublicKey):
        check_rsa_key(key.public_numbers())
        members = {
            "kty": "RSA",
            "n": _unsigned(key.public_numbers().n),
            "e": _unsigned(key.public_numbers().e),
        }
        found = Algorithm.PS256 if algorithm is Algorithm.PS256 else Algorithm.RS256, key
    else:
        raise UnsupportedJwk("kty")
    if algorithm not in (None, found[0]):
        raise ValueError(f"not a key for {algorithm}")
    return PublicJwk(*found, MappingProxyType(members), kid)


def ec_public_key(jwk: Mapping[Any, Any]) -> ec.EllipticCurvePublicKey:
    """The point of an EC key on P-256, P-384 or P-521 (RFC 7518 section 6.2.1), whatever it is used for."""
    name, x, y = jwk.get("crv"), jwk.get("x"), jwk.get("y")
    found = _CURVES.get(name) if isinstance(name, str) else None
    if found is None:
        raise UnsupportedJwk("crv")
    curve, size, characters, _ = found
    if type(x) is not str or type(y) is not str or not len(x) == len(y) == characters:
        raise InvalidJwk(f"x or y is not text for {size} octets")
    try:
        # So many characters stand for so many octets, in the one spelling that is decoded.
        point = b"\x04" + b64url_decode(x) + b64url_decode(y)
        return ec.EllipticCurvePublicKey.from_encoded_point(curve, point)
    except InvalidBase64Url as error:
        raise InvalidJwk("x or y is not base64url") from error
    except ValueError as error:
        raise InvalidJwk("point is not on the curve") from error


_Found: TypeAlias = tuple[Algorithm, VerificationKey, dict[str, str]]


def _parse_ec(jwk: Mapping[Any, Any]) -> _Found:
    key, name = ec_public_key(jwk), jwk["crv"]
    algorithm = _CURVES[name][3]
    _check_algorithm(jwk, algorithm)
    return algorithm, key, {"kty": "EC", "crv": name, "x": jwk["x"], "y": jwk["y"]}


def _parse_okp(jwk: Mapping[Any, Any]) -> _Found:
    if jwk.get("crv") != "Ed25519":
        raise UnsupportedJwk("crv")
    _check_algorithm(jwk, Algorithm.EDDSA)
    key = ed25519.Ed25519PublicKey.from_public_bytes(_octets(jwk, "x", _ED25519_SIZE))
    return Algorithm.EDDSA, key, {"kty": "OKP", "crv": "Ed25519", "x": jwk["x"]}


def _parse_rsa(jwk: Mapping[Any, Any]) -> _Found:
    algorithm = Algorithm.PS256 if jwk.get("alg") == Algorithm.PS256 else Algorithm.RS256
    _check_algorithm(jwk, algorithm)
    n, e = _octets(jwk, "n"), _octets(jwk, "e")
    # RFC 7518 section 2, Base64urlUInt: the fewest octets, so that a key has one spelling.
    if n[:1] in (b"", b"\0") or e[:1] in (b"", b"\0"):
        raise InvalidJwk("leading zero")
    numbers = rsa.RSAPublicNumbers(int.from_bytes(e, "big"), int.from_bytes(n, "big"))
    check_rsa_key(numbers)
    try:
        key = numbers.public_key()
    except ValueError as error:
        raise InvalidJwk("not an RSA key") from error
    return algorithm, key, {"kty": "RSA", "n": jwk["n"], "e": jwk["e"]}


def _check_purpose(jwk: Mapping[Any, Any]) -> None:
    """RFC 7517 sections 4.2 and 4.3: a key for encryption does not check signatures."""
    if jwk.get("use", "sig") != "sig":
        raise UnsupportedJwk("use")
    if "key_ops" not in jwk:
        return
    operations = jwk["key_ops"]
    if isinstance(operations, str) or not isinstance(operations, Sequence) or "verify" not in operations:
        raise UnsupportedJwk("key_ops")


def _check_algorithm(jwk: Mapping[Any, Any], algorithm: Algorithm) -> None:
    if jwk.get("alg", algorithm) != algorithm:
        raise UnsupportedJwk("alg")


def _octets(jwk: Mapping[Any, Any], name: str, size: int | None = None) -> bytes:
    text = jwk.get(name)
    if not isinstance(text, str):
        raise InvalidJwk(f"{name} is missing")
    try:
        octets = b64url_decode(text)
    except InvalidBase64Url as error:
        raise InvalidJwk(f"{name} is not base64url") from error
    if size is not None and len(octets) != size:
        raise InvalidJwk(f"{name} has the wrong length")
    return octets


def _unsigned(number: int) -> str:
    return b64url_encode(number.to_bytes((number.bit_length() + 7) // 8, "big"))

"""Public keys that messages are encrypted to: ECDH-ES on P-256 (RFC 7517 section 4, RFC 7518 section 4.6)."""

from collections.abc import Mapping
from typing import Any, Final

from specs.jose.errors import InvalidJwk, PrivateJwk, UnsupportedJwk
from specs.jose.jwk import PRIVATE_MEMBERS, PublicJwk, ec_public_key, public_jwk_of

ECDH_ES: Final = "ECDH-ES"
CURVE: Final = "P-256"
MAX_KID_LENGTH: Final = 256


def parse_encryption_jwk(value: object) -> PublicJwk:
    """The public key of a JWK that others encrypt to (`value`: a parsed JSON object).

    `alg` must be there and be ECDH-ES (OpenID4VCI 1.0 section 10). The result's own `algorithm` is that of
    any key on its curve and says nothing about this one. Raises PrivateJwk for private or symmetric members,
    UnsupportedJwk for another type, curve, algorithm or use, InvalidJwk for the rest, a point off the curve
    among it.
    """
    if not isinstance(value, Mapping):
        raise InvalidJwk("not an object")
    if not PRIVATE_MEMBERS.isdisjoint(value):
        raise PrivateJwk
    if value.get("kty") != "EC" or value.get("crv") != CURVE:
        raise UnsupportedJwk("kty or crv")
    if value.get("alg") != ECDH_ES:
        raise UnsupportedJwk("alg")
    if value.get("use", "enc") != "enc":
        raise UnsupportedJwk("use")
    kid = value.get("kid")
    if kid is not None and (not isinstance(kid, str) or not 0 < len(kid) <= MAX_KID_LENGTH):
        raise InvalidJwk("kid")
    return public_jwk_of(ec_public_key(value), kid=kid)


def create_encryption_jwk(key: PublicJwk) -> dict[str, Any]:
    """The JWK under which others encrypt to `key`, with its `kid` when it has one. ValueError off P-256."""
    if key.members.get("crv") != CURVE:
        raise ValueError("not a key on P-256")
    jwk: dict[str, Any] = {**key.members, "use": "enc", "alg": ECDH_ES}
    return jwk | ({} if key.kid is None else {"kid": key.kid})

"""Public keys as a JWK Set (RFC 7517 section 5, 7.07). A document; serving it is an app's business."""

from collections.abc import Iterable
from typing import Any, Final

from specs.jose.jwk import PublicJwk

ECDH_ES: Final = "ECDH-ES"


def create_jwks(keys: Iterable[PublicJwk]) -> dict[str, Any]:
    """Keys that check signatures: public members, `kid` = RFC 7638 thumbprint, `use` sig, `alg`.

    A key that comes twice is listed once, so that `kid` is unique.
    """
    return {"keys": [_create_key(key, "sig", key.algorithm.value) for key in _once(keys)]}


def create_encryption_jwks(keys: Iterable[PublicJwk]) -> dict[str, Any]:
    """Keys that others encrypt to with ECDH-ES (RFC 7518 section 4.6), `use` enc."""
    return {"keys": [_create_key(key, "enc", ECDH_ES) for key in _once(keys)]}


def _create_key(key: PublicJwk, use: str, algorithm: str) -> dict[str, str]:
    return {**key.members, "kid": key.thumbprint, "use": use, "alg": algorithm}


def _once(keys: Iterable[PublicJwk]) -> Iterable[PublicJwk]:
    return {key.thumbprint: key for key in keys}.values()

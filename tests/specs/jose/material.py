"""Keys and tokens for the tests of this folder."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from specs.encoding import b64url_encode, create_json
from specs.jose import Algorithm, PublicJwk, prepare_jws, public_jwk_of, sign_with

TYPE = "test+jwt"
MAX = 100_000


def private_key(algorithm: Algorithm, number: int = 0) -> Any:
    """One key per algorithm, number and test run."""
    return _generate(algorithm, number)


@cache
def _generate(algorithm: Algorithm, _number: int) -> Any:
    match algorithm:
        case Algorithm.ES256:
            return ec.generate_private_key(ec.SECP256R1())
        case Algorithm.ES384:
            return ec.generate_private_key(ec.SECP384R1())
        case Algorithm.ES512:
            return ec.generate_private_key(ec.SECP521R1())
        case Algorithm.EDDSA:
            return ed25519.Ed25519PrivateKey.generate()
        case _:
            return rsa.generate_private_key(65537, 2048)


def public_key(algorithm: Algorithm, number: int = 0) -> PublicJwk:
    return public_jwk_of(private_key(algorithm, number).public_key(), algorithm=algorithm)


def token(
    claims: Mapping[str, Any],
    *,
    algorithm: Algorithm = Algorithm.ES256,
    key: PrivateKeyTypes | None = None,
    **header: Any,
) -> str:
    """A signed token of type TYPE, unless the header says otherwise."""
    prepared = prepare_jws({"alg": algorithm.value, "typ": TYPE} | header, create_json(dict(claims)))
    return prepared.attach(sign_with(key or private_key(algorithm), algorithm, prepared.data))


def token_with_header(header: bytes, *, payload: bytes = b"{}") -> str:
    """A token with any bytes as header, well signed with ES256: what prepare_jws would refuse to make."""
    data = f"{b64url_encode(header)}.{b64url_encode(payload)}"
    signature = sign_with(private_key(Algorithm.ES256), Algorithm.ES256, data.encode())
    return f"{data}.{b64url_encode(signature)}"

"""The operator's public keys, as readers were given them: a JWK Set, or public keys in PEM."""

import re
from collections.abc import Collection
from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from specs.encoding import EncodingError, parse_json_object
from specs.jose import ALLOWED, Algorithm, JoseError, PublicJwk, Use, parse_jwks, public_jwk_of
from trillium.runtime.trust_list.errors import BadTrustListKeys

MAX_KEYS: Final = 8
MAX_BYTES: Final = 64 * 1024
_PEM: Final = re.compile(rb"-----BEGIN PUBLIC KEY-----.*?-----END PUBLIC KEY-----", re.DOTALL)


def read_operator_keys(path: Path) -> tuple[PublicJwk, ...]:
    """The keys in a file. Raises BadTrustListKeys: none, too many, private ones, or not for this use."""
    try:
        keys = parse_operator_keys(path.read_bytes())
    except OSError as error:
        raise BadTrustListKeys(f"{path.name}: {type(error).__name__}") from error
    return keys


def parse_operator_keys(content: bytes) -> tuple[PublicJwk, ...]:
    """The same for what stands in the file."""
    return read_public_keys(content, ALLOWED[Use.TRUST_LIST])


def read_public_keys(content: bytes, allowed: Collection[Algorithm]) -> tuple[PublicJwk, ...]:
    """Keys for one of these algorithms. Raises BadTrustListKeys, as above."""
    try:
        if content.lstrip().startswith(b"{"):
            keys = parse_jwks(parse_json_object(content, max_bytes=MAX_BYTES), max_keys=MAX_KEYS)
        else:
            keys = _from_pem(content)
    except (EncodingError, JoseError, ValueError, UnsupportedAlgorithm) as error:
        raise BadTrustListKeys(type(error).__name__) from error
    if not keys:
        raise BadTrustListKeys("no key")
    if any(key.algorithm not in allowed for key in keys):
        raise BadTrustListKeys(f"a key of another algorithm than {', '.join(sorted(allowed))}")
    return tuple(keys)


def _from_pem(content: bytes) -> list[PublicJwk]:
    if b"PRIVATE KEY" in content:
        raise ValueError("a private key")
    found = _PEM.findall(content[:MAX_BYTES])
    if len(found) > MAX_KEYS:
        raise ValueError("too many keys")
    return [public_jwk_of(load_pem_public_key(one)) for one in found]

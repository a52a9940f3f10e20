"""`vct#integrity`, `extends#integrity` and `uri#integrity` (SD-JWT VC section 6; syntax: W3C SRI section 3).

The digest is over the octets as they were received, before anything is parsed. CORS plays no role here.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from typing import Final

from specs.sd_jwt_vc.errors import IntegrityMismatch, InvalidIntegrity, UnsupportedIntegrityAlgorithm

# Weakest first: the place in this table is the strength.
_ALGORITHMS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "sha256": lambda data: hashlib.sha256(data).digest(),
    "sha384": lambda data: hashlib.sha384(data).digest(),
    "sha512": lambda data: hashlib.sha512(data).digest(),
}
_STRENGTH: Final = {name: place for place, name in enumerate(_ALGORITHMS)}
_SIZES: Final = {name: len(digest(b"")) for name, digest in _ALGORITHMS.items()}
_MAX_LENGTH: Final = 4096


def create_integrity(data: bytes) -> str:
    """The integrity metadata (`sha256-…`) of the octets of a document."""
    return "sha256-" + base64.b64encode(_ALGORITHMS["sha256"](data)).decode("ascii")


def verify_integrity(data: bytes, integrity: str) -> None:
    """Checks the octets of a retrieved document against an integrity string.

    Raises InvalidIntegrity, UnsupportedIntegrityAlgorithm or IntegrityMismatch; the document must then not
    be processed at all.
    """
    algorithm, accepted = _strongest(integrity)
    actual = _ALGORITHMS[algorithm](data)
    # Any expression of the strongest algorithm may match; a weaker one never counts.
    if not any(hmac.compare_digest(actual, digest) for digest in accepted):
        raise IntegrityMismatch(algorithm)


def _strongest(integrity: str) -> tuple[str, list[bytes]]:
    if len(integrity) > _MAX_LENGTH:
        raise InvalidIntegrity("too long")
    found: dict[str, list[bytes]] = {}
    for expression in integrity.split():
        algorithm, digest = _expression(expression)
        if algorithm in _ALGORITHMS:
            found.setdefault(algorithm, []).append(_digest(algorithm, digest))
    if not found:
        raise UnsupportedIntegrityAlgorithm
    return max(found.items(), key=lambda item: _STRENGTH[item[0]])


def _expression(expression: str) -> tuple[str, str]:
    """`<algorithm>-<base64>[?<options>]`; SRI defines no option yet, so they are skipped."""
    algorithm, dash, rest = expression.partition("-")
    if not dash or not algorithm.isalnum():
        raise InvalidIntegrity("no hash expression")
    return algorithm, rest.partition("?")[0]


def _digest(algorithm: str, text: str) -> bytes:
    try:
        digest = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidIntegrity("not base64") from error
    if len(digest) != _SIZES[algorithm] or base64.b64encode(digest).decode("ascii") != text:
        raise InvalidIntegrity(f"no digest of {algorithm}")
    return digest

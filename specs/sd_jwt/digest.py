"""Digests over disclosures and over a presentation (RFC 9901 sections 4.1.1, 4.2.3, 4.3.1)."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from operator import methodcaller
from types import MappingProxyType
from typing import Any, Final

from pybase64 import b64encode_as_string

from specs.sd_jwt.errors import DigestAlgorithmUnsupported

ISSUED_ALGORITHM: Final = "sha-256"

_finish: Final = methodcaller("digest")


@dataclass(frozen=True, slots=True)
class DigestAlgorithm:
    """A hash function under its IANA name, which is case-sensitive."""

    name: str
    new: Callable[[bytes], Any]
    size: int

    def digest(self, data: bytes) -> str:
        """base64url of the hash over the octets; for a disclosure those are the ASCII of the encoded form."""
        return b64encode_as_string(self.new(data).digest(), b"-_").rstrip("=")

    def digests(self, texts: Iterable[bytes]) -> list[str]:
        """One digest per text, in order."""
        filler = bytes(-self.size % 3)
        hashes = [*map(_finish, map(self.new, texts)), b""]  # so that a filler follows the last hash too
        # One base64 call for all, since a hash with its filler is whole groups of three bytes.
        encoded = b64encode_as_string(filler.join(hashes), b"-_")
        step = (self.size + len(filler)) // 3 * 4
        length = step - len(filler)
        return [encoded[start : start + length] for start in range(0, len(encoded), step)]


ALGORITHMS: Final[Mapping[str, DigestAlgorithm]] = MappingProxyType(
    {
        "sha-256": DigestAlgorithm("sha-256", hashlib.sha256, 32),
        "sha-384": DigestAlgorithm("sha-384", hashlib.sha384, 48),
        "sha-512": DigestAlgorithm("sha-512", hashlib.sha512, 64),
    }
)


def digest_algorithm_of(payload: Mapping[str, Any]) -> DigestAlgorithm:
    """The algorithm that `_sd_alg` names; sha-256 when it is absent (RFC 9901 section 4.1.1).

    Raises DigestAlgorithmUnsupported for anything else: an unknown or weak hash would let disclosures be
    forged (section 7.1 step 2).
    """
    try:
        return ALGORITHMS[payload.get("_sd_alg", ISSUED_ALGORITHM)]
    except (KeyError, TypeError):  # an unknown name, or a value that can be no name
        raise DigestAlgorithmUnsupported from None

"""Digests over disclosures and over a presentation (RFC 9901 sections 4.1.1, 4.2.3, 4.3.1)."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import pybase64

from specs.sd_jwt.errors import DigestAlgorithmUnsupported

ISSUED_ALGORITHM: Final = "sha-256"


@dataclass(frozen=True, slots=True)
class DigestAlgorithm:
    """A hash function under its IANA name, which is case-sensitive."""

    name: str
    empty: Any  # a hash object over nothing: copying it is cheaper than asking the library for a new one

    def digest(self, data: bytes) -> str:
        """base64url of the hash over the octets; for a disclosure those are the ASCII of the encoded form."""
        return self.digests((data,))[0]

    def digests(self, texts: Iterable[bytes]) -> list[str]:
        """One digest per text, in order."""
        # One base64 call for all: each hash is filled up to whole groups of three bytes.
        size: int = self.empty.digest_size
        filler = bytes(-size % 3)
        hashes = []
        for text in texts:
            state = self.empty.copy()
            state.update(text)
            hashes.append(state.digest())
        filled = filler.join(hashes) + filler
        encoded = pybase64.b64encode(filled, altchars=b"-_").decode("ascii")
        step = (size + len(filler)) // 3 * 4
        length = step - len(filler)
        return [encoded[start : start + length] for start in range(0, len(encoded), step)]


ALGORITHMS: Final[Mapping[str, DigestAlgorithm]] = MappingProxyType(
    {
        "sha-256": DigestAlgorithm("sha-256", hashlib.sha256()),
        "sha-384": DigestAlgorithm("sha-384", hashlib.sha384()),
        "sha-512": DigestAlgorithm("sha-512", hashlib.sha512()),
    }
)


def digest_algorithm_of(payload: Mapping[str, Any]) -> DigestAlgorithm:
    """The algorithm that `_sd_alg` names; sha-256 when it is absent (RFC 9901 section 4.1.1).

    Raises DigestAlgorithmUnsupported for anything else: an unknown or weak hash would let disclosures be
    forged (section 7.1 step 2).
    """
    name = payload.get("_sd_alg", ISSUED_ALGORITHM)
    algorithm = ALGORITHMS.get(name) if isinstance(name, str) else None
    if algorithm is None:
        raise DigestAlgorithmUnsupported
    return algorithm

"""How references, codes and transaction codes of offers hang together.

A random secret is in the address of the resident's page. The reference in the offer's URI is derived from it
with the issuer's session secret, and the pre-authorized code or the ``issuer_state`` from the reference: so
the page can show its QR code again and the offer can be served again, while the store keeps hashes alone and
nobody gets back from a QR code to the page. A transaction code is hashed with a key, because its few digits
would otherwise be found by trying them all.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from issuer.domain.offer import OfferId
from keys.signer import Secret
from specs.encoding import b64url_encode

REFERENCE_BYTES = 16
TRANSACTION_CODE_DIGITS = 6


def create_reference(random: bytes) -> str:
    """128 bits as 22 URL-safe characters (4.09)."""
    return b64url_encode(random[:REFERENCE_BYTES])


def hash_secret(value: str) -> bytes:
    """SHA-256 of a high-entropy secret, as the store keeps it."""
    return hashlib.sha256(value.encode()).digest()


def create_transaction_code(random: bytes) -> str:
    """Six decimal digits from eight random bytes; the remainder's bias is below 2^-44."""
    return str(int.from_bytes(random[:8], "big") % 10**TRANSACTION_CODE_DIGITS).zfill(TRANSACTION_CODE_DIGITS)


@dataclass(frozen=True, slots=True)
class OfferSecrets:
    """Derives and hashes with the issuer's ``session`` secret, asked for each time: rings are read again.

    When that secret is rotated, offers that are open can no longer be redeemed and are made anew.
    """

    secret: Callable[[], Secret]

    def reference(self, page: str) -> str:
        """The reference that belongs to a page: 128 bits, 22 characters."""
        return create_reference(self.secret().mac(b"credential offer\x00" + page.encode()))

    def issuer_state(self, reference: str) -> str:
        """The ``issuer_state`` that belongs to a reference: 256 bits, 43 characters.

        Another one than its pre-authorized code would be: neither is of use in the place of the other.
        """
        return b64url_encode(self.secret().mac(b"issuer state\x00" + reference.encode()))

    def code(self, reference: str) -> str:
        """The pre-authorized code that belongs to a reference: 256 bits, 43 characters."""
        return b64url_encode(self.secret().mac(b"pre-authorized code\x00" + reference.encode()))

    def transaction_code_hash(self, offer_id: OfferId, transaction_code: str) -> bytes:
        """Keyed hash over offer and code; the offer id keeps equal codes apart."""
        data = b"\x00".join((b"transaction code", offer_id.encode(), transaction_code.encode()))
        return self.secret().mac(data)

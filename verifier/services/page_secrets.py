"""Secrets of pages and their browsers: made here, kept as hashes, or derived so that nothing need be kept."""

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from keys.signer import Secret
from specs.encoding import b64url_encode
from verifier.domain.presentation import RequestId
from verifier.domain.presentation_page import PresentationPage
from verifier.services.requests import SECRET_BYTES

CARRIED_ALPHABET: Final = "34679CDFHJKMNPRTWXY"
"""No two that look or sound alike in both languages, and no vowels, so that no words come about."""
CARRIED_LENGTH: Final = 8
"""34 bits: three guesses find it once in five thousand million times."""
_SEPARATORS: Final = re.compile(r"[\s\-\u2010-\u2015.]+")


@dataclass(frozen=True, slots=True)
class PageSecrets:
    """``secret``: the verifier's secret of purpose ``session``, the current one."""

    secret: Callable[[], Secret]

    def form_token(self, session: str) -> str:
        """What every form of this browser's page has to carry: another site cannot know it."""
        return b64url_encode(self._derived("page form", session.encode()))

    def is_form_token(self, session: str, token: str) -> bool:
        return hmac.compare_digest(self.form_token(session).encode(), token.encode())

    def return_code(self, request_id: RequestId) -> str:
        """What the visitor brings back to the relying service, so that it hands the result to that visitor.

        Whoever sends the address of a page on to somebody else began in a browser that never gets it.
        """
        return b64url_encode(self._derived("return code", request_id.encode())[:SECRET_BYTES])

    def is_return_code(self, request_id: RequestId, code: str) -> bool:
        return hmac.compare_digest(self.return_code(request_id).encode(), code.encode())

    def carried_code(self, page: PresentationPage, response_code_hash: bytes) -> str:
        """The characters for one page and one answer. Derived: the database holds nothing to guess from."""
        number = int.from_bytes(self._derived("carried code", page.page_hash + response_code_hash), "big")
        characters = []
        for _ in range(CARRIED_LENGTH):
            number, place = divmod(number, len(CARRIED_ALPHABET))
            characters.append(CARRIED_ALPHABET[place])
        return "".join(characters)

    def is_carried_code(self, page: PresentationPage, response_code_hash: bytes, typed: str) -> bool:
        """However it was typed: capitals or not, with spaces or hyphens."""
        plain = _SEPARATORS.sub("", typed).upper()
        return hmac.compare_digest(self.carried_code(page, response_code_hash).encode(), plain.encode())

    def _derived(self, use: str, data: bytes) -> bytes:
        return self.secret().mac(use.encode() + b"\x00" + data)


def hash_secret(secret: str) -> bytes:
    """SHA-256, as the store keeps it."""
    return hashlib.sha256(secret.encode()).digest()


def hash_of_browser(secret: str, response_code_hash: bytes) -> bytes:
    """A browser in connection with one response code: two of them cannot be told to be the same browser's."""
    return hashlib.sha256(secret.encode() + b"\x00" + response_code_hash).digest()

"""Proof key for code exchange (RFC 7636): who redeems the code is who started the flow. S256 only."""

import hashlib
import hmac
import re
from typing import Final

from specs.encoding import b64url_encode
from specs.oauth.authorization_errors import WrongCodeVerifier

CODE_CHALLENGE_METHOD: Final = "S256"
# RFC 7636 section 4.1: 43 to 128 unreserved characters, so never less than 256 bits as base64url.
_VERIFIER: Final = re.compile(r"[A-Za-z0-9\-._~]{43,128}")
# The SHA-256 of something in base64url: 43 characters, of which the last carries two bits.
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9\-_]{42}[AEIMQUYcgkosw048]")


def is_code_challenge(value: str) -> bool:
    """Whether a value can be a challenge of the method S256 (RFC 7636 section 4.2)."""
    return _CHALLENGE.fullmatch(value) is not None


def create_code_challenge(verifier: str) -> str:
    """The challenge of a verifier. ValueError when it is none (RFC 7636 section 4.1)."""
    if not _VERIFIER.fullmatch(verifier):
        raise ValueError("a code verifier has 43 to 128 unreserved characters")
    return b64url_encode(hashlib.sha256(verifier.encode("ascii")).digest())


def verify_code_verifier(verifier: str, challenge: str) -> None:
    """Returns when the verifier belongs to the challenge (RFC 7636 section 4.6).

    Raises WrongCodeVerifier, an InvalidGrant. A short verifier is refused even where it fits: it could be
    guessed from its challenge, which travels through the browser.
    """
    if not _VERIFIER.fullmatch(verifier):
        raise WrongCodeVerifier("not a verifier")
    if not hmac.compare_digest(create_code_challenge(verifier).encode(), challenge.encode()):
        raise WrongCodeVerifier


def check_code_verifier(challenge: str | None, verifier: str | None) -> None:
    """Returns when both are there and belong together, or when neither is there.

    For servers where a client may be registered without PKCE. A verifier without a challenge means that
    somebody took the challenge out of the request on its way; a challenge without a verifier, that somebody
    else has the code (RFC 9700 section 4.8.2). Raises WrongCodeVerifier for both.
    """
    if challenge is None and verifier is None:
        return
    if challenge is None or verifier is None:
        raise WrongCodeVerifier("one without the other", section="RFC 9700 section 4.8.2")
    verify_code_verifier(verifier, challenge)

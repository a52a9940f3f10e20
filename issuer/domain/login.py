"""Signing a resident in somewhere else: what one attempt has to remember, and what comes of it.

The issuer keeps no passwords. It sends the browser to an OpenID provider and believes what that one signs
about the person for exactly this attempt (OpenID Connect Core section 3.1).
"""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LoginAttempt:
    """One way to the provider and back: three unguessable values of this browser's session."""

    state: str = field(repr=False)
    """Comes back in the browser, and ties the answer to it (RFC 6749 section 10.12)."""
    nonce: str = field(repr=False)
    """Comes back inside the ID token, and ties that to this attempt (OpenID Connect Core section 15.5.2)."""
    code_verifier: str = field(repr=False)
    """Proves at the token endpoint that who asks is who sent the browser (RFC 7636)."""


@dataclass(frozen=True, slots=True)
class SignedInAccount:
    """Who the provider says it was."""

    identifier: str = field(repr=False)
    """The configured claim: the number by which the register knows the person. Never logged."""
    auth_time: datetime
    """When the person showed who they are; when the token was made, if the provider does not tell."""

"""Refusals of DPoP (RFC 9449 sections 5, 7.1, 8 and 9), of the token endpoint and of a resource.

Both use the same codes; the token endpoint with status 400, a resource with 401 and a challenge.
"""

from specs.oauth.errors import InvalidToken, OAuthError, ResourceError


class InvalidDpopProof(OAuthError):
    """No proof, more than one, or one that does not prove anything about this request."""

    code = "invalid_dpop_proof"
    text = "The DPoP proof is missing or not valid."
    section = "RFC 9449 section 4.3"


class UsedDpopProof(InvalidDpopProof):
    """Seen before: whoever sends it now may have copied it."""

    text = "The DPoP proof was used before."
    section = "RFC 9449 section 11.1"


class WrongDpopKey(InvalidDpopProof):
    """A good proof, but of another key than the one that is asked for."""

    text = "The DPoP proof is for another key."
    section = "RFC 9449 section 4.3"


class UseDpopNonce(OAuthError):
    """The proof has no nonce of ours, or an old one. `nonce`: a fresh one, for the header `DPoP-Nonce`."""

    code = "use_dpop_nonce"
    text = "The DPoP proof needs the nonce of this answer."
    section = "RFC 9449 section 8"

    def __init__(self, detail: str = "", *, nonce: str = "") -> None:
        super().__init__(detail)
        self.nonce = nonce


class RefusedDpopProof(ResourceError):
    """InvalidDpopProof, as a protected resource tells it."""

    code = "invalid_dpop_proof"
    text = InvalidDpopProof.text
    section = "RFC 9449 section 7.1"
    scheme = "DPoP"


class DpopNonceNeeded(ResourceError):
    """UseDpopNonce, as a protected resource tells it."""

    code = "use_dpop_nonce"
    text = UseDpopNonce.text
    section = "RFC 9449 section 9"
    scheme = "DPoP"

    def __init__(self, detail: str = "", *, nonce: str = "") -> None:
        super().__init__(detail)
        self.nonce = nonce


class BoundTokenAsBearer(InvalidToken):
    """A token that is bound to a key, sent as if it were not: perhaps stolen (RFC 9449 section 7.2)."""

    text = "The access token is bound to a key and needs a DPoP proof."
    section = "RFC 9449 section 7.2"
    scheme = "DPoP"


class BearerTokenAsDpop(InvalidToken):
    """A token that is bound to no key, sent with a proof that then proves nothing about it."""

    text = "The access token is not bound to a key."
    section = "RFC 9449 section 7.1"
    scheme = "DPoP"

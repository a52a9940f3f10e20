"""What can go wrong in signing in with a credential, beyond what OAuth and OpenID Connect name."""

from verifier.errors import VerifierError


class OpenIdError(VerifierError):
    """Base of the OpenID provider's own errors."""

    code = "invalid_request"
    text = "The sign-in cannot be carried out."


class StableClaimMissing(OpenIdError):
    """The client recognises people, and the credential lacks what that is done by."""

    code = "server_error"
    text = "The credential does not have what this service recognises people by."

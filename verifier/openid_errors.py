"""What can go wrong in signing in with a credential, beyond what OAuth and OpenID Connect name."""

from typing import Any

from specs.oauth import InvalidGrant, InvalidRequest
from verifier.errors import VerifierError


class OpenIdError(VerifierError):
    """Base of the OpenID provider's own errors."""

    code = "invalid_request"
    text = "The sign-in cannot be carried out."


class StableClaimMissing(OpenIdError):
    """The client recognises people, and the credential lacks what that is done by."""

    code = "server_error"
    text = "The credential does not have what this service recognises people by."


class PresetForSignInOnly(OpenIdError):
    """What people are recognized by does not leave the verifier: the preset is for OpenID Connect."""

    code = "preset_for_sign_in_only"
    text = "This preset recognizes people. It can be used to sign in with OpenID Connect, and not here."


class RedirectUriNotRegistered(OpenIdError):
    """The answer would go to an address that is not the client's: it goes nowhere."""

    code = "invalid_request"
    text = "The service that sent you here named an address that is not registered for it. Nothing was sent."


class PushedLoginGone(OpenIdError):
    """A reference to a pushed request that is unknown, used, expired, or another client's."""

    code = "invalid_request_uri"
    text = "This sign-in was opened before, or its time is over. Go back to the service and start again."


class LoginOver(OpenIdError):
    """The browser was sent back to the client before: in another tab, or a moment ago."""

    code = "login_over"
    text = "You have gone on from here already. If the service does not know you yet, start again there."


class RegistrationRefused(OpenIdError):
    """A client cannot be registered like this; every problem has its place and what to do about it."""

    code = "invalid_client_metadata"
    text = "The client cannot be registered like this."
    section = "RFC 7591 section 3.2.2"

    def __init__(self, detail: str = "", problems: tuple[Any, ...] = ()) -> None:
        """``problems``: of domain/openid/registration.py."""
        super().__init__(detail)
        self.problems = problems


class RegistrationsFull(OpenIdError):
    """As many registrations wait for an administrator as may wait."""

    code = "temporarily_unavailable"
    text = "Too many registrations are waiting to be looked at. Please try again tomorrow."


class WrongRegistrationToken(OpenIdError):
    """No such client, or not its registration access token; which of the two is not told."""

    code = "invalid_token"
    text = "The registration access token does not open this registration."
    section = "RFC 7592 section 2"


class ClientWithoutSecret(OpenIdError):
    """There is nothing to be rotated: the client has keys, or nothing at all."""

    code = "client_without_secret"
    text = "This client does not authenticate with a secret."


class ClientNotReviewable(OpenIdError):
    """A decision about a client that has not asked for anything that is not decided."""

    code = "not_reviewable"
    text = "There is nothing to decide about this client."


class LoginWaiting(OpenIdError):
    """There is no answer from a wallet yet, or it was not released to this browser."""

    code = "login_waiting"
    text = "There is nothing to go on with yet. Open the page again and follow what it says."


class UnknownCode(InvalidGrant):
    """Never given out, or forgotten."""


class SpentCode(InvalidGrant):
    """Used before. RFC 6749 section 4.1.2: what it gave is revoked, for two have it who should be one."""


class ExpiredCode(InvalidGrant):
    """Older than a minute."""


class ForeignCode(InvalidGrant):
    """Given to another client, or asked for with another redirect URI (RFC 6749 section 4.1.3)."""


class OtherSenderKey(InvalidGrant):
    """Bound to a key that the request does not prove (RFC 9449 section 10)."""

    text = "The request does not prove the key that this code is bound to."


class SeveralAccessTokens(InvalidRequest):
    """One in the header and one in the form: two readers could take different ones."""

    text = "The request has more than one access token."
    section = "RFC 6750 section 2"


class LogoutAddressNotRegistered(OpenIdError):
    """Where the browser is to go after signing out is not the client's: it goes nowhere."""

    code = "invalid_post_logout_redirect_uri"
    text = "The service that sent you here named an address to return to that is not registered for it."

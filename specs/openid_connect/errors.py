"""Refusals of an OpenID Connect provider, each under its registered code.

OpenID Connect Core section 3.1.2.6; OpenID Connect Core Error Code unmet_authentication_requirements 1.0.
"""

from specs.oauth import InvalidRequest, OAuthError


class RequestUriNotSupported(OAuthError):
    """A request that lives somewhere else, and was not pushed here."""

    code = "request_uri_not_supported"
    text = "Request objects by reference are not supported."
    section = "OpenID Connect Core 1.0 section 6.2"


class RegistrationNotSupported(OAuthError):
    """A client that describes itself in its request."""

    code = "registration_not_supported"
    text = "The registration parameter is not supported."
    section = "OpenID Connect Core 1.0 section 7.2.1"


class LoginRequired(OAuthError):
    """The person would have to sign in, and nothing may be shown."""

    code = "login_required"
    text = "The person has to sign in."
    section = "OpenID Connect Core 1.0 section 3.1.2.6"


class InteractionRequired(OAuthError):
    """The person would have to do something, and nothing may be shown."""

    code = "interaction_required"
    text = "The person has to take part."
    section = "OpenID Connect Core 1.0 section 3.1.2.6"


class ConsentRequired(OAuthError):
    """The person would have to agree, and nothing may be shown."""

    code = "consent_required"
    text = "The person has to agree."
    section = "OpenID Connect Core 1.0 section 3.1.2.6"


class AccountSelectionRequired(OAuthError):
    """The person would have to choose, and nothing may be shown."""

    code = "account_selection_required"
    text = "The person has to choose an account."
    section = "OpenID Connect Core 1.0 section 3.1.2.6"


class UnmetAuthenticationRequirements(OAuthError):
    """The essential `acr` that is asked for, or the subject, cannot be had."""

    code = "unmet_authentication_requirements"
    text = "The authentication that is asked for is not possible."
    section = "OpenID Connect Core Error Code unmet_authentication_requirements 1.0"


class MissingOpenidScope(OAuthError):
    """An OAuth request without the scope that makes it one of OpenID Connect."""

    code = "invalid_scope"
    text = "The scope does not contain openid."
    section = "OpenID Connect Core 1.0 section 3.1.2.1"


class InvalidClaimsRequest(InvalidRequest):
    """A `claims` parameter that is no JSON object of the form."""

    text = "The claims parameter is malformed."
    section = "OpenID Connect Core 1.0 section 5.5"


class ContradictingPrompt(InvalidRequest):
    """`none` beside something else, or a value that nobody here understands."""

    text = "The prompt parameter is not valid."
    section = "OpenID Connect Core 1.0 section 3.1.2.1"


class InvalidIdTokenHint(InvalidRequest):
    """Not an ID token of ours."""

    text = "The ID token hint is not an ID token of this provider."
    section = "OpenID Connect Core 1.0 section 3.1.2.1"


class InvalidLogoutRequest(InvalidRequest):
    """A logout request that contradicts itself."""

    text = "The logout request is not valid."
    section = "OpenID Connect RP-Initiated Logout 1.0 section 4"


class InvalidSector(OAuthError):
    """Redirect URIs of several hosts, or a list that does not hold them all."""

    code = "invalid_client_metadata"
    text = "The redirect URIs do not belong to one sector."
    section = "OpenID Connect Core 1.0 section 8.1"

"""The error codes that a protocol endpoint may answer with: those that somebody has registered.

A client of the standards compares them; a word of ours would be none that it knows.
"""

from typing import Final

from trillium.runtime.answers import Answer

REGISTERED: Final = frozenset(
    {
        # RFC 6749 sections 4.1.2.1 and 5.2
        *("invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "invalid_scope"),
        *("unsupported_grant_type", "unsupported_response_type", "access_denied", "server_error"),
        "temporarily_unavailable",
        # RFC 6750 section 3.1
        *("invalid_token", "insufficient_scope"),
        # RFC 7591 section 3.2.2, RFC 8707 section 2, RFC 9101 section 6.3, RFC 9396 section 5
        *("invalid_redirect_uri", "invalid_client_metadata", "invalid_software_statement"),
        *("unapproved_software_statement", "invalid_target", "invalid_request_uri", "invalid_request_object"),
        *("request_not_supported", "request_uri_not_supported", "invalid_authorization_details"),
        # RFC 9449 section 12.2, attestation-based client authentication
        *("invalid_dpop_proof", "use_dpop_nonce", "invalid_client_attestation"),
        *("use_attestation_challenge", "use_fresh_attestation"),
        # OpenID Connect Core 1.0 section 3.1.2.6, and Unmet Authentication Requirements
        *("interaction_required", "login_required", "account_selection_required", "consent_required"),
        *("registration_not_supported", "unmet_authentication_requirements"),
        # OpenID4VCI 1.0 sections 8.3.1, 9.3 and 11.3
        *("invalid_credential_request", "unknown_credential_configuration", "unknown_credential_identifier"),
        *("invalid_proof", "invalid_nonce", "invalid_encryption_parameters", "credential_request_denied"),
        *("invalid_transaction_id", "invalid_notification_id", "invalid_notification_request"),
        # OpenID4VP 1.0 section 8.5
        *("vp_formats_not_supported", "invalid_request_uri_method", "invalid_transaction_data"),
        "wallet_unavailable",
    }
)


def registered_code(answer: Answer) -> str:
    """The answer's own code where it is registered, else the registered one that says it more broadly."""
    if answer.code in REGISTERED:
        return answer.code
    if answer.status in (429, 503):
        return "temporarily_unavailable"
    return "server_error" if answer.status >= 500 else "invalid_request"

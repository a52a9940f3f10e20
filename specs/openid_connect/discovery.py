"""What a provider says about itself (OpenID Connect Discovery 1.0 section 3), and where.

With those members of RFC 8414, RFC 9126 section 5, RFC 9207 section 3, RFC 9449 section 5.1, RP-Initiated
Logout section 2.1, Back-Channel Logout section 2.1, Prompt Create section 4.2 and Identity Assurance
section 8 that fit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from specs.jose.algorithms import Algorithm
from specs.oauth import (
    AUTHORIZATION_CODE_GRANT,
    CODE_CHALLENGE_METHOD,
    DPOP_ALGORITHMS,
    check_identifier,
    check_url,
)
from specs.oauth.client_authentication import (
    CLIENT_ASSERTION_ALGORITHMS,
    CLIENT_SECRET_BASIC,
    CLIENT_SECRET_POST,
    NO_AUTHENTICATION,
    PRIVATE_KEY_JWT,
)
from specs.openid_connect.authentication_request import CODE, DISPLAYS, PROMPTS, QUERY, STANDARD_SCOPES
from specs.openid_connect.verified_claims_answer import DOCUMENT
from specs.well_known import appended

WELL_KNOWN_NAME: Final = "openid-configuration"
AUTH_METHODS: Final = (CLIENT_SECRET_BASIC, CLIENT_SECRET_POST, PRIVATE_KEY_JWT, NO_AUTHENTICATION)
ID_TOKEN_ALGORITHMS: Final = (Algorithm.RS256, Algorithm.ES256)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderMetadata:
    """What is there. None: that feature is not. `presets`: ids that may stand in the scope."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    jwks_uri: str
    pushed_authorization_request_endpoint: str | None = None
    end_session_endpoint: str | None = None
    registration_endpoint: str | None = None
    acr_values: Sequence[str] = ()
    presets: Sequence[str] = ()
    claims: Sequence[str] = ()
    ui_locales: Sequence[str] = ("en-CA", "fr-CA")
    trust_frameworks: Sequence[str] = ()
    """Under which claims are verified; none: no verified claims."""
    documents: Sequence[str] = ()
    """Types of what people bring as evidence."""
    backchannel_logout: bool = False
    service_documentation: str | None = None
    op_policy_uri: str | None = None
    op_tos_uri: str | None = None

    @property
    def urls(self) -> Sequence[str]:
        """Every address in it."""
        found = (
            self.authorization_endpoint,
            self.token_endpoint,
            self.userinfo_endpoint,
            self.jwks_uri,
            self.pushed_authorization_request_endpoint,
            self.end_session_endpoint,
            self.registration_endpoint,
            self.service_documentation,
            self.op_policy_uri,
            self.op_tos_uri,
        )
        return [url for url in found if url is not None]


def provider_metadata_url(issuer: str) -> str:
    """Where the document lives: appended, unlike RFC 8414's (Discovery section 4)."""
    return appended(issuer, WELL_KNOWN_NAME)


def create_provider_metadata(
    metadata: ProviderMetadata, *, insecure_allow_http: bool = False
) -> dict[str, Any]:
    """The document. Raises InvalidUrl when an address is not https."""
    check_identifier(metadata.issuer, insecure_allow_http=insecure_allow_http)
    for url in metadata.urls:
        check_url(url, insecure_allow_http=insecure_allow_http)
    document = _addresses(metadata) | _identity_assurance(metadata)
    document |= {
        "scopes_supported": [*STANDARD_SCOPES, *metadata.presets],
        "response_types_supported": [CODE],
        "response_modes_supported": [QUERY],
        "grant_types_supported": [AUTHORIZATION_CODE_GRANT],
        "subject_types_supported": ["pairwise"],
        # Section 3: RS256 has to be among them.
        "id_token_signing_alg_values_supported": list(ID_TOKEN_ALGORITHMS),
        "token_endpoint_auth_methods_supported": list(AUTH_METHODS),
        "token_endpoint_auth_signing_alg_values_supported": list(CLIENT_ASSERTION_ALGORITHMS),
        "code_challenge_methods_supported": [CODE_CHALLENGE_METHOD],
        "dpop_signing_alg_values_supported": list(DPOP_ALGORITHMS),
        "display_values_supported": list(DISPLAYS),
        "prompt_values_supported": list(PROMPTS),
        "claim_types_supported": ["normal"],
        "claims_supported": list(dict.fromkeys(["sub", *_TOKEN_CLAIMS, *metadata.claims])),
        "claims_parameter_supported": True,
        "request_parameter_supported": False,
        # True is what the standard takes for granted when it is not there.
        "request_uri_parameter_supported": False,
        "require_request_uri_registration": False,
        "authorization_response_iss_parameter_supported": True,
        "ui_locales_supported": list(metadata.ui_locales),
        "backchannel_logout_supported": metadata.backchannel_logout,
        "backchannel_logout_session_supported": metadata.backchannel_logout,
    }
    if metadata.acr_values:
        document["acr_values_supported"] = list(metadata.acr_values)
    if metadata.pushed_authorization_request_endpoint is not None:
        document["require_pushed_authorization_requests"] = False
    return document


def _identity_assurance(metadata: ProviderMetadata) -> dict[str, Any]:
    """OpenID Connect for Identity Assurance section 8, where no list may be empty."""
    if not metadata.trust_frameworks or not metadata.claims:
        return {}
    found: dict[str, Any] = {
        # Of the drafts; clients of today still look for it.
        "verified_claims_supported": True,
        "trust_frameworks_supported": list(metadata.trust_frameworks),
        "claims_in_verified_claims_supported": list(metadata.claims),
    }
    if metadata.documents:
        found |= {"evidence_supported": [DOCUMENT], "documents_supported": list(metadata.documents)}
    return found


_TOKEN_CLAIMS: Final = ("iss", "aud", "exp", "iat", "nonce", "auth_time", "acr", "amr", "sid", "preset")


def _addresses(metadata: ProviderMetadata) -> dict[str, Any]:
    found = {
        "issuer": metadata.issuer,
        "authorization_endpoint": metadata.authorization_endpoint,
        "token_endpoint": metadata.token_endpoint,
        "userinfo_endpoint": metadata.userinfo_endpoint,
        "jwks_uri": metadata.jwks_uri,
        "pushed_authorization_request_endpoint": metadata.pushed_authorization_request_endpoint,
        "end_session_endpoint": metadata.end_session_endpoint,
        "registration_endpoint": metadata.registration_endpoint,
        "service_documentation": metadata.service_documentation,
        "op_policy_uri": metadata.op_policy_uri,
        "op_tos_uri": metadata.op_tos_uri,
    }
    return {name: value for name, value in found.items() if value is not None}

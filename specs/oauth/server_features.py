"""What an authorization server announces beside the pre-authorized code.

RFC 8414 section 2, RFC 9126 section 5, RFC 9207 section 3, RFC 9396 section 10, RFC 9449 section 5.1 and
attestation-based client authentication (draft -10) section 9.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from specs.oauth.client_attestation import ATTESTATION_AUTH_METHOD, COMBINED_AUTH_METHOD
from specs.oauth.pkce import CODE_CHALLENGE_METHOD
from specs.oauth.token_request import (
    AUTHORIZATION_CODE_GRANT,
    PRE_AUTHORIZED_CODE_GRANT,
    REFRESH_TOKEN_GRANT,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerFeatures:
    """`authorization_endpoint` None: only the pre-authorized code. No algorithms: not that feature.

    `attestation_required`: no client without an attestation. With DPoP and attestations both, a DPoP proof by
    the attested key may take the place of its own proof.
    """

    authorization_endpoint: str | None = None
    pushed_authorization_request_endpoint: str | None = None
    require_pushed_requests: bool = False
    refresh_tokens: bool = False
    authorization_details_types: Sequence[str] = ()
    dpop_algorithms: Sequence[str] = ()
    attestation_algorithms: Sequence[str] = ()
    attestation_required: bool = False
    challenge_endpoint: str | None = None

    @property
    def urls(self) -> Sequence[str]:
        """Every address in it."""
        found = (
            self.authorization_endpoint,
            self.pushed_authorization_request_endpoint,
            self.challenge_endpoint,
        )
        return [url for url in found if url is not None]


def create_feature_members(features: ServerFeatures) -> Mapping[str, Any]:
    """The members of the metadata document. ValueError when they would contradict one another."""
    members: dict[str, Any] = {
        "grant_types_supported": _grants(features),
        "token_endpoint_auth_methods_supported": _authentication(features),
    }
    if features.authorization_endpoint is not None:
        members |= {
            "authorization_endpoint": features.authorization_endpoint,
            # Without this member RFC 8414 has nothing; OpenID4VCI section 12.2.4 lets servers without this
            # endpoint omit it.
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "code_challenge_methods_supported": [CODE_CHALLENGE_METHOD],
            "authorization_response_iss_parameter_supported": True,
        }
    if features.pushed_authorization_request_endpoint is not None:
        members["pushed_authorization_request_endpoint"] = features.pushed_authorization_request_endpoint
        members["require_pushed_authorization_requests"] = features.require_pushed_requests
    elif features.require_pushed_requests:
        raise ValueError("requests have to be pushed, and nothing takes them")
    if features.authorization_details_types:
        members["authorization_details_types_supported"] = list(features.authorization_details_types)
    if features.dpop_algorithms:
        members["dpop_signing_alg_values_supported"] = list(features.dpop_algorithms)
    if features.attestation_algorithms:
        members["client_attestation_signing_alg_values_supported"] = list(features.attestation_algorithms)
        members["client_attestation_pop_signing_alg_values_supported"] = list(features.attestation_algorithms)
        if features.challenge_endpoint is not None:
            members["challenge_endpoint"] = features.challenge_endpoint
    return members


def _grants(features: ServerFeatures) -> list[str]:
    found = [PRE_AUTHORIZED_CODE_GRANT]
    if features.authorization_endpoint is not None:
        found.append(AUTHORIZATION_CODE_GRANT)
    if features.refresh_tokens:
        found.append(REFRESH_TOKEN_GRANT)
    return found


def _authentication(features: ServerFeatures) -> list[str]:
    # Without this member clients would have to expect client_secret_basic.
    if not features.attestation_algorithms:
        if features.attestation_required:
            raise ValueError("attestations are required, and none can be read")
        return ["none"]
    found = [ATTESTATION_AUTH_METHOD]
    if features.dpop_algorithms:
        found.append(COMBINED_AUTH_METHOD)
    return found if features.attestation_required else [*found, "none"]

"""The documents about the issuer: its own metadata, its authorization server's, its keys, its types."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from issuer.domain.configuration import CredentialConfiguration
from issuer.domain.configuration_entry import create_configurations_supported, largest_batch
from issuer.domain.offer import ConfigurationId
from specs.encoding import create_json
from specs.oauth import ServerFeatures, create_authorization_server_metadata
from specs.openid4vci import CredentialIssuerMetadata, create_issuer_metadata, parse_issuer_metadata

DISPLAY: Final = (
    {"name": "Trillium, sandbox of a province", "locale": "en-CA"},
    {"name": "Trillium, bac à sable d'une province", "locale": "fr-CA"},
)


ENCRYPTIONS: Final = ("A128GCM", "A256GCM")


@dataclass(frozen=True, slots=True)
class RequestEncryptionOffer:
    """``jwks``: what requests may be encrypted to. ``required``: nothing goes in the clear."""

    jwks: Mapping[str, Any]
    required: bool


@dataclass(frozen=True, slots=True)
class IssuerDocuments:
    """Built once at start; their bytes never change while the process runs."""

    configurations: Mapping[ConfigurationId, CredentialConfiguration]
    issuer: Mapping[str, Any]
    authorization_server: Mapping[str, Any]
    metadata: CredentialIssuerMetadata
    """The first one as the issuer itself reads it: what is announced is what is enforced (4.08)."""


def publish_metadata(
    credential_issuer: str,
    configurations: Mapping[ConfigurationId, CredentialConfiguration],
    *,
    anonymous_access: bool,
    encryption: RequestEncryptionOffer,
    features: ServerFeatures,
    attested_keys: bool,
    allow_http: bool,
) -> IssuerDocuments:
    """Both documents (OpenID4VCI section 12.2, RFC 8414).

    ``features``: of the authorization server. ``allow_http``: on a laptop; production settings refuse such
    a public URL long before.
    """
    members = {
        "credential_issuer": credential_issuer,
        "credential_endpoint": f"{credential_issuer}/credential",
        "nonce_endpoint": f"{credential_issuer}/nonce",
        "deferred_credential_endpoint": f"{credential_issuer}/deferred-credential",
        "notification_endpoint": f"{credential_issuer}/notification",
        "credential_request_encryption": {
            "jwks": encryption.jwks,
            "enc_values_supported": list(ENCRYPTIONS),
            "encryption_required": encryption.required,
        },
        "credential_response_encryption": {
            "alg_values_supported": ["ECDH-ES"],
            "enc_values_supported": list(ENCRYPTIONS),
            "encryption_required": encryption.required,
        },
        "credential_configurations_supported": create_configurations_supported(
            configurations.values(), attested_keys=attested_keys
        ),
        "display": list(DISPLAY),
    }
    batch_size = largest_batch(configurations.values())
    if batch_size > 1:
        members["batch_credential_issuance"] = {"batch_size": batch_size}
    metadata = parse_issuer_metadata(
        create_json(members), credential_issuer=credential_issuer, insecure_allow_http=allow_http
    )
    server = create_authorization_server_metadata(
        issuer=credential_issuer,
        token_endpoint=f"{credential_issuer}/token",
        anonymous_access=anonymous_access,
        jwks_uri=f"{credential_issuer}/jwks",
        scopes=[configuration.scope for configuration in configurations.values()],
        features=features,
        insecure_allow_http=allow_http,
    )
    document = create_issuer_metadata(metadata, insecure_allow_http=allow_http)
    return IssuerDocuments(configurations, document, server, metadata)

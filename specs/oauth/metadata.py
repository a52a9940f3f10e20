"""Authorization server metadata (RFC 8414), with the additions of OpenID4VCI 1.0 section 12.3."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

from pydantic import Field

from specs.encoding import EncodingError, parse_json_object
from specs.oauth.errors import InvalidServerMetadata, InvalidUrl, WrongServerIssuer
from specs.oauth.message import Message, Name, Names, parse_message
from specs.oauth.scope import create_scope
from specs.oauth.server_features import ServerFeatures, create_feature_members
from specs.oauth.token_request import PRE_AUTHORIZED_CODE_GRANT
from specs.oauth.url import check_identifier, check_url
from specs.well_known import inserted

WELL_KNOWN_NAME: Final = "oauth-authorization-server"
MAX_METADATA_BYTES: Final = 262_144
_ANONYMOUS: Final = "pre-authorized_grant_anonymous_access_supported"
# RFC 8414 section 2: what a server supports that does not say.
_DEFAULT_GRANTS: Final = ("authorization_code", "implicit")


class AuthorizationServerMetadata(Message):
    """The members a wallet needs. Others are ignored."""

    issuer: Name
    token_endpoint: Name
    authorization_endpoint: Name | None = None
    pushed_authorization_request_endpoint: Name | None = None
    require_pushed_authorization_requests: bool = False
    challenge_endpoint: Name | None = None
    jwks_uri: Name | None = None
    scopes_supported: Names | None = None
    grant_types_supported: Names = _DEFAULT_GRANTS
    token_endpoint_auth_methods_supported: Names = ("client_secret_basic",)
    code_challenge_methods_supported: Names | None = None
    dpop_signing_alg_values_supported: Names | None = None
    authorization_response_iss_parameter_supported: bool = False
    anonymous_access_supported: Annotated[bool, Field(validation_alias=_ANONYMOUS)] = False

    @property
    def supports_pre_authorized_code(self) -> bool:
        return PRE_AUTHORIZED_CODE_GRANT in self.grant_types_supported

    @property
    def urls(self) -> Sequence[str]:
        """Every address in it."""
        found = (
            self.token_endpoint,
            self.authorization_endpoint,
            self.pushed_authorization_request_endpoint,
            self.challenge_endpoint,
            self.jwks_uri,
        )
        return [url for url in found if url is not None]


def authorization_server_metadata_url(issuer: str) -> str:
    """Where the document of an authorization server lives (RFC 8414 section 3). Raises InvalidIdentifier."""
    return inserted(issuer, WELL_KNOWN_NAME)


def create_authorization_server_metadata(
    *,
    issuer: str,
    token_endpoint: str,
    anonymous_access: bool,
    jwks_uri: str | None = None,
    scopes: Sequence[str] = (),
    features: ServerFeatures | None = None,
    insecure_allow_http: bool = False,
) -> dict[str, Any]:
    """The document of a server for the pre-authorized code and for what `features` adds.

    Without authorization endpoint there is no `response_types_supported`: OpenID4VCI section 12.2.4 lets a
    server with this grant alone omit it, and RFC 8414 section 3.2 forbids an empty array. InvalidUrl when an
    address is not https.
    """
    features = features or ServerFeatures()
    check_identifier(issuer, insecure_allow_http=insecure_allow_http)
    for url in (token_endpoint, jwks_uri, *features.urls):
        if url is not None:
            check_url(url, insecure_allow_http=insecure_allow_http)
    document: dict[str, Any] = {
        "issuer": issuer,
        "token_endpoint": token_endpoint,
        **create_feature_members(features),
        _ANONYMOUS: anonymous_access,
    }
    if jwks_uri is not None:
        document["jwks_uri"] = jwks_uri
    if scopes:
        create_scope(scopes)
        document["scopes_supported"] = list(scopes)
    return document


def parse_authorization_server_metadata(
    body: bytes, *, issuer: str, insecure_allow_http: bool = False
) -> AuthorizationServerMetadata:
    """The document that was fetched for `issuer`.

    Raises InvalidServerMetadata for members that are missing or malformed (an address that is not https
    among them) and WrongServerIssuer when it speaks for another server (RFC 8414 section 3.3: such a document
    must not be used).
    """
    try:
        members = parse_json_object(body, max_bytes=MAX_METADATA_BYTES)
    except EncodingError as error:
        raise InvalidServerMetadata(error.code) from error
    metadata = parse_message(AuthorizationServerMetadata, members, InvalidServerMetadata)
    if metadata.issuer != issuer:
        raise WrongServerIssuer
    try:
        check_identifier(metadata.issuer, insecure_allow_http=insecure_allow_http)
        for url in metadata.urls:
            check_url(url, insecure_allow_http=insecure_allow_http)
    except InvalidUrl as error:
        raise InvalidServerMetadata(error.detail) from error
    return metadata

"""Credential issuer metadata (OpenID4VCI 1.0 sections 12.2.2 and 12.2.4)."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import Field

from specs.encoding import EncodingError, parse_json_object
from specs.jose.encryption_jwk import parse_encryption_jwk
from specs.jose.errors import InvalidJwk
from specs.oauth.errors import InvalidUrl
from specs.oauth.message import Message, Name, Names, parse_message
from specs.oauth.url import check_identifier, check_url
from specs.openid4vci.credential_configuration import CredentialConfiguration, Image
from specs.openid4vci.wallet_errors import InvalidIssuerMetadata, WrongCredentialIssuer
from specs.well_known import inserted

WELL_KNOWN_NAME: Final = "openid-credential-issuer"
MAX_METADATA_BYTES: Final = 2 * 1024 * 1024


class IssuerDisplay(Message):
    """How the issuer is shown in one language."""

    name: Annotated[str, Field(max_length=4096)] | None = None
    locale: Name | None = None
    logo: Image | None = None


class BatchCredentialIssuance(Message):
    """How many key proofs one request may carry; present only when more than one."""

    batch_size: Annotated[int, Field(ge=2)]


class CredentialRequestEncryption(Message):
    """`jwks` is read by whoever encrypts."""

    jwks: Mapping[str, Any]
    enc_values_supported: Names
    zip_values_supported: Names | None = None
    encryption_required: bool


class CredentialResponseEncryption(Message):
    """What the issuer can encrypt its answer with."""

    alg_values_supported: Names
    enc_values_supported: Names
    zip_values_supported: Names | None = None
    encryption_required: bool


class CredentialIssuerMetadata(Message):
    """What an issuer offers and where. Unknown members are ignored."""

    credential_issuer: Name
    credential_endpoint: Name
    credential_configurations_supported: Mapping[Name, CredentialConfiguration]
    authorization_servers: Names | None = None
    nonce_endpoint: Name | None = None
    deferred_credential_endpoint: Name | None = None
    notification_endpoint: Name | None = None
    credential_request_encryption: CredentialRequestEncryption | None = None
    credential_response_encryption: CredentialResponseEncryption | None = None
    batch_credential_issuance: BatchCredentialIssuance | None = None
    display: Annotated[tuple[IssuerDisplay, ...], Field(strict=False, min_length=1)] | None = None

    @property
    def batch_size(self) -> int:
        """How many key proofs one request may carry: 1 when batches are not announced."""
        return 1 if self.batch_credential_issuance is None else self.batch_credential_issuance.batch_size


def credential_issuer_metadata_url(credential_issuer: str) -> str:
    """Where the document lives: inserted between host and path, not appended. Raises InvalidIdentifier."""
    return inserted(credential_issuer, WELL_KNOWN_NAME)


def create_issuer_metadata(
    metadata: CredentialIssuerMetadata, *, insecure_allow_http: bool = False
) -> dict[str, Any]:
    """The document to publish.

    Stricter than what is read: ValueError for two displays in one language, for keys without a nonce endpoint
    (HAIP 1.0 section 4.1), for encrypted answers without encrypted requests and for encryption keys that are
    not public or have no name, and InvalidUrl for an address that is not https.
    """
    _check_urls(metadata, insecure_allow_http=insecure_allow_http)
    _check_encryption(metadata)
    configurations = metadata.credential_configurations_supported.values()
    if metadata.nonce_endpoint is None and any(one.proof_types_supported for one in configurations):
        raise ValueError("key proofs need a nonce endpoint")
    _check_languages([one.locale for one in metadata.display or ()])
    for one in configurations:
        displays = (one.credential_metadata and one.credential_metadata.display) or ()
        _check_languages([display.locale for display in displays])
    return metadata.model_dump(mode="json", exclude_defaults=True)


def parse_issuer_metadata(
    body: bytes, *, credential_issuer: str, insecure_allow_http: bool = False
) -> CredentialIssuerMetadata:
    """The document that was fetched for `credential_issuer`.

    Raises InvalidIssuerMetadata for members that are missing or malformed, and WrongCredentialIssuer when it
    speaks for another issuer: plain comparison of strings, no normalisation, and nothing of it may be used.
    """
    try:
        members = parse_json_object(body, max_bytes=MAX_METADATA_BYTES)
    except EncodingError as error:
        raise InvalidIssuerMetadata(error.code) from error
    return read_issuer_metadata(
        members, credential_issuer=credential_issuer, insecure_allow_http=insecure_allow_http
    )


def read_issuer_metadata(
    members: Mapping[str, Any], *, credential_issuer: str, insecure_allow_http: bool
) -> CredentialIssuerMetadata:
    """The same from parsed members: of the document, or of the claims when it is signed."""
    metadata = parse_message(CredentialIssuerMetadata, members, InvalidIssuerMetadata)
    if metadata.credential_issuer != credential_issuer:
        raise WrongCredentialIssuer
    try:
        _check_urls(metadata, insecure_allow_http=insecure_allow_http)
    except InvalidUrl as error:
        raise InvalidIssuerMetadata(error.detail) from error
    return metadata


def _check_encryption(metadata: CredentialIssuerMetadata) -> None:
    offered = metadata.credential_request_encryption
    if offered is None:
        # Section 8.2: who asks for an encrypted answer must encrypt the request.
        if metadata.credential_response_encryption is not None:
            raise ValueError("encrypted answers need encrypted requests")
        return
    keys = offered.jwks.get("keys")
    if not keys:
        raise ValueError("no key to encrypt requests to")
    try:
        names = [parse_encryption_jwk(key).kid for key in keys]
    except InvalidJwk as error:
        raise ValueError(f"a key to encrypt requests to: {error.code}") from error
    # Section 12.2.4: each key is named, so that a request can say which one it is for.
    if None in names or len(set(names)) != len(names):
        raise ValueError("a key to encrypt requests to has no name of its own")


def _check_languages(locales: list[str | None]) -> None:
    # Section 12.2.4: one object for each language.
    if len(set(locales)) != len(locales):
        raise ValueError("two displays for one language")


def _check_urls(metadata: CredentialIssuerMetadata, *, insecure_allow_http: bool) -> None:
    check_identifier(metadata.credential_issuer, insecure_allow_http=insecure_allow_http)
    for server in metadata.authorization_servers or ():
        check_identifier(server, insecure_allow_http=insecure_allow_http)
    endpoints = (
        metadata.credential_endpoint,
        metadata.nonce_endpoint,
        metadata.deferred_credential_endpoint,
        metadata.notification_endpoint,
    )
    for endpoint in endpoints:
        if endpoint is not None:
            check_url(endpoint, insecure_allow_http=insecure_allow_http)

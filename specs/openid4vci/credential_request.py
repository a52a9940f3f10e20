"""Credential requests (OpenID4VCI 1.0 section 8.2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from specs.encoding import EncodingError, parse_json_object
from specs.openid4vci.credential_configuration import JWT_PROOF_TYPE
from specs.openid4vci.errors import (
    AmbiguousCredential,
    ConfigurationNotAuthorized,
    DraftProof,
    IdentifierRequired,
    InvalidCredentialRequest,
    InvalidEncryptionParameters,
    MalformedProofs,
    MissingProofs,
    TooManyProofs,
    UnknownCredentialConfiguration,
    UnknownCredentialIdentifier,
    UnsupportedProofType,
)
from specs.openid4vci.issuer_metadata import CredentialIssuerMetadata

MAX_CREDENTIAL_REQUEST_BYTES: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class CredentialRequest:
    """A well-formed request. Exactly one of the first two is there; `proof_type` None: without proofs."""

    credential_configuration_id: str | None
    credential_identifier: str | None
    proof_type: str | None = None
    proofs: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class GrantedCredentials:
    """What an access token is good for.

    `credential_identifiers`: identifier to configuration id, as listed in the token response; empty when that
    listed none, and requests then name a configuration.
    """

    configuration_ids: frozenset[str]
    credential_identifiers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuthorizedCredentialRequest:
    """A request that its token allows. `proofs` is empty when the configuration binds to no key."""

    configuration_id: str
    credential_identifier: str | None
    proof_type: str | None
    proofs: tuple[str, ...] = field(repr=False)


def create_credential_request(
    *,
    proofs: Sequence[str],
    credential_configuration_id: str | None = None,
    credential_identifier: str | None = None,
) -> dict[str, Any]:
    """The body a wallet posts. By identifier when the token response listed some, else by configuration."""
    if (credential_configuration_id is None) == (credential_identifier is None):
        raise ValueError("exactly one of configuration and identifier")
    body: dict[str, Any] = (
        {"credential_configuration_id": credential_configuration_id}
        if credential_identifier is None
        else {"credential_identifier": credential_identifier}
    )
    if proofs:
        body["proofs"] = {JWT_PROOF_TYPE: list(proofs)}
    return body


def parse_credential_request(body: bytes) -> CredentialRequest:
    """The request in the body of a POST. Unknown members are ignored (D10).

    Raises InvalidCredentialRequest, AmbiguousCredential, DraftProof, MalformedProofs, or
    InvalidEncryptionParameters: nobody is answered in the clear who asked for an encrypted answer.
    """
    try:
        members = parse_json_object(body, max_bytes=MAX_CREDENTIAL_REQUEST_BYTES)
    except EncodingError as error:
        raise InvalidCredentialRequest(error.code) from error
    configuration = members.get("credential_configuration_id")
    identifier = members.get("credential_identifier")
    if not isinstance(configuration, str | None) or not isinstance(identifier, str | None):
        raise InvalidCredentialRequest("an identifier is not a string")
    # Section 8.2: exactly one of the two; neither is also what requests by `format` of old drafts look like.
    if (configuration is None) == (identifier is None):
        raise AmbiguousCredential
    if "credential_response_encryption" in members:
        raise InvalidEncryptionParameters
    if "proof" in members:
        raise DraftProof
    if "proofs" not in members:
        return CredentialRequest(configuration, identifier)
    proof_type, proofs = _parse_proofs(members["proofs"])
    return CredentialRequest(configuration, identifier, proof_type, proofs)


def verify_credential_request(
    request: CredentialRequest, granted: GrantedCredentials, metadata: CredentialIssuerMetadata
) -> AuthorizedCredentialRequest:
    """The request, known to ask for what its token allows, in the way our own metadata announces.

    Raises UnknownCredentialConfiguration, UnknownCredentialIdentifier, IdentifierRequired,
    ConfigurationNotAuthorized, MissingProofs, UnsupportedProofType, TooManyProofs. The proofs themselves are
    for verify_key_proofs.
    """
    configuration_id = _configuration_id(request, granted, metadata)
    proof_types = metadata.credential_configurations_supported[configuration_id].proof_types_supported
    if not proof_types:
        # Section 12.2.4: the wallet is not required to supply proofs; those of an eager one bind nothing.
        return AuthorizedCredentialRequest(configuration_id, request.credential_identifier, None, ())
    if not request.proofs:
        raise MissingProofs
    if request.proof_type not in proof_types:
        raise UnsupportedProofType
    if len(request.proofs) > metadata.batch_size:
        raise TooManyProofs(f"{len(request.proofs)} proofs, {metadata.batch_size} allowed")
    return AuthorizedCredentialRequest(
        configuration_id, request.credential_identifier, request.proof_type, request.proofs
    )


def _configuration_id(
    request: CredentialRequest, granted: GrantedCredentials, metadata: CredentialIssuerMetadata
) -> str:
    known = metadata.credential_configurations_supported
    if request.credential_identifier is not None:
        found = granted.credential_identifiers.get(request.credential_identifier)
        if found is None or found not in known:
            raise UnknownCredentialIdentifier
        return found
    wanted = request.credential_configuration_id
    if wanted is None or wanted not in known:
        raise UnknownCredentialConfiguration
    # Section 8.2: the token response listed datasets, and a configuration does not say which one is meant.
    if granted.credential_identifiers:
        raise IdentifierRequired
    if wanted not in granted.configuration_ids:
        raise ConfigurationNotAuthorized
    return wanted


def _parse_proofs(value: object) -> tuple[str, tuple[str, ...]]:
    if not isinstance(value, dict) or len(value) != 1:
        raise MalformedProofs("not an object with one member")
    [(proof_type, proofs)] = value.items()
    if not isinstance(proofs, list) or not proofs:
        raise MalformedProofs("not a non-empty array")
    if proof_type != JWT_PROOF_TYPE:
        raise UnsupportedProofType
    if not all(isinstance(proof, str) for proof in proofs):
        raise MalformedProofs("a proof is not a string")
    return proof_type, tuple(proofs)

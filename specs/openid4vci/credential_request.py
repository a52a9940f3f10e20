"""Credential requests (OpenID4VCI 1.0 section 8.2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from specs.encoding import EncodingError, parse_json_object
from specs.openid4vci.credential_configuration import ATTESTATION_PROOF_TYPE, JWT_PROOF_TYPE
from specs.openid4vci.encryption import (
    ResponseEncryption,
    create_response_encryption,
    parse_response_encryption,
    verify_encryption,
)
from specs.openid4vci.errors import (
    AmbiguousCredential,
    ConfigurationNotAuthorized,
    DraftProof,
    IdentifierRequired,
    InvalidCredentialRequest,
    MalformedProofs,
    MissingProofs,
    TooManyProofs,
    UnknownCredentialConfiguration,
    UnknownCredentialIdentifier,
    UnsupportedProofType,
)
from specs.openid4vci.issuer_metadata import CredentialIssuerMetadata
from specs.openid4vci.legacy_proof import parse_draft_proof

MAX_CREDENTIAL_REQUEST_BYTES: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class CredentialRequest:
    """A well-formed request. Exactly one of the first two is there; `proof_type` None: without proofs.

    `encrypted`: it came as a JWE. `draft_proof`: its proof came in the form of drafts before 1.0.
    """

    credential_configuration_id: str | None
    credential_identifier: str | None
    proof_type: str | None = None
    proofs: tuple[str, ...] = field(default=(), repr=False)
    response_encryption: ResponseEncryption | None = None
    encrypted: bool = False
    draft_proof: bool = False


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
    """A request that its token allows. `proofs` is empty when the configuration binds to no key.

    `response_encryption` None: the answer goes out in the clear.
    """

    configuration_id: str
    credential_identifier: str | None
    proof_type: str | None
    proofs: tuple[str, ...] = field(repr=False)
    response_encryption: ResponseEncryption | None = None


def create_credential_request(
    *,
    proofs: Sequence[str],
    credential_configuration_id: str | None = None,
    credential_identifier: str | None = None,
    proof_type: str = JWT_PROOF_TYPE,
    response_encryption: ResponseEncryption | None = None,
) -> dict[str, Any]:
    """The body a wallet posts. By identifier when the token response listed some, else by configuration.

    With `response_encryption` the request must itself be encrypted (section 8.2).
    """
    if (credential_configuration_id is None) == (credential_identifier is None):
        raise ValueError("exactly one of configuration and identifier")
    body: dict[str, Any] = (
        {"credential_configuration_id": credential_configuration_id}
        if credential_identifier is None
        else {"credential_identifier": credential_identifier}
    )
    if proofs:
        body["proofs"] = {proof_type: list(proofs)}
    if response_encryption is not None:
        body["credential_response_encryption"] = create_response_encryption(response_encryption)
    return body


def parse_credential_request(
    body: bytes, *, encrypted: bool = False, allow_draft_proof: bool = False
) -> CredentialRequest:
    """The request in the body of a POST. Unknown members are ignored (D10).

    `encrypted`: `body` was decrypted. `allow_draft_proof`: read the `proof` of drafts before 1.0 too. Raises
    InvalidCredentialRequest, AmbiguousCredential, DraftProof, MalformedProofs, UnsupportedProofType, or
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
    response = None
    if "credential_response_encryption" in members:
        response = parse_response_encryption(members["credential_response_encryption"])
    request = CredentialRequest(configuration, identifier, response_encryption=response, encrypted=encrypted)
    if "proof" in members:
        if not allow_draft_proof or "proofs" in members:
            raise DraftProof
        proof_type, proofs = parse_draft_proof(members["proof"])
        return replace(request, proof_type=proof_type, proofs=proofs, draft_proof=True)
    if "proofs" in members:
        proof_type, proofs = _parse_proofs(members["proofs"])
        return replace(request, proof_type=proof_type, proofs=proofs)
    return request


def verify_credential_request(
    request: CredentialRequest, granted: GrantedCredentials, metadata: CredentialIssuerMetadata
) -> AuthorizedCredentialRequest:
    """The request, known to ask for what its token allows, in the way our own metadata announces.

    Raises UnknownCredentialConfiguration, UnknownCredentialIdentifier, IdentifierRequired,
    ConfigurationNotAuthorized, InvalidEncryptionParameters, MissingProofs, UnsupportedProofType,
    TooManyProofs. The proofs themselves are for verify_key_proofs.
    """
    configuration_id = _configuration_id(request, granted, metadata)
    identifier, response = request.credential_identifier, request.response_encryption
    verify_encryption(encrypted=request.encrypted, response=response, metadata=metadata)
    proof_types = metadata.credential_configurations_supported[configuration_id].proof_types_supported
    if not proof_types:
        # Section 12.2.4: the wallet is not required to supply proofs; those of an eager one bind nothing.
        return AuthorizedCredentialRequest(configuration_id, identifier, None, (), response)
    if not request.proofs:
        raise MissingProofs
    if request.proof_type not in proof_types:
        raise UnsupportedProofType
    if len(request.proofs) > metadata.batch_size:
        raise TooManyProofs(f"{len(request.proofs)} proofs, {metadata.batch_size} allowed")
    return AuthorizedCredentialRequest(
        configuration_id, identifier, request.proof_type, request.proofs, response
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
    if proof_type not in (JWT_PROOF_TYPE, ATTESTATION_PROOF_TYPE):
        raise UnsupportedProofType
    if not all(isinstance(proof, str) for proof in proofs):
        raise MalformedProofs("a proof is not a string")
    # Appendix F: one attestation speaks for all keys.
    if proof_type == ATTESTATION_PROOF_TYPE and len(proofs) > 1:
        raise MalformedProofs("more than one attestation")
    return proof_type, tuple(proofs)

"""The deferred credential endpoint (OpenID4VCI 1.0 section 9): asking again for what was not ready."""

from dataclasses import dataclass
from typing import Any, Final

from specs.encoding import EncodingError, parse_json_object
from specs.openid4vci.encryption import (
    ResponseEncryption,
    create_response_encryption,
    parse_response_encryption,
    verify_encryption,
)
from specs.openid4vci.errors import InvalidCredentialRequest
from specs.openid4vci.issuer_metadata import CredentialIssuerMetadata

MAX_DEFERRED_REQUEST_BYTES: Final = 16_384
MAX_TRANSACTION_ID_LENGTH: Final = 1024


@dataclass(frozen=True, slots=True)
class DeferredCredentialRequest:
    """A well-formed request. `encrypted`: it came as a JWE."""

    transaction_id: str
    response_encryption: ResponseEncryption | None = None
    encrypted: bool = False


def create_deferred_request(
    transaction_id: str, *, response_encryption: ResponseEncryption | None = None
) -> dict[str, Any]:
    """The body a wallet posts; with `response_encryption` it must itself be encrypted."""
    body: dict[str, Any] = {"transaction_id": transaction_id}
    if response_encryption is not None:
        body["credential_response_encryption"] = create_response_encryption(response_encryption)
    return body


def parse_deferred_request(body: bytes, *, encrypted: bool = False) -> DeferredCredentialRequest:
    """The request in the body of a POST. Unknown members are ignored.

    Raises InvalidCredentialRequest, InvalidEncryptionParameters.
    """
    try:
        members = parse_json_object(body, max_bytes=MAX_DEFERRED_REQUEST_BYTES)
    except EncodingError as error:
        raise InvalidCredentialRequest(error.code) from error
    transaction_id = members.get("transaction_id")
    if not isinstance(transaction_id, str) or not 0 < len(transaction_id) <= MAX_TRANSACTION_ID_LENGTH:
        raise InvalidCredentialRequest("transaction_id")
    # This object counts, not the one of the credential request (section 9.1).
    response = None
    if "credential_response_encryption" in members:
        response = parse_response_encryption(members["credential_response_encryption"])
    return DeferredCredentialRequest(transaction_id, response, encrypted)


def verify_deferred_request(request: DeferredCredentialRequest, metadata: CredentialIssuerMetadata) -> None:
    """Returns when it is encrypted as our own metadata announces. Raises InvalidEncryptionParameters.

    Whose transaction it is, is for the store: InvalidTransactionId, CredentialRequestDenied.
    """
    verify_encryption(encrypted=request.encrypted, response=request.response_encryption, metadata=metadata)


def create_deferred_response(transaction_id: str, *, interval: int) -> dict[str, Any]:
    """The body of a 202 answer of either endpoint: not yet, ask again after `interval` seconds (section 8.3).

    While it is pending the wallet gets the `transaction_id` it asked with (section 9.2).
    """
    if interval <= 0:
        raise ValueError("interval")
    return {"transaction_id": transaction_id, "interval": interval}

"""What an issuer refuses, under registered codes (OpenID4VCI 1.0 sections 6.3 and 8.3.1.2)."""

from collections.abc import Sequence
from dataclasses import dataclass

from specs.errors import ProtocolError
from specs.oauth.errors import InsufficientScope, InvalidClient, InvalidGrant, InvalidRequest

# The token endpoint, section 6.3.


class AnonymousAccessNotAllowed(InvalidClient):
    """A pre-authorized code from a client without a name."""

    text = "The client must identify itself."
    section = "OpenID4VCI 1.0 section 6.3"


class UnknownPreAuthorizedCode(InvalidGrant):
    """Never issued, withdrawn, or given up after too many wrong transaction codes."""

    text = "The pre-authorized code is not valid."
    section = "OpenID4VCI 1.0 section 6.3"


class ExpiredPreAuthorizedCode(InvalidGrant):
    """Too late."""

    text = "The pre-authorized code has expired."
    section = "OpenID4VCI 1.0 section 6.3"


class RedeemedPreAuthorizedCode(InvalidGrant):
    """Used before; a code is good for once."""

    text = "The pre-authorized code has been used already."
    section = "OpenID4VCI 1.0 section 4.1.1"


class MissingTxCode(InvalidRequest):
    """The offer asked for a transaction code."""

    text = "The transaction code is missing."
    section = "OpenID4VCI 1.0 section 6.3"


class UnexpectedTxCode(InvalidRequest):
    """The offer did not ask for a transaction code."""

    text = "A transaction code was sent but none is expected."
    section = "OpenID4VCI 1.0 section 6.3"


class WrongTxCode(InvalidGrant):
    """Not the transaction code of this offer."""

    text = "The transaction code is wrong."
    section = "OpenID4VCI 1.0 section 6.3"


# The credential endpoint, section 8.3.1.


class ConfigurationNotAuthorized(InsufficientScope):
    """A credential that exists but that this token was not issued for."""

    text = "The access token does not allow this credential."
    section = "OpenID4VCI 1.0 section 8.3.1.1"


class CredentialRequestError(ProtocolError):
    """Base of the refusals of a credential request."""

    code = "invalid_credential_request"
    text = "The credential request is not valid."
    section = "OpenID4VCI 1.0 section 8.3.1.2"


class InvalidCredentialRequest(CredentialRequestError):
    """Not a JSON object, or a member of the wrong form."""


class AmbiguousCredential(InvalidCredentialRequest):
    """Neither or both of `credential_identifier` and `credential_configuration_id`."""

    text = "Exactly one of credential_identifier and credential_configuration_id is required."
    section = "OpenID4VCI 1.0 section 8.2"


class IdentifierRequired(InvalidCredentialRequest):
    """A configuration was named although the token response listed identifiers."""

    text = "The credential must be requested by one of the credential identifiers that were issued."
    section = "OpenID4VCI 1.0 section 8.2"


class UnknownCredentialConfiguration(CredentialRequestError):
    """No such configuration here."""

    code = "unknown_credential_configuration"
    text = "The credential configuration is unknown."


class UnknownCredentialIdentifier(CredentialRequestError):
    """No such identifier was issued with this token."""

    code = "unknown_credential_identifier"
    text = "The credential identifier is unknown."


class InvalidEncryptionParameters(CredentialRequestError):
    """Encryption that is not offered here, or that is required and missing."""

    code = "invalid_encryption_parameters"
    text = "The encryption parameters are not supported."


class CredentialRequestDenied(CredentialRequestError):
    """The credential will not be issued; asking again is of no use."""

    code = "credential_request_denied"
    text = "The credential will not be issued."


class InvalidTransactionId(CredentialRequestError):
    """No such deferred transaction, somebody else's, or one whose credentials were fetched."""

    code = "invalid_transaction_id"
    text = "The transaction is unknown or completed."
    section = "OpenID4VCI 1.0 section 9.3"


class NotificationError(ProtocolError):
    """Base of the refusals of a notification."""

    code = "invalid_notification_request"
    text = "The notification is not valid."
    section = "OpenID4VCI 1.0 section 11.3"


class InvalidNotificationRequest(NotificationError):
    """Not a JSON object with an identifier and one of the three events."""


class InvalidNotificationId(NotificationError):
    """No such notification was asked for with this token."""

    code = "invalid_notification_id"
    text = "The notification identifier is unknown."


# Key proofs, appendix F.


class InvalidProof(CredentialRequestError):
    """A key proof that proves nothing."""

    code = "invalid_proof"
    text = "A key proof is not valid."
    section = "OpenID4VCI 1.0 appendix F.4"


class MissingProofs(InvalidProof):
    """The configuration binds credentials to keys, and no key was proved."""

    text = "The key proofs are missing."
    section = "OpenID4VCI 1.0 section 8.2"


class DraftProof(InvalidProof):
    """The single `proof` of drafts before 1.0."""

    text = "The parameter proof is not supported; use proofs."
    section = "OpenID4VCI 1.0 section 8.2"


class MalformedProofs(InvalidProof):
    """`proofs` is not an object with one member that is a non-empty array."""

    text = "The parameter proofs must hold one non-empty array, named after its proof type."
    section = "OpenID4VCI 1.0 section 8.2"


class UnsupportedProofType(InvalidProof):
    """A proof type that the configuration does not list."""

    text = "The proof type is not supported."
    section = "OpenID4VCI 1.0 section 12.2.4"


class TooManyProofs(InvalidProof):
    """More than `batch_size`."""

    text = "There are more key proofs than the batch size allows."
    section = "OpenID4VCI 1.0 section 12.2.4"


class MalformedProof(InvalidProof):
    """Not a JWT with claims of the right types."""

    text = "A key proof is not a well-formed JWT."
    section = "OpenID4VCI 1.0 appendix F.1"


class WrongProofType(InvalidProof):
    """`typ` is not `openid4vci-proof+jwt`."""

    text = "A key proof does not have the type openid4vci-proof+jwt."
    section = "OpenID4VCI 1.0 appendix F.1"


class ProofAlgorithmNotSupported(InvalidProof):
    """None, symmetric, not the key's, or not announced."""

    text = "The algorithm of a key proof is not supported."
    section = "OpenID4VCI 1.0 appendix F.4"


class AmbiguousProofKey(InvalidProof):
    """Not exactly one of `kid`, `jwk`, `x5c`."""

    text = "A key proof must name its key in exactly one way."
    section = "OpenID4VCI 1.0 appendix F.1"


class UnsupportedProofKey(InvalidProof):
    """A key reference that we cannot follow, or a key that we cannot use."""

    text = "The key of a key proof must be a supported public key in the jwk header."
    section = "OpenID4VCI 1.0 appendix F.1"


class PrivateKeyInProof(InvalidProof):
    """The header gives the private key away."""

    text = "A key proof contains a private key."
    section = "OpenID4VCI 1.0 appendix F.4"


class InvalidProofSignature(InvalidProof):
    """Not signed by the key in its header."""

    text = "The signature of a key proof is not valid."
    section = "OpenID4VCI 1.0 appendix F.4"


class WrongProofAudience(InvalidProof):
    """Made for another issuer."""

    text = "The audience of a key proof is not this credential issuer."
    section = "OpenID4VCI 1.0 appendix F.1"


class ProofNotCurrent(InvalidProof):
    """`iat` is missing, too old or ahead of us."""

    text = "A key proof was not made recently."
    section = "OpenID4VCI 1.0 section 13.8"


class WrongProofIssuer(InvalidProof):
    """`iss` is not the client, or there although the client is anonymous."""

    text = "The issuer of a key proof is not the client."
    section = "OpenID4VCI 1.0 appendix F.1"


class MissingProofNonce(InvalidProof):
    """No `nonce`, although there is a nonce endpoint."""

    text = "A key proof has no nonce."
    section = "OpenID4VCI 1.0 appendix F.1"


class RepeatedProofKey(InvalidProof):
    """Two proofs for one key would make two credentials that can be linked."""

    text = "Two key proofs are for the same key."
    section = "OpenID4VCI 1.0 section 8.3"


class InvalidNonce(CredentialRequestError):
    """A `c_nonce` that is not good; the wallet gets a new one and tries again."""

    code = "invalid_nonce"
    text = "The nonce is not valid."


class UnknownNonce(InvalidNonce):
    """Not one of ours."""

    text = "The nonce was not issued here."


class ExpiredNonce(InvalidNonce):
    """Too late."""

    text = "The nonce has expired."


class UsedNonce(InvalidNonce):
    """Spent on an earlier request."""

    text = "The nonce has been used already."


class DifferentNonces(InvalidNonce):
    """The proofs of one request carry different nonces; a request spends one."""

    text = "The key proofs of one request must carry the same nonce."


@dataclass(frozen=True, slots=True)
class RefusedProof:
    """Why the proof at an index of the array was refused."""

    index: int
    reason: InvalidProof | InvalidNonce


def _detail(reasons: Sequence[RefusedProof]) -> str:
    return ", ".join(f"{one.index}: {type(one.reason).__name__}" for one in reasons)


class RefusedProofs(InvalidProof):
    """One or more proofs of a request were refused; `reasons` has all of them."""

    def __init__(self, reasons: Sequence[RefusedProof]) -> None:
        super().__init__(_detail(reasons))
        self.reasons = tuple(reasons)


class RefusedNonces(InvalidNonce):
    """Every proof is good but for its nonce: a fresh one is all the wallet needs."""

    def __init__(self, reasons: Sequence[RefusedProof]) -> None:
        super().__init__(_detail(reasons))
        self.reasons = tuple(reasons)

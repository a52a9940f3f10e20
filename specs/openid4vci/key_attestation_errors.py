"""What is wrong with a key attestation: `invalid_proof` to the wallet (OpenID4VCI 1.0 appendix D)."""

from specs.openid4vci.errors import InvalidCredentialRequest, InvalidProof, MissingProofNonce


class KeyAttestationError(InvalidProof):
    """Base of the refusals of a key attestation."""

    text = "A key attestation is not valid."
    section = "OpenID4VCI 1.0 appendix D.1"


class MissingKeyAttestation(KeyAttestationError):
    """The credential is for attested keys only."""

    text = "A key attestation is required."
    section = "OpenID4VCI 1.0 section 12.2.4"


class MalformedKeyAttestation(KeyAttestationError):
    """Not a JWT with claims of the right types, without keys, or with one key twice."""

    text = "A key attestation is not a well-formed JWT."


class WrongKeyAttestationType(KeyAttestationError):
    """`typ` is not `key-attestation+jwt`."""

    text = "A key attestation does not have the type key-attestation+jwt."


class KeyAttestationAlgorithmNotSupported(KeyAttestationError):
    """None, symmetric, not the signer's, or not announced."""

    text = "The algorithm of a key attestation is not supported."


class UntrustedKeyAttestation(KeyAttestationError):
    """No certificate chain, or none below an attester that is trusted here."""

    text = "The key attestation does not come from a trusted attester."


class InvalidKeyAttestationSignature(KeyAttestationError):
    """Not signed by the key of its certificate."""

    text = "The signature of a key attestation is not valid."


class KeyAttestationNotCurrent(KeyAttestationError):
    """Expired, or made in the future."""

    text = "A key attestation is not valid now."


class UnsupportedAttestedKey(KeyAttestationError):
    """A key that credentials are not bound to here."""

    text = "An attested key is not supported."


class InsufficientKeyStorage(KeyAttestationError):
    """The keys are not kept as securely as the credential asks for."""

    text = "The attested key storage is not sufficient for this credential."
    section = "OpenID4VCI 1.0 appendix D.2"


class InsufficientUserAuthentication(KeyAttestationError):
    """The use of the keys is not protected as the credential asks for."""

    text = "The attested user authentication is not sufficient for this credential."
    section = "OpenID4VCI 1.0 appendix D.2"


class KeyNotAttested(KeyAttestationError):
    """The proof was made with a key that the attestation beside it does not list."""

    text = "The key of a key proof is not one of the attested keys."
    section = "OpenID4VCI 1.0 appendix D.1"


class MissingKeyAttestationNonce(MissingProofNonce):
    """No `nonce`, although there is a nonce endpoint."""

    text = "A key attestation has no nonce."
    section = "OpenID4VCI 1.0 appendix F.3"


class TooManyAttestedKeys(InvalidCredentialRequest):
    """More keys than credentials are given out at once."""

    text = "There are more attested keys than the batch size allows."
    section = "OpenID4VCI 1.0 section 12.2.4"

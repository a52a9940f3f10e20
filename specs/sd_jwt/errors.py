"""Everything that can be wrong with an SD-JWT, one class each.

The texts are safe to show. `detail` (for the log) names positions and types, never claim values or token
contents.
"""

from typing import ClassVar

from specs.errors import ProtocolError


class SdJwtError(ProtocolError):
    """An SD-JWT that must not be accepted."""

    code: ClassVar[str] = "invalid_sd_jwt"
    text: ClassVar[str] = "The SD-JWT is not valid."
    section: ClassVar[str] = "RFC 9901 section 7"


class SdJwtRejected(SdJwtError):
    """Raised by `verify_sd_jwt`; carries every reason that was found, in the order of the checks."""

    code: ClassVar[str] = "sd_jwt_rejected"
    text: ClassVar[str] = "The SD-JWT was refused."

    def __init__(self, reasons: tuple[ProtocolError, ...]) -> None:
        super().__init__(", ".join(reason.code for reason in reasons))
        self.reasons = reasons


# Format


class MalformedSdJwt(SdJwtError):
    code = "malformed_sd_jwt"
    text = "The SD-JWT does not have the form <JWT>~<disclosure>~...~ with the tilde in its place."
    section = "RFC 9901 section 4"


class JsonSerialisationUnsupported(SdJwtError):
    code = "json_serialisation_unsupported"
    text = "The JWS JSON serialisation of SD-JWT is not supported; send the compact form."
    section = "RFC 9901 section 8"


class SdJwtTooLarge(SdJwtError):
    code = "sd_jwt_too_large"
    text = "The SD-JWT is larger than accepted."
    section = "RFC 9901 section 9"


class TooManyDisclosures(SdJwtError):
    code = "too_many_disclosures"
    text = "The SD-JWT has more disclosures than accepted."
    section = "RFC 9901 section 9"


# Issuer-signed JWT


class IssuerSignatureInvalid(SdJwtError):
    code = "issuer_signature_invalid"
    text = "The signature of the issuer is not valid."
    section = "RFC 9901 section 7.1 step 2"


class IssuerAlgorithmNotAllowed(SdJwtError):
    code = "issuer_algorithm_not_allowed"
    text = "The issuer signed with an algorithm that is not accepted for this key."
    section = "RFC 9901 section 7.1 step 2"


class IssuerTypeWrong(SdJwtError):
    code = "issuer_type_wrong"
    text = "The type in the header of the SD-JWT is not the expected one."
    section = "RFC 9901 section 9.11"


class IssuerPayloadInvalid(SdJwtError):
    code = "issuer_payload_invalid"
    text = "The payload of the SD-JWT is not an acceptable JSON object."
    section = "RFC 9901 section 4.1"


class DigestAlgorithmUnsupported(SdJwtError):
    code = "digest_algorithm_unsupported"
    text = "The digest algorithm of the SD-JWT is not accepted."
    section = "RFC 9901 section 7.1 step 2"


# Disclosures and digests


class MalformedDisclosure(SdJwtError):
    """Not base64url, not JSON, or not an array with as many elements as its place needs."""

    code = "malformed_disclosure"
    text = "A disclosure does not have the required form."
    section = "RFC 9901 section 7.1 step 3"


class ForbiddenClaimName(SdJwtError):
    code = "forbidden_claim_name"
    text = "A disclosure uses a claim name that is reserved."
    section = "RFC 9901 section 7.1 step 3"


class DuplicateClaimName(SdJwtError):
    code = "duplicate_claim_name"
    text = "A disclosed claim name already exists at its level."
    section = "RFC 9901 section 7.1 step 3"


class DuplicateDigest(SdJwtError):
    code = "duplicate_digest"
    text = "A digest occurs more than once in the SD-JWT."
    section = "RFC 9901 section 7.1 step 4"


class RepeatedDisclosure(SdJwtError):
    code = "repeated_disclosure"
    text = "A disclosure was sent twice."
    section = "RFC 9901 section 4"


class UnreferencedDisclosure(SdJwtError):
    code = "unreferenced_disclosure"
    text = "A disclosure does not belong to this SD-JWT, or its parent is missing."
    section = "RFC 9901 section 7.1 step 5"


class MalformedDigests(SdJwtError):
    """`_sd` or `...` in a form or place that the producer rules do not allow."""

    code = "malformed_digests"
    text = "The digests in the SD-JWT do not have the required form."
    section = "RFC 9901 section 4.2.4"


class ClaimsTooDeep(SdJwtError):
    code = "claims_too_deep"
    text = "The claims are nested more deeply than accepted."
    section = "RFC 9901 section 9"


# Key binding


class KeyBindingError(SdJwtError):
    """The holder did not prove possession of the key as required."""

    code = "key_binding_invalid"
    text = "The key binding is not valid."
    section = "RFC 9901 section 7.3"


class KeyBindingMissing(KeyBindingError):
    code = "key_binding_missing"
    text = "The presentation has no key binding although it is required."


class KeyBindingUnexpected(KeyBindingError):
    """A KB-JWT at issuance, where there can be none, or where nothing says what it should be bound to."""

    code = "key_binding_unexpected"
    text = "The SD-JWT has a key binding where none can be checked."
    section = "RFC 9901 section 7.2"


class MalformedKeyBinding(KeyBindingError):
    code = "malformed_key_binding"
    text = "The key binding is not a well-formed JWT."


class ConfirmationKeyMissing(KeyBindingError):
    code = "confirmation_key_missing"
    text = "The credential names no holder key."
    section = "RFC 9901 section 4.1.2"


class ConfirmationKeyInvalid(KeyBindingError):
    code = "confirmation_key_invalid"
    text = "The holder key in the credential is not acceptable."
    section = "RFC 9901 section 4.1.2"


class KeyBindingTypeWrong(KeyBindingError):
    code = "key_binding_type_wrong"
    text = "The type of the key binding is not kb+jwt."


class KeyBindingAlgorithmNotAllowed(KeyBindingError):
    code = "key_binding_algorithm_not_allowed"
    text = "The key binding is signed with an algorithm that is not accepted for the holder key."


class KeyBindingSignatureInvalid(KeyBindingError):
    code = "key_binding_signature_invalid"
    text = "The key binding is not signed by the holder key of the credential."


class KeyBindingTimeWrong(KeyBindingError):
    code = "key_binding_time_wrong"
    text = "The key binding was not made within the accepted time."


class KeyBindingNonceWrong(KeyBindingError):
    code = "key_binding_nonce_wrong"
    text = "The key binding answers another request: the nonce differs."


class KeyBindingAudienceWrong(KeyBindingError):
    code = "key_binding_audience_wrong"
    text = "The key binding was made for another verifier."


class KeyBindingHashWrong(KeyBindingError):
    code = "key_binding_hash_wrong"
    text = "The key binding covers other disclosures than those that were sent."
    section = "RFC 9901 section 4.3.1"


# Issuing and presenting


class IssuanceRefused(SdJwtError):
    """The claims to be issued break a rule for producers; nothing was signed."""

    code = "issuance_refused"
    text = "The claims cannot be issued as an SD-JWT."
    section = "RFC 9901 section 4.1"


class UnknownDisclosurePath(SdJwtError):
    """The holder was asked to disclose a claim that the SD-JWT does not have."""

    code = "unknown_disclosure_path"
    text = "The SD-JWT has no such claim."
    section = "RFC 9901 section 7.2"

"""What can be wrong with Type Metadata, with a rendering, and with the metadata of an issuer's keys.

The texts are safe to show. `detail` (for the log) names places in a document (`claims[3].sd`, a claim path),
never a claim value.
"""

from typing import ClassVar

from specs.errors import ProtocolError

# Type Metadata: every one of these rejects the credential once Type Metadata is processed (section 5.7)


class TypeMetadataError(ProtocolError):
    """The Type Metadata of the credential cannot be used, or the credential does not obey it."""

    code: ClassVar[str] = "type_metadata_error"
    text: ClassVar[str] = "The description of the credential type cannot be used."
    section: ClassVar[str] = "SD-JWT VC section 5.7"


class InvalidTypeMetadata(TypeMetadataError):
    """Not JSON, or a member of the document has a wrong form."""

    code = "invalid_type_metadata"
    text = "The description of the credential type is not well formed."
    section = "SD-JWT VC section 5.2"


class TypeMetadataMismatch(TypeMetadataError):
    """The document describes another type than the one it was fetched for."""

    code = "type_metadata_mismatch"
    text = "The description belongs to another credential type."
    section = "SD-JWT VC section 5.3"


class TypeMetadataUnavailable(TypeMetadataError):
    """A document of the chain was not handed in."""

    code = "type_metadata_unavailable"
    text = "The description of the credential type could not be obtained."
    section = "SD-JWT VC section 5.7"


class CircularExtends(TypeMetadataError):
    code = "circular_extends"
    text = "The credential type extends itself."
    section = "SD-JWT VC section 7.4"


class ExtendsTooDeep(TypeMetadataError):
    code = "extends_too_deep"
    text = "The credential type extends too long a chain of other types."
    section = "SD-JWT VC section 7.4"


class IllegalOverride(TypeMetadataError):
    """A child type relaxes what its parent fixed."""

    code = "illegal_override"
    text = "The credential type changes a rule that the type it extends has fixed."
    section = "SD-JWT VC section 5.6.5.1"


class InvalidClaimPath(TypeMetadataError):
    """Not a non-empty array of strings, nulls and non-negative integers."""

    code = "invalid_claim_path"
    text = "The description of the credential type has a claim path that is not well formed."
    section = "SD-JWT VC section 5.6.1"


class ClaimPathMismatch(TypeMetadataError):
    """A name was looked up in something that is no object, or an index in something that is no array."""

    code = "claim_path_mismatch"
    text = "The claims do not have the structure that their credential type describes."
    section = "SD-JWT VC section 5.6.1.2"


class ClaimRulesBroken(TypeMetadataError):
    """Raised by `verify_claim_rules`; carries every reason that was found, in the order of the document."""

    code = "claim_rules_broken"
    text = "The claims do not obey the rules of their credential type."
    section = "SD-JWT VC section 5.6"

    def __init__(self, reasons: tuple[TypeMetadataError, ...]) -> None:
        super().__init__(", ".join(f"{reason.code} {reason.detail}" for reason in reasons))
        self.reasons = reasons


class MandatoryClaimMissing(TypeMetadataError):
    code = "mandatory_claim_missing"
    text = "A claim is missing that every credential of this type must have."
    section = "SD-JWT VC section 5.6.3"


class ClaimNotSelectivelyDisclosable(TypeMetadataError):
    code = "claim_not_selectively_disclosable"
    text = "A claim is always visible although its credential type demands that it can be withheld."
    section = "SD-JWT VC section 5.6.4"


class ClaimSelectivelyDisclosable(TypeMetadataError):
    code = "claim_selectively_disclosable"
    text = "A claim can be withheld although its credential type demands that it is always visible."
    section = "SD-JWT VC section 5.6.4"


# Integrity of referenced documents


class IntegrityError(TypeMetadataError):
    """The document must be rejected and not looked at any further."""

    code = "integrity_error"
    text = "A document is not the one that was referenced."
    section = "SD-JWT VC section 6"


class InvalidIntegrity(IntegrityError):
    """Not integrity metadata in the syntax of W3C SRI section 3."""

    code = "invalid_integrity"
    text = "The integrity value of a document is not well formed."


class UnsupportedIntegrityAlgorithm(IntegrityError):
    """None of the hash algorithms is known: a failure, never the same as no integrity value."""

    code = "unsupported_integrity_algorithm"
    text = "The integrity value of a document uses no supported hash algorithm."


class IntegrityMismatch(IntegrityError):
    code = "integrity_mismatch"
    text = "A document was changed after it was referenced."


# Rendering: the credential stays valid, another rendering has to do


class RenderingError(ProtocolError):
    """An image or template must not be shown."""

    code: ClassVar[str] = "rendering_refused"
    text: ClassVar[str] = "The picture of the credential cannot be shown."
    section: ClassVar[str] = "SD-JWT VC section 5.5.1"


class UnsafeSvg(RenderingError):
    """Not well-formed XML, or anything in it that could run, load or track."""

    code = "unsafe_svg"
    text = "The template of the credential contains something that is not allowed."
    section = "SD-JWT VC section 5.5.1.2.2"


class UnknownSvgId(RenderingError):
    code = "unknown_svg_id"
    text = "The template of the credential has a placeholder that the credential type does not define."
    section = "SD-JWT VC section 5.5.1.2.2"


class InvalidDataUri(RenderingError):
    """Not a `data:` URI of an accepted media type and size."""

    code = "invalid_data_uri"
    text = "An embedded picture is not of an accepted kind or size."
    section = "SD-JWT VC section 7.9"


# JWT VC Issuer Metadata


class IssuerMetadataError(ProtocolError):
    """The keys of the issuer cannot be taken from this document."""

    code: ClassVar[str] = "issuer_metadata_error"
    text: ClassVar[str] = "The key document of the issuer cannot be used."
    section: ClassVar[str] = "SD-JWT VC section 4"


class InvalidIssuerIdentifier(IssuerMetadataError):
    """`iss` is not an HTTPS URL without query and fragment, so that nothing can be looked up for it."""

    code = "invalid_issuer_identifier"
    text = "The issuer identifier is not an HTTPS URL without query and fragment."


class InvalidIssuerMetadata(IssuerMetadataError):
    code = "invalid_issuer_metadata"
    text = "The key document of the issuer is not well formed."
    section = "SD-JWT VC section 4.2"


class IssuerMetadataMismatch(IssuerMetadataError):
    code = "issuer_metadata_mismatch"
    text = "The key document belongs to another issuer."
    section = "SD-JWT VC section 4.3"

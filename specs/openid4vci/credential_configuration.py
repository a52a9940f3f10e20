"""One entry of `credential_configurations_supported`.

OpenID4VCI 1.0 section 12.2.4, appendices A.2.2 and A.3.2 for the formats, B.2 for the claims.
"""

from collections.abc import Mapping
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from specs.oauth.message import Message, Name, Names

SD_JWT_VC_FORMAT: Final = "dc+sd-jwt"
MDOC_FORMAT: Final = "mso_mdoc"
JWT_PROOF_TYPE: Final = "jwt"
ATTESTATION_PROOF_TYPE: Final = "attestation"

_Text = Annotated[str, Field(max_length=4096)]
# An image may be a data: URI.
_ImageUri = Annotated[str, Field(min_length=1, max_length=131_072)]
_Algorithms = Annotated[tuple[str | int, ...], Field(strict=False, min_length=1, max_length=64)]
_Path = Annotated[tuple[str | int | None, ...], Field(strict=False, min_length=1, max_length=32)]


class Image(Message):
    """A logo or background. Whether and how to fetch it is the wallet's question."""

    uri: _ImageUri
    alt_text: _Text | None = None


class CredentialDisplay(Message):
    """How a credential is shown in one language."""

    name: _Text
    locale: Name | None = None
    logo: Image | None = None
    description: _Text | None = None
    background_color: Name | None = None
    background_image: Image | None = None
    text_color: Name | None = None


class ClaimDisplay(Message):
    """How a claim is called in one language."""

    name: _Text | None = None
    locale: Name | None = None


class ClaimDescription(Message):
    """A claim that may be in the credential (appendix B.2). `path`: a claims path pointer."""

    path: _Path
    mandatory: bool = False
    display: Annotated[tuple[ClaimDisplay, ...], Field(strict=False, min_length=1)] | None = None


class CredentialMetadata(Message):
    """For people. Type metadata of the credential wins over it."""

    display: Annotated[tuple[CredentialDisplay, ...], Field(strict=False, min_length=1)] | None = None
    claims: Annotated[tuple[ClaimDescription, ...], Field(strict=False, min_length=1)] | None = None


class KeyAttestationsRequired(Message):
    """Present, even without members: a key attestation is needed."""

    key_storage: Names | None = None
    user_authentication: Names | None = None


class ProofTypeMetadata(Message):
    """How keys may be proved with one proof type."""

    proof_signing_alg_values_supported: _Algorithms
    key_attestations_required: KeyAttestationsRequired | None = None


class CredentialConfiguration(Message):
    """What can be asked for, and how. Without `proof_types_supported` the credential is bound to no key."""

    format: Name
    scope: Name | None = None
    credential_signing_alg_values_supported: _Algorithms | None = None
    cryptographic_binding_methods_supported: Names | None = None
    proof_types_supported: Mapping[Name, ProofTypeMetadata] | None = None
    vct: Name | None = None
    doctype: Name | None = None
    credential_metadata: CredentialMetadata | None = None

    @model_validator(mode="after")
    def _fits_its_format(self) -> Self:
        if self.format == MDOC_FORMAT and self.doctype is None:
            raise ValueError("mso_mdoc without doctype")
        if self.format != SD_JWT_VC_FORMAT:
            # Of formats that we do not handle we only read what we understand: the specification's own mdoc
            # example (appendix A.2.2) breaks the next rule.
            return self
        if self.vct is None:
            raise ValueError("dc+sd-jwt without vct")
        # Section 12.2.4: both or neither; and an empty list of proof types would be a lock without a key.
        if bool(self.proof_types_supported) != (self.cryptographic_binding_methods_supported is not None):
            raise ValueError("binding methods and proof types go together")
        return self

"""SD-JWT-based Verifiable Digital Credentials (draft-ietf-oauth-sd-jwt-vc).

Sections 2 (credential), 4 (JWT VC Issuer Metadata), 5 (Type Metadata) and 6 (integrity of documents).
Retrieval (section 3) is the business of the applications' clients.
"""

from specs.sd_jwt_vc.claim_path import ClaimPath, Selected, parse_claim_path, select_claims, show_path
from specs.sd_jwt_vc.claim_rules import Reader, verify_claim_rules
from specs.sd_jwt_vc.credential import (
    NEVER_DISCLOSED,
    CredentialReport,
    UnverifiedCredential,
    VerifiedCredential,
    check_credential,
    parse_credential,
    verify_credential,
    verify_issued_credential,
)
from specs.sd_jwt_vc.credential_issuance import (
    ApprovedClaims,
    CheckedCredential,
    CredentialEnvelope,
    CredentialHeader,
    PreparedCredential,
    approve_claims,
    check_prepared,
    credential_entropy_length,
    prepare_credential,
)
from specs.sd_jwt_vc.data_uri import IMAGES, RASTER_IMAGES, DataUri, parse_data_uri
from specs.sd_jwt_vc.display import choose_display, choose_svg_template, render_text
from specs.sd_jwt_vc.display_metadata import (
    ClaimDisplay,
    ColorScheme,
    Contrast,
    ImageReference,
    Orientation,
    SimpleRendering,
    SvgTemplate,
    TypeDisplay,
)
from specs.sd_jwt_vc.extends import (
    EffectiveTypeMetadata,
    TypeReference,
    next_document,
    resolve_type_metadata,
)
from specs.sd_jwt_vc.integrity import create_integrity, verify_integrity
from specs.sd_jwt_vc.issuer_metadata import (
    JwtVcIssuerMetadata,
    create_jwt_vc_issuer_metadata,
    issuer_metadata_url,
    parse_jwt_vc_issuer_metadata,
)
from specs.sd_jwt_vc.process import process_type_metadata, type_reference_of
from specs.sd_jwt_vc.svg import render_svg, svg_values
from specs.sd_jwt_vc.type_metadata import (
    ClaimMetadata,
    SelectiveDisclosure,
    TypeMetadata,
    parse_type_metadata,
)

__all__ = [
    "IMAGES",
    "NEVER_DISCLOSED",
    "RASTER_IMAGES",
    "ApprovedClaims",
    "CheckedCredential",
    "ClaimDisplay",
    "ClaimMetadata",
    "ClaimPath",
    "ColorScheme",
    "Contrast",
    "CredentialEnvelope",
    "CredentialHeader",
    "CredentialReport",
    "DataUri",
    "EffectiveTypeMetadata",
    "ImageReference",
    "JwtVcIssuerMetadata",
    "Orientation",
    "PreparedCredential",
    "Reader",
    "Selected",
    "SelectiveDisclosure",
    "SimpleRendering",
    "SvgTemplate",
    "TypeDisplay",
    "TypeMetadata",
    "TypeReference",
    "UnverifiedCredential",
    "VerifiedCredential",
    "approve_claims",
    "check_credential",
    "check_prepared",
    "choose_display",
    "choose_svg_template",
    "create_integrity",
    "create_jwt_vc_issuer_metadata",
    "credential_entropy_length",
    "issuer_metadata_url",
    "next_document",
    "parse_claim_path",
    "parse_credential",
    "parse_data_uri",
    "parse_jwt_vc_issuer_metadata",
    "parse_type_metadata",
    "prepare_credential",
    "process_type_metadata",
    "render_svg",
    "render_text",
    "resolve_type_metadata",
    "select_claims",
    "show_path",
    "svg_values",
    "type_reference_of",
    "verify_claim_rules",
    "verify_credential",
    "verify_integrity",
    "verify_issued_credential",
]

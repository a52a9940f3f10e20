"""DCQL, the Digital Credentials Query Language of OpenID4VP 1.0.

Covered: the grammar (section 6), selection of claims and credentials (6.4), the claims path pointer (7), and
the verifier's check of an answer (8.1, 8.6, 14.11). Formats: `dc+sd-jwt` (B.3) and `mso_mdoc` (B.2); of the
trusted authorities (6.1.1) `aki`.
"""

from specs.dcql.check_answer import (
    AcceptedPresentation,
    CheckedAnswer,
    Defect,
    Fault,
    QueryNotAnswered,
    check_answer,
)
from specs.dcql.choice import suggest_choice, verify_choice
from specs.dcql.claims_path import ClaimsPath, Location, Selected, parse_claims_path, select_claims
from specs.dcql.criteria import CredentialView, Examined, FoundClaim, Mismatch, Reason, examine_credential
from specs.dcql.errors import (
    ClaimSetsWithoutClaims,
    DcqlError,
    InvalidChoice,
    InvalidClaimsPath,
    InvalidIdentifier,
    InvalidQuery,
    MalformedMember,
    QueryNotSatisfied,
    QueryTooLarge,
    RepeatedClaim,
    RepeatedIdentifier,
    UnknownIdentifier,
)
from specs.dcql.lint import NEVER_WITHHELD, Finding, Lint, lint_query, without_purpose_check
from specs.dcql.match import Candidate, Match, QueryMatch, Rejection, Selection, SetMatch, match_query
from specs.dcql.parse import parse_dcql_query
from specs.dcql.query import (
    MDOC,
    SD_JWT_VC,
    ClaimsQuery,
    CredentialQuery,
    CredentialSet,
    DcqlQuery,
    TrustedAuthority,
    create_dcql_query,
)

__all__ = [
    "MDOC",
    "NEVER_WITHHELD",
    "SD_JWT_VC",
    "AcceptedPresentation",
    "Candidate",
    "CheckedAnswer",
    "ClaimSetsWithoutClaims",
    "ClaimsPath",
    "ClaimsQuery",
    "CredentialQuery",
    "CredentialSet",
    "CredentialView",
    "DcqlError",
    "DcqlQuery",
    "Defect",
    "Examined",
    "Fault",
    "Finding",
    "FoundClaim",
    "InvalidChoice",
    "InvalidClaimsPath",
    "InvalidIdentifier",
    "InvalidQuery",
    "Lint",
    "Location",
    "MalformedMember",
    "Match",
    "Mismatch",
    "QueryMatch",
    "QueryNotAnswered",
    "QueryNotSatisfied",
    "QueryTooLarge",
    "Reason",
    "Rejection",
    "RepeatedClaim",
    "RepeatedIdentifier",
    "Selected",
    "Selection",
    "SetMatch",
    "TrustedAuthority",
    "UnknownIdentifier",
    "check_answer",
    "create_dcql_query",
    "examine_credential",
    "lint_query",
    "match_query",
    "parse_claims_path",
    "parse_dcql_query",
    "select_claims",
    "suggest_choice",
    "verify_choice",
    "without_purpose_check",
]

"""OpenID for Verifiable Presentations 1.0.

Sections 5 (requests: signed, by reference, GET and POST; transaction data), 5.9.3 (client identifiers
`x509_san_dns` and `x509_hash`), 8.1 and 8.2 (responses by `direct_post`), 8.5 (errors), 11.1, B.3 (SD-JWT
VC).
Section 6, the query, is specs.dcql.
"""

from specs.openid4vp.authorization_request import AuthorizationRequest, parse_authorization_request
from specs.openid4vp.authorization_request_uri import (
    AUTHORIZATION_ENDPOINT,
    AUTHORIZATION_SCHEMES,
    AuthorizationRequestReference,
    RequestUriMethod,
    create_authorization_request_uri,
    parse_authorization_request_uri,
)
from specs.openid4vp.client_id import (
    ClientId,
    Prefix,
    check_prefix,
    create_x509_hash,
    create_x509_san_dns,
    parse_client_id,
    verify_client_id,
)
from specs.openid4vp.client_metadata import ClientMetadata, create_client_metadata, parse_client_metadata
from specs.openid4vp.request_object import (
    REQUEST_OBJECT_MEDIA_TYPE,
    REQUEST_OBJECT_TYPE,
    STATIC_DISCOVERY_AUDIENCE,
    VerifiedRequestObject,
    parse_request_object,
    prepare_request_object,
    verify_request_object,
)
from specs.openid4vp.request_parameters import RequestParameters
from specs.openid4vp.request_uri_post import RequestUriPost, create_request_uri_post, parse_request_uri_post
from specs.openid4vp.response import (
    VpErrorResponse,
    VpToken,
    VpTokenResponse,
    create_direct_post,
    create_direct_post_error,
    create_response_answer,
    parse_direct_post,
    parse_response_answer,
    verify_state,
    verify_vp_token_form,
)
from specs.openid4vp.response_mode import ResponseMode, key_binding_audience
from specs.openid4vp.transaction_data import (
    TransactionData,
    TransactionDataType,
    create_transaction_data,
    create_transaction_data_claims,
    hash_transaction_data,
    parse_transaction_data,
    verify_transaction_data_hashes,
)
from specs.openid4vp.vp_formats import create_vp_formats, verify_vp_formats

__all__ = [
    "AUTHORIZATION_ENDPOINT",
    "AUTHORIZATION_SCHEMES",
    "REQUEST_OBJECT_MEDIA_TYPE",
    "REQUEST_OBJECT_TYPE",
    "STATIC_DISCOVERY_AUDIENCE",
    "AuthorizationRequest",
    "AuthorizationRequestReference",
    "ClientId",
    "ClientMetadata",
    "Prefix",
    "RequestParameters",
    "RequestUriMethod",
    "RequestUriPost",
    "ResponseMode",
    "TransactionData",
    "TransactionDataType",
    "VerifiedRequestObject",
    "VpErrorResponse",
    "VpToken",
    "VpTokenResponse",
    "check_prefix",
    "create_authorization_request_uri",
    "create_client_metadata",
    "create_direct_post",
    "create_direct_post_error",
    "create_request_uri_post",
    "create_response_answer",
    "create_transaction_data",
    "create_transaction_data_claims",
    "create_vp_formats",
    "create_x509_hash",
    "create_x509_san_dns",
    "hash_transaction_data",
    "key_binding_audience",
    "parse_authorization_request",
    "parse_authorization_request_uri",
    "parse_client_id",
    "parse_client_metadata",
    "parse_direct_post",
    "parse_request_object",
    "parse_request_uri_post",
    "parse_response_answer",
    "parse_transaction_data",
    "prepare_request_object",
    "verify_client_id",
    "verify_request_object",
    "verify_state",
    "verify_transaction_data_hashes",
    "verify_vp_formats",
    "verify_vp_token_form",
]

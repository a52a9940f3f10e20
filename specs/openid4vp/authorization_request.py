"""What a request asks for (OpenID4VP 1.0 sections 5.1 to 5.6). Who asks is settled in request_object.py."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from specs.dcql import DcqlQuery, parse_dcql_query
from specs.openid4vp.client_id.prefix import ClientId
from specs.openid4vp.client_metadata import ClientMetadata, parse_client_metadata
from specs.openid4vp.errors import (
    InvalidRequestNonce,
    MissingQuery,
    ScopeNotSupported,
    UnsupportedResponseType,
)
from specs.openid4vp.request_object import VerifiedRequestObject
from specs.openid4vp.request_parameters import RESPONSE_TYPE
from specs.openid4vp.response_mode import ResponseMode
from specs.openid4vp.transaction_data import TransactionData, TransactionDataType, parse_transaction_data
from specs.openid4vp.url_safe import is_url_safe


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A request to be answered. The presentation is bound to `client_id.full` and `nonce`."""

    client_id: ClientId
    response_uri: str
    response_mode: ResponseMode
    nonce: str
    state: str | None
    query: DcqlQuery
    client_metadata: ClientMetadata | None
    transaction_data: tuple[TransactionData, ...] = ()


def parse_authorization_request(
    request: VerifiedRequestObject, *, transaction_data_types: Mapping[str, TransactionDataType]
) -> AuthorizationRequest:
    """What the verified client asks for. Unknown parameters are ignored, `transaction_data` never is (5.09).

    `transaction_data_types`: those that this wallet can show and sign; an empty mapping refuses all. What is
    raised here, a RequestError or specs.dcql's InvalidQuery (also `invalid_request`), may be sent to the
    verifier.
    """
    claims = request.claims
    if claims.get("response_type") != RESPONSE_TYPE:
        raise UnsupportedResponseType
    nonce = claims.get("nonce")
    if not is_url_safe(nonce):
        raise InvalidRequestNonce
    query = _parse_query(claims)
    metadata = claims.get("client_metadata")
    transactions: tuple[TransactionData, ...] = ()
    if "transaction_data" in claims:
        transactions = parse_transaction_data(
            claims["transaction_data"],
            known=transaction_data_types,
            # Section B.3.3: only a presentation with holder binding can authorise anything.
            credential_query_ids={one.id for one in query.credentials if one.require_holder_binding},
        )
    return AuthorizationRequest(
        client_id=request.client_id,
        response_uri=request.response_uri,
        response_mode=request.response_mode,
        nonce=nonce,
        state=request.state,
        query=query,
        client_metadata=None if metadata is None else parse_client_metadata(metadata),
        transaction_data=transactions,
    )


def _parse_query(claims: Mapping[str, Any]) -> DcqlQuery:
    query, scope = claims.get("dcql_query"), claims.get("scope")
    if (query is None) == (scope is None):
        raise MissingQuery
    if query is None:
        raise ScopeNotSupported
    return parse_dcql_query(query)

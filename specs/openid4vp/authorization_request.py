"""A request whose answer is posted (OpenID4VP 1.0 section 5). Who asks was settled before.

For signed requests that is request_object.py; of unsigned ones it is only known where their answers go.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from specs.openid4vp.client_id.prefix import ClientId
from specs.openid4vp.question import Question, parse_question
from specs.openid4vp.request_object import VerifiedRequestObject
from specs.openid4vp.transaction_data import TransactionDataType
from specs.openid4vp.unsigned_request import UnsignedRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRequest(Question):
    """A request to be answered. The presentation is bound to `client_id.full` and `nonce`."""

    client_id: ClientId
    response_uri: str
    state: str | None


def parse_authorization_request(
    request: VerifiedRequestObject | UnsignedRequest,
    *,
    transaction_data_types: Mapping[str, TransactionDataType],
) -> AuthorizationRequest:
    """What the client asks for.

    Raises what parse_question raises. It may be sent to the verifier: to the one that signed, or to an
    address that stands in the request's own client identifier.
    """
    asked = parse_question(
        request.claims, request.response_mode, transaction_data_types=transaction_data_types
    )
    return AuthorizationRequest(
        client_id=request.client_id,
        response_uri=request.response_uri,
        state=request.state,
        response_mode=asked.response_mode,
        nonce=asked.nonce,
        query=asked.query,
        client_metadata=asked.client_metadata,
        encryption=asked.encryption,
        transaction_data=asked.transaction_data,
        verifier_info=asked.verifier_info,
    )

"""What a verifier asks for: the claims of its request object (OpenID4VP 1.0 sections 5.1 to 5.3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from specs.dcql import DcqlQuery, create_dcql_query
from specs.openid4vp.client_id.prefix import ClientId
from specs.openid4vp.response_mode import ResponseMode
from specs.openid4vp.transaction_data import TransactionData
from specs.openid4vp.url_safe import is_url_safe

RESPONSE_TYPE: Final = "vp_token"
# 128 bits in base64url are 22 characters; the conformance suite finds more than 43 odd.
MIN_NONCE_LENGTH: Final = 22
MAX_NONCE_LENGTH: Final = 43


@dataclass(frozen=True, slots=True)
class RequestParameters:
    """A request to be sent. `client_metadata`: from create_client_metadata.

    `nonce`, `state`: 128 bits from the generator or more, URL-safe.
    """

    client_id: ClientId
    response_uri: str
    nonce: str
    state: str | None
    query: DcqlQuery
    client_metadata: Mapping[str, Any]
    response_mode: ResponseMode = ResponseMode.DIRECT_POST
    transaction_data: Sequence[TransactionData] = ()


def create_request_parameters(parameters: RequestParameters) -> dict[str, Any]:
    """The claims of the request object. ValueError for what a wallet would have to refuse.

    A query without holder binding needs a `state` with at least 128 bits (section 5.3): nothing else ties
    such an answer to its request.
    """
    if not is_url_safe(parameters.nonce) or not MIN_NONCE_LENGTH <= len(parameters.nonce) <= MAX_NONCE_LENGTH:
        raise ValueError("nonce")
    unbound = not all(one.require_holder_binding for one in parameters.query.credentials)
    if parameters.state is None:
        if unbound:
            raise ValueError("a query without holder binding needs a state")
    elif not is_url_safe(parameters.state) or (unbound and len(parameters.state) < MIN_NONCE_LENGTH):
        raise ValueError("state")
    if parameters.response_mode is not ResponseMode.DIRECT_POST:
        raise ValueError("response_mode")
    claims: dict[str, Any] = {
        "client_id": parameters.client_id.full,
        "response_type": RESPONSE_TYPE,
        "response_mode": parameters.response_mode.value,
        "response_uri": parameters.response_uri,
        "nonce": parameters.nonce,
        "dcql_query": create_dcql_query(parameters.query),
        "client_metadata": dict(parameters.client_metadata),
    }
    if parameters.state is not None:
        claims["state"] = parameters.state
    if parameters.transaction_data:
        claims["transaction_data"] = [one.encoded for one in parameters.transaction_data]
    return claims

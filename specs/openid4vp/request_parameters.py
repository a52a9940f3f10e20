"""What a verifier asks for: the parameters of its request (OpenID4VP 1.0 sections 5.1 to 5.3, A.2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from specs.dcql import DcqlQuery, create_dcql_query
from specs.openid4vp.client_id.prefix import ClientId
from specs.openid4vp.response_mode import ResponseMode
from specs.openid4vp.transaction_data import TransactionData
from specs.openid4vp.url_safe import is_url_safe
from specs.openid4vp.verifier_info import VerifierInfo, create_verifier_info

RESPONSE_TYPE: Final = "vp_token"
# 128 bits in base64url are 22 characters; the conformance suite finds more than 43 odd.
MIN_NONCE_LENGTH: Final = 22
MAX_NONCE_LENGTH: Final = 43


@dataclass(frozen=True, slots=True)
class RequestParameters:
    """A request whose answer is posted to `response_uri`. `client_metadata`: from create_client_metadata.

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
    verifier_info: Sequence[VerifierInfo] = ()


@dataclass(frozen=True, slots=True)
class BrowserRequestParameters:
    """A request that a page hands to the Digital Credentials API: no address, no `state`."""

    nonce: str
    query: DcqlQuery
    client_metadata: Mapping[str, Any]
    response_mode: ResponseMode = ResponseMode.DC_API_JWT
    transaction_data: Sequence[TransactionData] = ()
    verifier_info: Sequence[VerifierInfo] = ()


def create_request_parameters(parameters: RequestParameters) -> dict[str, Any]:
    """The claims of the request object. ValueError for what a wallet would have to refuse.

    A query without holder binding needs a `state` with at least 128 bits (section 5.3): nothing else ties
    such an answer to its request.
    """
    if parameters.response_mode.browser:
        raise ValueError("response_mode")
    unbound = not all(one.require_holder_binding for one in parameters.query.credentials)
    if parameters.state is None:
        if unbound:
            raise ValueError("a query without holder binding needs a state")
    elif not is_url_safe(parameters.state) or (unbound and len(parameters.state) < MIN_NONCE_LENGTH):
        raise ValueError("state")
    claims = {
        "client_id": parameters.client_id.full,
        "response_uri": parameters.response_uri,
        **_create_question(parameters),
    }
    if parameters.state is not None:
        claims["state"] = parameters.state
    return claims


def create_browser_parameters(parameters: BrowserRequestParameters) -> dict[str, Any]:
    """The parameters that are the same in unsigned and signed requests. ValueError as above."""
    if not parameters.response_mode.browser:
        raise ValueError("response_mode")
    return _create_question(parameters)


def _create_question(parameters: RequestParameters | BrowserRequestParameters) -> dict[str, Any]:
    if not is_url_safe(parameters.nonce) or not MIN_NONCE_LENGTH <= len(parameters.nonce) <= MAX_NONCE_LENGTH:
        raise ValueError("nonce")
    # Section 8.3: an encrypted answer is for these keys; in a request for a plain one they only mislead.
    if parameters.response_mode.encrypted != ("jwks" in parameters.client_metadata):
        raise ValueError("keys and response_mode do not fit")
    claims: dict[str, Any] = {
        "response_type": RESPONSE_TYPE,
        "response_mode": parameters.response_mode.value,
        "nonce": parameters.nonce,
        "dcql_query": create_dcql_query(parameters.query),
        "client_metadata": dict(parameters.client_metadata),
    }
    if parameters.transaction_data:
        claims["transaction_data"] = [one.encoded for one in parameters.transaction_data]
    if parameters.verifier_info:
        claims["verifier_info"] = create_verifier_info(parameters.verifier_info)
    return claims

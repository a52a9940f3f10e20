"""Requests whose parameters stand in the link (OpenID4VP 1.0 section 5.6), for `redirect_uri:` alone.

Nobody vouches for them. What a wallet knows is that an answer goes to the address that the client calls
itself, and that no other client can make use of it: the address is in the audience of every presentation.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from specs.encoding import EncodingError, create_json, parse_json
from specs.openid4vp.answer_address import parse_answer_address
from specs.openid4vp.client_id.prefix import ClientId, Prefix
from specs.openid4vp.client_id.redirect_uri import verify_redirect_uri
from specs.openid4vp.errors import InvalidAuthorizationRequest, SignedRequestRequired
from specs.openid4vp.request_parameters import RequestParameters, create_request_parameters
from specs.openid4vp.response_mode import ResponseMode

# Section 5.1: JSON in a query is its text.
_JSON: Final = ("dcql_query", "client_metadata", "transaction_data", "verifier_info")
_MAX_BYTES: Final = 32_768


@dataclass(frozen=True, slots=True)
class UnsignedRequest:
    """A request by anyone at all. An answer may go to `response_uri`; who that is, is not known.

    `claims`: for parse_authorization_request.
    """

    client_id: ClientId
    response_uri: str
    response_mode: ResponseMode
    state: str | None
    claims: Mapping[str, Any] = field(repr=False)


def create_unsigned_request(parameters: RequestParameters) -> dict[str, str]:
    """The parameters for the link. ValueError for another prefix, or another address than the client's."""
    own = parameters.client_id.prefix is Prefix.REDIRECT_URI
    if not own or parameters.client_id.value != parameters.response_uri:
        raise ValueError("an unsigned request is for a client known by its response URI")
    claims = create_request_parameters(parameters)
    return {
        name: create_json(value).decode("utf-8") if name in _JSON else str(value)
        for name, value in claims.items()
    }


def parse_unsigned_request(
    client_id: ClientId, parameters: Mapping[str, str], *, insecure_allow_http: bool = False
) -> UnsignedRequest:
    """The request in a link's parameters, each with one value.

    Raises SignedRequestRequired for a client of another prefix, ClientIdMismatch when the answer would go
    elsewhere, InvalidAuthorizationRequest (JSON), and what parse_answer_address raises.
    """
    if client_id.prefix is not Prefix.REDIRECT_URI:
        raise SignedRequestRequired
    claims: dict[str, Any] = dict(parameters)
    for name in _JSON:
        if name in parameters:
            claims[name] = _parse_json(parameters[name], name)
    # Section 5.9.3: the address may be left out, as the client identifier already says it.
    claims.setdefault("response_uri", client_id.value)
    address = parse_answer_address(claims, insecure_allow_http=insecure_allow_http)
    verify_redirect_uri(client_id, address.response_uri)
    return UnsignedRequest(client_id, address.response_uri, address.response_mode, address.state, claims)


def _parse_json(text: str, name: str) -> Any:
    try:
        return parse_json(text, max_bytes=_MAX_BYTES)
    except EncodingError as error:
        raise InvalidAuthorizationRequest(f"{name}: {error.code}") from error

"""The link or QR code with a request or the address of one (OpenID4VP 1.0 section 5, RFC 9101 section 5)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeAlias
from urllib.parse import parse_qsl, quote, urlsplit

from specs.jose.jws import UnverifiedJws
from specs.oauth.errors import InvalidRequest, InvalidUrl
from specs.oauth.form import MAX_PARAMETERS, parse_parameters
from specs.oauth.url import check_url
from specs.openid4vp.client_id.prefix import ClientId, parse_client_id
from specs.openid4vp.client_id.verify import check_prefix
from specs.openid4vp.errors import (
    InvalidAuthorizationRequest,
    InvalidRequestUri,
    InvalidRequestUriMethod,
    RequestTwice,
)
from specs.openid4vp.request_object import parse_request_object
from specs.openid4vp.request_parameters import RequestParameters
from specs.openid4vp.unsigned_request import UnsignedRequest, create_unsigned_request, parse_unsigned_request

AUTHORIZATION_ENDPOINT: Final = "openid4vp://"
# The default of section 12 and HAIP 1.0 section 5.1, and wallets' own https links.
AUTHORIZATION_SCHEMES: Final = frozenset({"openid4vp", "haip-vp", "https"})
MAX_URI_LENGTH: Final = 32_768


class RequestUriMethod(StrEnum):
    """How to fetch the request object; compared as written."""

    GET = "get"
    POST = "post"


_METHODS: Final = {one.value: one for one in RequestUriMethod}


@dataclass(frozen=True, slots=True)
class AuthorizationRequestReference:
    """Where the request object is, and whose it must be. Nothing else in the link counts (section 5.10.1)."""

    client_id: ClientId
    request_uri: str
    request_uri_method: RequestUriMethod = RequestUriMethod.GET


@dataclass(frozen=True, slots=True)
class AuthorizationRequestByValue:
    """A signed request object in the link itself, to be verified as if it had been fetched."""

    client_id: ClientId
    request: UnverifiedJws = field(repr=False)


AuthorizationRequestLink: TypeAlias = (
    AuthorizationRequestReference | AuthorizationRequestByValue | UnsignedRequest
)


def create_authorization_request_uri(
    reference: AuthorizationRequestReference,
    *,
    endpoint: str = AUTHORIZATION_ENDPOINT,
    insecure_allow_http: bool = False,
) -> str:
    """The link. `endpoint`: the wallet's, up to and without the question mark. Raises InvalidUrl.

    `get` is not written: it is what a wallet does that finds nothing.
    """
    check_url(reference.request_uri, insecure_allow_http=insecure_allow_http)
    parameters = {"client_id": reference.client_id.full, "request_uri": reference.request_uri}
    if reference.request_uri_method is not RequestUriMethod.GET:
        parameters["request_uri_method"] = reference.request_uri_method.value
    return _link(endpoint, parameters)


def create_signed_request_uri(
    client_id: ClientId, request_object: str, *, endpoint: str = AUTHORIZATION_ENDPOINT
) -> str:
    """The link with the signed request object itself. ValueError when no wallet would read one so long."""
    return _link(endpoint, {"client_id": client_id.full, "request": request_object})


def create_unsigned_request_uri(
    parameters: RequestParameters, *, endpoint: str = AUTHORIZATION_ENDPOINT
) -> str:
    """The link with the parameters in the clear, for `redirect_uri:`. ValueError for any other client."""
    return _link(endpoint, create_unsigned_request(parameters))


def parse_authorization_request_uri(
    uri: str,
    *,
    schemes: Collection[str] = AUTHORIZATION_SCHEMES,
    registered: Collection[str] = (),
    insecure_allow_http: bool = False,
) -> AuthorizationRequestLink:
    """What a link or QR code brings. `schemes`: those the wallet answers to, in lower case.

    `registered`: identifiers of the clients known beforehand. Raises InvalidAuthorizationRequest,
    RequestTwice, InvalidRequestUri, InvalidRequestUriMethod, InvalidRequestObject, and what parse_client_id,
    check_prefix and parse_unsigned_request raise.
    """
    parameters = _parse_link(uri, schemes)
    by_reference, by_value = "request_uri" in parameters, "request" in parameters
    if by_reference and by_value:
        raise RequestTwice
    # Section 5.1: the method makes sense only for a request_uri.
    if "request_uri_method" in parameters and not by_reference:
        raise InvalidAuthorizationRequest("request_uri_method")
    client_id = parse_client_id(parameters.get("client_id"))
    if not by_reference and not by_value:
        return parse_unsigned_request(client_id, parameters, insecure_allow_http=insecure_allow_http)
    # Before anything is fetched: whoever could not be recognised anyway does not learn that we looked.
    check_prefix(client_id, registered=registered)
    if by_value:
        request = parse_request_object(parameters["request"].encode("ascii", "replace"))
        return AuthorizationRequestByValue(client_id, request)
    return _parse_reference(client_id, parameters, insecure_allow_http)


def _parse_reference(
    client_id: ClientId, parameters: Mapping[str, str], insecure_allow_http: bool
) -> AuthorizationRequestReference:
    method = parameters.get("request_uri_method", RequestUriMethod.GET.value)
    if method not in _METHODS:
        raise InvalidRequestUriMethod
    try:
        check_url(parameters["request_uri"], insecure_allow_http=insecure_allow_http)
    except InvalidUrl as error:
        raise InvalidRequestUri(error.detail) from error
    return AuthorizationRequestReference(client_id, parameters["request_uri"], _METHODS[method])


def _link(endpoint: str, parameters: Mapping[str, str]) -> str:
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters.items())
    if len(link := f"{endpoint}?{query}") > MAX_URI_LENGTH:
        raise ValueError("the request is too long for a link")
    return link


def _parse_link(uri: str, schemes: Collection[str]) -> dict[str, str]:
    try:
        if len(uri) > MAX_URI_LENGTH or not uri.isascii() or not uri.isprintable():
            raise InvalidAuthorizationRequest("length or spelling")
        parts = urlsplit(uri)
        pairs = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=MAX_PARAMETERS, errors="strict")
        parameters = parse_parameters(pairs, max_value_length=MAX_URI_LENGTH)
    except (ValueError, InvalidRequest) as error:
        raise InvalidAuthorizationRequest("not a link with parameters") from error
    if parts.scheme not in schemes:
        raise InvalidAuthorizationRequest("scheme")
    return parameters

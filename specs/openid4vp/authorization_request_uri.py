"""The link or QR code that points to a request object (OpenID4VP 1.0 section 5.1, RFC 9101 section 5)."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import parse_qsl, quote, urlsplit

from specs.oauth.errors import InvalidRequest, InvalidUrl
from specs.oauth.form import MAX_PARAMETERS, parse_parameters
from specs.oauth.url import check_url
from specs.openid4vp.client_id.prefix import ClientId, parse_client_id
from specs.openid4vp.client_id.verify import check_prefix
from specs.openid4vp.errors import (
    InvalidAuthorizationRequest,
    InvalidRequestUri,
    InvalidRequestUriMethod,
    RequestByValueNotSupported,
    RequestTwice,
    UnsignedRequestNotSupported,
)

AUTHORIZATION_ENDPOINT: Final = "openid4vp://"
# The default of section 12 and HAIP 1.0 section 5.1, and wallets' own https links.
AUTHORIZATION_SCHEMES: Final = frozenset({"openid4vp", "haip-vp", "https"})
MAX_URI_LENGTH: Final = 32_768


class RequestUriMethod(StrEnum):
    """How to fetch the request object; compared as written."""

    GET = "get"
    POST = "post"


@dataclass(frozen=True, slots=True)
class AuthorizationRequestReference:
    """Where the request object is, and whose it must be. Nothing else in the link counts (section 5.10.1)."""

    client_id: ClientId
    request_uri: str
    request_uri_method: RequestUriMethod = RequestUriMethod.GET


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
    return f"{endpoint}?" + "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters.items())


def parse_authorization_request_uri(
    uri: str,
    *,
    schemes: Collection[str] = AUTHORIZATION_SCHEMES,
    insecure_allow_http: bool = False,
) -> AuthorizationRequestReference:
    """Where a link or QR code sends the wallet. `schemes`: those it answers to, in lower case.

    Raises InvalidAuthorizationRequest, RequestTwice, RequestByValueNotSupported, UnsignedRequestNotSupported,
    InvalidRequestUri, InvalidRequestUriMethod, and what parse_client_id and check_prefix raise.
    """
    parameters = _parse_link(uri, schemes)
    by_reference = "request_uri" in parameters
    if "request" in parameters:
        raise RequestTwice if by_reference else RequestByValueNotSupported
    method = parameters.get("request_uri_method")
    if not by_reference:
        # Section 5.1: the method makes sense only for a request_uri.
        raise InvalidAuthorizationRequest("request_uri_method") if method else UnsignedRequestNotSupported
    if method not in (None, *RequestUriMethod):
        raise InvalidRequestUriMethod
    try:
        check_url(parameters["request_uri"], insecure_allow_http=insecure_allow_http)
    except InvalidUrl as error:
        raise InvalidRequestUri(error.detail) from error
    client_id = parse_client_id(parameters.get("client_id"))
    # Before anything is fetched: whoever could not be recognised anyway does not learn that we looked.
    check_prefix(client_id)
    return AuthorizationRequestReference(
        client_id=client_id,
        request_uri=parameters["request_uri"],
        request_uri_method=RequestUriMethod(method or RequestUriMethod.GET),
    )


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

"""Requests through the Digital Credentials API (OpenID4VP 1.0 sections A.1 and A.2), unsigned and signed.

The browser tells the wallet the origin of the page that asks; what a request says about that is only compared
with it. Several signatures over one request are in multisigned_request.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit

from specs.encoding import EncodingError, create_json, parse_json_object
from specs.jose.algorithms import Algorithm
from specs.jose.jws import SigningInput, prepare_jws
from specs.jose.x5c import TrustAnchors
from specs.openid4vp.client_id.prefix import ClientId, Prefix, parse_client_id
from specs.openid4vp.client_id.registered import RegisteredClient
from specs.openid4vp.client_id.verify import NOBODY_REGISTERED, RequestSigner, find_signer, verify_client_id
from specs.openid4vp.errors import (
    InvalidAuthorizationRequest,
    InvalidExpectedOrigins,
    InvalidRequestObject,
    UnexpectedOrigin,
    UnsupportedResponseMode,
)
from specs.openid4vp.question import Question, parse_question
from specs.openid4vp.request_object import (
    create_request_header,
    parse_request_object,
    verify_request_claims,
    with_times,
)
from specs.openid4vp.request_parameters import BrowserRequestParameters, create_browser_parameters
from specs.openid4vp.response_mode import ResponseMode
from specs.openid4vp.transaction_data import TransactionDataType

MAX_ORIGINS: Final = 32
_MAX_ORIGIN: Final = 2048
_MODES: Final = {one.value: one for one in ResponseMode if one.browser}


class BrowserProtocol(StrEnum):
    """The member `protocol` of a request (section A.1)."""

    UNSIGNED = "openid4vp-v1-unsigned"
    SIGNED = "openid4vp-v1-signed"
    MULTISIGNED = "openid4vp-v1-multisigned"


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserRequest(Question):
    """A request to be answered to the page at `origin`, to which the presentation is bound with `nonce`.

    `client_id`, `signer`: None when it is unsigned, and then the origin is all that is known of the verifier.
    """

    origin: str
    client_id: ClientId | None = None
    signer: RequestSigner | None = None


def create_unsigned_browser_request(parameters: BrowserRequestParameters) -> dict[str, Any]:
    """The member `data` of an unsigned request: no `client_id`, no `expected_origins`, no `state`."""
    return create_browser_parameters(parameters)


def prepare_signed_browser_request(
    parameters: BrowserRequestParameters,
    *,
    client_id: ClientId,
    expected_origins: Sequence[str],
    algorithm: Algorithm,
    issued_at: datetime,
    expires_at: datetime,
    certificate_chain: Sequence[str] = (),
    key_id: str | None = None,
    insecure_allow_http: bool = False,
) -> SigningInput:
    """The bytes to sign with the client's key; what comes of them goes into create_signed_browser_request.

    `expected_origins`: of the verifier's own pages, as browsers spell them. ValueError for what a wallet
    would have to refuse, and for neither or both of `certificate_chain` and `key_id`.
    """
    if client_id.prefix is Prefix.REDIRECT_URI:
        raise ValueError("requests of this prefix cannot be signed")
    claims = create_browser_parameters(parameters) | {
        "client_id": client_id.full,
        "expected_origins": create_expected_origins(expected_origins, insecure_allow_http),
    }
    header = create_request_header(algorithm, certificate_chain, key_id)
    return prepare_jws(header, create_json(with_times(claims, issued_at, expires_at)))


def create_signed_browser_request(request_object: str) -> dict[str, Any]:
    """The member `data` of a signed request."""
    return {"request": request_object}


def create_expected_origins(origins: Sequence[str], insecure_allow_http: bool) -> list[str]:
    """The member `expected_origins`. ValueError for none, or one that no browser would spell like that."""
    if not origins or not all(_is_origin(one, insecure_allow_http) for one in origins):
        raise ValueError("expected_origins")
    return list(origins)


# The wallet's side. `origin` is always the browser's word, never the request's.


def parse_unsigned_browser_request(
    data: object, *, origin: str, transaction_data_types: Mapping[str, TransactionDataType]
) -> BrowserRequest:
    """The `data` (parsed JSON) of an unsigned request. Raises subclasses of RequestError, and InvalidQuery.

    Its `client_id` and `expected_origins` must be ignored (section A.2), and are.
    """
    if not isinstance(data, Mapping):
        raise InvalidAuthorizationRequest("data is not an object")
    return create_browser_question(data, origin, transaction_data_types)


def verify_signed_browser_request(
    data: object,
    *,
    origin: str,
    anchors: TrustAnchors,
    now: datetime,
    leeway: timedelta,
    transaction_data_types: Mapping[str, TransactionDataType],
    registered: Mapping[str, RegisteredClient] = NOBODY_REGISTERED,
) -> BrowserRequest:
    """The `data` of a signed request, known to be its client's, now, for a page of this origin.

    Raises subclasses of RequestError, UnexpectedOrigin among them, and InvalidQuery.
    """
    compact = data.get("request") if isinstance(data, Mapping) else None
    if not isinstance(compact, str):
        raise InvalidRequestObject("request is not a string")
    jws = parse_request_object(compact.encode("ascii", "replace"))
    client_id = parse_client_id(_client_id_in(jws.payload))
    signer = find_signer(client_id, jws.header, anchors=anchors, registered=registered, now=now)
    claims = verify_request_claims(jws, signer.key, now=now, leeway=leeway)
    verify_client_id(client_id, signer, response_uri=None)
    verify_origin(claims, origin, signer)
    return create_browser_question(claims, origin, transaction_data_types, client_id, signer)


def verify_origin(claims: Mapping[str, Any], origin: str, signer: RequestSigner) -> None:
    """Returns when the page is one of the signer's own: a request that others replay comes from other pages.

    Compared as plain strings (section A.2). Raises InvalidExpectedOrigins, UnexpectedOrigin.
    """
    expected = claims.get("expected_origins")
    if not isinstance(expected, list) or not 0 < len(expected) <= MAX_ORIGINS:
        raise InvalidExpectedOrigins("not a non-empty array")
    if not all(isinstance(one, str) for one in expected):
        raise InvalidExpectedOrigins("not strings")
    if origin not in expected:
        raise UnexpectedOrigin
    if signer.registered is not None and origin not in signer.registered.origins:
        raise UnexpectedOrigin("not registered")


def create_browser_question(
    claims: Mapping[str, Any],
    origin: str,
    transaction_data_types: Mapping[str, TransactionDataType],
    client_id: ClientId | None = None,
    signer: RequestSigner | None = None,
) -> BrowserRequest:
    """The request with these parameters. Raises UnsupportedResponseMode, and what parse_question raises."""
    mode = claims.get("response_mode")
    if not isinstance(mode, str) or mode not in _MODES:
        raise UnsupportedResponseMode
    asked = parse_question(claims, _MODES[mode], transaction_data_types=transaction_data_types)
    return BrowserRequest(
        origin=origin,
        client_id=client_id,
        signer=signer,
        response_mode=asked.response_mode,
        nonce=asked.nonce,
        query=asked.query,
        client_metadata=asked.client_metadata,
        encryption=asked.encryption,
        transaction_data=asked.transaction_data,
        verifier_info=asked.verifier_info,
    )


def _client_id_in(payload: bytes) -> object:
    """Who the request says signed it; whether that is so is found out next."""
    try:
        return parse_json_object(payload, max_bytes=len(payload)).get("client_id")
    except EncodingError as error:
        raise InvalidRequestObject(error.code) from error


def _is_origin(value: str, insecure_allow_http: bool) -> bool:
    """Scheme, host and perhaps a port, as in RFC 6454 section 6.2: no slash behind it, no default port."""
    if len(value) > _MAX_ORIGIN or not value.isascii() or value != value.lower():
        return False
    parts = urlsplit(value)
    allowed = ("https", "http") if insecure_allow_http else ("https",)
    return (
        parts.scheme in allowed
        and bool(parts.hostname)
        and value == f"{parts.scheme}://{parts.netloc}"
        and ("@" not in parts.netloc)
    )

"""Signed request objects (OpenID4VP 1.0 sections 5, 5.8 to 5.10; RFC 9101).

For the wallet there are two stages. Here: who asks, and where would an answer go. Until verify_request_object
has returned, nothing is sent anywhere, not even an error: the request could be anyone's. Then, in
authorization_request.py: what is asked, and a refusal from there may be sent to `response_uri`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import InitVar, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from specs.encoding import EncodingError, create_json, to_numeric_date
from specs.jose.algorithms import Algorithm, Use
from specs.jose.errors import (
    Expired,
    InvalidCertificateChain,
    InvalidClaims,
    IssuedInTheFuture,
    JoseError,
    NotYetValid,
    WrongAudience,
    WrongType,
)
from specs.jose.jws import SigningInput, UnverifiedJws, parse_jws, prepare_jws, verify_jws
from specs.jose.jwt import verify_audience, verify_times
from specs.jose.x5c import TrustAnchors, VerifiedChain, parse_x5c, verify_chain
from specs.oauth.errors import InvalidUrl
from specs.oauth.url import check_url
from specs.openid4vp.client_id.prefix import ClientId, parse_client_id
from specs.openid4vp.client_id.verify import check_prefix, verify_client_id
from specs.openid4vp.errors import (
    ClientIdChanged,
    InvalidRequestObject,
    InvalidRequestObjectSignature,
    InvalidResponseUri,
    InvalidState,
    RedirectUriWithDirectPost,
    RequestObjectNotCurrent,
    UnsupportedResponseMode,
    UntrustedVerifier,
    WrongRequestObjectAudience,
    WrongRequestObjectType,
    WrongWalletNonce,
)
from specs.openid4vp.request_parameters import RequestParameters, create_request_parameters
from specs.openid4vp.response_mode import ResponseMode
from specs.openid4vp.url_safe import is_url_safe

REQUEST_OBJECT_TYPE: Final = "oauth-authz-req+jwt"
REQUEST_OBJECT_MEDIA_TYPE: Final = "application/oauth-authz-req+jwt"
STATIC_DISCOVERY_AUDIENCE: Final = "https://self-issued.me/v2"
MAX_REQUEST_OBJECT_LENGTH: Final = 262_144

_NOT_CURRENT: Final = (Expired, NotYetValid, IssuedInTheFuture)
_SEAL: Final = object()


@dataclass(frozen=True, slots=True)
class VerifiedRequestObject:
    """Signed by this client; an answer may go to `response_uri`. Only verify_request_object makes one.

    `claims`: for parse_authorization_request.
    """

    client_id: ClientId
    response_uri: str
    response_mode: ResponseMode
    state: str | None
    chain: VerifiedChain = field(repr=False)
    claims: Mapping[str, Any] = field(repr=False)
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise RuntimeError("only verify_request_object makes a VerifiedRequestObject")


def prepare_request_object(
    parameters: RequestParameters,
    *,
    algorithm: Algorithm,
    certificate_chain: Sequence[str],
    issued_at: datetime,
    expires_at: datetime,
    wallet_nonce: str | None,
) -> SigningInput:
    """The bytes to sign with the leaf's key.

    `certificate_chain`: for `x5c`, leaf first, without the anchor. `wallet_nonce`: as posted by the wallet,
    None when it fetched with GET. ValueError when the chain is empty or the request could not be answered.
    """
    if not certificate_chain or expires_at <= issued_at:
        raise ValueError("no certificate, or expired before it is made")
    claims: dict[str, Any] = {
        "aud": STATIC_DISCOVERY_AUDIENCE,
        "iat": to_numeric_date(issued_at),
        "exp": to_numeric_date(expires_at),
        **create_request_parameters(parameters),
    }
    if wallet_nonce is not None:
        claims["wallet_nonce"] = wallet_nonce
    header = {"alg": algorithm, "typ": REQUEST_OBJECT_TYPE, "x5c": list(certificate_chain)}
    return prepare_jws(header, create_json(claims))


def parse_request_object(body: bytes) -> UnverifiedJws:
    """The body of the answer from `request_uri`; the sender may be anyone. Raises InvalidRequestObject."""
    try:
        return parse_jws(body.decode("ascii"), max_bytes=MAX_REQUEST_OBJECT_LENGTH)
    except UnicodeDecodeError as error:
        raise InvalidRequestObject("not ASCII") from error
    except (JoseError, EncodingError) as error:
        raise InvalidRequestObject(error.code) from error


def verify_request_object(
    request: UnverifiedJws,
    *,
    client_id: ClientId,
    anchors: TrustAnchors,
    now: datetime,
    leeway: timedelta,
    wallet_nonce: str | None,
    insecure_allow_http: bool = False,
) -> VerifiedRequestObject:
    """The request, known to be made by `client_id` (of the link) for a wallet, now.

    `wallet_nonce`: what this wallet posted, None when it fetched with GET. Raises subclasses of RequestError.
    """
    check_prefix(client_id)
    try:
        chain = verify_chain(parse_x5c(request.header.get("x5c")), anchors, now=now)
    except InvalidCertificateChain as error:
        raise UntrustedVerifier(error.code) from error
    claims = _verified_claims(request, chain, now=now, leeway=leeway)
    # Section 5.10.1: identical, prefix included, before anything else of the object is looked at.
    if parse_client_id(claims.get("client_id")) != client_id:
        raise ClientIdChanged
    if wallet_nonce is not None and claims.get("wallet_nonce") != wallet_nonce:
        raise WrongWalletNonce
    mode = _response_mode(claims)
    response_uri = _response_uri(claims, insecure_allow_http=insecure_allow_http)
    verify_client_id(client_id, chain, response_uri=response_uri)
    return VerifiedRequestObject(
        client_id=client_id,
        response_uri=response_uri,
        response_mode=mode,
        state=_state(claims),
        chain=chain,
        claims=claims,
        seal=_SEAL,
    )


def _verified_claims(
    jws: UnverifiedJws, chain: VerifiedChain, *, now: datetime, leeway: timedelta
) -> dict[str, Any]:
    try:
        claims = verify_jws(jws, chain.key, use=Use.REQUEST_OBJECT, typ=REQUEST_OBJECT_TYPE).claims()
        verify_times(claims, now=now, leeway=leeway)
        # Section 5.8. Requests without `aud` are in the specification's own examples, and are let through.
        if "aud" in claims:
            verify_audience(claims, STATIC_DISCOVERY_AUDIENCE)
    except WrongType as error:
        raise WrongRequestObjectType from error
    except _NOT_CURRENT as error:
        raise RequestObjectNotCurrent(error.code) from error
    except WrongAudience as error:
        raise WrongRequestObjectAudience from error
    except (InvalidClaims, EncodingError) as error:
        raise InvalidRequestObject(error.code) from error
    except JoseError as error:
        raise InvalidRequestObjectSignature(error.code) from error
    # RFC 9101 section 4: a request object does not point to another one.
    if "request" in claims or "request_uri" in claims:
        raise InvalidRequestObject("request inside a request object")
    return claims


def _response_mode(claims: Mapping[str, Any]) -> ResponseMode:
    if claims.get("response_mode") != ResponseMode.DIRECT_POST:
        raise UnsupportedResponseMode
    return ResponseMode.DIRECT_POST


def _response_uri(claims: Mapping[str, Any], *, insecure_allow_http: bool) -> str:
    if "redirect_uri" in claims:
        raise RedirectUriWithDirectPost
    uri = claims.get("response_uri")
    try:
        check_url(uri, insecure_allow_http=insecure_allow_http)
    except InvalidUrl as error:
        raise InvalidResponseUri(error.detail) from error
    return str(uri)


def _state(claims: Mapping[str, Any]) -> str | None:
    state = claims.get("state")
    if state is not None and not is_url_safe(state):
        raise InvalidState
    return state

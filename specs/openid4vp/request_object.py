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
    InvalidClaims,
    IssuedInTheFuture,
    JoseError,
    NotYetValid,
    WrongAudience,
    WrongType,
)
from specs.jose.jwk import PublicJwk
from specs.jose.jws import SigningInput, UnverifiedJws, parse_jws, prepare_jws, verify_jws
from specs.jose.jwt import verify_audience, verify_times
from specs.jose.x5c import TrustAnchors
from specs.openid4vp.answer_address import parse_answer_address
from specs.openid4vp.client_id.prefix import ClientId, Prefix, parse_client_id
from specs.openid4vp.client_id.registered import RegisteredClient
from specs.openid4vp.client_id.verify import NOBODY_REGISTERED, RequestSigner, find_signer, verify_client_id
from specs.openid4vp.errors import (
    ClientIdChanged,
    InvalidRequestObject,
    InvalidRequestObjectSignature,
    RequestObjectNotCurrent,
    WrongRequestObjectAudience,
    WrongRequestObjectType,
    WrongWalletNonce,
)
from specs.openid4vp.request_parameters import RequestParameters, create_request_parameters
from specs.openid4vp.response_mode import ResponseMode

REQUEST_OBJECT_TYPE: Final = "oauth-authz-req+jwt"
REQUEST_OBJECT_MEDIA_TYPE: Final = "application/oauth-authz-req+jwt"
STATIC_DISCOVERY_AUDIENCE: Final = "https://self-issued.me/v2"
MAX_REQUEST_OBJECT_LENGTH: Final = 262_144

_NOT_CURRENT: Final = (Expired, NotYetValid, IssuedInTheFuture)
_SEAL: Final = object()


@dataclass(frozen=True, slots=True)
class VerifiedRequestObject:
    """Signed by this client; an answer may go to `response_uri`. Only verify_request_object makes one.

    `claims`: for parse_authorization_request. `signer`: who is known to have signed.
    """

    client_id: ClientId
    response_uri: str
    response_mode: ResponseMode
    state: str | None
    signer: RequestSigner = field(repr=False)
    claims: Mapping[str, Any] = field(repr=False)
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise RuntimeError("only verify_request_object makes a VerifiedRequestObject")


def prepare_request_object(
    parameters: RequestParameters,
    *,
    algorithm: Algorithm,
    issued_at: datetime,
    expires_at: datetime,
    wallet_nonce: str | None,
    certificate_chain: Sequence[str] = (),
    key_id: str | None = None,
) -> SigningInput:
    """The bytes to sign with the client's key.

    `certificate_chain`: for `x5c`, leaf first, without the anchor. `key_id`: instead of it, for a registered
    client. `wallet_nonce`: as posted by the wallet, None when it fetched with GET. ValueError when neither or
    both of chain and key id are there, or the request could not be answered.
    """
    if parameters.client_id.prefix is Prefix.REDIRECT_URI:
        raise ValueError("requests of this prefix cannot be signed")
    claims = create_request_parameters(parameters)
    if wallet_nonce is not None:
        claims["wallet_nonce"] = wallet_nonce
    header = create_request_header(algorithm, certificate_chain, key_id)
    return prepare_jws(header, create_json(with_times(claims, issued_at, expires_at)))


def create_request_header(
    algorithm: Algorithm, certificate_chain: Sequence[str], key_id: str | None
) -> dict[str, Any]:
    """The protected header. ValueError unless exactly one of chain and key id is there."""
    if bool(certificate_chain) == bool(key_id):
        raise ValueError("a certificate or a key id is needed")
    signer = {"x5c": list(certificate_chain)} if certificate_chain else {"kid": key_id}
    return {"alg": algorithm, "typ": REQUEST_OBJECT_TYPE, **signer}


def with_times(claims: Mapping[str, Any], issued_at: datetime, expires_at: datetime) -> dict[str, Any]:
    """The claims with audience and times. ValueError when they would have expired before they are made."""
    if expires_at <= issued_at:
        raise ValueError("expired before it is made")
    times = {"iat": to_numeric_date(issued_at), "exp": to_numeric_date(expires_at)}
    return {"aud": STATIC_DISCOVERY_AUDIENCE, **times, **claims}


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
    registered: Mapping[str, RegisteredClient] = NOBODY_REGISTERED,
    request_uri: str | None = None,
    insecure_allow_http: bool = False,
) -> VerifiedRequestObject:
    """The request, known to be made by `client_id` (of the link) for a wallet, now.

    `wallet_nonce`: what this wallet posted, None when it fetched with GET. `registered`: clients known
    beforehand, by their identifier. `request_uri`: where it was fetched; verifiers that are in use name that
    as the audience. Raises subclasses of RequestError.
    """
    signer = find_signer(client_id, request.header, anchors=anchors, registered=registered, now=now)
    claims = verify_request_claims(request, signer.key, now=now, leeway=leeway, request_uri=request_uri)
    # Section 5.10.1: identical, prefix included, before anything else of the object is looked at.
    if parse_client_id(claims.get("client_id")) != client_id:
        raise ClientIdChanged
    if wallet_nonce is not None and claims.get("wallet_nonce") != wallet_nonce:
        raise WrongWalletNonce
    address = parse_answer_address(claims, insecure_allow_http=insecure_allow_http)
    verify_client_id(client_id, signer, response_uri=address.response_uri)
    return VerifiedRequestObject(
        client_id=client_id,
        response_uri=address.response_uri,
        response_mode=address.response_mode,
        state=address.state,
        signer=signer,
        claims=claims,
        seal=_SEAL,
    )


def verify_request_claims(
    jws: UnverifiedJws, key: PublicJwk, *, now: datetime, leeway: timedelta, request_uri: str | None = None
) -> dict[str, Any]:
    """The claims of a request object that `key` signed for any wallet, now. Whose key it is: find_signer.

    Raises InvalidRequestObject and its subclasses.
    """
    try:
        claims = verify_jws(jws, key, use=Use.REQUEST_OBJECT, typ=REQUEST_OBJECT_TYPE).claims()
        verify_times(claims, now=now, leeway=leeway)
        # Section 5.8. Requests without `aud` are in the specification's own examples, and are let through.
        # credo-ts 0.6.3 names the address of the request itself, which says no more and no less.
        if "aud" in claims and not (request_uri and claims["aud"] == request_uri):
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

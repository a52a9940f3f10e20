"""Requests through the Digital Credentials API with several signatures (OpenID4VP 1.0 section A.2).

One payload, signed once for each client identifier that the verifier has: a wallet takes the first that it
recognises. What belongs to one client stands in the protected header of its signature, and only there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from specs.encoding import EncodingError, b64url_encode, create_json
from specs.jose.algorithms import Algorithm
from specs.jose.errors import JoseError
from specs.jose.jws import SigningInput, UnverifiedJws, parse_jws, prepare_jws
from specs.jose.x5c import TrustAnchors
from specs.openid4vp.browser_request import (
    BrowserRequest,
    create_browser_question,
    create_expected_origins,
    verify_origin,
)
from specs.openid4vp.client_id.prefix import ClientId, Prefix, parse_client_id
from specs.openid4vp.client_id.registered import RegisteredClient
from specs.openid4vp.client_id.verify import NOBODY_REGISTERED, find_signer, verify_client_id
from specs.openid4vp.errors import InvalidRequestObject, RequestError, UntrustedVerifier
from specs.openid4vp.request_object import (
    MAX_REQUEST_OBJECT_LENGTH,
    create_request_header,
    verify_request_claims,
    with_times,
)
from specs.openid4vp.request_parameters import BrowserRequestParameters, create_browser_parameters
from specs.openid4vp.transaction_data import TransactionDataType
from specs.openid4vp.verifier_info import VerifierInfo, create_verifier_info

MAX_SIGNATURES: Final = 8
_OF_THE_CLIENT: Final = ("client_id", "verifier_info")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSignature:
    """One of the verifier's clients, and what others say about that one. A chain, or the `kid` of a key."""

    client_id: ClientId
    algorithm: Algorithm
    certificate_chain: Sequence[str] = ()
    key_id: str | None = None
    verifier_info: Sequence[VerifierInfo] = ()


@dataclass(frozen=True, slots=True)
class PreparedMultisignedRequest:
    """The bytes for each client to sign, in their order."""

    inputs: tuple[SigningInput, ...]

    def attach(self, signatures: Sequence[bytes]) -> dict[str, Any]:
        """The member `data`. ValueError unless there is one signature for each client."""
        parts = [one.data.decode("ascii").split(".") for one in self.inputs]
        return {
            "request": {
                "payload": parts[0][1],
                "signatures": [
                    {"protected": protected, "signature": b64url_encode(signature)}
                    for (protected, _), signature in zip(parts, signatures, strict=True)
                ],
            }
        }


def prepare_multisigned_browser_request(
    parameters: BrowserRequestParameters,
    *,
    clients: Sequence[ClientSignature],
    expected_origins: Sequence[str],
    issued_at: datetime,
    expires_at: datetime,
    insecure_allow_http: bool = False,
) -> PreparedMultisignedRequest:
    """The bytes to sign. `verifier_info` is each client's own.

    ValueError for no clients, the same one twice, `verifier_info` in `parameters`, and for what a wallet
    would have to refuse.
    """
    names = [one.client_id.full for one in clients]
    if not 0 < len(clients) <= MAX_SIGNATURES or len(set(names)) != len(names) or parameters.verifier_info:
        raise ValueError("clients, each with its own verifier_info")
    if any(one.client_id.prefix is Prefix.REDIRECT_URI for one in clients):
        raise ValueError("requests of this prefix cannot be signed")
    claims = create_browser_parameters(parameters)
    claims["expected_origins"] = create_expected_origins(expected_origins, insecure_allow_http)
    payload = create_json(with_times(claims, issued_at, expires_at))
    return PreparedMultisignedRequest(tuple(prepare_jws(_header_of(one), payload) for one in clients))


def verify_multisigned_browser_request(
    data: object,
    *,
    origin: str,
    anchors: TrustAnchors,
    now: datetime,
    leeway: timedelta,
    transaction_data_types: Mapping[str, TransactionDataType],
    registered: Mapping[str, RegisteredClient] = NOBODY_REGISTERED,
) -> BrowserRequest:
    """The `data` of a request with several signatures, known to be the first client's that we recognise.

    A signature that says nothing to us, or is not good, is passed over as long as another one is: all are
    over the same request. Raises subclasses of RequestError, and specs.dcql's InvalidQuery.
    """
    payload, entries = _parse(data)
    failure: RequestError = UntrustedVerifier("no signatures")
    for entry in entries:
        try:
            jws = _parse_one(entry, payload)
            client_id = parse_client_id(jws.header.get("client_id"))
            signer = find_signer(client_id, jws.header, anchors=anchors, registered=registered, now=now)
            claims = verify_request_claims(jws, signer.key, now=now, leeway=leeway)
            verify_client_id(client_id, signer, response_uri=None)
        except RequestError as error:
            failure = error
            continue
        # Who asks is settled; what is asked is the same in the name of any other.
        verify_origin(claims, origin, signer)
        return create_browser_question(
            _with_own(claims, jws), origin, transaction_data_types, client_id, signer
        )
    raise failure


def _with_own(claims: Mapping[str, Any], jws: UnverifiedJws) -> dict[str, Any]:
    """The parameters with those of this client, from its protected header."""
    if any(name in claims for name in _OF_THE_CLIENT):
        raise InvalidRequestObject("a member of one client in the payload of all")
    own = {"verifier_info": jws.header["verifier_info"]} if "verifier_info" in jws.header else {}
    return {**claims, **own}


def _header_of(client: ClientSignature) -> dict[str, Any]:
    header = create_request_header(client.algorithm, client.certificate_chain, client.key_id)
    header["client_id"] = client.client_id.full
    if client.verifier_info:
        header["verifier_info"] = create_verifier_info(client.verifier_info)
    return header


def _parse(data: object) -> tuple[str, Sequence[object]]:
    """Payload and signatures (RFC 7515 section 7.2.1)."""
    request = data.get("request") if isinstance(data, Mapping) else None
    if not isinstance(request, Mapping):
        raise InvalidRequestObject("request is not an object")
    payload, signatures = request.get("payload"), request.get("signatures")
    if not isinstance(payload, str) or not isinstance(signatures, list):
        raise InvalidRequestObject("payload or signatures")
    if not 0 < len(signatures) <= MAX_SIGNATURES:
        raise InvalidRequestObject("number of signatures")
    return payload, signatures


def _parse_one(one: object, payload: str) -> UnverifiedJws:
    """One signature with the payload, as if it stood alone."""
    if not isinstance(one, Mapping) or "header" in one:
        # Members outside the signature: nothing here may stand there (section A.2).
        raise InvalidRequestObject("an unprotected header")
    protected, signature = one.get("protected"), one.get("signature")
    if not isinstance(protected, str) or not isinstance(signature, str):
        raise InvalidRequestObject("protected or signature")
    try:
        return parse_jws(f"{protected}.{payload}.{signature}", max_bytes=MAX_REQUEST_OBJECT_LENGTH)
    except (JoseError, EncodingError) as error:
        raise InvalidRequestObject(error.code) from error

"""A verifier in memory: its requests can be changed, and it looks at what it is sent."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec

from specs.dcql import parse_dcql_query
from specs.encoding import b64url_encode, create_json
from specs.jose import (
    Algorithm,
    Encryption,
    PublicJwk,
    TrustAnchors,
    UnverifiedJwe,
    create_public_jwk,
    create_x5c,
    prepare_jws,
    public_jwk_of,
    trust_anchors,
)
from specs.jose.signatures import sign_with
from specs.openid4vp import (
    REQUEST_OBJECT_MEDIA_TYPE,
    REQUEST_OBJECT_TYPE,
    STATIC_DISCOVERY_AUDIENCE,
    AuthorizationRequestReference,
    ClientId,
    RequestParameters,
    RequestUriMethod,
    VpErrorResponse,
    VpTokenResponse,
    create_authorization_request_uri,
    create_client_metadata,
    create_redirect_uri,
    create_signed_request_uri,
    create_unsigned_request_uri,
    create_vp_formats,
    create_x509_hash,
    decrypt_response,
    parse_direct_post,
    parse_direct_post_jwt,
    verify_state,
    verify_vp_token_form,
)
from specs.sd_jwt import KeyBindingPolicy
from specs.sd_jwt_vc import VerifiedCredential, parse_credential, verify_credential
from tests.simulators.internet import NOT_FOUND, Call, SimulatedInternet, json_answer
from tests.simulators.issuer import VCT, SimulatedIssuer, authority, signer_below
from tests.specs.jose.certificates import Issued
from wallet_api.ports import HttpAnswer

ORIGIN = "https://verifier.example"
RESPONSE_URI = f"{ORIGIN}/responses/1"
NONCE = "n-0S6_WzA2MjzX4k0uYJxA"
STATE = "state-1"
AGE: dict[str, Any] = {
    "credentials": [
        {
            "id": "age",
            "format": "dc+sd-jwt",
            "meta": {"vct_values": [VCT]},
            "claims": [{"path": ["age_equal_or_over", "19"], "values": [True]}],
        }
    ]
}


FORMATS = create_vp_formats(credential_algorithms=["ES256"], key_binding_algorithms=["ES256"])
RESPONSE_KEY = ec.derive_private_key(0x5E5, ec.SECP256R1())
RESPONSE_JWK = public_jwk_of(RESPONSE_KEY.public_key(), kid="response-1")
RECEIPT_KEY = ec.derive_private_key(0x4EC, ec.SECP256R1())


@dataclass(slots=True)
class SimulatedVerifier:
    """``claims``: what stands in the request object in place of the good; None leaves a member out."""

    now: datetime
    query: dict[str, Any] = field(default_factory=lambda: AGE)
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    method: RequestUriMethod = RequestUriMethod.POST
    linked_client: ClientId | None = None
    signed_by: Issued | None = None
    tamper: Callable[[bytes], bytes] = lambda body: body
    request_answer: Callable[[], HttpAnswer] | None = None
    response_answer: Callable[[], HttpAnswer] = lambda: json_answer({})
    root: Issued = field(init=False)
    signer: Issued = field(init=False)
    responses: list[VpTokenResponse | VpErrorResponse] = field(default_factory=list)
    forms: list[tuple[tuple[str, str], ...]] = field(default_factory=list)
    receipts: dict[str, str] = field(default_factory=dict)
    receipts_asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.root = authority(self.now)
        self.signer = signer_below(self.root, self.now, "verifier.example")

    @property
    def anchors(self) -> TrustAnchors:
        return trust_anchors([self.root.certificate])

    @property
    def client_id(self) -> ClientId:
        return client_id_of(self.signer)

    def connect(self, internet: SimulatedInternet) -> None:
        internet.sites[ORIGIN] = self.answer

    def link(self) -> str:
        reference = AuthorizationRequestReference(
            self.linked_client or self.client_id, f"{ORIGIN}/request-objects/1", self.method
        )
        return create_authorization_request_uri(reference)

    def answer(self, call: Call) -> HttpAnswer:
        path = urlsplit(call.url).path
        if path == "/request-objects/1":
            return self.request_answer() if self.request_answer else self._request_object(call)
        if path == "/responses/1":
            self.forms.append(call.fields)
            self.responses.append(self._read(call.fields))
            return self.response_answer()
        if path == "/receipts":
            return self._receipt(dict(call.fields).get("response_code", ""))
        if path == "/jwks":
            return json_answer({"keys": [create_public_jwk(RECEIPT_KEY.public_key(), kid="receipt-1")]})
        return NOT_FOUND

    def encrypt(self, enc: Sequence[str] = ("A128GCM", "A256GCM")) -> None:
        """Asks for encrypted answers from now on."""
        self.claims |= {
            "response_mode": "direct_post.jwt",
            "client_metadata": create_client_metadata(
                FORMATS, jwks=[RESPONSE_JWK], encryptions=[Encryption(one) for one in enc]
            ),
        }

    def link_by_value(self) -> str:
        """The signed request in the link."""
        return create_signed_request_uri(self.client_id, self.signed_request().decode())

    def unsigned_link(self, **changes: Any) -> str:
        """The request in the clear, by nobody in particular."""
        parameters: dict[str, Any] = {
            "client_id": create_redirect_uri(RESPONSE_URI),
            "response_uri": RESPONSE_URI,
            "nonce": NONCE,
            "state": STATE,
            "query": parse_dcql_query(self.query),
            "client_metadata": create_client_metadata(FORMATS),
        } | changes
        return create_unsigned_request_uri(RequestParameters(**parameters))

    def sign(self, typ: str, claims: Mapping[str, Any], signer: Issued | None = None) -> str:
        """Anything, with the key of the certificate."""
        by = signer or self.signer
        header = {"alg": "ES256", "typ": typ, "x5c": create_x5c([by.certificate])}
        prepared = prepare_jws(header, create_json(dict(claims)))
        return prepared.attach(sign_with(by.key, Algorithm.ES256, prepared.data))

    def _read(self, fields: Sequence[tuple[str, str]]) -> VpTokenResponse | VpErrorResponse:
        if "response" not in dict(fields):
            return parse_direct_post(fields)
        jwe = parse_direct_post_jwt(fields)
        assert isinstance(jwe, UnverifiedJwe)
        return self.decrypt(jwe)

    def decrypt(self, jwe: UnverifiedJwe) -> VpTokenResponse | VpErrorResponse:
        """What was encrypted to the response key."""
        assert isinstance(jwe.epk.key, ec.EllipticCurvePublicKey)
        return decrypt_response(jwe, RESPONSE_KEY.exchange(ec.ECDH(), jwe.epk.key), key_id="response-1")

    def _receipt(self, code: str) -> HttpAnswer:
        self.receipts_asked.append(code)
        receipt = self.receipts.pop(code, None)
        if receipt is None:
            return NOT_FOUND
        return HttpAnswer(200, "application/trillium-receipt+jwt", receipt.encode())

    def verify_last(self, issuer: SimulatedIssuer) -> Mapping[str, list[VerifiedCredential]]:
        """The last response, checked as section 8.6 asks; raises what is wrong with it."""
        response = self.responses[-1]
        verify_state(response, STATE)
        assert isinstance(response, VpTokenResponse)
        verify_vp_token_form(response.vp_token, parse_dcql_query(self.query))
        policy = KeyBindingPolicy(NONCE, self.client_id.full, timedelta(minutes=5))
        return {
            query_id: [
                verify_credential(
                    parse_credential(one),
                    issuer_key(issuer),
                    key_binding=policy,
                    now=self.now,
                    leeway=timedelta(seconds=60),
                    required=("exp",),
                )
                for one in presentations
            ]
            for query_id, presentations in response.vp_token.items()
        }

    def _request_object(self, call: Call) -> HttpAnswer:
        signed = self.signed_request(dict(call.fields).get("wallet_nonce"))
        return HttpAnswer(200, REQUEST_OBJECT_MEDIA_TYPE, self.tamper(signed))

    def signed_request(self, wallet_nonce: str | None = None) -> bytes:
        """The request object."""
        good: dict[str, Any] = {
            "client_id": self.client_id.full,
            "aud": STATIC_DISCOVERY_AUDIENCE,
            "iat": int(self.now.timestamp()),
            "exp": int(self.now.timestamp()) + 300,
            "response_type": "vp_token",
            "response_mode": "direct_post",
            "response_uri": RESPONSE_URI,
            "nonce": NONCE,
            "state": STATE,
            "dcql_query": self.query,
            "client_metadata": create_client_metadata(FORMATS),
        }
        if wallet_nonce is not None:
            good["wallet_nonce"] = wallet_nonce
        body = {name: value for name, value in (good | self.claims).items() if value is not None}
        signer = self.signed_by or self.signer
        header = {
            "alg": "ES256",
            "typ": REQUEST_OBJECT_TYPE,
            "x5c": create_x5c([signer.certificate]),
        } | self.header
        prepared = prepare_jws(
            {name: value for name, value in header.items() if value is not None}, create_json(body)
        )
        return prepared.attach(sign_with(signer.key, Algorithm.ES256, prepared.data)).encode()


def client_id_of(signer: Issued) -> ClientId:
    """``x509_hash:`` of a certificate."""
    algorithm = signer.certificate.signature_hash_algorithm
    assert algorithm is not None
    return create_x509_hash(b64url_encode(signer.certificate.fingerprint(algorithm)))


def issuer_key(issuer: SimulatedIssuer) -> PublicJwk:
    """The key of an issuer's certificate."""
    return public_jwk_of(issuer.signer.key.public_key())

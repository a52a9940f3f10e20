"""A wallet made of our protocol cores and nothing else, so that other software can look at each step."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jwcrypto.jwk import JWK

from specs.dcql import SD_JWT_VC, Candidate, DcqlQuery, match_query, suggest_choice, verify_choice
from specs.encoding import create_json
from specs.jose import Algorithm, TrustAnchors, public_jwk_of, sign_with, trust_anchors
from specs.jose.jwe import IV_BYTES
from specs.oauth import (
    PreAuthorizedCodeRequest,
    authorization_server_metadata_url,
    create_token_request,
    parse_authorization_server_metadata,
    parse_token_response,
)
from specs.openid4vci import (
    CredentialOffer,
    CredentialResponse,
    create_credential_request,
    credential_issuer_metadata_url,
    parse_credential_offer_uri,
    parse_credential_response,
    parse_issuer_metadata,
    parse_nonce_response,
    prepare_key_proof,
)
from specs.openid4vp import (
    AuthorizationRequest,
    choose_response_encryption,
    create_direct_post_jwt,
    parse_authorization_request,
    parse_authorization_request_uri,
    parse_request_object,
    verify_request_object,
)
from specs.sd_jwt import open_held_sd_jwt, parse_sd_jwt, prepare_key_binding, select_disclosures
from tests.interop.server_process import TIMEOUT_S

LEEWAY = timedelta(seconds=60)
WALLET_NONCE = "a-nonce-of-the-wallet"


@dataclass(frozen=True)
class Card:
    """A credential of one copy, its key, and the access token it was fetched with."""

    text: str
    key: ec.EllipticCurvePrivateKey
    access_token: str

    def jwk(self) -> JWK:
        """The private key as another library wants it."""
        return JWK.from_pem(self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))

    def sign(self, data: bytes) -> bytes:
        return sign_with(self.key, Algorithm.ES256, data)


@dataclass(frozen=True)
class CoresWallet:
    """`verifiers`: whom it lets ask."""

    client: httpx.Client
    verifiers: TrustAnchors

    def receive(self, offer: dict[str, Any]) -> Card:
        """Redeems an offer by value of one credential."""
        link = parse_credential_offer_uri(offer["credential_offer_link"], insecure_allow_http=True)
        assert isinstance(link, CredentialOffer)
        assert link.pre_authorized_code is not None
        issuer = link.credential_issuer
        metadata = parse_issuer_metadata(
            self._get(credential_issuer_metadata_url(issuer)),
            credential_issuer=issuer,
            insecure_allow_http=True,
        )
        server = parse_authorization_server_metadata(
            self._get(authorization_server_metadata_url(issuer)), issuer=issuer, insecure_allow_http=True
        )
        grant = PreAuthorizedCodeRequest(link.pre_authorized_code.pre_authorized_code, offer["tx_code"])
        token = parse_token_response(
            self._post(server.token_endpoint, data=dict(create_token_request(grant)))
        )
        assert metadata.nonce_endpoint is not None
        nonce = parse_nonce_response(self._post(metadata.nonce_endpoint))
        key = ec.generate_private_key(ec.SECP256R1())
        proof = prepare_key_proof(
            public_jwk_of(key.public_key()),
            credential_issuer=issuer,
            nonce=nonce,
            issued_at=datetime.now(UTC),
        )
        (configuration_id,) = link.credential_configuration_ids
        request = create_credential_request(
            proofs=[proof.attach(sign_with(key, Algorithm.ES256, proof.data))],
            credential_configuration_id=configuration_id,
        )
        answer = self._post(
            metadata.credential_endpoint,
            content=create_json(request),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {token.access_token}"},
        )
        response = parse_credential_response(answer, number_of_keys=1)
        assert isinstance(response, CredentialResponse)
        (text,) = response.credentials
        return Card(str(text), key, token.access_token)

    def read(self, authorization_request: str) -> AuthorizationRequest:
        """Fetches a request by POST, with a nonce of its own (5.04), and verifies who asks."""
        reference = parse_authorization_request_uri(authorization_request, insecure_allow_http=True)
        answer = self._post(reference.request_uri, data={"wallet_nonce": WALLET_NONCE})
        verified = verify_request_object(
            parse_request_object(answer),
            client_id=reference.client_id,
            anchors=self.verifiers,
            now=datetime.now(UTC),
            leeway=LEEWAY,
            wallet_nonce=WALLET_NONCE,
            insecure_allow_http=True,
        )
        return parse_authorization_request(verified, transaction_data_types={})

    def answer(self, request: AuthorizationRequest, card: Card) -> dict[str, str]:
        """The presentation that the query asks for, by query id."""
        held = open_held_sd_jwt(parse_sd_jwt(card.text))
        presentations = {}
        for query_id, paths in _selected(request.query, held.processed.claims_as_issued()).items():
            prepared = prepare_key_binding(
                select_disclosures(held, paths),
                nonce=request.nonce,
                audience=request.client_id.full,
                issued_at=datetime.now(UTC),
                algorithm=Algorithm.ES256,
            )
            presentations[query_id] = prepared.attach(card.sign(prepared.signing_input.data))
        return presentations

    def send(self, request: AuthorizationRequest, presentations: dict[str, str]) -> None:
        """By direct_post.jwt, whoever made the presentations."""
        form = create_direct_post_jwt(
            {query_id: [text] for query_id, text in presentations.items()},
            request.state,
            encryption=choose_response_encryption(request.client_metadata),
            ephemeral=ec.generate_private_key(ec.SECP256R1()),
            iv=os.urandom(IV_BYTES),
        )
        self._post(request.response_uri, data=dict(form))

    def _get(self, url: str) -> bytes:
        return self.client.get(url).raise_for_status().content

    def _post(self, url: str, **message: Any) -> bytes:
        return self.client.post(url, **message).raise_for_status().content


def open_cores_wallet(verifier_anchors: list[str]) -> CoresWallet:
    certificates = [x509.load_pem_x509_certificate(pem.encode()) for pem in verifier_anchors]
    return CoresWallet(httpx.Client(timeout=TIMEOUT_S, trust_env=False), trust_anchors(certificates))


def _selected(query: DcqlQuery, claims: Any) -> dict[str, list[tuple[str | int | None, ...]]]:
    card = Candidate(
        credential_id="card", format=SD_JWT_VC, types=(claims["vct"],), claims=claims, holder_bound=True
    )
    match = match_query(query, [card])
    chosen = verify_choice(match, suggest_choice(match))
    return {query_id: list(selection.disclose) for query_id, (selection,) in chosen.items()}

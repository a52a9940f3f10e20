"""Wallets that are ready to ask: tokens, nonces and key proofs, made beforehand by the issuer's services."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from bench.load import post
from bench.presentations import LIST_FILE
from bench.surroundings import BASE, SUBJECT, issuer_without_database
from issuer.app import Issuer
from issuer.domain.authorization import ANONYMOUS
from issuer.domain.event import Actor
from issuer.domain.offer import ConfigurationId
from issuer.domain.records import ListId
from issuer.services.authorize_request import Grant
from issuer.services.issue_credential import IssuedCredentials
from keys import KeyPurpose
from specs.encoding import create_json
from specs.jose import Algorithm, prepare_jws, public_jwk_of, sign_with
from specs.oauth import PreAuthorizedCodeRequest
from specs.openid4vci import parse_credential_request, prepare_key_proof
from specs.sd_jwt import HeldSdJwt, open_held_sd_jwt
from specs.sd_jwt_vc import parse_credential
from specs.token_status_list import parse_status_reference
from trillium.runtime.bodies import JSON

TYPE = ConfigurationId("photo-card")


@dataclass
class Wallets:
    """`var_dir`: where the server has its keys; what is made here is good there."""

    var_dir: Path
    issuer: Issuer = field(init=False)

    def __post_init__(self) -> None:
        self.issuer = issuer_without_database(self.var_dir)

    def requests(self, count: int, *, proofs: int = 1) -> Sequence[bytes]:
        """Credential requests; no two share a nonce or a key."""
        token = asyncio.run(self._token())
        authorization = [f"Authorization: Bearer {token}"]
        return [post("/issuer/credential", JSON, self._body(proofs), authorization) for _ in range(count)]

    async def _token(self) -> str:
        offer = await self.issuer.offers.create(
            SUBJECT, (TYPE,), with_transaction_code=False, actor=Actor("management")
        )
        return (await self.issuer.tokens(PreAuthorizedCodeRequest(offer.code, None), ANONYMOUS)).access_token

    def _body(self, proofs: int, keys: Sequence[ec.EllipticCurvePrivateKey] = ()) -> bytes:
        nonce, now = self.issuer.credentials.nonces(), self.issuer.outside.clock.now()
        texts = []
        for key in keys or [ec.generate_private_key(ec.SECP256R1()) for _ in range(proofs)]:
            public = public_jwk_of(key.public_key())
            proof = prepare_key_proof(public, credential_issuer=f"{BASE}/issuer", nonce=nonce, issued_at=now)
            texts.append(proof.attach(sign_with(key, Algorithm.ES256, proof.data)))
        return create_json({"credential_configuration_id": TYPE, "proofs": {"jwt": texts}})

    def credential(self, key: ec.EllipticCurvePrivateKey) -> HeldSdJwt:
        """One that is held, and the list with its status where the verifier will find it."""
        return asyncio.run(self._credential(key))

    async def _credential(self, key: ec.EllipticCurvePrivateKey) -> HeldSdJwt:
        grant = Grant(SUBJECT, frozenset({TYPE}), None)
        request = parse_credential_request(self._body(1, [key]))
        issued = await self.issuer.credentials(grant, request)
        assert isinstance(issued, IssuedCredentials)
        [text] = issued.credentials
        sd_jwt = parse_credential(text).sd_jwt
        uri = parse_status_reference(sd_jwt.payload["status"]).uri
        served = await self.issuer.lists.get(ListId(uri.rpartition("/")[2]))
        (self.var_dir / LIST_FILE).write_bytes(served.token)
        return open_held_sd_jwt(sd_jwt)

    def without_status(self, held: HeldSdJwt) -> HeldSdJwt:
        """The same credential for a verifier that would fetch the list each time: less work for it."""
        jws = held.sd_jwt.jws
        payload = {name: value for name, value in held.sd_jwt.payload.items() if name != "status"}
        prepared = prepare_jws({**jws.header, "x5c": list(jws.header["x5c"])}, create_json(payload))
        signer = self.issuer.ring.signer_for(KeyPurpose.CREDENTIAL, self.issuer.outside.clock.now())
        text = "~".join(
            (prepared.attach(asyncio.run(signer.sign(prepared.data))), *held.sd_jwt.disclosures, "")
        )
        return open_held_sd_jwt(parse_credential(text).sd_jwt)

"""The peers in Python, on the same claims: `sd-jwt` (the reference of RFC 9901) and `openvc-core`."""

from dataclasses import dataclass
from typing import Any

from jwcrypto.jwk import JWK
from openvc.proof.sd_jwt import SdJwtVcProofSuite
from sd_jwt.common import SDObj
from sd_jwt.holder import SDJWTHolder
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.verifier import SDJWTVerifier

from bench.example import AUDIENCE, CLEAR, DISCLOSABLE, NAMES, NONCE, NOW, Example


def _key() -> JWK:
    return JWK.generate(kty="EC", crv="P-256")


@dataclass
class Reference:
    """Keys of its own; claims and header are those of the example."""

    example: Example

    def __post_init__(self) -> None:
        self.issuer_key, self.holder_key = _key(), _key()
        self.issuer_public = JWK.from_json(self.issuer_key.export_public())
        self.holder_public = JWK.from_json(self.holder_key.export_public())
        self.registered = {k: v for k, v in self.example.envelope().claims().items() if k != "cnf"}
        self.header = {k: v for k, v in self.example.header.members.items() if k != "alg"}

    def issue(self) -> str:
        claims = {**self.registered, **{SDObj(k): v for k, v in DISCLOSABLE.items()}, **CLEAR}
        made = SDJWTIssuer(claims, self.issuer_key, self.holder_public, extra_header_parameters=self.header)
        return str(made.sd_jwt_issuance)

    def open(self, credential: str) -> Any:
        return SDJWTHolder(credential)

    def present(self, holder: Any, count: int) -> str:
        holder.create_presentation(dict.fromkeys(NAMES[:count], True), NONCE, AUDIENCE, self.holder_key)
        return str(holder.sd_jwt_presentation)

    def verify(self, presentation: str) -> Any:
        """It checks neither times nor the type, nor reads JSON strictly."""
        verifier = SDJWTVerifier(presentation, lambda _iss, _header: self.issuer_public, AUDIENCE, NONCE)
        return verifier.get_verified_payload()


@dataclass
class OtherVerifier:
    """`openvc-core` reads our own presentation with the issuer's key in hand; it validates no chain here."""

    example: Example

    def __post_init__(self) -> None:
        self.suite = SdJwtVcProofSuite()
        self.issuer_jwk = dict(self.example.signer.public_jwk.members)

    def verify(self, presentation: str) -> Any:
        """The times of the credential are checked against the clock of the machine."""
        return self.suite.verify(
            presentation,
            public_key_jwk=self.issuer_jwk,
            audience=AUDIENCE,
            nonce=NONCE,
            require_key_binding=True,
            now=NOW,
        )

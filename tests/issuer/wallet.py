"""The wallet's side of an issuance, and every way to get a key proof wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from keys import KeyPurpose, KeyRing
from specs.encoding import b64url_encode, create_json
from specs.jose import Algorithm, PublicJwk, parse_x5c, public_jwk_of, sign_with, verify_chain
from specs.openid4vci import KEY_PROOF_TYPE
from specs.sd_jwt_vc import VerifiedCredential, parse_credential, verify_issued_credential
from specs.token_status_list import (
    VerifiedStatusListToken,
    parse_status_list_token,
    verify_status_list_token,
)


@cache
def _private_key(number: int) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def holder_key(number: int = 0) -> PublicJwk:
    """The public part of the wallet's key of that number."""
    return public_jwk_of(_private_key(number).public_key())


def private_members(number: int = 0) -> dict[str, Any]:
    """The key as a JWK with the part that must never travel."""
    secret = _private_key(number).private_numbers().private_value.to_bytes(32, "big")
    return {**holder_key(number).members, "d": b64url_encode(secret)}


@dataclass(frozen=True)
class Prover:
    """Makes key proofs for one issuer at one moment."""

    credential_issuer: str
    now: datetime

    def proof(
        self,
        nonce: str,
        number: int = 0,
        *,
        claims: dict[str, Any] | None = None,
        header: dict[str, Any] | None = None,
    ) -> str:
        """A good proof but for what is changed; a member changed to None is left out."""
        body = {"aud": self.credential_issuer, "iat": int(self.now.timestamp()), "nonce": nonce}
        head = {"alg": "ES256", "typ": KEY_PROOF_TYPE, "jwk": dict(holder_key(number).members)}
        return sign(_without_none(head | (header or {})), _without_none(body | (claims or {})), number)

    def proofs(self, nonce: str, count: int, *, start: int = 0) -> list[str]:
        """Good proofs for different keys."""
        return [self.proof(nonce, start + number) for number in range(count)]


def sign(header: dict[str, Any], claims: dict[str, Any], number: int = 0) -> str:
    """A compact JWS by the wallet's key; with any header at all, those of no honest wallet too."""
    data = f"{b64url_encode(create_json(header))}.{b64url_encode(create_json(claims))}".encode()
    signature = sign_with(_private_key(number), Algorithm.ES256, data)
    return f"{data.decode()}.{b64url_encode(signature)}"


def request_body(
    proofs: Sequence[str], configuration_id: str = "photo-card", **members: Any
) -> dict[str, Any]:
    """A credential request."""
    return {"credential_configuration_id": configuration_id, "proofs": {"jwt": list(proofs)}, **members}


@dataclass(frozen=True)
class Inspector:
    """Checks what the issuer hands out, with nothing but the anchors of its ring and its published keys."""

    ring: KeyRing
    now: datetime

    def credential(self, text: str, key: PublicJwk) -> VerifiedCredential:
        """What a wallet does with a credential that it is given."""
        parsed = parse_credential(text)
        return verify_issued_credential(
            parsed, self.issuer_key(parsed.header), holder_key=key, now=self.now, leeway=timedelta(0)
        )

    def status_list(self, token: bytes | str, uri: str) -> VerifiedStatusListToken:
        """What a verifier does with a list."""
        parsed = parse_status_list_token(token)
        return verify_status_list_token(
            parsed, uri=uri, key=self.issuer_key(parsed.header), now=self.now, leeway=timedelta(0)
        )

    def issuer_key(self, header: Any) -> PublicJwk:
        """By the chain in the header, else by the name of the key among the published ones."""
        if "x5c" in header:
            return verify_chain(parse_x5c(header["x5c"]), self.ring.anchors(), now=self.now).key
        published = self.ring.signers_publishable(KeyPurpose.CREDENTIAL, self.now)
        [key] = [one.public_jwk for one in published if one.key_id == header["kid"]]
        assert key is not None
        return key


def _without_none(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}

"""Whole issuance over HTTP: token, nonce, credential. A client that does what a wallet does, in one core."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle, islice
from urllib.parse import urlencode, urlsplit

import orjson
from cryptography.hazmat.primitives.asymmetric import ec

from bench.load import Flow, post
from specs.jose import Algorithm, PublicJwk, public_jwk_of
from specs.jose.signatures import signing_function
from specs.oauth import PRE_AUTHORIZED_CODE_GRANT
from specs.openid4vci import prepare_key_proof
from trillium.runtime.bodies import JSON
from trillium.runtime.openapi import FORM

_KEYS = 320


@dataclass(frozen=True, slots=True)
class Target:
    """An issuer by its identifier, which is also what key proofs are for."""

    credential_issuer: str
    configuration_id: str

    @property
    def path(self) -> str:
        return urlsplit(self.credential_issuer).path


class Holder:
    """Keys that are made once; the keys of one request differ, and so do those of requests in flight."""

    def __init__(self) -> None:
        made = [ec.generate_private_key(ec.SECP256R1()) for _ in range(_KEYS)]
        self._keys = cycle(
            [(public_jwk_of(key.public_key()), signing_function(key, Algorithm.ES256)) for key in made]
        )

    def flow(self, target: Target, code: str, copies: int) -> Flow:
        """A pre-authorized code becomes credentials in three requests."""
        form = {"grant_type": PRE_AUTHORIZED_CODE_GRANT, "pre-authorized_code": code}
        answer = yield post(f"{target.path}/token", FORM, urlencode(form).encode())
        token = orjson.loads(answer)["access_token"]
        answer = yield post(f"{target.path}/nonce", JSON, b"")
        body = self._request(target, orjson.loads(answer)["c_nonce"], copies)
        yield post(f"{target.path}/credential", JSON, body, [f"Authorization: Bearer {token}"])

    def flows(self, target: Target, codes: Iterator[str], count: int, *, copies: int) -> Sequence[Flow]:
        """As many as asked for, each with a code of its own."""
        return [self.flow(target, code, copies) for code in islice(codes, count)]

    def _request(self, target: Target, nonce: str, copies: int) -> bytes:
        now = datetime.now(UTC)
        proofs = [self._proof(target, nonce, now) for _ in range(copies)]
        return orjson.dumps(
            {"credential_configuration_id": target.configuration_id, "proofs": {"jwt": proofs}}
        )

    def _proof(self, target: Target, nonce: str, now: datetime) -> str:
        public: PublicJwk
        public, sign = next(self._keys)
        proof = prepare_key_proof(
            public, credential_issuer=target.credential_issuer, nonce=nonce, issued_at=now
        )
        return proof.attach(sign(proof.data))

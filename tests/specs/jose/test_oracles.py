"""Two other implementations read our tokens, and we read theirs."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jws as joserfc_jws
from joserfc.jwk import JWKRegistry
from jwcrypto import jwk as jwcrypto_jwk
from jwcrypto import jws as jwcrypto_jws

from specs.encoding import create_json, parse_json_object
from specs.jose import Algorithm, Use, create_public_jwk, parse_jws, parse_public_jwk, verify_jws
from tests.specs.jose.material import MAX, TYPE, private_key, public_key, token

CLAIMS: dict[str, Any] = {"iss": "https://issuer.example", "n": [1, None, "é", 1.5], "o": {"a": {}}}
PROTECTED = {"typ": TYPE, "kid": "k1"}
EVERY = sorted(Algorithm)


def pem(algorithm: Algorithm) -> bytes:
    form = Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    encoded: bytes = private_key(algorithm).private_bytes(*form)
    return encoded


def jwk(algorithm: Algorithm) -> dict[str, Any]:
    return create_public_jwk(private_key(algorithm).public_key()) | {"alg": algorithm.value}


def verified_claims(compact: str, algorithm: Algorithm) -> dict[str, Any]:
    use = Use.ID_TOKEN if algorithm in {Algorithm.RS256, Algorithm.PS256} else Use.CREDENTIAL
    return verify_jws(parse_jws(compact, max_bytes=MAX), public_key(algorithm), use=use, typ=TYPE).claims()


# RFC 9864 prefers the name Ed25519 for the same signatures; wallets still send EdDSA.
@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@pytest.mark.parametrize("algorithm", EVERY)
class TestJoserfc:
    def test_reads_ours(self, algorithm: Algorithm) -> None:
        key = JWKRegistry.import_key(jwk(algorithm))
        read = joserfc_jws.deserialize_compact(
            token(CLAIMS, algorithm=algorithm), key, algorithms=[algorithm.value]
        )
        assert read.payload == create_json(CLAIMS)

    def test_writes_what_we_read(self, algorithm: Algorithm) -> None:
        kty = {"E": "EC", "P": "RSA", "R": "RSA"}[algorithm[0]] if algorithm is not Algorithm.EDDSA else "OKP"
        key = JWKRegistry.import_key(pem(algorithm), kty)
        protected = {"alg": algorithm.value, **PROTECTED}
        compact = joserfc_jws.serialize_compact(
            protected, create_json(CLAIMS), key, algorithms=[algorithm.value]
        )
        assert verified_claims(compact, algorithm) == CLAIMS

    def test_thumbprints_agree(self, algorithm: Algorithm) -> None:
        assert JWKRegistry.import_key(jwk(algorithm)).thumbprint() == public_key(algorithm).thumbprint


@pytest.mark.parametrize("algorithm", EVERY)
class TestJwcrypto:
    def test_reads_ours(self, algorithm: Algorithm) -> None:
        read = jwcrypto_jws.JWS()
        read.allowed_algs = [algorithm.value]
        read.deserialize(token(CLAIMS, algorithm=algorithm), jwcrypto_jwk.JWK(**jwk(algorithm)))
        assert read.payload == create_json(CLAIMS)

    def test_writes_what_we_read(self, algorithm: Algorithm) -> None:
        written = jwcrypto_jws.JWS(create_json(CLAIMS))
        key = jwcrypto_jwk.JWK.from_pem(pem(algorithm))
        protected = create_json({"alg": algorithm.value, **PROTECTED}).decode()
        written.add_signature(key, algorithm.value, protected)
        assert verified_claims(written.serialize(compact=True), algorithm) == CLAIMS

    def test_keys_and_thumbprints_agree(self, algorithm: Algorithm) -> None:
        theirs = jwcrypto_jwk.JWK.from_pem(pem(algorithm))
        ours = parse_public_jwk(
            parse_json_object(theirs.export_public(), max_bytes=MAX) | {"alg": algorithm.value}
        )
        assert ours == public_key(algorithm)
        assert theirs.thumbprint() == ours.thumbprint

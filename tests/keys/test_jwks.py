"""Keys as others fetch them (requirement 7.07)."""

import asyncio
from datetime import datetime, timedelta

import jwt
import pytest

from keys import KeyPurpose, KeyRing, KeySpec, open_key_ring
from specs.encoding import create_json
from specs.jose import Algorithm, parse_jwks, prepare_jws, verify_signature
from tests.keys.rings import DAY, NOW, memory_ring

CREDENTIAL, STATUS_LIST = KeyPurpose.CREDENTIAL, KeyPurpose.STATUS_LIST


@pytest.fixture
def ring() -> KeyRing:
    return memory_ring()


class TestJwks:
    """7.07: public keys only, unique kid, use sig, old and new beside each other."""

    def test_the_document(self, ring: KeyRing) -> None:
        document = ring.jwks([CREDENTIAL, STATUS_LIST, KeyPurpose.ACCESS_TOKEN], NOW)

        assert [one["kid"] for one in document["keys"]] == [one.kid for one in parse_jwks(document)]
        assert len(document["keys"]) == 2
        for key in document["keys"]:
            assert set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
            assert (key["use"], key["alg"]) == ("sig", "ES256")

    def test_keys_for_encryption_are_a_document_of_their_own(self, ring: KeyRing) -> None:
        (key,) = ring.jwks([KeyPurpose.REQUEST_DECRYPTION], NOW)["keys"]

        assert (key["use"], key["alg"]) == ("enc", "ECDH-ES")
        with pytest.raises(ValueError, match="for signatures or for encryption"):
            ring.jwks([KeyPurpose.REQUEST_DECRYPTION, CREDENTIAL], NOW)

    def test_secrets_are_never_published(self, ring: KeyRing) -> None:
        with pytest.raises(ValueError, match="is a secret"):
            ring.jwks([KeyPurpose.WRAPPING], NOW)

    def test_without_purposes_it_is_empty(self, ring: KeyRing) -> None:
        assert ring.jwks([], NOW) == {"keys": []}

    def test_rsa_beside_elliptic_curve(self) -> None:
        ring = open_key_ring("memory:", sandbox=True, now=NOW)
        spec = KeySpec(algorithms=(Algorithm.ES256, Algorithm.RS256))
        ring.ensure({KeyPurpose.ID_TOKEN: spec}, NOW)

        keys = ring.jwks([KeyPurpose.ID_TOKEN], NOW)["keys"]

        assert [one["alg"] for one in keys] == ["ES256", "RS256"]
        assert ring.signer_for(KeyPurpose.ID_TOKEN, NOW).algorithm is Algorithm.ES256
        rsa = ring.signer_for(KeyPurpose.ID_TOKEN, NOW, algorithm=Algorithm.RS256)
        assert rsa.algorithm is Algorithm.RS256
        assert set(keys[1]) == {"kty", "n", "e", "kid", "use", "alg"}
        verify_signature(parse_jwks({"keys": keys})[1], asyncio.run(rsa.sign(b"x")), b"x")


class RelyingParty:
    """Reads tokens with a library of its own, and keeps a JWKS for a while."""

    def __init__(self, ring: KeyRing) -> None:
        self.ring = ring
        self.fetch(NOW)

    def fetch(self, now: datetime) -> None:
        document = self.ring.jwks([KeyPurpose.ID_TOKEN], now)
        self.keys = jwt.PyJWKSet.from_dict(document)

    def reads(self, token: str) -> bool:
        kid = jwt.get_unverified_header(token)["kid"]
        key = next((one for one in self.keys.keys if one.key_id == kid), None)
        if key is None:
            return False
        jwt.decode(token, key, algorithms=["ES256"], options={"verify_exp": False})
        return True


async def id_token(ring: KeyRing, now: datetime) -> str:
    signer = ring.signer_for(KeyPurpose.ID_TOKEN, now)
    prepared = prepare_jws({"alg": signer.algorithm, "kid": signer.key_id}, create_json({"sub": "x"}))
    return prepared.attach(await signer.sign(prepared.data))


async def test_a_relying_party_with_a_cached_jwks_survives_a_rotation() -> None:
    """7.07: new key published before first use, old key kept for the longest token lifetime."""
    ring = memory_ring({KeyPurpose.ID_TOKEN: KeySpec()})
    client = RelyingParty(ring)
    old_token = await id_token(ring, NOW)
    ring.prepare_next(KeyPurpose.ID_TOKEN, NOW)
    client.fetch(NOW + timedelta(minutes=5))
    rotated = NOW + timedelta(minutes=10)
    ring.rotate(KeyPurpose.ID_TOKEN, rotated)

    new_token = await id_token(ring, rotated)

    assert old_token.split(".")[0] != new_token.split(".")[0]
    assert client.reads(new_token), "fetched before the rotation"
    client.fetch(rotated + timedelta(hours=12))
    assert client.reads(old_token), "signed before the rotation"
    assert client.reads(new_token)
    client.fetch(rotated + DAY)
    assert not client.reads(old_token)

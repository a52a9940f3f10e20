"""Encrypted tokens and others: two libraries in both directions, examples of standards, known attacks."""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from joserfc import jwe as joserfc_jwe
from joserfc.jwk import ECKey
from jwcrypto import jwe as jwcrypto_jwe
from jwcrypto import jwk as jwcrypto_jwk

from specs.encoding import b64url_decode, b64url_encode, create_json
from specs.jose import (
    Encryption,
    EncryptionNotAllowed,
    InvalidEphemeralKey,
    InvalidJwe,
    InvalidJwk,
    JweError,
    create_jwe,
    create_public_jwk,
    decrypt_jwe,
    parse_encryption_jwk,
    parse_jwe,
    public_jwk_of,
)
from tests.specs.jose.jwe_material import (
    EVERY,
    IV,
    MAX,
    PAYLOAD,
    decrypted,
    encrypted,
    ephemeral,
    forged_with,
    ours,
    pem,
    recipient,
)

VECTORS = Path(__file__).parents[2] / "vectors"
NAMES = sorted(Encryption)
PARTIES = {"apu": b64url_encode(b"wallet"), "apv": b64url_encode(b"the issuer")}


def load(name: str) -> Any:
    return json.loads((VECTORS / name).read_bytes())


def private_of(jwk: dict[str, str]) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(b64url_decode(jwk["d"]), "big"), ec.SECP256R1())


@pytest.mark.parametrize("encryption", NAMES)
@pytest.mark.parametrize("parties", [{}, PARTIES], ids=["no parties", "parties"])
class TestJoserfc:
    def test_reads_ours(self, encryption: Encryption, parties: dict[str, str]) -> None:
        named = {name: b64url_decode(value) for name, value in parties.items()}
        read = joserfc_jwe.decrypt_compact(
            encrypted(PAYLOAD, encryption, **named),
            ECKey.import_key(pem()),
            algorithms=["ECDH-ES", encryption.value],
        )
        assert read.plaintext == PAYLOAD

    def test_writes_what_we_read(self, encryption: Encryption, parties: dict[str, str]) -> None:
        names = ["ECDH-ES", encryption.value]
        header = {"alg": "ECDH-ES", "enc": encryption.value, "kid": "k1", **parties}
        compact = joserfc_jwe.encrypt_compact(header, PAYLOAD, ECKey.import_key(pem()), algorithms=names)
        assert decrypted(compact) == PAYLOAD


@pytest.mark.parametrize("encryption", NAMES)
@pytest.mark.parametrize("parties", [{}, PARTIES], ids=["no parties", "parties"])
class TestJwcrypto:
    def test_reads_ours(self, encryption: Encryption, parties: dict[str, str]) -> None:
        named = {name: b64url_decode(value) for name, value in parties.items()}
        read = jwcrypto_jwe.JWE(algs=["ECDH-ES", encryption.value])
        read.deserialize(encrypted(PAYLOAD, encryption, **named), jwcrypto_jwk.JWK.from_pem(pem()))
        assert read.payload == PAYLOAD

    def test_writes_what_we_read(self, encryption: Encryption, parties: dict[str, str]) -> None:
        header = {"alg": "ECDH-ES", "enc": encryption.value, **parties}
        made = jwcrypto_jwe.JWE(PAYLOAD, protected=json.dumps(header), algs=["ECDH-ES", encryption.value])
        made.add_recipient(jwcrypto_jwk.JWK.from_pem(pem()))
        assert decrypted(made.serialize(compact=True)) == PAYLOAD


def test_what_a_peer_compresses_is_refused_4_41() -> None:
    header = {"alg": "ECDH-ES", "enc": "A128GCM", "zip": "DEF"}
    compact = joserfc_jwe.encrypt_compact(
        header, b"a" * 100_000, ECKey.import_key(pem()), algorithms=["ECDH-ES", "A128GCM", "DEF"]
    )
    assert len(compact) < 1000
    with pytest.raises(InvalidJwe, match="zip"):
        parse_jwe(compact, max_bytes=MAX)


def test_the_example_of_rfc_7518_derives_the_printed_key() -> None:
    """Appendix C: what we make with Alice's key is opened by the key that is printed there."""
    vector = load("jwe/rfc7518_appendix_c.json")
    alice, bob = private_of(vector["ephemeral_private_jwk"]), private_of(vector["private_jwk"])
    parties = {name: b64url_decode(vector[name]) for name in ("apu", "apv")}
    compact = create_jwe(
        PAYLOAD,
        recipient=public_jwk_of(bob.public_key()),
        encryption=Encryption.A128GCM,
        ephemeral=alice,
        iv=IV,
        **parties,
    )
    jwe = parse_jwe(compact, max_bytes=MAX)
    assert jwe.epk.members == {k: v for k, v in vector["ephemeral_private_jwk"].items() if k != "d"}
    opened = AESGCM(b64url_decode(vector["derived_key"])).decrypt(
        IV, jwe.ciphertext + jwe.tag, jwe.additional_data
    )
    assert opened == PAYLOAD


def test_the_encrypted_response_of_openid4vp_is_read() -> None:
    vector = load("jwe/openid4vp_response.json")
    private = private_of(vector["private_jwk"])
    jwe = parse_jwe(vector["jwe"], max_bytes=MAX)
    assert (jwe.header, jwe.kid) == (vector["header"], vector["private_jwk"]["kid"])
    assert isinstance(jwe.epk.key, ec.EllipticCurvePublicKey)
    payload = decrypt_jwe(jwe, private.exchange(ec.ECDH(), jwe.epk.key), encryptions=EVERY)
    assert json.loads(payload) == vector["payload"]
    public = {name: value for name, value in vector["private_jwk"].items() if name != "d"}
    assert parse_encryption_jwk(public) == public_jwk_of(private.public_key())


# Collected attacks on other libraries.

GROUPS = load("wycheproof/json_web_encryption_ec_test.json")["testGroups"]
READABLE = {76, 78}  # ECDH-ES with A128GCM and A256GCM; the others valid there use what we do not have
NOT_OURS = {"rejectsMissing", "rejectsModifiedHeader"}


@pytest.mark.parametrize(
    ("group", "case"),
    [
        pytest.param(group, case, id=f"{case['tcId']}-{case['comment']}")
        for group in GROUPS
        for case in group["tests"]
    ],
)
def test_wycheproof_messages_are_read_or_refused_as_they_should(
    group: dict[str, Any], case: dict[str, Any]
) -> None:
    if case["tcId"] in READABLE:
        assert decrypted(case["jwe"], private_of(group["private"])).hex() == case["pt"]
        return
    with pytest.raises(JweError) as raised:
        parse_jwe(case["jwe"], max_bytes=MAX)
    damaged = case["comment"].startswith(tuple(NOT_OURS))
    assert isinstance(raised.value, EncryptionNotAllowed) or damaged


def test_both_readable_messages_are_there() -> None:
    assert {case["tcId"] for group in GROUPS for case in group["tests"]} >= READABLE


INVALID_KEYS = load("wycheproof/ecdh_secp256r1_invalid_keys.json")["tests"]


@pytest.mark.parametrize("case", INVALID_KEYS, ids=lambda case: f"{case['tcId']}-{case['comment'][:30]}")
def test_a_key_of_an_invalid_curve_attack_is_refused_wherever_it_comes(case: dict[str, Any]) -> None:
    key = ephemeral()
    header = {"alg": "ECDH-ES", "enc": "A256GCM", "epk": case["public"]}
    with pytest.raises(InvalidEphemeralKey):
        parse_jwe(forged_with(create_json(header), header, key), max_bytes=MAX)
    with pytest.raises(InvalidJwk):
        parse_encryption_jwk(case["public"] | {"alg": "ECDH-ES"})


def test_every_kind_of_invalid_key_is_there() -> None:
    flags = {flag for case in INVALID_KEYS for flag in case["flags"]}
    assert flags == {
        "InvalidCurveAttack",
        "WrongCurve",
        "ModifiedPublicPoint",
        "ModifiedGroup",
        "InvalidPublic",
    }


def test_the_key_we_publish_is_the_key_that_peers_encrypt_to() -> None:
    jwk = create_public_jwk(ours().public_key(), kid="k1") | {"use": "enc", "alg": "ECDH-ES"}
    assert ECKey.import_key(jwk).thumbprint() == recipient().thumbprint

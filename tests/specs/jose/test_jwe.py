"""Encrypted tokens: one algorithm, strict reading, no byte that may change (4.39, 4.41)."""

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from specs.encoding import EncodingError, TooLarge, b64url_decode, b64url_encode, create_json
from specs.errors import ProtocolError
from specs.jose import (
    Algorithm,
    DecryptionFailed,
    Encryption,
    EncryptionNotAllowed,
    InvalidEphemeralKey,
    InvalidJwe,
    JweError,
    UnsupportedJweHeader,
    create_public_jwk,
    decrypt_jwe,
    parse_jwe,
    public_jwk_of,
)
from tests.specs.jose.jwe_material import (
    EVERY,
    IV,
    MAX,
    PAYLOAD,
    agree,
    decrypted,
    encrypted,
    ephemeral,
    forged,
    forged_with,
    ours,
    recipient,
)
from tests.specs.jose.material import private_key

OTHER_CURVE = private_key(Algorithm.ES384)
POINT = create_public_jwk(ephemeral().public_key())
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def header_of(compact: str) -> Any:
    return json.loads(b64url_decode(compact.split(".", maxsplit=1)[0]))


@pytest.mark.parametrize("encryption", sorted(Encryption))
@pytest.mark.parametrize("parties", [{}, {"apu": b"wallet"}, {"apv": b"issuer"}, {"apu": b"w", "apv": b"i"}])
def test_what_is_encrypted_is_decrypted_4_39(encryption: Encryption, parties: dict[str, bytes]) -> None:
    compact = encrypted(PAYLOAD, encryption, **parties)
    assert decrypted(compact) == PAYLOAD
    jwe = parse_jwe(compact, max_bytes=MAX)
    assert (jwe.encryption, jwe.kid, jwe.apu, jwe.apv) == (
        encryption,
        "k1",
        parties.get("apu", b""),
        parties.get("apv", b""),
    )
    assert header_of(compact) == jwe.header


def test_the_header_says_what_the_standard_asks_for_and_no_more_4_39() -> None:
    key = ephemeral()
    header = header_of(encrypted(ephemeral=key))
    assert header == {
        "alg": "ECDH-ES",
        "enc": "A256GCM",
        "kid": "k1",
        "epk": create_public_jwk(key.public_key()),
    }
    assert "kid" not in header_of(encrypted(recipient=recipient(kid=None)))
    assert header_of(encrypted(header={"cty": "json"}))["cty"] == "json"


@given(st.binary(max_size=300))
def test_any_payload_comes_back(payload: bytes) -> None:
    assert decrypted(encrypted(payload)) == payload


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"ephemeral": OTHER_CURVE}, id="ephemeral-on-another-curve"),
        pytest.param({"recipient": public_jwk_of(OTHER_CURVE.public_key())}, id="recipient-on-another-curve"),
        pytest.param(
            {"recipient": public_jwk_of(private_key(Algorithm.EDDSA).public_key())}, id="recipient-for-eddsa"
        ),
        pytest.param({"iv": bytes(11)}, id="short-iv"),
        pytest.param({"iv": bytes(16)}, id="long-iv"),
        *(
            pytest.param({"header": {name: "x"}}, id=name)
            for name in ("alg", "enc", "epk", "kid", "apu", "apv", "zip", "crit", "b64")
        ),
    ],
)
def test_what_we_would_not_read_is_not_made(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        encrypted(**changes)


def test_a_forged_message_is_well_encrypted_but_for_its_defect() -> None:
    assert decrypted(forged({})) == decrypted(forged({"kid": None, "cty": "json"})) == PAYLOAD


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param({"alg": None}, EncryptionNotAllowed, id="no-alg"),
        pytest.param({"alg": "dir"}, EncryptionNotAllowed, id="shared-key"),
        pytest.param({"alg": "ECDH-ES+A128KW"}, EncryptionNotAllowed, id="key-wrapping"),
        pytest.param({"alg": "ecdh-es"}, EncryptionNotAllowed, id="lower-case"),
        pytest.param({"alg": "RSA1_5"}, EncryptionNotAllowed, id="rsa-pkcs1"),
        pytest.param({"alg": "PBES2-HS256+A128KW", "p2c": 10**9}, EncryptionNotAllowed, id="password-count"),
        pytest.param({"alg": "none"}, EncryptionNotAllowed, id="none"),
        pytest.param({"alg": ["ECDH-ES"]}, EncryptionNotAllowed, id="alg-array"),
        pytest.param({"enc": None}, EncryptionNotAllowed, id="no-enc"),
        pytest.param({"enc": "A192GCM"}, EncryptionNotAllowed, id="enc-192"),
        pytest.param({"enc": "A128CBC-HS256"}, EncryptionNotAllowed, id="cbc"),
        pytest.param({"enc": "A999GCM"}, EncryptionNotAllowed, id="enc-unknown"),
        pytest.param({"enc": ["A256GCM"]}, EncryptionNotAllowed, id="enc-array"),
        pytest.param({"zip": "DEF"}, UnsupportedJweHeader, id="compressed"),
        pytest.param({"zip": ""}, UnsupportedJweHeader, id="zip-empty"),
        pytest.param({"crit": ["exp"], "exp": 1}, UnsupportedJweHeader, id="crit"),
        pytest.param({"crit": []}, UnsupportedJweHeader, id="crit-empty"),
        pytest.param({"b64": False}, UnsupportedJweHeader, id="b64"),
        pytest.param({"epk": None}, InvalidEphemeralKey, id="no-epk"),
        pytest.param({"epk": "x"}, InvalidEphemeralKey, id="epk-no-object"),
        pytest.param({"epk": POINT | {"kty": "OKP"}}, InvalidEphemeralKey, id="epk-kty"),
        pytest.param({"epk": POINT | {"crv": "P-384"}}, InvalidEphemeralKey, id="epk-crv"),
        pytest.param(
            {"epk": create_public_jwk(OTHER_CURVE.public_key())}, InvalidEphemeralKey, id="epk-other-curve"
        ),
        pytest.param({"epk": POINT | {"d": POINT["x"]}}, InvalidEphemeralKey, id="epk-private"),
        pytest.param({"epk": POINT | {"k": "AA"}}, InvalidEphemeralKey, id="epk-symmetric"),
        pytest.param({"epk": POINT | {"y": POINT["x"]}}, InvalidEphemeralKey, id="epk-off-the-curve"),
        pytest.param(
            {"epk": POINT | {"x": b64url_encode(bytes(32)), "y": b64url_encode(bytes(32))}},
            InvalidEphemeralKey,
            id="epk-zero",
        ),
        pytest.param({"epk": POINT | {"x": POINT["x"] + "="}}, InvalidEphemeralKey, id="epk-padded"),
        pytest.param({"epk": POINT | {"x": POINT["x"][:-2]}}, InvalidEphemeralKey, id="epk-short"),
        pytest.param({"epk": {"kty": "EC", "crv": "P-256"}}, InvalidEphemeralKey, id="epk-without-point"),
        pytest.param({"apu": 5}, InvalidJwe, id="apu-number"),
        pytest.param({"apv": "QQ=="}, InvalidJwe, id="apv-padded"),
        pytest.param({"kid": 5}, InvalidJwe, id="kid-number"),
        pytest.param({"x": "a" * 9000}, InvalidJwe, id="header-too-large"),
        pytest.param({"x": [[[[[[[[[1]]]]]]]]]}, InvalidJwe, id="header-too-deep"),
    ],
)
def test_a_header_that_asks_for_something_else_is_refused_4_41(
    changes: dict[str, Any], error: type[ProtocolError]
) -> None:
    with pytest.raises(error) as raised:
        parse_jwe(forged(changes), max_bytes=MAX)
    assert type(raised.value) is error


@pytest.mark.parametrize("raw", [b"", b"x", b"[]", b"null", b'"ECDH-ES"', b"\xff", b"{"], ids=repr)
def test_a_header_that_is_no_json_object_is_refused(raw: bytes) -> None:
    with pytest.raises(InvalidJwe):
        parse_jwe(forged_with(raw, {"enc": "A256GCM"}, ephemeral()), max_bytes=MAX)


def test_a_header_with_one_name_twice_is_refused_1_33() -> None:
    key = ephemeral()
    header = {"alg": "ECDH-ES", "enc": "A256GCM", "epk": create_public_jwk(key.public_key())}
    raw = create_json(header)[:-1] + b',"enc":"A256GCM"}'
    with pytest.raises(InvalidJwe, match="duplicate_member"):
        parse_jwe(forged_with(raw, header, key), max_bytes=MAX)


def test_an_encrypted_key_beside_direct_agreement_is_refused() -> None:
    with pytest.raises(InvalidJwe):
        parse_jwe(forged({}, encrypted_key=b"\0" * 24), max_bytes=MAX)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5, 6, 40])
def test_another_number_of_parts_is_refused(count: int) -> None:
    parts = encrypted().split(".")
    changed = ".".join((parts * 9)[: count + 1]) if count > 4 else ".".join(parts[: count + 1])
    with pytest.raises(JweError):
        parse_jwe(changed, max_bytes=MAX)


@pytest.mark.parametrize(
    ("part", "octets"),
    [(2, IV[:-1]), (2, IV + b"\0"), (2, b""), (4, bytes(15)), (4, bytes(17)), (4, bytes(4)), (4, b"")],
)
def test_an_iv_or_tag_of_another_length_is_refused(part: int, octets: bytes) -> None:
    parts = encrypted().split(".")
    parts[part] = b64url_encode(octets)
    with pytest.raises(InvalidJwe, match="length"):
        parse_jwe(".".join(parts), max_bytes=MAX)


def test_a_message_that_is_too_long_is_refused_before_it_is_read() -> None:
    compact = encrypted()
    assert parse_jwe(compact, max_bytes=len(compact))
    with pytest.raises(TooLarge):
        parse_jwe(compact, max_bytes=len(compact) - 1)


@pytest.mark.parametrize("part", [0, 2, 3, 4])
@pytest.mark.parametrize("spelling", ["{}=", "{}==", " {}", "{}\n", "{}+", "{}/", "{}é", "{}A\0"])
def test_another_spelling_of_a_part_is_refused(part: int, spelling: str) -> None:
    parts = encrypted().split(".")
    parts[part] = spelling.format(parts[part])
    with pytest.raises((JweError, TooLarge)):
        decrypted(".".join(parts))


@given(st.data())
def test_no_changed_character_is_decrypted(data: st.DataObject) -> None:
    compact = data.draw(st.sampled_from(MESSAGES))
    place = data.draw(st.integers(0, len(compact) - 1))
    other = data.draw(st.sampled_from(ALPHABET + ".=+/ \0é").filter(lambda one: one != compact[place]))
    with pytest.raises((JweError, EncodingError)):
        decrypted(compact[:place] + other + compact[place + 1 :])


@given(st.data())
def test_no_changed_length_is_decrypted(data: st.DataObject) -> None:
    compact = data.draw(st.sampled_from(MESSAGES))
    place = data.draw(st.integers(0, len(compact) - 1))
    length = data.draw(st.integers(1, 8))
    with pytest.raises((JweError, EncodingError)):
        decrypted(compact[:place] + compact[place + length :])


MESSAGES = [encrypted(), encrypted(b"", Encryption.A128GCM, apu=b"a", apv=b"b"), encrypted(b"x" * 50)]


def test_the_last_bits_of_each_part_count() -> None:
    """A spelling with stray bits would give one message two texts."""
    for compact in MESSAGES:
        for number, part in enumerate(parts := compact.split(".")):
            for last in ALPHABET if part else "":
                if last != part[-1]:
                    changed = [*parts[:number], part[:-1] + last, *parts[number + 1 :]]
                    with pytest.raises((JweError, EncodingError)):
                        decrypted(".".join(changed))


@given(st.text(alphabet=ALPHABET + ". ", max_size=200) | st.text(max_size=50))
def test_anything_is_refused_and_nothing_else_happens(text: str) -> None:
    with pytest.raises((JweError, EncodingError)):
        parse_jwe(text, max_bytes=MAX)


def test_a_message_for_another_key_is_refused_like_a_changed_one() -> None:
    with pytest.raises(DecryptionFailed) as other:
        decrypted(encrypted(), ours(1))
    changed = encrypted()[:-4] + "AAAA"
    with pytest.raises(DecryptionFailed) as damaged:
        decrypted(changed)
    assert str(other.value) == str(damaged.value)
    assert other.value.__cause__ is None


@pytest.mark.parametrize("name", ["apu", "apv"])
def test_the_parties_are_part_of_the_key(name: str) -> None:
    jwe = parse_jwe(encrypted(**{name: b"issuer"}), max_bytes=MAX)
    with pytest.raises(DecryptionFailed):
        decrypt_jwe(jwe._replace(**{name: b"Issuer"}), agree(jwe), encryptions=EVERY)


def test_an_encryption_that_this_reader_does_not_want_is_refused() -> None:
    jwe = parse_jwe(encrypted(PAYLOAD, Encryption.A128GCM), max_bytes=MAX)
    with pytest.raises(EncryptionNotAllowed):
        decrypt_jwe(jwe, agree(jwe), encryptions={Encryption.A256GCM})


@pytest.mark.parametrize("secret", [b"", bytes(16), bytes(48)])
def test_a_secret_of_another_curve_is_a_mistake_of_ours(secret: bytes) -> None:
    jwe = parse_jwe(encrypted(), max_bytes=MAX)
    with pytest.raises(ValueError, match="P-256"):
        decrypt_jwe(jwe, secret, encryptions=EVERY)


def test_the_ephemeral_key_is_the_one_in_the_header_and_keeps_no_other_members() -> None:
    key = ephemeral()
    found = parse_jwe(
        forged_with(create_json(header := _header(key, use="enc", kid="x")), header, key),
        max_bytes=MAX,
    )
    assert found.epk == public_jwk_of(key.public_key())
    assert isinstance(found.epk.key, ec.EllipticCurvePublicKey)


def _header(key: ec.EllipticCurvePrivateKey, **more: str) -> dict[str, Any]:
    return {"alg": "ECDH-ES", "enc": "A256GCM", "epk": create_public_jwk(key.public_key()) | more}

"""Signatures in JWS form: r and s side by side (RFC 7518 section 3.4)."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st

from specs.jose import Algorithm, InvalidSignature, der_to_raw, raw_to_der, sign_with, verify_signature
from tests.specs.jose.material import private_key, public_key

CURVES = {
    Algorithm.ES256: (32, ec.SECP256R1().group_order),
    Algorithm.ES384: (48, ec.SECP384R1().group_order),
    Algorithm.ES512: (66, ec.SECP521R1().group_order),
}
SIZES = {Algorithm.ES256: 64, Algorithm.ES384: 96, Algorithm.ES512: 132, Algorithm.EDDSA: 64}
EVERY = sorted(Algorithm)


@st.composite
def scalars(draw: st.DrawFn) -> tuple[Algorithm, int, int]:
    """Numbers of every length, not only the long ones that chance gives."""
    algorithm = draw(st.sampled_from(sorted(CURVES)))
    size, order = CURVES[algorithm]
    number = st.integers(0, 8 * size).flatmap(lambda bits: st.integers(1, min(2**bits, order - 1)))
    return algorithm, draw(number), draw(number)


@given(scalars())
def test_conversion_agrees_with_the_crypto_library(case: tuple[Algorithm, int, int]) -> None:
    algorithm, r, s = case
    size = CURVES[algorithm][0]
    raw = r.to_bytes(size, "big") + s.to_bytes(size, "big")
    der = raw_to_der(raw, algorithm)
    assert der == encode_dss_signature(r, s)
    assert der_to_raw(der, algorithm) == raw


@given(st.binary(max_size=80))
def test_raw_bytes_become_a_der_signature_or_are_refused(raw: bytes) -> None:
    try:
        der = raw_to_der(raw)
    except InvalidSignature:
        return
    assert len(raw) == 64
    assert decode_dss_signature(der) == (int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))


@given(st.binary(max_size=80) | st.binary(max_size=70).map(lambda rest: b"\x30" + bytes([len(rest)]) + rest))
def test_der_is_read_as_the_crypto_library_does_or_refused(der: bytes) -> None:
    try:
        raw = der_to_raw(der)
    except ValueError:
        return
    assert len(raw) == 64


@pytest.mark.parametrize(
    "der", [b"", b"\x30", b"\x30\x00", b"\x30\x81", b"\x30\x06\x02\x01\x01\x02\x01", b"\x30\x02\x02\x00"]
)
def test_truncated_der_is_refused(der: bytes) -> None:
    with pytest.raises(ValueError, match="DER"):
        der_to_raw(der)


@pytest.mark.parametrize(
    "change", ["tag", "length", "integer tag", "trailing byte", "missing byte", "too long"]
)
def test_broken_der_is_refused(change: str) -> None:
    der = bytearray(encode_dss_signature(2**255, 2**254 - 1))
    match change:
        case "tag":
            der[0] = 0x31
        case "length":
            der[1] += 1
        case "integer tag":
            der[2] = 0x03
        case "trailing byte":
            der += b"\0"
        case "missing byte":
            del der[-1]
        case "too long":
            der = bytearray(encode_dss_signature(2**256, 1))
    with pytest.raises(ValueError, match="DER"):
        der_to_raw(bytes(der))


@pytest.mark.parametrize("algorithm", sorted(CURVES))
def test_r_and_s_out_of_range_are_refused(algorithm: Algorithm) -> None:
    size, order = CURVES[algorithm]
    fine = (1).to_bytes(size, "big")
    for bad in (0, order, order + 1, 2 ** (8 * size) - 1):
        out = bad.to_bytes(size, "big")
        for raw in (out + fine, fine + out):
            with pytest.raises(InvalidSignature):
                raw_to_der(raw, algorithm)
    assert raw_to_der(fine + (order - 1).to_bytes(size, "big"), algorithm)


@pytest.mark.parametrize("algorithm", EVERY)
def test_what_is_signed_verifies(algorithm: Algorithm) -> None:
    signature = sign_with(private_key(algorithm), algorithm, b"data")
    verify_signature(public_key(algorithm), signature, b"data")
    assert len(signature) == SIZES.get(algorithm, 256)


@pytest.mark.parametrize("algorithm", EVERY)
def test_other_data_another_key_or_another_signature_is_refused(algorithm: Algorithm) -> None:
    key = public_key(algorithm)
    signature = sign_with(private_key(algorithm), algorithm, b"data")
    changed = signature[:-1] + bytes([signature[-1] ^ 1])
    other = sign_with(private_key(algorithm, 1), algorithm, b"data")
    cases = [(signature, b"date"), (changed, b"data"), (other, b"data"), (b"", b"data")]
    cases += [(signature + b"\0", b"data"), (signature[:-1], b"data"), (bytes(len(signature)), b"data")]
    for bad, data in cases:
        with pytest.raises(InvalidSignature):
            verify_signature(key, bad, data)


def test_a_zero_left_out_is_refused() -> None:
    """Numerically the same signature: it must have one spelling only."""
    key, signer = public_key(Algorithm.ES256), private_key(Algorithm.ES256)
    data, signature = next(
        (data, signature)
        for data in (str(number).encode() for number in range(100_000))
        if (signature := sign_with(signer, Algorithm.ES256, data))[32] == 0
    )
    verify_signature(key, signature, data)
    with pytest.raises(InvalidSignature):
        verify_signature(key, signature[:32] + signature[33:], data)


def test_every_form_of_the_numbers_verifies() -> None:
    """First bit set or not, first byte zero or not, of r and of s: DER writes each of them differently."""
    key, signer, missing = public_key(Algorithm.ES256), private_key(Algorithm.ES256), set(range(9))
    for number in range(100_000):
        signature = sign_with(signer, Algorithm.ES256, b"%d" % number)
        forms = [0 if first == 0 else 1 if first < 0x80 else 2 for first in (signature[0], signature[32])]
        if (form := forms[0] * 3 + forms[1]) in missing - {0}:  # two zeros are one in 65,536
            missing.remove(form)
            verify_signature(key, signature, b"%d" % number)
            with pytest.raises(InvalidSignature):
                verify_signature(key, signature, b"x")
        if missing == {0}:
            break
    assert missing == {0}


def test_a_signature_with_numbers_beyond_the_order_is_refused() -> None:
    """Otherwise r and r + n would be two spellings of one signature."""
    key, (size, order) = public_key(Algorithm.ES256), CURVES[Algorithm.ES256]
    fine = sign_with(private_key(Algorithm.ES256), Algorithm.ES256, b"data")
    for bad in (0, order, order + 1, 2 ** (8 * size) - 1):
        out = bad.to_bytes(size, "big")
        for raw in (out + fine[size:], fine[:size] + out, out + out):
            with pytest.raises(InvalidSignature):
                verify_signature(key, raw, b"data")


def test_der_where_raw_belongs_is_refused() -> None:
    """The most frequent mistake of signers: the library's DER sent as it is."""
    der = private_key(Algorithm.ES256).sign(b"data", ec.ECDSA(SHA256()))
    with pytest.raises(InvalidSignature):
        verify_signature(public_key(Algorithm.ES256), der, b"data")


@pytest.mark.parametrize("algorithm", EVERY)
def test_a_key_signs_with_its_own_algorithm_only(algorithm: Algorithm) -> None:
    rsa = {Algorithm.RS256, Algorithm.PS256}
    for other in Algorithm:
        if other is not algorithm and not {algorithm, other} <= rsa:
            with pytest.raises(ValueError, match="not a key for"):
                sign_with(private_key(algorithm), other, b"data")


def test_rsa_padding_belongs_to_the_key() -> None:
    """RS256 and PS256 fit one key; the JWK says which it is for, and the other is refused."""
    signer = private_key(Algorithm.RS256)
    with pytest.raises(InvalidSignature):
        verify_signature(public_key(Algorithm.RS256), sign_with(signer, Algorithm.PS256, b"x"), b"x")

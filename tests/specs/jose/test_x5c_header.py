"""The `x5c` member itself, and the memory for chains (RFC 7515 section 4.1.6)."""

import base64
import warnings
from typing import Any, Literal

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from specs.errors import ProtocolError
from specs.jose import (
    AnchorInChain,
    CertificateNotValidNow,
    ChainCache,
    ChainTooLong,
    InvalidCertificateChain,
    UntrustedChain,
    create_x5c,
    parse_jws,
    parse_x5c,
    trust_anchors,
    verify_chain,
)
from tests.specs.jose.certificates import CA, DAY, LEAF, NOW, self_signed
from tests.specs.jose.material import MAX, token

ROOT = self_signed(CA)
MIDDLE = ROOT.issue(CA.but(name="Intermediate"))
SIGNER = MIDDLE.issue(LEAF)
ANCHORS = trust_anchors([ROOT.certificate])
HEADER = create_x5c([SIGNER.certificate, MIDDLE.certificate])
DER = SIGNER.certificate.public_bytes(Encoding.DER)


def spelled(der: bytes) -> str:
    return base64.b64encode(der).decode()


class TestParse:
    def test_what_is_created_is_parsed(self) -> None:
        assert parse_x5c(HEADER) == [SIGNER.certificate, MIDDLE.certificate]
        assert HEADER[0] == spelled(DER)

    def test_as_it_comes_out_of_a_token(self) -> None:
        """Headers are immutable: the array arrives as a tuple."""
        header = parse_jws(token({}, x5c=HEADER), max_bytes=MAX).header
        assert parse_x5c(header["x5c"]) == parse_x5c(HEADER)

    @pytest.mark.parametrize(
        "value", [None, "", HEADER[0], [], (), {}, {"0": HEADER[0]}, 1, [1], [None], [HEADER], [DER]]
    )
    def test_what_is_no_array_of_strings_is_refused(self, value: object) -> None:
        with pytest.raises(InvalidCertificateChain):
            parse_x5c(value)

    @pytest.mark.parametrize(
        "text",
        {
            "base64url": base64.urlsafe_b64encode(b"\xff" * 30 + DER).decode(),
            "empty": "",
            "PEM": SIGNER.certificate.public_bytes(Encoding.PEM).decode(),
            "line breaks": base64.encodebytes(DER).decode(),
            "space in front": " " + HEADER[0],
            "padding left out": spelled(DER + b"\0" * (1 - len(DER) % 3)).rstrip("=") + "A",
            "truncated": spelled(DER[:-1]),
            "trailing byte": spelled(DER + b"\0"),
            "no certificate": spelled(b"x" * 100),
            "not ASCII": "é" + HEADER[0],
        }.items(),
        ids=lambda case: case[0],
    )
    def test_other_spellings_are_refused(self, text: tuple[str, str]) -> None:
        with pytest.raises(InvalidCertificateChain):
            parse_x5c([text[1]])

    def test_loose_bits_in_the_last_character_are_refused(self) -> None:
        """The decoder would accept them: one certificate, several spellings."""
        two_bytes_over = next(
            text
            for text in (spelled(_signer_der()) for _ in range(200))
            if text.endswith("=") and text[-2] != "="
        )
        position = -2
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        loose = alphabet[alphabet.index(two_bytes_over[position]) + 1]
        parse_x5c([two_bytes_over])
        with pytest.raises(InvalidCertificateChain):
            parse_x5c([two_bytes_over[:position] + loose + "="])

    def test_too_many_or_too_large(self) -> None:
        parse_x5c([HEADER[0]] * 4)
        with pytest.raises(ChainTooLong):
            parse_x5c([HEADER[0]] * 5)
        with pytest.raises(ChainTooLong):
            parse_x5c(["A" * 8196])

    @given(st.integers(0, len(DER) - 1), st.integers(1, 255))
    def test_any_byte_changed_is_refused_cleanly(self, position: int, change: int) -> None:
        """What an authority has not signed is never accepted, and never escapes as another exception."""
        damaged = bytearray(DER)
        damaged[position] ^= change
        try:
            chain = verify_chain(parse_x5c([spelled(bytes(damaged)), HEADER[1]]), ANCHORS, now=NOW)
        except ProtocolError:
            return
        # A signature has more than one spelling in DER. What is signed has not.
        assert chain.leaf.tbs_certificate_bytes == SIGNER.certificate.tbs_certificate_bytes

    @pytest.mark.parametrize("warnings_are", ["ignore", "error"])
    def test_negative_serial_number_is_refused(self, warnings_are: Literal["ignore", "error"]) -> None:
        """RFC 5280 section 4.1.2.2. The library warns first, and a warning may be an exception."""
        number = SIGNER.certificate.serial_number
        serial = number.to_bytes(number.bit_length() // 8 + 1, "big")
        negative = DER.replace(serial, bytes([serial[0] | 0x80]) + serial[1:])
        with warnings.catch_warnings():
            warnings.simplefilter(warnings_are)
            with pytest.raises(InvalidCertificateChain):
                parse_x5c([spelled(negative)])

    @given(st.binary(max_size=200))
    def test_any_bytes_are_refused_cleanly(self, der: bytes) -> None:
        with pytest.raises(InvalidCertificateChain):
            parse_x5c([spelled(der)])

    def test_a_name_that_is_a_bit_string_is_refused(self) -> None:
        """The library raises TypeError for it; a stranger's certificate is no mistake of ours."""
        common_name_as_text = b"\x06\x03\x55\x04\x03\x0c"
        assert common_name_as_text in DER
        with pytest.raises(InvalidCertificateChain):
            parse_x5c([spelled(DER.replace(common_name_as_text, common_name_as_text[:-1] + b"\x03"))])


def _signer_der() -> bytes:
    return MIDDLE.issue(LEAF).certificate.public_bytes(Encoding.DER)


class TestAnchors:
    def test_version_is_a_digest_of_the_anchors(self) -> None:
        other = self_signed(CA.but(name="Other")).certificate
        one, both = trust_anchors([ROOT.certificate]), trust_anchors([ROOT.certificate, other])
        assert one.version == ANCHORS.version
        assert both.version == trust_anchors([other, ROOT.certificate]).version
        assert len({one.version, both.version, trust_anchors([]).version}) == 3


class TestChainCache:
    def test_second_answer_is_the_first(self) -> None:
        cache = ChainCache()
        first = cache.verify(HEADER, ANCHORS, now=NOW)
        assert cache.verify(tuple(HEADER), ANCHORS, now=NOW) is first
        assert first.leaf == SIGNER.certificate

    def test_expiry_is_not_remembered_away(self) -> None:
        cache = ChainCache()
        cache.verify(HEADER, ANCHORS, now=NOW)
        for now in (NOW + DAY, NOW - DAY):
            assert cache.verify(HEADER, ANCHORS, now=now)
        for now in (NOW + DAY * 1.001, NOW - DAY * 1.001):
            with pytest.raises(CertificateNotValidNow):
                cache.verify(HEADER, ANCHORS, now=now)

    def test_other_anchors_are_asked_again(self) -> None:
        """An authority that is struck off stops counting at once."""
        cache = ChainCache()
        cache.verify(HEADER, ANCHORS, now=NOW)
        with pytest.raises(UntrustedChain):
            cache.verify(HEADER, trust_anchors([self_signed(CA).certificate]), now=NOW)

    def test_a_header_with_more_in_it_is_another_header(self) -> None:
        """The verdict on a header never depends on what came before it."""
        cache = ChainCache()
        cache.verify(HEADER, ANCHORS, now=NOW)
        with pytest.raises(AnchorInChain):
            cache.verify([*HEADER, *create_x5c([ROOT.certificate])], ANCHORS, now=NOW)
        with pytest.raises(UntrustedChain):
            cache.verify(HEADER[:1], ANCHORS, now=NOW)

    @pytest.mark.parametrize("value", [None, "x", [], [1], [[]], [{}], {"a": 1}])
    def test_malformed_header_is_refused_as_without_cache(self, value: Any) -> None:
        with pytest.raises(InvalidCertificateChain):
            ChainCache().verify(value, ANCHORS, now=NOW)

    def test_refusals_are_not_remembered(self) -> None:
        cache = ChainCache()
        with pytest.raises(CertificateNotValidNow):
            cache.verify(HEADER, ANCHORS, now=NOW + 2 * DAY)
        assert cache.verify(HEADER, ANCHORS, now=NOW)

    def test_it_holds_no_more_than_it_may(self) -> None:
        cache = ChainCache(max_chains=2)
        headers = [create_x5c([MIDDLE.issue(LEAF).certificate, MIDDLE.certificate]) for _ in range(3)]
        first, second, third = (cache.verify(header, ANCHORS, now=NOW) for header in headers)
        assert cache.verify(headers[2], ANCHORS, now=NOW) is third
        assert cache.verify(headers[1], ANCHORS, now=NOW) is second
        assert cache.verify(headers[0], ANCHORS, now=NOW) is not first

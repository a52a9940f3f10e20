"""The compact form and its limits (RFC 9901 section 4)."""

import pytest

from specs.encoding import b64url_encode
from specs.jose import InvalidJws, JoseError, UnsupportedHeader
from specs.sd_jwt import (
    IssuerPayloadInvalid,
    MalformedSdJwt,
    SdJwtTooLarge,
    TooManyDisclosures,
    parse_sd_jwt,
)
from tests.specs.sd_jwt.material import disclosure, issue, present, sign, signed

ISSUED = issue(
    {"iss": "https://issuer.example", "given_name": "Aida", "age": 19}, [("given_name",), ("age",)]
)


def test_parts_are_found() -> None:
    """1.01."""
    parsed = parse_sd_jwt(ISSUED)
    assert len(parsed.disclosures) == 2
    assert parsed.key_binding_jwt is None
    assert parsed.presented == ISSUED
    assert parsed.payload["iss"] == "https://issuer.example"


def test_key_binding_is_what_follows_the_last_tilde() -> None:
    """1.01, 1.18: the hashed part ends in a tilde, the presentation does not."""
    shown = present(ISSUED, [("age",)])
    parsed = parse_sd_jwt(shown)
    assert shown == parsed.presented + str(parsed.key_binding_jwt)
    assert parsed.presented.endswith("~")
    assert not shown.endswith("~")


def test_without_disclosures_the_tilde_stays() -> None:
    """1.01."""
    issued = issue({"iss": "https://issuer.example"})
    assert issued.count("~") == 1
    assert parse_sd_jwt(issued).disclosures == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "~",
        "~~",
        signed({"iss": "x"}),
        ISSUED.rstrip("~"),
        ISSUED.replace("~", "~~", 1),
        ISSUED + "~",
        ISSUED + "a.b",
        ISSUED + "a.b.c.d",
        ISSUED[:-1] + "é~",
        ISSUED + "\n",
        "\n" + ISSUED,
    ],
    ids=[
        "empty",
        "tilde-only",
        "two-tildes",
        "bare-jwt",
        "final-tilde-missing",
        "empty-disclosure",
        "second-final-tilde",
        "two-parts-at-the-end",
        "four-parts-at-the-end",
        "not-ascii",
        "newline-after",
        "newline-before",
    ],
)
def test_other_forms_are_refused(text: str) -> None:
    """1.21."""
    with pytest.raises((MalformedSdJwt, InvalidJws)):
        parse_sd_jwt(text)


def test_size_is_bounded_before_anything_is_read() -> None:
    """1.33: at the limit it passes, one more and it does not."""
    assert parse_sd_jwt(ISSUED, max_bytes=len(ISSUED))
    with pytest.raises(SdJwtTooLarge):
        parse_sd_jwt(ISSUED, max_bytes=len(ISSUED) - 1)
    with pytest.raises(SdJwtTooLarge):
        parse_sd_jwt("~" * 200_000)


def test_number_of_disclosures_is_bounded() -> None:
    """1.33."""
    assert parse_sd_jwt(ISSUED, max_disclosures=2)
    with pytest.raises(TooManyDisclosures):
        parse_sd_jwt(ISSUED, max_disclosures=1)
    with pytest.raises(TooManyDisclosures):
        parse_sd_jwt("a.b.c" + "~x" * 257 + "~")


@pytest.mark.parametrize(
    "payload",
    [
        b"[]",
        b'"claims"',
        b"",
        b'{"iss":"a","iss":"b"}',
        b'{"a":NaN}',
        b'{"a":1e999}',
        b'{"a":' * 40 + b"1" + b"}" * 40,
        b'{"a":"\\ud800"}',
        b"\xef\xbb\xbf{}",
    ],
    ids=[
        "array",
        "string",
        "empty",
        "duplicate-member",
        "not-a-number",
        "infinite",
        "too-deep",
        "lone-surrogate",
        "byte-order-mark",
    ],
)
def test_payload_must_be_a_strict_object(payload: bytes) -> None:
    """1.02, 1.33."""
    with pytest.raises(IssuerPayloadInvalid):
        parse_sd_jwt(signed(payload) + "~")


def test_critical_header_is_refused() -> None:
    data = b64url_encode(b'{"alg":"ES256","crit":["x"],"x":1}') + "." + b64url_encode(b"{}")
    with pytest.raises(UnsupportedHeader):
        parse_sd_jwt(f"{data}.{b64url_encode(sign('issuer', data.encode()))}~")


def test_algorithm_none_has_no_signature_part() -> None:
    """1.02: `none` gets as far as the signature check, which knows no such algorithm (test_verify)."""
    data = b64url_encode(b'{"alg":"none"}') + "." + b64url_encode(b"{}")
    assert parse_sd_jwt(f"{data}.~").jws.signature == b""
    with pytest.raises(JoseError):
        parse_sd_jwt(f"{data}~")


def test_errors_do_not_repeat_what_was_sent() -> None:
    encoded, _ = disclosure("salt", "given_name", "Aida")
    with pytest.raises(MalformedSdJwt) as caught:
        parse_sd_jwt(signed({}) + "~" + encoded)
    assert encoded not in str(caught.value)
    assert "Aida" not in str(caught.value)

"""Compact JWS: parsed strictly, algorithm and type pinned, nothing believed (RFC 7515, RFC 8725)."""

import dataclasses
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from specs.encoding import EncodingError, TooLarge, b64url_encode, create_json
from specs.errors import ProtocolError
from specs.jose import (
    Algorithm,
    AlgorithmNotAllowed,
    InvalidJws,
    InvalidSignature,
    SigningInput,
    UnsupportedHeader,
    Use,
    VerifiedJws,
    WrongType,
    create_public_jwk,
    parse_jws,
    prepare_jws,
    sign_with,
    verify_jws,
)
from tests.specs.jose.material import MAX, TYPE, private_key, public_key, token, token_with_header

READ_BY_RELYING_SERVICES = {Use.ID_TOKEN, Use.LOGOUT_TOKEN, Use.CLIENT_ASSERTION}
CLAIMS = {"iss": "https://issuer.example", "n": 1, "s": "é"}
NOT_MADE: list[dict[str, Any]] = [{}, {"alg": "none"}, {"alg": "HS256"}, {"alg": None}, {"alg": "es256"}]
NOT_MADE += [{"alg": "ES256", "crit": []}, {"alg": "ES256", "b64": False}, {"alg": "ES256", "zip": "DEF"}]
NOT_HEADERS = [
    b"",
    b"x",
    b"[]",
    b"null",
    b'"ES256"',
    b"{}",
    b'{"alg":null}',
    b'{"alg":1}',
    b'{"alg":["ES256"]}',
]
NOT_HEADERS += [b'{"alg":"ES256","alg":"ES256"}', b'{"alg":"none","alg":"ES256"}']
NOT_HEADERS += [
    b'{"alg":"ES256","\\u0061lg":"none"}',
    b'\xef\xbb\xbf{"alg":"ES256"}',
    b'{"alg":"ES256","x":NaN}',
]
NOT_HEADERS += [b'{"alg":"ES256","x":' + b"[" * 9 + b"]" * 9 + b"}"]
EXTENSIONS = [b'"crit":[]', b'"crit":["exp"]', b'"crit":["b64"],"b64":false', b'"crit":null', b'"b64":true']
EXTENSIONS += [b'"b64":false', b'"zip":"DEF"', b'"zip":null']


def verify(
    compact: str, algorithm: Algorithm = Algorithm.ES256, use: Use = Use.CREDENTIAL, **more: Any
) -> VerifiedJws:
    return verify_jws(
        parse_jws(compact, max_bytes=MAX), public_key(algorithm), use=use, typ=more.get("typ", TYPE)
    )


class TestRoundTrip:
    @pytest.mark.parametrize(
        "algorithm", [Algorithm.ES256, Algorithm.ES384, Algorithm.ES512, Algorithm.EDDSA]
    )
    def test_what_is_attached_verifies(self, algorithm: Algorithm) -> None:
        verified = verify(token(CLAIMS, algorithm=algorithm, kid="k"), algorithm)
        assert verified.claims() == CLAIMS
        assert dict(verified.header) == {"alg": algorithm.value, "typ": TYPE, "kid": "k"}
        assert verified.key == public_key(algorithm)

    @given(
        st.dictionaries(st.text("abc", min_size=1), st.integers(-9, 9) | st.text("xyz"), max_size=4),
        st.binary(max_size=50),
    )
    def test_header_and_payload_come_back(self, header: dict[str, Any], payload: bytes) -> None:
        prepared = prepare_jws({"alg": "ES256"} | header, payload)
        jws = parse_jws(prepared.attach(b"signature"), max_bytes=MAX)
        assert (dict(jws.header), jws.payload) == ({"alg": "ES256"} | header, payload)
        assert (jws.signing_input, jws.signature) == (prepared.data, b"signature")

    def test_payload_need_not_be_json(self) -> None:
        prepared = prepare_jws({"alg": "ES256", "typ": TYPE}, b"\xff\x00")
        signature = sign_with(private_key(Algorithm.ES256), Algorithm.ES256, prepared.data)
        verified = verify(prepared.attach(signature))
        assert verified.payload == b"\xff\x00"
        with pytest.raises(EncodingError):
            verified.claims()

    @pytest.mark.parametrize("header", NOT_MADE)
    def test_header_that_we_would_refuse_is_not_made(self, header: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match="header"):
            prepare_jws(header, b"{}")


class TestChanges:
    COMPACT = token(CLAIMS)

    @given(st.integers(0, len(COMPACT) - 1), st.characters(max_codepoint=0x17F))
    def test_any_character_changed_is_refused(self, position: int, other: str) -> None:
        """Signatures have one spelling: no other character anywhere leaves the token valid."""
        if self.COMPACT[position] == other:
            return
        changed = self.COMPACT[:position] + other + self.COMPACT[position + 1 :]
        with pytest.raises(ProtocolError):
            verify(changed)

    @given(st.integers(0, len(COMPACT)), st.text(min_size=1, max_size=3))
    def test_anything_inserted_is_refused(self, position: int, more: str) -> None:
        with pytest.raises(ProtocolError):
            verify(self.COMPACT[:position] + more + self.COMPACT[position:])

    @given(st.integers(0, len(COMPACT) - 1), st.integers(1, 8))
    def test_anything_removed_is_refused(self, position: int, count: int) -> None:
        with pytest.raises(ProtocolError):
            verify(self.COMPACT[:position] + self.COMPACT[position + count :])

    def test_unchanged_it_is_accepted(self) -> None:
        assert verify(self.COMPACT).claims() == CLAIMS

    def test_payload_of_another_token_is_refused(self) -> None:
        header, _, signature = token(CLAIMS).split(".")
        with pytest.raises(InvalidSignature):
            verify(f"{header}.{token({'n': 2}).split('.')[1]}.{signature}")

    @given(st.text() | st.text("ab.=", max_size=12))
    def test_any_text_is_refused_cleanly(self, text: str) -> None:
        with pytest.raises((InvalidJws, TooLarge)):
            parse_jws(text, max_bytes=100)


class TestParts:
    @pytest.mark.parametrize(
        "change", ["{0}.{1}", "{0}.{1}.{2}.", ".{0}.{1}.{2}", "{0}.{1}.{2}.{2}", "{0}..{1}.{2}", "{0}", ""]
    )
    def test_other_than_three_parts_are_refused(self, change: str) -> None:
        with pytest.raises(InvalidJws):
            parse_jws(change.format(*token(CLAIMS).split(".")), max_bytes=MAX)

    @pytest.mark.parametrize(
        "change",
        ["{0}=.{1}.{2}", "{0}.{1}=.{2}", "{0}.{1}.{2}=", " {0}.{1}.{2}", "{0}.{1}.{2}\n", "{0}.{1} .{2}"],
    )
    def test_padding_and_spaces_are_refused(self, change: str) -> None:
        with pytest.raises(InvalidJws):
            parse_jws(change.format(*token(CLAIMS).split(".")), max_bytes=MAX)

    def test_json_serialisation_is_refused(self) -> None:
        header, payload, signature = token(CLAIMS).split(".")
        with pytest.raises(InvalidJws):
            parse_jws(
                create_json({"protected": header, "payload": payload, "signature": signature}).decode(),
                max_bytes=MAX,
            )

    def test_size_at_the_limit_and_one_beyond(self) -> None:
        compact = token(CLAIMS)
        parse_jws(compact, max_bytes=len(compact))
        with pytest.raises(TooLarge):
            parse_jws(compact, max_bytes=len(compact) - 1)

    def test_size_is_the_first_check(self) -> None:
        with pytest.raises(TooLarge):
            parse_jws("." * 101, max_bytes=100)


class TestHeader:
    @pytest.mark.parametrize("header", NOT_HEADERS)
    def test_what_is_no_strict_json_object_with_alg_is_refused(self, header: bytes) -> None:
        """1.33."""
        for _ in range(2):  # a refused header is not remembered as a good one
            with pytest.raises(InvalidJws):
                parse_jws(token_with_header(header), max_bytes=MAX)

    @pytest.mark.parametrize("member", EXTENSIONS)
    def test_extension_is_refused(self, member: bytes) -> None:
        """RFC 7515 section 4.1.11, RFC 7797: Authlib CVE-2025-59420, PyJWT CVE-2026-32597, and zip bombs."""
        with pytest.raises(UnsupportedHeader):
            parse_jws(token_with_header(b'{"alg":"ES256","typ":"test+jwt",' + member + b"}"), max_bytes=MAX)

    def test_spaces_in_the_header_are_only_spaces(self) -> None:
        assert verify(token_with_header(b'{ "typ" : "test+jwt",\n"alg" : "ES256" }')).claims() == {}

    def test_a_large_header_is_read_like_a_small_one(self) -> None:
        header = {"alg": "ES256", "typ": TYPE, "x5c": ["A" * 3000, "B" * 3000]}
        compact = prepare_jws(header, b"{}").attach(b"x")
        assert parse_jws(compact, max_bytes=MAX).header == {
            "alg": "ES256",
            "typ": TYPE,
            "x5c": ("A" * 3000, "B" * 3000),
        }

    @pytest.mark.parametrize("size", [10, 5000])
    def test_header_is_immutable_all_the_way_down(self, size: int) -> None:
        """Equal headers share one parsed value: nobody may be able to change another token's header."""
        compact = token(CLAIMS, jwk={"kty": "EC", "list": [{"a": 1}]}, fill="x" * size)
        header: Any = parse_jws(compact, max_bytes=MAX).header
        for change in (
            lambda: header.update(alg="none"),
            lambda: header.__setitem__("alg", "none"),
            lambda: header["jwk"].__setitem__("kty", "oct"),
            lambda: header["jwk"]["list"].append(1),
            lambda: header["jwk"]["list"][0].__setitem__("a", 2),
        ):
            with pytest.raises((TypeError, AttributeError)):
                change()
        assert parse_jws(compact, max_bytes=MAX).header["jwk"]["list"][0]["a"] == 1


class TestAlgorithm:
    @pytest.mark.parametrize(
        "name", ["none", "None", "HS256", "RS256", "ES384", "EdDSA", "es256", "ES256 ", ""]
    )
    def test_other_algorithm_than_the_keys_is_refused(self, name: str) -> None:
        """RFC 8725 section 3.1; the signature itself is a good ES256 one."""
        header = create_json({"alg": name, "typ": TYPE})
        with pytest.raises(AlgorithmNotAllowed):
            verify(token_with_header(header))

    def test_unsigned_token_is_refused(self) -> None:
        compact = f"{b64url_encode(create_json({'alg': 'none', 'typ': TYPE}))}.{b64url_encode(b'{}')}."
        with pytest.raises(AlgorithmNotAllowed):
            verify(compact)

    @pytest.mark.parametrize("use", [use for use in Use if use not in READ_BY_RELYING_SERVICES])
    @pytest.mark.parametrize("algorithm", [Algorithm.RS256, Algorithm.PS256])
    def test_rsa_is_refused_outside_openid_connect(self, algorithm: Algorithm, use: Use) -> None:
        compact = token(CLAIMS, algorithm=algorithm)
        with pytest.raises(AlgorithmNotAllowed):
            verify(compact, algorithm, use)
        assert verify(compact, algorithm, Use.ID_TOKEN).claims() == CLAIMS

    def test_es384_is_refused_for_what_we_make_ourselves(self) -> None:
        compact = token(CLAIMS, algorithm=Algorithm.ES384)
        with pytest.raises(AlgorithmNotAllowed):
            verify(compact, Algorithm.ES384, Use.ACCESS_TOKEN)

    def test_key_in_the_header_is_never_used(self) -> None:
        """Authlib CVE-2026-27962: the sender's own key in `jwk` verifies nothing."""
        attacker = ec.generate_private_key(ec.SECP256R1())
        compact = token(
            CLAIMS, key=attacker, jwk=create_public_jwk(attacker.public_key()), kid="trusted", x5c=["AA=="]
        )
        with pytest.raises(InvalidSignature):
            verify(compact)


class TestType:
    @pytest.mark.parametrize("typ", [TYPE, TYPE.upper(), f"application/{TYPE}", f"Application/{TYPE}"])
    def test_spellings_of_one_media_type(self, typ: str) -> None:
        """RFC 7515 section 4.1.9."""
        assert verify(token(CLAIMS, typ=typ)).claims() == CLAIMS

    @pytest.mark.parametrize(
        "typ", ["JWT", "jwt", "", f"{TYPE} ", f"x/{TYPE}", f"text/{TYPE}", None, 1, [TYPE]]
    )
    def test_another_type_is_refused(self, typ: object) -> None:
        """RFC 8725 section 3.11: a token of one kind never passes for another."""
        with pytest.raises(WrongType):
            verify(token(CLAIMS, typ=typ))

    def test_missing_type_is_refused_unless_the_caller_has_none(self) -> None:
        compact = token_with_header(b'{"alg":"ES256"}')
        with pytest.raises(WrongType):
            verify(compact)
        assert verify(compact, typ=None).claims() == {}


class TestTrustAsType:
    def test_only_verification_makes_a_verified_token(self) -> None:
        verified = verify(token(CLAIMS))
        with pytest.raises(RuntimeError):
            VerifiedJws({}, b"{}", public_key(Algorithm.ES256), object())
        with pytest.raises((ValueError, RuntimeError)):
            dataclasses.replace(verified, payload=b'{"admin":true}')
        with pytest.raises(dataclasses.FrozenInstanceError):
            verified.payload = b"{}"  # type: ignore[misc]

    def test_claims_are_parsed_strictly(self) -> None:
        """1.33."""
        header = create_json({"alg": "ES256", "typ": TYPE})
        for payload in (b'{"a":1,"a":2}', b"[]", b'{"a":NaN}', b'{"a":' * 40 + b"1" + b"}" * 40):
            verified = verify(token_with_header(header, payload=payload))
            with pytest.raises(EncodingError):
                verified.claims()

    def test_signing_input_is_a_value(self) -> None:
        prepared = prepare_jws({"alg": "ES256"}, b"{}")
        assert prepared == SigningInput(prepared.data)
        with pytest.raises(dataclasses.FrozenInstanceError):
            prepared.data = b""  # type: ignore[misc]

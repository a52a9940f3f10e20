"""Strict base64url, JSON and NumericDate (requirement 1.33)."""

import base64
import json
import string
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.encoding import (
    DuplicateMember,
    EncodingError,
    InvalidBase64Url,
    InvalidJson,
    InvalidNumericDate,
    TooDeep,
    TooLarge,
    b64url_decode,
    b64url_encode,
    create_json,
    from_numeric_date,
    parse_json,
    parse_json_object,
    to_numeric_date,
)

ALPHABET = string.ascii_letters + string.digits + "-_"
MAX = 1_000_000

texts = st.text(st.characters(exclude_categories=["Cs"]))
numbers = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    max_leaves=20,
)
NOT_CANONICAL = [
    "QQ==",
    "QUE=",
    "QUFB====",
    "=",
    "====",
    "Q",
    "QUFBQ",
    "QR",
    "QUF",
    "QUF_+",
    "a+b/",
    "ab+A",
    "ab/A",
    "QQ.",
    "QÄ",
    "QQ=",
    "QUE==",
    "QQ==QQ",
]
NOT_CANONICAL += [" QQ", "QQ\n", "Q Q", "QQ\0", "\u2028QQA", "QUFB\r\n", "ab\u00adA"]


def parse(data: bytes | str, **limits: int) -> Any:
    return parse_json(data, max_bytes=MAX, **limits)


class TestBase64Url:
    @given(st.binary(max_size=200))
    def test_what_is_encoded_comes_back(self, data: bytes) -> None:
        text = b64url_encode(data)
        assert text == base64.urlsafe_b64encode(data).decode().rstrip("=")
        assert b64url_decode(text) == data

    @given(st.text(st.sampled_from(ALPHABET + "+/= \n.é\0"), max_size=12))
    def test_only_the_canonical_spelling_is_accepted(self, text: str) -> None:
        """1.33: whatever decodes is exactly what encoding gives back."""
        try:
            data = b64url_decode(text)
        except InvalidBase64Url:
            return
        assert b64url_encode(data) == text

    @pytest.mark.parametrize("text", NOT_CANONICAL)
    def test_other_spellings_are_refused(self, text: str) -> None:
        with pytest.raises(InvalidBase64Url):
            b64url_decode(text)

    @pytest.mark.parametrize(("length", "kept"), [(2, 4), (3, 16)])
    def test_exactly_one_last_character_per_value(self, length: int, kept: int) -> None:
        """RFC 4648 section 3.5: 4 of 64 last characters of a short group have no loose bits, or 16 of 64."""
        accepted = 0
        for last in ALPHABET:
            try:
                b64url_decode("A" * (length - 1) + last)
                accepted += 1
            except InvalidBase64Url:
                pass
        assert accepted == kept

    def test_empty(self) -> None:
        assert b64url_decode("") == b""
        assert b64url_encode(b"") == ""


class TestJson:
    @given(json_values)
    def test_what_is_created_is_parsed(self, value: Any) -> None:
        assert parse(create_json(value)) == value

    @given(json_values)
    def test_other_spellings_mean_the_same(self, value: Any) -> None:
        """Spaces and escapes take the slower reader, which must agree."""
        assert parse(json.dumps(value, indent=2)) == value
        assert parse(json.dumps(value, ensure_ascii=True)) == value

    @pytest.mark.parametrize(
        "text",
        [
            '{"a":1,"a":2}',
            '{"a":1,"a":1}',
            '{"a":1,"\\u0061":2}',
            '{"x":{"a":1,"a":1}}',
            '[{"a":[{"b":1,"c":2,"b":1}]}]',
            '{"":1,"":2}',
            '{ "a": 1, "b": 2, "a": 3 }',
        ],
    )
    def test_duplicate_member_is_refused(self, text: str) -> None:
        with pytest.raises(DuplicateMember):
            parse(text)

    def test_members_that_only_look_alike_are_kept(self) -> None:
        """Two spellings of one letter are two names: nothing is normalised."""
        assert parse('{"\\u00e9":1,"e\\u0301":2}') == {"é": 1, "e\u0301": 2}
        assert parse('{"a":{"b":1},"b":{"a":1}}') == {"a": {"b": 1}, "b": {"a": 1}}

    @pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "[NaN]", '{"a": NaN}', "nan"])
    def test_constants_are_refused(self, text: str) -> None:
        with pytest.raises(InvalidJson):
            parse(text)

    @pytest.mark.parametrize("text", ["1e400", "[-1e400]", "1" + "0" * 400 + ".0", "[ 1e999 ]"])
    def test_numbers_beyond_a_double_are_refused(self, text: str) -> None:
        with pytest.raises(InvalidJson):
            parse(text)

    @pytest.mark.parametrize("number", [2**53, 2**53 + 1, -(2**53) - 1, 2**63, 2**64 - 1, -(2**63), 0])
    def test_integers_of_64_bits_are_exact(self, number: int) -> None:
        for text in (str(number), f" [ {number} ] "):
            assert parse(text) in (number, [number])

    @pytest.mark.parametrize("number", [2**64, -(2**63) - 1, 10**30, -(10**30), 10**4000])
    def test_larger_integers_are_refused(self, number: int) -> None:
        with pytest.raises(InvalidJson):
            parse(str(number))
        with pytest.raises(InvalidJson):
            parse(f'{{"a": {number}}}')

    def test_an_integer_of_many_digits_is_refused_quickly(self) -> None:
        with pytest.raises(InvalidJson):
            parse("9" * 100_000)

    @pytest.mark.parametrize(
        "data",
        [
            b"\xef\xbb\xbf{}",
            "{}".encode("utf-16"),
            "{}".encode("utf-16-le"),
            b'"\xff"',
            b'"\xc0\x80"',
            b'"\xed\xa0\x80"',
            b'"\\ud800"',
            b'"\\udc00\\ud800"',
            b'{"\\ud800":1}',
            b'"\x01"',
            b'"\n"',
            b"",
            b" ",
            b"{}{}",
            b"{} x",
            b"[1,]",
            b"{'a':1}",
            b'{"a":01}',
            b"[1 2]",
            b"// x\n1",
            b"\x00{}",
            b"{}\x00",
            b"\xa0{}",
            b"True",
            b"+1",
            b".5",
            b'{"a"}',
            b'{1:2}',
            b"[",
            b'"a',
        ],
    )  # fmt: skip
    def test_what_is_not_json_is_refused(self, data: bytes) -> None:
        with pytest.raises(InvalidJson):
            parse(data)

    def test_lone_surrogate_in_a_string_is_refused(self) -> None:
        with pytest.raises(InvalidJson):
            parse('"\ud800"')

    def test_surrogate_pair_is_one_character(self) -> None:
        assert parse('"\\ud83d\\ude00"') == "😀"

    @pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")])
    @pytest.mark.parametrize("space", ["", " "])
    def test_depth_at_the_limit_and_one_beyond(self, opening: str, closing: str, space: str) -> None:
        per_step = len(closing)
        for depth in (4, 32):
            times = depth // per_step
            text = (opening + space) * times + "1" + closing * times
            parse(text, max_depth=depth)
            with pytest.raises(TooDeep):
                parse(text, max_depth=depth - 1)
            with pytest.raises(TooDeep):
                parse(f"[{text}]", max_depth=depth)

    def test_many_brackets_are_not_depth(self) -> None:
        assert parse("[" + ",".join(["[]"] * 1000) + "]", max_depth=2) == [[]] * 1000
        assert parse(create_json(["[[{" * 50]), max_depth=1) == ["[[{" * 50]
        assert parse(create_json(['"[\\"{' * 50]), max_depth=1) == ['"[\\"{' * 50]

    def test_depth_behind_a_string_full_of_brackets(self) -> None:
        text = create_json("]" * 50).decode()
        with pytest.raises(TooDeep):
            parse(f"[{text},{'[' * 40}{']' * 40}]")

    @pytest.mark.parametrize(
        "text", ["[" * 500_000, "[" * 500_000 + "]" * 500_000, '{"a":' * 100_000, '"\\"[' * 100_000]
    )
    def test_a_flood_of_brackets_is_refused_without_recursion(self, text: str) -> None:
        with pytest.raises(InvalidJson):
            parse(text)

    def test_size_at_the_limit_and_one_beyond(self) -> None:
        assert parse_json(b'"ab"', max_bytes=4) == "ab"
        assert parse_json('"é"', max_bytes=4) == "é"
        with pytest.raises(TooLarge):
            parse_json(b'"abc"', max_bytes=4)
        with pytest.raises(TooLarge):
            parse_json('"éa"', max_bytes=4)

    @pytest.mark.parametrize("data", ["[]", "1", '"a"', "null", "true", " [ { } ] "])
    def test_object_is_asked_for(self, data: str) -> None:
        with pytest.raises(InvalidJson):
            parse_json_object(data, max_bytes=100)
        assert parse_json_object(' {"a" : 1}', max_bytes=100) == {"a": 1}

    @given(
        st.binary(max_size=60)
        | st.text(max_size=60)
        | st.text(st.sampled_from('[]{}",:\\u0a1e-. '), max_size=40)
    )
    def test_anything_else_is_an_encoding_error(self, data: bytes | str) -> None:
        """Whatever comes in: a value that the standard library reads too, or an EncodingError."""
        try:
            value = parse(data)
        except EncodingError:
            return
        assert json.loads(data) == value

    def test_refusal_carries_none_of_the_message(self) -> None:
        with pytest.raises(EncodingError) as refused:
            parse('{"given_name":"Planted","given_name":"Planted2"}')
        assert "Planted" not in f"{refused.value} {refused.value.detail} {refused.value.text}"

    @pytest.mark.parametrize(
        "value", [datetime(2026, 1, 1, tzinfo=UTC), b"x", {1: 2}, {1, 2}, 2**64, "\ud800"]
    )
    def test_create_refuses_what_json_cannot_hold(self, value: object) -> None:
        with pytest.raises(TypeError):
            create_json(value)

    def test_create_is_compact_and_keeps_the_order(self) -> None:
        assert (
            create_json({"b": 1, "a": ["é", None, True, 1.5]}) == '{"b":1,"a":["é",null,true,1.5]}'.encode()
        )


class TestNumericDate:
    @given(st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31)))  # noqa: DTZ001 (hypothesis wants naive bounds)
    def test_there_and_back(self, moment: datetime) -> None:
        aware = moment.replace(tzinfo=UTC)
        assert from_numeric_date(to_numeric_date(aware)) == aware.replace(microsecond=0)

    def test_rounded_down_in_any_zone(self) -> None:
        assert to_numeric_date(datetime(1970, 1, 1, 0, 0, 1, 999_999, tzinfo=UTC)) == 1
        assert to_numeric_date(datetime(1970, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))) == 0
        assert to_numeric_date(datetime(1969, 12, 31, 23, 59, 59, 500_000, tzinfo=UTC)) == -1

    def test_a_moment_without_zone_is_a_mistake_of_ours(self) -> None:
        with pytest.raises(ValueError, match="time zone"):
            to_numeric_date(datetime(2026, 1, 1))  # noqa: DTZ001 (that is the case)

    def test_fraction_is_kept(self) -> None:
        assert from_numeric_date(1.5) == datetime(1970, 1, 1, 0, 0, 1, 500_000, tzinfo=UTC)

    @pytest.mark.parametrize(
        "number",
        [
            True,
            False,
            "1",
            None,
            float("nan"),
            float("inf"),
            -1,
            -0.5,
            253_402_300_800,
            2**64,
            1e300,
            10**400,
            [1],
        ],
    )
    def test_what_is_no_date_is_refused(self, number: object) -> None:
        with pytest.raises(InvalidNumericDate):
            from_numeric_date(number)

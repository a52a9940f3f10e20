"""Client identifiers and their prefixes (5.08)."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.errors import ProtocolError
from specs.openid4vp import (
    ClientId,
    Prefix,
    check_prefix,
    create_x509_hash,
    create_x509_san_dns,
    parse_client_id,
)
from specs.openid4vp.client_id import verify_x509_hash, verify_x509_san_dns
from specs.openid4vp.errors import (
    ClientIdMismatch,
    ClientIdRefused,
    OriginClientId,
    ResponseUriNotAllowed,
    SignedRequestNotAllowed,
    UnknownClient,
    UnsupportedClientIdPrefix,
)
from tests.specs.openid4vp.material import HOST, RESPONSE_URI, leaf_hash, load

CASES = load("client_identifier_prefixes.json")["cases"]
HASH = leaf_hash()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["client_id"])
def test_vector_5_08(case: dict[str, Any]) -> None:
    if case.get("expect") == "reject":
        with pytest.raises(OriginClientId) as raised:
            parse_client_id(case["client_id"])
        assert raised.value.code == "invalid_request"
        return
    found = parse_client_id(case["client_id"])
    assert found.full == case["client_id"]
    if case.get("expect") == "not-a-prefix":
        assert (found.prefix, found.value) == (None, case["client_id"])
    else:
        assert (found.prefix, found.value) == (case["prefix"], case["value"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["client_id"])
def test_only_certificates_identify_a_client_5_08(case: dict[str, Any]) -> None:
    refusals: dict[str | None, type[ProtocolError]] = {
        "redirect_uri": SignedRequestNotAllowed,
        "decentralized_identifier": UnsupportedClientIdPrefix,
        "verifier_attestation": UnsupportedClientIdPrefix,
        "openid_federation": UnsupportedClientIdPrefix,
        None: UnknownClient,
    }
    if case.get("expect") == "reject":
        return
    refusal = refusals.get(case.get("prefix"))
    if refusal is None:
        check_prefix(parse_client_id(case["client_id"]))
        return
    with pytest.raises(refusal) as raised:
        check_prefix(parse_client_id(case["client_id"]))
    assert raised.value.code == ("invalid_client" if refusal is UnknownClient else "invalid_request")


@pytest.mark.parametrize(
    "client_id",
    [None, 5, "", "x509_hash:", "é", "a\nb", "a\x00", "x" * 2049, ["x509_hash:a"]],
    ids=["none", "number", "empty", "prefix-alone", "letter", "newline", "nul", "long", "array"],
)
def test_a_malformed_identifier_is_refused_5_08(client_id: object) -> None:
    with pytest.raises(ClientIdRefused):
        parse_client_id(client_id)


def test_the_word_origin_alone_is_a_registered_name() -> None:
    assert parse_client_id("origin") == ClientId("origin", None, "origin")


def test_the_first_colon_counts_5_08() -> None:
    found = parse_client_id("x509_san_dns:redirect_uri:x")
    assert (found.prefix, found.value) == (Prefix.X509_SAN_DNS, "redirect_uri:x")


# x509_san_dns


@pytest.mark.parametrize(
    ("names", "uri"),
    [
        ((HOST,), RESPONSE_URI),
        (("other.example", HOST), f"https://{HOST}/x"),
        ((HOST.upper(),), f"https://{HOST.upper()}/x"),
    ],
)
def test_a_dns_name_of_the_certificate_is_the_client_5_08(names: tuple[str, ...], uri: str) -> None:
    verify_x509_san_dns(create_x509_san_dns(HOST), names, uri)
    verify_x509_san_dns(create_x509_san_dns(HOST.upper()), names, uri)


@pytest.mark.parametrize(
    "names", [(), ("example",), (f"www.{HOST}",), ("*.example",), (f"*.{HOST}",), (f"{HOST}.",)], ids=str
)
def test_a_name_that_the_certificate_lacks_is_refused_5_08(names: tuple[str, ...]) -> None:
    with pytest.raises(ClientIdMismatch):
        verify_x509_san_dns(create_x509_san_dns(HOST), names, RESPONSE_URI)


@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example/",
        f"https://{HOST}.evil.example/",
        f"https://www.{HOST}/",
        f"https://evil.example/{HOST}",
    ],
)
def test_an_answer_to_another_host_is_refused_5_08(uri: str) -> None:
    with pytest.raises(ResponseUriNotAllowed):
        verify_x509_san_dns(create_x509_san_dns(HOST), (HOST,), uri)


@pytest.mark.parametrize(
    "name",
    [
        "*.example",
        "a b",
        "-a",
        "a-",
        "a..b",
        ".a",
        "a.",
        "https://a",
        "a/b",
        "a:1",
        "a" * 64,
        "a." * 130 + "a",
    ],
)
def test_what_is_no_dns_name_is_no_client_5_08(name: str) -> None:
    with pytest.raises(ClientIdRefused):
        verify_x509_san_dns(parse_client_id(f"x509_san_dns:{name}"), (name,), "https://a/")
    with pytest.raises(ValueError, match="DNS name"):
        create_x509_san_dns(name)


# x509_hash


def test_the_hash_of_the_certificate_is_the_client_5_08() -> None:
    verify_x509_hash(create_x509_hash(HASH), HASH)


def test_another_hash_is_refused_5_08() -> None:
    with pytest.raises(ClientIdMismatch):
        verify_x509_hash(create_x509_hash("A" * 43), HASH)
    with pytest.raises(ClientIdMismatch):
        verify_x509_hash(create_x509_hash(HASH.swapcase()), HASH)


@pytest.mark.parametrize(
    "text",
    ["abc", HASH + "=", HASH[:-1], HASH + "A", "+" * 43, "ab:cd"],
    ids=["short", "padded", "one short", "one long", "base64", "colon"],
)
def test_what_is_no_hash_is_no_client_5_08(text: str) -> None:
    with pytest.raises(ClientIdRefused):
        verify_x509_hash(parse_client_id(f"x509_hash:{text}"), text)
    with pytest.raises(ValueError, match="SHA-256"):
        create_x509_hash(text)


@given(
    st.text(max_size=60)
    | st.builds("{}:{}".format, st.sampled_from([*Prefix, "origin"]), st.text(max_size=20))
)
def test_nothing_but_a_refusal_is_raised(client_id: str) -> None:
    with contextlib.suppress(ClientIdRefused):
        assert parse_client_id(client_id).full == client_id

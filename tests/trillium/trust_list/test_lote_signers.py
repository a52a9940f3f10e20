"""Whose signature counts on a list of trusted entities (ETSI TS 119 602 clause 6.8)."""

import contextlib

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from specs.encoding import create_json
from specs.jose import public_jwk_of
from tests.specs.jose.certificates import CA, LEAF, self_signed
from tests.trillium.trust_list.lotes import (
    DAY,
    OPERATOR,
    around,
    certificate_pem,
    document,
    list_signer,
    public_pem,
    root_of_lists,
    signed_lote,
)
from tests.trillium.trust_list.material import operator_key
from tests.verifier.issuing import NOW
from trillium.runtime.trust_list import Lote, TrustListError, parse_lote_signers, verify_lote
from trillium.runtime.trust_list.errors import BadTrustListKeys, MalformedLote, WrongLoteKey
from trillium.runtime.trust_list.lote_signers import MAX_LOTE_BYTES

ROOT = certificate_pem(root_of_lists().certificate)


def verified(token: bytes, pinned: bytes) -> Lote:
    return verify_lote(token, parse_lote_signers(pinned, NOW), now=NOW)


def jwks(*who: str) -> bytes:
    return create_json({"keys": [dict(public_jwk_of(operator_key(one).public_key()).members) for one in who]})


def test_by_a_key_that_was_given() -> None:
    for pinned in (public_pem(), jwks("other", "lote"), public_pem("other") + public_pem()):
        assert verified(signed_lote(), pinned).operators == (OPERATOR,)
    assert verified(b"\n" + signed_lote() + b"\n", public_pem()).sequence == 7


def test_by_the_signers_own_certificate() -> None:
    """Pinned as it is, it needs no authority; and what stands in the header needs not be it."""
    signer = list_signer("Another name", "CA")
    assert verified(signed_lote(who=signer), certificate_pem(signer.certificate)).sequence == 7
    other = signed_lote(who=signer, header={"x5c": "rubbish"})
    assert verified(other, certificate_pem(signer.certificate)).sequence == 7


def test_below_an_authority_by_whoever_is_named_like_the_operator() -> None:
    signer = list_signer()
    assert verified(signed_lote(who=signer), ROOT).sequence == 7
    with_root = [signer.certificate, root_of_lists().certificate]
    assert verified(signed_lote(who=signer, chain=with_root), ROOT).sequence == 7


@pytest.mark.parametrize(
    ("organization", "country"), [("Tax Office", "EU"), (OPERATOR, "CA"), (OPERATOR.lower(), "EU")]
)
def test_below_an_authority_others_sign_other_things(organization: str, country: str) -> None:
    with pytest.raises(WrongLoteKey):
        verified(signed_lote(who=list_signer(organization, country)), ROOT)


def test_a_list_without_territory_is_bound_to_its_operator_alone() -> None:
    signer = list_signer(country="CA")
    assert verified(signed_lote(document(SchemeTerritory=...), who=signer), ROOT).territory is None


def test_wrong_keys() -> None:
    stranger = self_signed(around(CA.but(name="Another root")))
    for token, pinned in (
        (signed_lote(who="stranger"), public_pem()),
        (signed_lote(who=list_signer()), public_pem()),
        (signed_lote(), ROOT),
        (signed_lote(who=list_signer(root=stranger)), ROOT),
        (signed_lote(who=list_signer(now=NOW - 400 * DAY)), ROOT),
        # Certified, but another one's signature.
        (signed_lote(who="lote", chain=[list_signer().certificate]), ROOT),
        # An authority signs certificates, no lists.
        (signed_lote(who=root_of_lists()), ROOT),
        (signed_lote(who=list_signer(), header={"x5c": []}), ROOT),
        (signed_lote(header={"alg": "ES384"}), public_pem()),
    ):
        with pytest.raises(WrongLoteKey):
            verified(token, pinned)


@pytest.mark.parametrize(
    "header", [{"alg": "none"}, {"alg": "HS256"}, {"crit": ["sigT"], "sigT": "x"}, {"b64": False}]
)
def test_headers_that_ask_for_something_else(header: dict[str, object]) -> None:
    with pytest.raises((MalformedLote, WrongLoteKey)):
        verified(signed_lote(header=header), public_pem())


@settings(max_examples=150)
@given(st.integers(0, 10**6), st.integers(1, 127))
def test_any_altered_byte_is_seen(position: int, difference: int) -> None:
    token = bytearray(signed_lote())
    token[position % len(token)] ^= difference
    with pytest.raises((MalformedLote, WrongLoteKey)):
        verified(bytes(token), public_pem())


def test_what_is_too_large_is_not_read() -> None:
    with pytest.raises(MalformedLote, match="bytes"):
        verified(b"x" * (MAX_LOTE_BYTES + 1), public_pem())
    large = signed_lote(b'{"LoTE":"' + b"x" * MAX_LOTE_BYTES + b'"}')
    with pytest.raises(MalformedLote):
        verified(large, public_pem())


def test_what_is_signed_and_no_list_is_told_as_such() -> None:
    with pytest.raises(MalformedLote):
        verified(signed_lote(b"{}"), public_pem())
    with pytest.raises(MalformedLote):
        verified(signed_lote(b"{}", who=list_signer()), ROOT)


@given(st.binary(max_size=300) | st.text(alphabet="eyJh.-_0", max_size=60).map(str.encode))
def test_rubbish_raises_nothing_else(token: bytes) -> None:
    for pinned in (public_pem(), ROOT):
        with pytest.raises(TrustListError):
            verified(token, pinned)


def private_pem() -> bytes:
    return operator_key("lote").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def rsa_pem() -> bytes:
    key = rsa.generate_private_key(65537, 2048).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b"rubbish",
        private_pem(),
        rsa_pem(),
        ROOT + public_pem(),
        ROOT + private_pem(),
        ROOT.replace(b"MII", b"III"),
        ROOT * 9,
        b"x" * 70_000,
        certificate_pem(self_signed(CA.but(not_after=NOW - DAY, not_before=NOW - 9 * DAY)).certificate),
        certificate_pem(self_signed(LEAF.but(not_before=NOW + DAY, not_after=NOW + 9 * DAY)).certificate),
        certificate_pem(self_signed(around(CA.but(key_usage=None))).certificate),
        certificate_pem(self_signed(around(LEAF.but(key=ec.generate_private_key(ec.SECP192R1())))).certificate),
    ],
    ids=[
        "nothing", "object", "array", "rubbish", "private", "rsa", "both", "private-too", "broken", "many",
        "large", "ended", "not-begun", "may-not-issue", "weak",
    ],
)  # fmt: skip
def test_what_is_given_as_keys_and_is_none(content: bytes) -> None:
    with pytest.raises(BadTrustListKeys):
        parse_lote_signers(content, NOW)


@given(st.binary(max_size=200).map(lambda one: b"-----BEGIN CERTIFICATE-----\n" + one))
def test_rubbish_as_certificates_raises_nothing_else(content: bytes) -> None:
    with contextlib.suppress(TrustListError):
        parse_lote_signers(content, NOW)

"""The KB-JWT, made and checked (RFC 9901 sections 4.3 and 7.3)."""

import json
from datetime import timedelta
from typing import Any

import pytest

from specs.encoding import b64url_decode, b64url_encode
from specs.errors import ProtocolError
from specs.jose import Algorithm, public_jwk_of
from specs.sd_jwt import (
    ConfirmationKeyInvalid,
    ConfirmationKeyMissing,
    KeyBindingAlgorithmNotAllowed,
    KeyBindingAudienceWrong,
    KeyBindingHashWrong,
    KeyBindingMissing,
    KeyBindingNonceWrong,
    KeyBindingPolicy,
    KeyBindingSignatureInvalid,
    KeyBindingTimeWrong,
    KeyBindingTypeWrong,
    KeyBindingUnexpected,
    MalformedKeyBinding,
    WithoutKeyBinding,
    check_sd_jwt,
    open_held_sd_jwt,
    parse_sd_jwt,
    prepare_key_binding,
    select_disclosures,
)
from specs.sd_jwt.key_binding import VerifiedKeyBinding
from tests.specs.sd_jwt.material import (
    AUDIENCE,
    HEADER,
    ISSUER_CHECK,
    LEEWAY,
    NONCE,
    NOW,
    POLICY,
    UNBOUND,
    bind,
    confirmed,
    disclosure,
    issue,
    present,
    private_key,
    public_key,
    signed,
)

ISSUED = issue(confirmed({"iss": "https://issuer.example", "name": "Aida", "age": 19}), [("name",), ("age",)])
SECOND = int(NOW.timestamp())


def _reasons(text: str, policy: Any = POLICY) -> list[type[ProtocolError]]:
    report = check_sd_jwt(parse_sd_jwt(text), public_key("issuer"), key_binding=policy, **ISSUER_CHECK)
    assert (report.verified is None) == bool(report.reasons)
    return [type(reason) for reason in report.reasons]


def test_our_own_passes() -> None:
    """1.17, 1.18, 1.19."""
    assert _reasons(present(ISSUED, [("age",)])) == []


def test_claims_and_header_as_the_standard_has_them() -> None:
    """1.17: nothing more than is asked for."""
    presentation = select_disclosures(open_held_sd_jwt(parse_sd_jwt(ISSUED)), [])
    prepared = prepare_key_binding(
        presentation, nonce=NONCE, audience=AUDIENCE, issued_at=NOW, algorithm=Algorithm.ES256
    )
    header, payload = (b64url_decode(part) for part in prepared.signing_input.data.decode().split("."))
    assert header == b'{"alg":"ES256","typ":"kb+jwt"}'
    expected = presentation.algorithm.digest(presentation.text.encode())
    assert payload == (
        b'{"iat":%d,"aud":"%s","nonce":"%s","sd_hash":"%s"}'
        % (SECOND, AUDIENCE.encode(), NONCE.encode(), expected.encode())
    )


def test_claims_of_other_protocols_are_carried() -> None:
    """1.17: for example transaction data."""
    hashes = {"transaction_data_hashes": ["abc"], "transaction_data_hashes_alg": "sha-256"}
    text = present(ISSUED, [], claims=hashes)
    report = check_sd_jwt(parse_sd_jwt(text), public_key("issuer"), key_binding=POLICY, **ISSUER_CHECK)
    assert report.verified is not None
    assert report.verified.key_binding is not None
    assert report.verified.key_binding.claims["transaction_data_hashes"] == ["abc"]
    assert report.verified.key_binding.key == public_key("holder")


@pytest.mark.parametrize("name", ["iat", "aud", "nonce", "sd_hash"])
def test_registered_claims_are_not_overwritten(name: str) -> None:
    with pytest.raises(ValueError, match="arguments of their own"):
        present(ISSUED, [], claims={name: "x"})


def test_required_and_missing() -> None:
    """1.30."""
    assert _reasons(ISSUED) == [KeyBindingMissing]
    assert _reasons(ISSUED, UNBOUND) == []


def test_uninvited_is_checked_all_the_same() -> None:
    """1.31 P: against the transaction, and refused where there is none to check it against."""
    good = present(ISSUED, [])
    assert _reasons(good, WithoutKeyBinding(expected=POLICY)) == []
    assert _reasons(ISSUED, WithoutKeyBinding(expected=POLICY)) == []
    assert _reasons(present(ISSUED, [], nonce="other"), WithoutKeyBinding(expected=POLICY)) == [
        KeyBindingNonceWrong
    ]
    assert _reasons(good, UNBOUND) == [KeyBindingUnexpected]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"nonce": "other"}, KeyBindingNonceWrong),
        ({"nonce": NONCE.upper()}, KeyBindingNonceWrong),
        ({"nonce": None}, KeyBindingNonceWrong),
        ({"nonce": 1}, KeyBindingNonceWrong),
        ({"nonce": [NONCE]}, KeyBindingNonceWrong),
        ({"aud": "Uvo3HtuIxuhC92rShpgqcT3YXwrqRxWEviRiA0OZszk"}, KeyBindingAudienceWrong),
        ({"aud": None}, KeyBindingAudienceWrong),
        ({"aud": [AUDIENCE]}, KeyBindingAudienceWrong),
        ({"sd_hash": None}, KeyBindingHashWrong),
        ({"sd_hash": "x" * 43}, KeyBindingHashWrong),
        ({"sd_hash": 1}, KeyBindingHashWrong),
        ({"iat": None}, KeyBindingTimeWrong),
        ({"iat": str(SECOND)}, KeyBindingTimeWrong),
        ({"iat": True}, KeyBindingTimeWrong),
        ({"exp": SECOND - 61}, KeyBindingTimeWrong),
        ({"nbf": SECOND + 61}, KeyBindingTimeWrong),
        ({"exp": "soon"}, KeyBindingTimeWrong),
    ],
    ids=lambda value: json.dumps(value) if isinstance(value, dict) else "",
)
def test_claims_that_are_wrong(changed: dict[str, Any], reason: type[ProtocolError]) -> None:
    """1.31."""
    assert _reasons(bind(ISSUED, **changed)) == [reason]


def test_own_times_of_a_kb_jwt_that_are_right() -> None:
    """1.31: otherwise valid as a JWT."""
    assert _reasons(bind(ISSUED, exp=SECOND + 1, nbf=SECOND)) == []


@pytest.mark.parametrize(
    ("age", "accepted"),
    [(-61, False), (-60, True), (0, True), (300, True), (360, True), (361, False), (10**9, False)],
)
def test_window_of_the_time(age: int, accepted: bool) -> None:
    """1.31: five minutes into the past, and the leeway of a minute on both sides."""
    assert _reasons(bind(ISSUED, iat=SECOND - age)) == ([] if accepted else [KeyBindingTimeWrong])


@pytest.mark.parametrize("typ", [None, "JWT", "KB+JWT", "application/kb+jwt", "dc+sd-jwt", 1])
def test_type_is_fixed(typ: Any) -> None:
    """1.17, 1.31: a token made for something else never passes for a key binding."""
    header = {"alg": "ES256", "typ": typ} if typ is not None else {"alg": "ES256"}
    assert _reasons(bind(ISSUED, header=header)) == [KeyBindingTypeWrong]


def test_signed_by_another_key() -> None:
    """1.19, 1.31; the issuer's key is another key too."""
    assert _reasons(bind(ISSUED, by="thief")) == [KeyBindingSignatureInvalid]
    assert _reasons(bind(ISSUED, by="issuer")) == [KeyBindingSignatureInvalid]


def _with_header(header: bytes) -> str:
    claims, _, signature = bind(ISSUED).rpartition("~")[2].partition(".")[2].partition(".")
    return f"{ISSUED}{b64url_encode(header)}.{claims}.{signature}"


@pytest.mark.parametrize("alg", [b"none", b"HS256", b"ES384", b"RS256", b"es256", b""])
def test_algorithm_is_the_holder_keys(alg: bytes) -> None:
    """1.17, 1.31: whatever the header says, no key of another kind is used."""
    text = _with_header(b'{"alg":"%s","typ":"kb+jwt"}' % alg)
    assert _reasons(text) == [KeyBindingAlgorithmNotAllowed]


def test_key_in_the_header_is_not_asked() -> None:
    thief = public_jwk_of(private_key("thief").public_key())
    header = {"alg": "ES256", "typ": "kb+jwt", "jwk": dict(thief.members)}
    assert _reasons(bind(ISSUED, by="thief", header=header)) == [KeyBindingSignatureInvalid]


@pytest.mark.parametrize("text", ["a.b.c", "..", "e30.e30.", _with_header(b"[]").rpartition("~")[2]])
def test_not_a_jwt(text: str) -> None:
    """1.21."""
    assert _reasons(ISSUED + text) == [MalformedKeyBinding]


def test_oversized_key_binding() -> None:
    assert _reasons(bind(ISSUED, padding="x" * 20_000)) == [MalformedKeyBinding]


def test_duplicate_member_in_key_binding() -> None:
    """1.33."""
    head, tail = bind(ISSUED).rsplit("~", 1)
    header, claims, signature = tail.split(".")
    doubled = b64url_encode(b'{"nonce":"x",' + b64url_decode(claims)[1:])
    assert _reasons(f"{head}~{header}.{doubled}.{signature}") == [MalformedKeyBinding]


def test_disclosures_changed_afterwards() -> None:
    """1.18: added, removed, reordered."""
    both, one = present(ISSUED, [("name",), ("age",)]), present(ISSUED, [("age",)])
    jwt, first, second, kb = both.split("~")
    assert _reasons("~".join([jwt, second, first, kb])) == [KeyBindingHashWrong]
    assert _reasons("~".join([jwt, first, kb])) == [KeyBindingHashWrong]
    assert _reasons(both.rpartition("~")[0] + "~" + one.rpartition("~")[2]) == [KeyBindingHashWrong]


def test_moved_to_another_credential_of_the_holder() -> None:
    claims = confirmed({"iss": "https://issuer.example", "name": "Aida", "age": 19})
    other = issue(claims, [("name",), ("age",)])
    kb = present(ISSUED, []).rpartition("~")[2]
    assert _reasons(other[: other.index("~") + 1] + kb) == [KeyBindingHashWrong]


@pytest.mark.parametrize(
    ("cnf", "reason"),
    [
        (None, ConfirmationKeyMissing),
        ("jwk", ConfirmationKeyMissing),
        ({}, ConfirmationKeyMissing),
        ({"kid": "1"}, ConfirmationKeyMissing),
        ({"jwk": None}, ConfirmationKeyInvalid),
        ({"jwk": {"kty": "oct", "k": "AAAA"}}, ConfirmationKeyInvalid),
        ({"jwk": {"kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA"}}, ConfirmationKeyInvalid),
    ],
    ids=["absent", "text", "empty", "kid-only", "null", "symmetric", "short"],
)
def test_confirmation_key(cnf: Any, reason: type[ProtocolError]) -> None:
    """1.19: no key, no binding; the other checks are made all the same."""
    payload: dict[str, Any] = {"iss": "https://issuer.example"}
    if cnf is not None:
        payload["cnf"] = cnf
    text = signed(payload) + "~"
    assert _reasons(bind(text)) == [reason]
    assert _reasons(bind(text, nonce="other")) == [reason, KeyBindingNonceWrong]


def test_confirmation_key_behind_a_disclosure_does_not_count() -> None:
    """1.13, 1.19: the holder could leave it out, or there could be two."""
    encoded, its_digest = disclosure("salt", "cnf", {"jwk": dict(public_key("holder").members)})
    text = f"{signed({'_sd': [its_digest]})}~{encoded}~"
    assert _reasons(bind(text)) == [ConfirmationKeyMissing]


def test_everything_wrong_at_once() -> None:
    """1.31: each reason is found, whatever the others are."""
    text = bind(
        ISSUED,
        by="thief",
        header={"alg": "ES256", "typ": "JWT"},
        nonce="other",
        aud="other",
        iat=0,
        sd_hash="other",
    )
    assert _reasons(text) == [
        KeyBindingTypeWrong,
        KeyBindingSignatureInvalid,
        KeyBindingTimeWrong,
        KeyBindingNonceWrong,
        KeyBindingAudienceWrong,
        KeyBindingHashWrong,
    ]


def test_hash_follows_the_algorithm_of_the_credential() -> None:
    """1.18."""
    payload = confirmed({"iss": "https://issuer.example", "_sd_alg": "sha-512"})
    text = signed(payload, HEADER) + "~"
    made = present(text, [])
    assert _reasons(made) == []
    assert _reasons(bind(text)) == [KeyBindingHashWrong]


def test_only_the_check_makes_a_verified_one() -> None:
    with pytest.raises(RuntimeError):
        VerifiedKeyBinding({}, public_key("holder"), object())


def test_policy_of_another_length() -> None:
    policy = KeyBindingPolicy(NONCE, AUDIENCE, timedelta(0))
    oldest = SECOND - int(LEEWAY.total_seconds())
    assert _reasons(bind(ISSUED, iat=oldest), policy) == []
    assert _reasons(bind(ISSUED, iat=oldest - 1), policy) == [KeyBindingTimeWrong]

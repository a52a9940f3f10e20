"""Verification as a whole (RFC 9901 section 7): one answer, or every reason against it."""

from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from specs.encoding import b64url_encode
from specs.errors import ProtocolError
from specs.jose import (
    Algorithm,
    ClaimMissing,
    Expired,
    InvalidClaims,
    IssuedInTheFuture,
    NotYetValid,
    Use,
    WrongAudience,
    prepare_jws,
    public_jwk_of,
    sign_with,
)
from specs.sd_jwt import (
    DuplicateClaimName,
    IssuerAlgorithmNotAllowed,
    IssuerSignatureInvalid,
    IssuerTypeWrong,
    KeyBindingMissing,
    KeyBindingNonceWrong,
    KeyBindingUnexpected,
    SdJwtRejected,
    UnreferencedDisclosure,
    VerifiedSdJwt,
    check_sd_jwt,
    parse_sd_jwt,
    verify_issued_sd_jwt,
    verify_sd_jwt,
)
from tests.specs.sd_jwt.material import (
    HEADER,
    ISSUER_CHECK,
    LEEWAY,
    NOW,
    POLICY,
    TYPE,
    UNBOUND,
    bind,
    confirmed,
    disclosure,
    issue,
    present,
    public_key,
    sign,
    signed,
)

CLAIMS = confirmed({"iss": "https://issuer.example", "name": "Aida", "age": 19})
ISSUED = issue(CLAIMS, [("name",), ("age",)])
SECOND = int(NOW.timestamp())


def _reasons(text: str, who: str = "issuer", **options: Any) -> list[type[ProtocolError]]:
    settings = ISSUER_CHECK | {"key_binding": UNBOUND} | options
    report = check_sd_jwt(parse_sd_jwt(text), public_key(who), **settings)
    assert (report.verified is None) == bool(report.reasons)
    assert (report.claims is None) == bool(report.reasons)
    return [type(reason) for reason in report.reasons]


def test_verified_says_what_was_verified() -> None:
    shown = parse_sd_jwt(present(ISSUED, [("age",)]))
    verified = verify_sd_jwt(shown, public_key("issuer"), key_binding=POLICY, **ISSUER_CHECK)
    assert verified.claims == {key: value for key, value in CLAIMS.items() if key != "name"}
    assert verified.processed.hidden == {(): 1}
    assert verified.key == public_key("issuer")
    assert verified.header == HEADER
    assert verified.sd_jwt is shown
    assert verified.key_binding is not None


def test_only_the_check_makes_a_verified_one() -> None:
    report = check_sd_jwt(parse_sd_jwt(ISSUED), public_key("issuer"), key_binding=UNBOUND, **ISSUER_CHECK)
    assert report.verified is not None
    with pytest.raises(RuntimeError):
        VerifiedSdJwt(report.verified.processed, public_key("issuer"), None, parse_sd_jwt(ISSUED), None)


def test_signed_by_another_issuer() -> None:
    """1.22: only the key the caller trusts counts."""
    assert _reasons(ISSUED, "holder") == [IssuerSignatureInvalid]


def test_keys_in_the_header_are_not_asked() -> None:
    """1.22, 2.13: an SD-JWT that brings its own key proves nothing."""
    thief = public_key("thief")
    header = HEADER | {"jwk": dict(thief.members), "kid": thief.thumbprint}
    prepared = signed({"iss": "https://issuer.example"}, header).rpartition(".")[0]
    text = f"{prepared}.{b64url_encode(sign('thief', prepared.encode()))}~"
    assert _reasons(text, "thief") == []
    assert _reasons(text) == [IssuerSignatureInvalid]


@pytest.mark.parametrize("alg", [b"none", b"HS256", b"ES384", b"RS256", b"EdDSA"])
def test_algorithm_is_the_issuer_keys(alg: bytes) -> None:
    """1.02, 1.22."""
    header = b64url_encode(b'{"alg":"%s","typ":"%s"}' % (alg, TYPE.encode()))
    _, payload, signature = ISSUED.split("~")[0].split(".")
    assert _reasons(f"{header}.{payload}.{signature}~") == [IssuerAlgorithmNotAllowed]


def test_unsigned() -> None:
    """1.02."""
    _, payload, _ = ISSUED.split("~")[0].split(".")
    header = b64url_encode(b'{"alg":"none","typ":"%s"}' % TYPE.encode())
    assert _reasons(f"{header}.{payload}.~") == [IssuerAlgorithmNotAllowed]


def test_key_of_an_algorithm_that_the_use_does_not_have() -> None:
    """1.22: what is good for credentials is not good for everything."""
    private = ec.generate_private_key(ec.SECP384R1())
    key = public_jwk_of(private.public_key())
    prepared = prepare_jws(HEADER | {"alg": "ES384"}, b"{}")
    text = prepared.attach(sign_with(private, Algorithm.ES384, prepared.data)) + "~"
    options: dict[str, Any] = ISSUER_CHECK | {"key_binding": UNBOUND}
    assert check_sd_jwt(parse_sd_jwt(text), key, **options).reasons == ()
    report = check_sd_jwt(parse_sd_jwt(text), key, **options | {"use": Use.ACCESS_TOKEN})
    assert [type(reason) for reason in report.reasons] == [IssuerAlgorithmNotAllowed]


@pytest.mark.parametrize("typ", ["JWT", "kb+jwt", "dc+sd-jwt", None])
def test_type(typ: str | None) -> None:
    """1.16."""
    header = {"alg": "ES256"} | ({"typ": typ} if typ else {})
    assert _reasons(signed({}, header) + "~") == [IssuerTypeWrong]
    assert _reasons(signed({}, header) + "~", "thief") == [IssuerTypeWrong, IssuerSignatureInvalid]
    assert _reasons(signed({}, header) + "~", typ=None) == []


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"exp": SECOND - 60}, [Expired]),
        ({"exp": SECOND - 59}, []),
        ({"nbf": SECOND + 61}, [NotYetValid]),
        ({"nbf": SECOND + 60}, []),
        ({"iat": SECOND + 61}, [IssuedInTheFuture]),
        ({"iat": SECOND + 60}, []),
        ({"exp": "tomorrow"}, [InvalidClaims]),
        ({"nbf": True}, [InvalidClaims]),
    ],
    ids=["exp-t", "exp-t+1", "nbf-t+1", "nbf-t", "iat-t+1", "iat-t", "exp-text", "nbf-boolean"],
)
def test_times(claims: dict[str, Any], expected: list[type[ProtocolError]]) -> None:
    """1.29: at the second, with a leeway of one minute."""
    assert _reasons(signed(claims) + "~") == expected


def test_times_behind_a_disclosure_are_checked() -> None:
    """1.29: after processing."""
    encoded, its_digest = disclosure("salt", "exp", SECOND - 3600)
    text = f"{signed({'_sd': [its_digest]})}~{encoded}~"
    assert _reasons(text) == [Expired]


def test_withheld_validity_claim() -> None:
    """1.29: required by policy, and possibly hidden."""
    _, its_digest = disclosure("salt", "exp", SECOND - 3600)
    text = f"{signed({'_sd': [its_digest]})}~"
    assert _reasons(text) == []
    assert _reasons(text, required=("exp",)) == [ClaimMissing]


def test_audience() -> None:
    """1.29: an SD-JWT that is meant for somebody is accepted by nobody else."""
    text = signed({"aud": "https://verifier.example"}) + "~"
    assert _reasons(text) == [WrongAudience]
    assert _reasons(text, audience="https://verifier.example") == []
    assert _reasons(text, audience="https://other.example") == [WrongAudience]
    assert _reasons(ISSUED, audience="https://verifier.example") == []
    assert _reasons(signed({"aud": 5}) + "~", audience="https://verifier.example") == [InvalidClaims]


def test_every_reason_of_every_part() -> None:
    """All independent checks are made, whatever the others say."""
    stray, _ = disclosure("salt", "email", "x")
    double, double_digest = disclosure("salt", "name", "Eve")
    payload = confirmed({"name": "Aida", "_sd": [double_digest], "exp": SECOND - 3600})
    text = bind(f"{signed(payload, HEADER | {'typ': 'JWT'})}~{stray}~{double}~", nonce="other")
    with pytest.raises(SdJwtRejected) as caught:
        verify_sd_jwt(parse_sd_jwt(text), public_key("thief"), key_binding=POLICY, **ISSUER_CHECK)
    assert [type(reason) for reason in caught.value.reasons] == [
        IssuerTypeWrong,
        IssuerSignatureInvalid,
        DuplicateClaimName,
        UnreferencedDisclosure,
        Expired,
        KeyBindingNonceWrong,
    ]
    assert caught.value.detail.split(", ")[1] == "issuer_signature_invalid"
    assert "Eve" not in str(caught.value)


def test_bad_digest_algorithm_is_one_reason() -> None:
    """1.23: the hash of the key binding can't be checked then either."""
    text = signed(confirmed({"_sd_alg": "sha-1"})) + "~"
    reasons = _reasons(bind(text), key_binding=POLICY)
    assert [reason.__name__ for reason in reasons] == ["DigestAlgorithmUnsupported"]


def test_holder_refuses_what_is_not_as_issued() -> None:
    """1.32."""
    settings: dict[str, Any] = ISSUER_CHECK
    key = public_key("issuer")
    assert verify_issued_sd_jwt(parse_sd_jwt(ISSUED), key, **settings).claims == CLAIMS
    stray, _ = disclosure("salt", "email", "x")
    for text, reason in (
        (present(ISSUED, []), KeyBindingUnexpected),
        (ISSUED + stray + "~", UnreferencedDisclosure),
        (signed({"exp": 1}) + "~", Expired),
    ):
        with pytest.raises(SdJwtRejected) as caught:
            verify_issued_sd_jwt(parse_sd_jwt(text), key, **settings)
        assert [type(one) for one in caught.value.reasons] == [reason]


def test_policy_decides_about_key_binding_not_the_message() -> None:
    """1.30: a stripped KB-JWT is missed."""
    stripped = present(ISSUED, [("age",)]).rpartition("~")[0] + "~"
    assert _reasons(stripped, key_binding=POLICY) == [KeyBindingMissing]


def test_clock_must_have_a_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        _reasons(ISSUED, now=NOW.replace(tzinfo=None))


def test_leeway_is_the_callers() -> None:
    text = signed({"exp": SECOND}) + "~"
    assert _reasons(text, leeway=timedelta(0)) == [Expired]
    assert _reasons(text, leeway=LEEWAY) == []

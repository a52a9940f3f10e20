"""Key attestations, one by one (4.33, 6.07)."""

import contextlib
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.encoding import b64url_encode, create_json, to_numeric_date
from specs.errors import ProtocolError
from specs.jose import Algorithm, create_x5c, sign_with
from specs.openid4vci import (
    KEY_ATTESTATION_TYPE,
    AttestationUse,
    KeyAttestationPolicy,
    VerifiedKeyAttestation,
    parse_key_attestation,
    prepare_key_attestation,
    verify_key_attestation,
)
from specs.openid4vci.errors import InvalidProof, PrivateKeyInProof
from specs.openid4vci.key_attestation import MAX_ATTESTATION_LENGTH, MAX_ATTESTED_KEYS
from specs.openid4vci.key_attestation_errors import (
    InsufficientKeyStorage,
    InsufficientUserAuthentication,
    InvalidKeyAttestationSignature,
    KeyAttestationAlgorithmNotSupported,
    KeyAttestationNotCurrent,
    MalformedKeyAttestation,
    MissingKeyAttestationNonce,
    UnsupportedAttestedKey,
    UntrustedKeyAttestation,
    WrongKeyAttestationType,
)
from tests.specs.jose.certificates import LEAF, self_signed
from tests.specs.oauth.strategies import VALUES
from tests.specs.openid4vci.attestations import (
    ATTESTERS,
    FROM,
    HIGH,
    MODERATE,
    UNTIL,
    attestation,
    attester,
    authority,
)
from tests.specs.openid4vci.material import NOW, POLICY, key, nonce, proof

LEEWAY = timedelta(seconds=60)
JWK = dict(key(0).members)


def verify(
    text: object,
    policy: KeyAttestationPolicy = ATTESTERS,
    *,
    use: AttestationUse = AttestationUse.JWT_PROOF,
    **changes: Any,
) -> VerifiedKeyAttestation:
    options: dict[str, Any] = {"algorithms": POLICY.algorithms, "now": NOW, "leeway": LEEWAY}
    return verify_key_attestation(parse_key_attestation(text), policy, use=use, **(options | changes))


def test_a_trusted_attester_vouches_for_keys_and_their_storage_4_33() -> None:
    found = verify(attestation(2, 0, 1))
    assert found.keys == (key(2), key(0), key(1))
    assert found.key_storage == (MODERATE,)
    assert found.user_authentication == (MODERATE, "https://levels.example/2")
    assert found.nonce == nonce()
    assert found.attester.leaf == attester().certificate


def test_what_an_attester_prepares_an_issuer_accepts_4_33() -> None:
    prepared = prepare_key_attestation(
        [key(0), key(1)],
        algorithm=Algorithm.ES256,
        certificate_chain=create_x5c([attester().certificate]),
        nonce=nonce(),
        issued_at=NOW,
        expires_at=NOW + timedelta(minutes=1),
        key_storage=[HIGH],
        user_authentication=[MODERATE],
    )
    found = verify(prepared.attach(sign_with(attester().key, Algorithm.ES256, prepared.data)))
    assert (found.keys, found.key_storage, found.user_authentication) == (
        (key(0), key(1)),
        (HIGH,),
        (MODERATE,),
    )


def test_without_levels_nothing_is_attested_about_storage_4_33() -> None:
    found = verify(attestation(0, claims={"key_storage": None, "user_authentication": None}))
    assert (found.key_storage, found.user_authentication) == ((), ())


def test_only_alone_an_attestation_may_be_without_end_4_33() -> None:
    endless = attestation(0, claims={"exp": None})
    assert verify(endless, use=AttestationUse.ATTESTATION_PROOF).keys == (key(0),)
    with pytest.raises(MalformedKeyAttestation, match="invalid_claims"):
        verify(endless, use=AttestationUse.JWT_PROOF)


def test_unknown_members_and_certification_are_ignored() -> None:
    assert verify(attestation(0, claims={"certification": "https://x.example", "x": 1, "iss": "a"}))


@pytest.mark.parametrize(
    ("text", "error"),
    [
        pytest.param(lambda: attestation(0, header={"typ": "JWT"}), WrongKeyAttestationType, id="typ"),
        pytest.param(lambda: attestation(0, header={"typ": None}), WrongKeyAttestationType, id="no-typ"),
        pytest.param(
            lambda: attestation(0, header={"typ": "openid4vci-proof+jwt"}),
            WrongKeyAttestationType,
            id="typ-of-a-proof",
        ),
        pytest.param(lambda: attestation(0, header={"x5c": None}), UntrustedKeyAttestation, id="no-x5c"),
        pytest.param(
            lambda: attestation(0, header={"x5c": None, "jwk": JWK}), UntrustedKeyAttestation, id="own-key"
        ),
        pytest.param(
            lambda: attestation(0, header={"x5c": None, "kid": "a"}), UntrustedKeyAttestation, id="kid"
        ),
        pytest.param(lambda: attestation(0, header={"x5c": []}), UntrustedKeyAttestation, id="x5c-empty"),
        pytest.param(
            lambda: attestation(0, signer=attester("Strangers")), UntrustedKeyAttestation, id="stranger"
        ),
        pytest.param(
            lambda: attestation(
                0, header={"x5c": create_x5c([attester().certificate, authority().certificate])}
            ),
            UntrustedKeyAttestation,
            id="anchor-in-x5c",
        ),
        pytest.param(
            lambda: attestation(0, signer=self_signed(LEAF.but(not_before=FROM, not_after=UNTIL))),
            UntrustedKeyAttestation,
            id="self-signed",
        ),
        pytest.param(
            lambda: attestation(
                0, signer=attester("Strangers"), header={"x5c": create_x5c([attester().certificate])}
            ),
            InvalidKeyAttestationSignature,
            id="signed-by-another",
        ),
        pytest.param(lambda: tampered(attestation(0)), InvalidKeyAttestationSignature, id="changed"),
        pytest.param(
            lambda: attestation(0, header={"alg": "ES384"}), KeyAttestationAlgorithmNotSupported, id="alg"
        ),
        pytest.param(
            lambda: attestation(0, claims={"exp": to_numeric_date(NOW - LEEWAY)}),
            KeyAttestationNotCurrent,
            id="expired",
        ),
        pytest.param(
            lambda: attestation(0, claims={"iat": to_numeric_date(NOW + LEEWAY) + 1}),
            KeyAttestationNotCurrent,
            id="from-the-future",
        ),
        pytest.param(
            lambda: attestation(0, claims={"nbf": to_numeric_date(NOW + LEEWAY) + 1}),
            KeyAttestationNotCurrent,
            id="not-yet",
        ),
        pytest.param(lambda: attestation(0, claims={"iat": None}), MalformedKeyAttestation, id="no-iat"),
        pytest.param(lambda: attestation(0, claims={"iat": "1"}), MalformedKeyAttestation, id="iat-text"),
        pytest.param(attestation, MalformedKeyAttestation, id="no-keys"),
        pytest.param(
            lambda: attestation(claims={"attested_keys": None}), MalformedKeyAttestation, id="keys-missing"
        ),
        pytest.param(
            lambda: attestation(claims={"attested_keys": JWK}), MalformedKeyAttestation, id="keys-no-array"
        ),
        pytest.param(lambda: attestation(0, 1, 0), MalformedKeyAttestation, id="one-key-twice"),
        pytest.param(
            lambda: attestation(claims={"attested_keys": [JWK] * (MAX_ATTESTED_KEYS + 1)}),
            MalformedKeyAttestation,
            id="too-many-keys",
        ),
        pytest.param(
            lambda: attestation(claims={"attested_keys": [JWK | {"d": JWK["x"]}]}),
            PrivateKeyInProof,
            id="private",
        ),
        pytest.param(
            lambda: attestation(claims={"attested_keys": [JWK | {"y": JWK["x"]}]}),
            UnsupportedAttestedKey,
            id="off-the-curve",
        ),
        pytest.param(
            lambda: attestation(claims={"attested_keys": [JWK | {"use": "enc"}]}),
            UnsupportedAttestedKey,
            id="for-encryption",
        ),
        pytest.param(
            lambda: attestation(claims={"attested_keys": [dict(key(0, Algorithm.ES512).members)]}),
            UnsupportedAttestedKey,
            id="algorithm-not-announced",
        ),
        pytest.param(
            lambda: attestation(0, claims={"nonce": None}), MissingKeyAttestationNonce, id="no-nonce"
        ),
        pytest.param(
            lambda: attestation(0, claims={"nonce": 5}), MissingKeyAttestationNonce, id="nonce-number"
        ),
        pytest.param(
            lambda: attestation(0, claims={"key_storage": []}), MalformedKeyAttestation, id="no-levels"
        ),
        pytest.param(
            lambda: attestation(0, claims={"key_storage": HIGH}), MalformedKeyAttestation, id="level-text"
        ),
        pytest.param(
            lambda: attestation(0, claims={"user_authentication": [1]}),
            MalformedKeyAttestation,
            id="level-number",
        ),
        pytest.param(lambda: proof(0), UntrustedKeyAttestation, id="a-proof-in-its-place"),
        pytest.param(lambda: "", MalformedKeyAttestation, id="empty"),
        pytest.param(lambda: "a.b.c", MalformedKeyAttestation, id="no-jwt"),
        pytest.param(lambda: None, MalformedKeyAttestation, id="null"),
        pytest.param(lambda: [attestation(0)], MalformedKeyAttestation, id="array"),
        pytest.param(lambda: "a" * (MAX_ATTESTATION_LENGTH + 1), MalformedKeyAttestation, id="large"),
    ],
)
def test_any_other_attestation_is_refused_4_33(text: Any, error: type[ProtocolError]) -> None:
    with pytest.raises(error) as raised:
        verify(text())
    assert type(raised.value) is error
    assert raised.value.code == "invalid_proof"


def tampered(text: str) -> str:
    head, payload, signature = text.split(".")
    other = payload[:-8] + b64url_encode(b"\0" * 6)
    assert other != payload
    return ".".join((head, other, signature))


def test_an_attester_whose_algorithm_is_not_announced_is_refused_4_33() -> None:
    with pytest.raises(KeyAttestationAlgorithmNotSupported):
        verify(attestation(0), algorithms=frozenset({Algorithm.ES384}))


@pytest.mark.parametrize(
    ("needed", "enough"), [({MODERATE}, True), ({MODERATE, HIGH}, True), ({HIGH}, False)]
)
def test_the_keys_must_be_kept_well_enough_4_33(needed: set[str], enough: bool) -> None:
    for member, error in (
        ("key_storage", InsufficientKeyStorage),
        ("user_authentication", InsufficientUserAuthentication),
    ):
        strict = replace(ATTESTERS, **{member: frozenset(needed)})
        if enough:
            assert verify(attestation(0), strict)
            continue
        with pytest.raises(error):
            verify(attestation(0), strict)


def test_levels_that_are_asked_for_and_not_attested_are_not_there_4_33() -> None:
    for member, error in (
        ("key_storage", InsufficientKeyStorage),
        ("user_authentication", InsufficientUserAuthentication),
    ):
        with pytest.raises(error):
            verify(
                attestation(0, claims={member: None}), replace(ATTESTERS, **{member: frozenset({MODERATE})})
            )


def test_it_is_good_until_the_end_and_the_leeway() -> None:
    end = NOW + timedelta(hours=1) + LEEWAY
    assert verify(attestation(0), now=end - timedelta(seconds=1))
    with pytest.raises(KeyAttestationNotCurrent):
        verify(attestation(0), now=end)


@given(st.data())
def test_no_changed_character_is_accepted(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(GOOD) - 1))
    other = data.draw(st.sampled_from("AZaz09-_.=").filter(lambda one: one != GOOD[place]))
    with pytest.raises(InvalidProof):
        verify(GOOD[:place] + other + GOOD[place + 1 :])


GOOD = attestation(0, 1)


@given(VALUES)
def test_nothing_but_a_refusal_is_raised_for_claims(value: Any) -> None:
    for name in ("attested_keys", "key_storage", "user_authentication", "nonce", "exp", "iat"):
        with contextlib.suppress(InvalidProof):
            verify(attestation(0, claims={name: value}))


def test_the_type_is_registered_with_this_spelling() -> None:
    assert KEY_ATTESTATION_TYPE == "key-attestation+jwt"
    assert create_json(KEY_ATTESTATION_TYPE) == b'"key-attestation+jwt"'

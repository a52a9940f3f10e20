"""Proof key for code exchange (4.16, 6.01; RFC 7636)."""

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.oauth import (
    InvalidGrant,
    WrongCodeVerifier,
    check_code_verifier,
    create_code_challenge,
    verify_code_verifier,
)

VECTOR = json.loads((Path(__file__).parents[2] / "vectors/oauth-oidc/hash_vectors.json").read_text())[
    "pkce_s256"
]
VERIFIERS = st.text(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~", min_size=43, max_size=128
)


def test_4_16_the_example_of_the_standard() -> None:
    assert create_code_challenge(VECTOR["code_verifier"]) == VECTOR["code_challenge"]
    verify_code_verifier(VECTOR["code_verifier"], VECTOR["code_challenge"])


@given(VERIFIERS, VERIFIERS)
def test_4_16_a_verifier_fits_its_own_challenge_alone(verifier: str, other: str) -> None:
    challenge = create_code_challenge(verifier)
    verify_code_verifier(verifier, challenge)
    if other != verifier:
        with pytest.raises(WrongCodeVerifier):
            verify_code_verifier(other, challenge)


@pytest.mark.parametrize(
    "verifier",
    [
        "",
        "a" * 42,
        "a" * 129,
        "a" * 42 + "=",
        "a" * 42 + " ",
        "a" * 42 + "é",
        "a" * 43 + "\n",
        VECTOR["code_challenge"],
    ],
    ids=["empty", "short", "long", "padding", "space", "letter", "newline", "the-challenge-itself"],
)
def test_4_16_refused_with_invalid_grant(verifier: str) -> None:
    with pytest.raises(InvalidGrant) as refused:
        verify_code_verifier(verifier, VECTOR["code_challenge"])
    assert refused.value.code == "invalid_grant"


def test_6_01_plain_is_not_there() -> None:
    """The method `plain` would take the challenge for the verifier."""
    with pytest.raises(WrongCodeVerifier):
        verify_code_verifier("a" * 43, "a" * 43)


def test_wrong_use_of_it_is_our_own_fault() -> None:
    with pytest.raises(ValueError, match="43 to 128"):
        create_code_challenge("short")


@given(st.text(max_size=150), st.text(max_size=60))
def test_nothing_but_a_refusal_is_raised(verifier: str, challenge: str) -> None:
    with contextlib.suppress(WrongCodeVerifier):
        verify_code_verifier(verifier, challenge)


def test_7_03_neither_challenge_nor_verifier_for_clients_without_pkce() -> None:
    check_code_verifier(None, None)
    check_code_verifier(VECTOR["code_challenge"], VECTOR["code_verifier"])


@pytest.mark.parametrize(
    ("challenge", "verifier"),
    [
        (None, VECTOR["code_verifier"]),
        (VECTOR["code_challenge"], None),
        (VECTOR["code_challenge"], "a" * 43),
        (VECTOR["code_challenge"], ""),
    ],
    ids=["challenge-taken-out", "no-verifier", "another-verifier", "empty-verifier"],
)
def test_7_03_downgrades_are_refused(challenge: str | None, verifier: str | None) -> None:
    with pytest.raises(InvalidGrant):
        check_code_verifier(challenge, verifier)

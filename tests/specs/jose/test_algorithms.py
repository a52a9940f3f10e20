"""Which algorithms are accepted for what (RFC 8725 sections 3.1 and 3.2; 6.07, 6.15)."""

import pytest

from specs.jose import ALLOWED, Algorithm, Use


def test_every_use_has_an_answer() -> None:
    assert set(ALLOWED) == set(Use)
    assert all(ALLOWED.values())


def test_es256_is_accepted_for_every_use() -> None:
    """6.07, 6.15: everybody must be able to verify ES256."""
    assert all(Algorithm.ES256 in allowed for allowed in ALLOWED.values())


def test_rsa_is_for_openid_connect_alone() -> None:
    rsa = {Algorithm.RS256, Algorithm.PS256}
    expected = {Use.ID_TOKEN, Use.LOGOUT_TOKEN, Use.CLIENT_ASSERTION}
    assert {use for use, allowed in ALLOWED.items() if allowed & rsa} == expected


@pytest.mark.parametrize("use", [Use.ACCESS_TOKEN, Use.RECEIPT, Use.TRUST_LIST])
def test_what_we_make_for_ourselves_is_es256(use: Use) -> None:
    assert ALLOWED[use] == {Algorithm.ES256}


@pytest.mark.parametrize(
    "name", ["none", "None", "NONE", "nOnE", "HS256", "HS384", "HS512", "RS1", "ES256K", "es256"]
)
def test_other_algorithms_have_no_name_here(name: str) -> None:
    with pytest.raises(ValueError, match="is not a valid"):
        Algorithm(name)


def test_the_table_does_not_change() -> None:
    with pytest.raises(TypeError):
        ALLOWED[Use.CREDENTIAL] = frozenset(Algorithm)  # type: ignore[index]

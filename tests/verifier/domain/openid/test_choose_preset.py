"""Which of its presets a client asks for (7.14, 7.16): never another than its own."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.oauth import InvalidScope
from specs.openid_connect import (
    AuthenticationRequest,
    ClaimsRequest,
    ClaimWish,
    UnmetAuthenticationRequirements,
)
from tests.verifier.domain.openid.clients import CLIENT_ID, client
from verifier.domain.openid.choose_preset import acr_of, choose_preset

ISSUER = "https://op.example/openid"
KNOWN = ("sign-in", "identity", "age-19-or-over", "ontario-resident")
OWN = client("sign-in", "identity", "gone-since", default_preset="identity")
WORDS = st.sampled_from([*KNOWN, "gone-since", "profile", "unknown"])


def acr(preset: str) -> str:
    return acr_of(ISSUER, preset)


def asking(
    scope: str = "openid", wish: ClaimWish | None = None, acr_values: tuple[str, ...] = ()
) -> AuthenticationRequest:
    return AuthenticationRequest(
        client_id=CLIENT_ID,
        redirect_uri="https://library.example/cb",
        scope=tuple(scope.split()),
        claims=ClaimsRequest({} if wish is None else {"acr": wish}),
        acr_values=acr_values,
    )


def test_the_acr_of_a_preset_is_an_address_below_the_provider() -> None:
    assert acr("sign-in") == "https://op.example/openid/acr/sign-in"


@pytest.mark.parametrize(
    ("request_", "preset"),
    [
        (asking(), "identity"),
        (asking("openid profile unknown"), "identity"),
        (asking("openid sign-in"), "sign-in"),
        (asking("sign-in openid sign-in"), "sign-in"),
        (asking("openid gone-since"), "gone-since"),
        (asking(acr_values=(acr("sign-in"), acr("identity"))), "sign-in"),
        (asking(acr_values=("urn:other", acr("ontario-resident"), acr("sign-in"))), "sign-in"),
        (asking(acr_values=("urn:other",)), "identity"),
        (asking("openid identity", acr_values=(acr("sign-in"),)), "identity"),
        (asking(wish=ClaimWish(essential=True)), "identity"),
        (asking(wish=ClaimWish(value=acr("sign-in"))), "sign-in"),
        (asking(wish=ClaimWish(values=(7, None, acr("sign-in")))), "sign-in"),
        (asking(wish=ClaimWish(value="urn:other")), "identity"),
        (asking(wish=ClaimWish(value=acr("sign-in")), acr_values=(acr("identity"),)), "sign-in"),
        (asking("openid sign-in", wish=ClaimWish(essential=True, values=(acr("sign-in"),))), "sign-in"),
        (asking("openid sign-in", wish=ClaimWish(values=(acr("identity"),))), "sign-in"),
    ],
)
def test_what_is_asked_for(request_: AuthenticationRequest, preset: str) -> None:
    assert choose_preset(request_, OWN, KNOWN, ISSUER) == preset


@pytest.mark.parametrize(
    "scope", ["openid ontario-resident", "openid sign-in identity", "openid sign-in age-19-or-over"]
)
def test_7_14_a_preset_of_others_or_several_are_refused(scope: str) -> None:
    with pytest.raises(InvalidScope):
        choose_preset(asking(scope), OWN, KNOWN, ISSUER)


@pytest.mark.parametrize(
    ("scope", "values"),
    [
        ("openid", ("urn:other",)),
        ("openid", (acr("ontario-resident"),)),
        ("openid", (acr("sign-in") + "/", acr("sign-in").upper(), 7)),
        ("openid sign-in", (acr("identity"),)),
    ],
)
def test_7_10_an_essential_acr_that_cannot_be_had_is_an_error(scope: str, values: tuple[Any, ...]) -> None:
    """OpenID Connect Core section 5.5.1.1."""
    with pytest.raises(UnmetAuthenticationRequirements):
        choose_preset(asking(scope, ClaimWish(essential=True, values=values)), OWN, KNOWN, ISSUER)


def test_without_a_default_one_preset_goes_by_itself_and_several_do_not() -> None:
    assert choose_preset(asking(), client("sign-in"), KNOWN, ISSUER) == "sign-in"
    several = client("sign-in", "identity")
    with pytest.raises(InvalidScope):
        choose_preset(asking(), several, KNOWN, ISSUER)
    # A default that is not the client's any more is none.
    with pytest.raises(InvalidScope):
        choose_preset(
            asking(), client("sign-in", "identity", default_preset="ontario-resident"), KNOWN, ISSUER
        )


@given(
    st.lists(WORDS, max_size=4),
    st.lists(WORDS.map(acr), max_size=3),
    st.none() | st.builds(ClaimWish, st.booleans(), st.none() | WORDS.map(acr)),
)
def test_7_14_nothing_but_its_own_presets_is_ever_chosen(
    scope: list[str], acr_values: list[str], wish: ClaimWish | None
) -> None:
    try:
        preset = choose_preset(
            asking(" ".join(["openid", *scope]), wish, tuple(acr_values)), OWN, KNOWN, ISSUER
        )
    except (InvalidScope, UnmetAuthenticationRequirements):
        return
    assert preset in OWN.service.presets
    named = [word for word in scope if word in KNOWN or word in OWN.service.presets]
    assert set(named) <= {preset}
    if wish is not None and wish.essential and wish.accepted:
        assert acr(preset) in wish.accepted

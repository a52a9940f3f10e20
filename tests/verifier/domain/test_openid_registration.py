"""What can be registered as an OpenID client, and what speaks against it (RFC 7591, RFC 8252, 5.19, 7.09)."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from specs.jose import create_public_jwk
from specs.oauth.client_registration import create_client_metadata
from tests.verifier.domain.callable import CALLABLE
from tests.verifier.openid.registering import BACK, members
from tests.verifier.services.checking import TRUST
from verifier.clients.presets import read_preset_files
from verifier.domain.known_types import known_types
from verifier.domain.openid.client import Approval, AuthMethod, OpenIdClient, RegisteredClient
from verifier.domain.openid.registered import (
    NewClient,
    change_client,
    create_client,
    metadata_of,
    needs_review,
    next_version,
)
from verifier.domain.openid.registration import (
    Registration,
    RegistrationProblem,
    RegistrationRules,
    parse_registration,
    parse_registration_update,
    problems_of,
    with_presets_words,
)
from verifier.domain.preset import SubjectMode
from verifier.domain.relying_service import ClientId
from verifier.openid_errors import RegistrationRefused

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
ACR = "https://verifier.example/openid/acr/"
PRESETS = read_preset_files(None, production=True).resolved(known_types(TRUST))
SANDBOX = RegistrationRules(PRESETS, ACR, sandbox=True, callable_ones=CALLABLE)
PRODUCTION = RegistrationRules(PRESETS, ACR, sandbox=False, callable_ones=CALLABLE)
KEYS = {"keys": [create_public_jwk(ec.generate_private_key(ec.SECP256R1()).public_key(), kid="a")]}


def found(rules: RegistrationRules = PRODUCTION, **changed: Any) -> tuple[RegistrationProblem, ...]:
    """Everything that is wrong with a registration, whether in its form or in what it asks for."""
    try:
        return problems_of(parse_registration(members(**changed), rules), rules)
    except RegistrationRefused as error:
        return error.problems


def asked(**changed: Any) -> Registration:
    """A registration that nothing speaks against."""
    assert found(**changed) == ()
    return parse_registration(members(**changed), PRODUCTION)


def test_a_good_registration_has_no_problems() -> None:
    registration = asked()
    assert registration.names == {"en-CA": "Corner shop", "fr-CA": "Dépanneur"}
    assert registration.subject_mode is SubjectMode.EPHEMERAL
    assert registration.require_pkce


@pytest.mark.parametrize(
    "uri",
    [
        "http://shop.example/back",
        "https://shop.example/back#part",
        "https://*.shop.example/back",
        "https://shop.example/*",
        "https://user@shop.example/back",
        "https://shop.example/back?code=1",
        "https://shop.example/back?next=1&state=2",
        "https:///back",
        "javascript:alert(1)",
        "data:text/html,hi",
        "myapp://back",
        "myapp.:/back",
        ".myapp:/back",
        "ca.example.shop:/back",
        "/back",
        "",
        "https://shop.example/bäck",
        "https://shop.example\\@evil.example/",
    ],
)
def test_a_redirect_uri_that_no_client_may_have(uri: str) -> None:
    problems = found(SANDBOX, redirect_uris=[BACK, uri])
    assert problems
    assert problems[0].is_redirect or problems[0].place.startswith("redirect_uris")


@pytest.mark.parametrize("uri", ["http://localhost:3000/a", "http://127.0.0.1/a", "http://[::1]:80/a"])
def test_http_to_ones_own_machine_is_for_the_sandbox_only(uri: str) -> None:
    assert found(SANDBOX, redirect_uris=[uri]) == ()
    assert [one.is_redirect for one in found(PRODUCTION, redirect_uris=[uri])] == [True]


def test_an_app_has_a_scheme_of_its_own_only_without_a_secret() -> None:
    uri = "ca.example.shop:/back"
    assert found(redirect_uris=[uri], token_endpoint_auth_method="none") == ()
    assert found(redirect_uris=[uri])


def test_addresses_after_logout_obey_the_same_rules() -> None:
    [problem] = found(post_logout_redirect_uris=["http://localhost/bye"])
    assert problem.place == "post_logout_redirect_uris"


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"client_name#en-CA": None}, "client_name"),
        ({"client_name#fr-CA": None}, "client_name"),
        ({"client_name#en-CA": "Shop\u202epohs"}, "client_name"),
        ({"client_name#en-CA": "x" * 101}, "client_name"),
        ({"purpose#en-CA": None}, "purpose"),
        ({"purpose#fr-CA": "x" * 501}, "purpose"),
        ({"token_endpoint_auth_method": "client_secret_jwt"}, "token_endpoint_auth_method"),
        ({"token_endpoint_auth_method": "private_key_jwt"}, "jwks"),
        ({"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": []}}, "jwks"),
        ({"jwks": {"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}}, "jwks"),
        ({"jwks": KEYS, "jwks_uri": "https://shop.example/jwks"}, "jwks"),
        ({"jwks_uri": "ftp://shop.example/jwks"}, "jwks_uri"),
        ({"token_endpoint_auth_method": "none", "require_pkce": False}, "require_pkce"),
        ({"require_pkce": "no"}, "require_pkce"),
        ({"id_token_signed_response_alg": "none"}, "id_token_signed_response_alg"),
        ({"id_token_signed_response_alg": "HS256"}, "id_token_signed_response_alg"),
        ({"subject_type": "public"}, "subject_type"),
        ({"presets": ["everything"]}, "presets"),
        ({"presets": None}, "presets"),
        ({"presets": "age-19-or-over"}, "presets"),
        ({"presets": [1]}, "presets"),
        ({"presets": ["age-19-or-over"] * 33}, "presets"),
        ({"default_preset": "identity"}, "default_preset"),
        ({"default_preset": ["age-19-or-over"]}, "default_preset"),
        ({"default_acr_values": ["urn:other"]}, "default_preset"),
        ({"needs": None}, "needs"),
        ({"needs": ["age", "curiosity"]}, "needs"),
        ({"needs": ["age", "sex"]}, "sex"),
        ({"needs": ["age", "recognition"]}, "recognition"),
        ({"subject_mode": "stable"}, "subject_mode"),
        ({"subject_mode": "sometimes"}, "subject_mode"),
        ({"subject_mode": []}, "subject_mode"),
        ({"default_max_age": 60}, "default_max_age"),
        ({"require_auth_time": True}, "require_auth_time"),
        ({"dpop_bound_access_tokens": True}, "dpop_bound_access_tokens"),
        ({"grant_types": ["implicit"]}, "grant_types"),
        ({"response_types": ["code id_token"]}, "grant_types"),
        ({"backchannel_logout_uri": "javascript:alert(1)"}, "backchannel_logout_uri"),
        ({"backchannel_logout_uri": "https://169.254.169.254/"}, "backchannel_logout_uri"),
        ({"backchannel_logout_uri": "http://localhost:8000/verifier/openid/par"}, "backchannel_logout_uri"),
        ({"backchannel_logout_uri": "http://127.0.0.1:9/out"}, "backchannel_logout_uri"),
        ({"jwks_uri": "https://[::1]/jwks"}, "jwks_uri"),
        ({"jwks_uri": "https://[::ffff:10.0.0.1]/jwks"}, "jwks_uri"),
        ({"jwks_uri": "https://0x7f.1/jwks"}, "jwks_uri"),
        ({"sector_identifier_uri": "https://localhost/all.json"}, "sector_identifier_uri"),
    ],
)
def test_what_cannot_be_registered_is_named(changed: dict[str, Any], place: str) -> None:
    assert place in [one.place for one in found(**changed)]


def test_every_problem_is_told_in_both_languages_and_fits_an_error_description() -> None:
    problems = found(
        presets=["identity"], needs=["age"], subject_type="public", redirect_uris=["https://*.example/"]
    )
    assert len(problems) >= 4
    for one in problems:
        assert one.text.english.isascii()
        assert one.text.english != one.text.french


def test_over_asking_is_found_per_claim_with_what_to_ask_instead() -> None:
    """5.19."""
    problems = found(presets=["identity"], needs=["name"])
    assert [one.place for one in problems] == ["identity: photo_card.birthdate"]
    assert "age_equal_or_over" in problems[0].text.english


def test_a_preset_that_recognizes_people_is_for_those_who_say_that_they_do() -> None:
    """7.09: ephemeral unless the service says otherwise, in one way or the other."""
    assert asked(presets=["sign-in"], needs=["recognition"]).subject_mode is SubjectMode.STABLE
    by_mode = asked(presets=["sign-in"], needs=None, subject_mode="per-preset")
    assert (by_mode.subject_mode, by_mode.needs) == (SubjectMode.PER_PRESET, ("recognition",))
    explicit = found(presets=["sign-in"], needs=["recognition"], subject_mode="ephemeral")
    assert [one.place for one in explicit] == ["sign-in"]
    mixed = found(presets=["sign-in", "age-19-or-over"])
    assert [one.place for one in mixed] == ["sign-in"]


def test_a_plain_language_tag_does_and_the_exact_one_goes_first() -> None:
    names = {"client_name": "Shop", "client_name#fr": "Magasin", "client_name#en-CA": None}
    assert asked(**names, **{"client_name#fr-CA": None}).names == {"en-CA": "Shop", "fr-CA": "Magasin"}
    assert asked(client_name="Other").names["en-CA"] == "Corner shop"


def test_an_update_names_its_client_and_nothing_of_the_servers() -> None:
    good = members(client_id="oc-shop", client_secret="secret")
    update, secret = parse_registration_update(good, "oc-shop", PRODUCTION)
    assert (secret, update.presets) == ("secret", ("age-19-or-over",))
    for wrong in ({"client_id": "oc-other"}, {"registration_access_token": "t"}, {"client_secret": 1}):
        with pytest.raises(RegistrationRefused):
            parse_registration_update(good | wrong, "oc-shop", PRODUCTION)


def test_an_operator_need_not_say_what_the_presets_say() -> None:
    given_ = {name: value for name, value in members().items() if name not in ("needs",)}
    assert with_presets_words(given_, PRESETS)["needs"] == ["age"]
    assert with_presets_words(given_ | {"needs": ["name"]}, PRESETS)["needs"] == ["name"]
    bare = {"presets": ["sign-in"], "redirect_uris": [BACK]}
    filled = with_presets_words(bare, PRESETS)
    assert filled["needs"] == ["recognition"]
    assert filled["purpose#fr-CA"] == PRESETS["sign-in"].purposes["fr-CA"]
    assert with_presets_words({"presets": "no list"}, PRESETS) == {"presets": "no list"}
    assert with_presets_words({"presets": [[], {}, 1]}, PRESETS) == {"presets": [[], {}, 1]}
    own = with_presets_words(bare | {"purpose": "Ours.", "purpose#fr": "La nôtre."}, PRESETS)
    assert "purpose#en-CA" not in own


def client(**changed: Any) -> RegisteredClient:
    given_ = NewClient(
        client_id=ClientId("oc-shop"),
        service_hash=b"nothing",
        secret_hash=b"secret" if changed.get("token_endpoint_auth_method") is None else None,
        token_hash=b"token",
        approval=Approval.APPROVED,
        reviewed_at=NOW,
        created_at=NOW,
    )
    return create_client(asked(**changed), given_, sector="shop.example")


def test_what_a_client_is_told_registers_the_same_client_again() -> None:
    """RFC 7592 section 2.2: a client sends back what it was told, with its changes."""
    full = client(
        redirect_uris=[BACK, "https://shop.example/second"],
        post_logout_redirect_uris=["https://shop.example/bye"],
        jwks=KEYS,
        id_token_signed_response_alg="ES256",
        backchannel_logout_uri="https://shop.example/out",
        backchannel_logout_session_required=True,
        contacts=["desk@shop.example"],
    )
    again = members() | create_client_metadata(metadata_of(full))
    changed = change_client(full, parse_registration(again, PRODUCTION), sector="shop.example", new_hash=None)
    assert not needs_review(full, changed)
    assert replace(changed.openid, version=1) == full.openid
    assert replace(changed.service, version=1) == full.service


def test_the_site_is_where_people_come_back_to() -> None:
    assert client().service.site == "https://shop.example"
    assert client(redirect_uris=["https://shop.example:8443/a"]).service.site == "https://shop.example:8443"
    app = {"redirect_uris": ["ca.example.shop:/back"], "token_endpoint_auth_method": "none"}
    assert client(**app).service.site is None


@pytest.mark.parametrize(
    ("changed", "looked_at"),
    [
        ({}, False),
        ({"contacts": ["new@shop.example"]}, False),
        ({"jwks": KEYS}, False),
        ({"redirect_uris": ["https://shop.example/second"]}, False),
        ({"redirect_uris": ["https://shop.example/third"]}, True),
        ({"client_name#fr-CA": "Banque"}, True),
        ({"purpose#fr-CA": "Autre chose."}, True),
        ({"require_pkce": False}, True),
        ({"token_endpoint_auth_method": "client_secret_post"}, True),
        ({"backchannel_logout_uri": "https://shop.example/out"}, True),
        ({"jwks_uri": "https://shop.example/jwks"}, True),
        ({"post_logout_redirect_uris": ["https://shop.example/bye"]}, True),
        ({"presets": ["age-19-or-over", "ontario-resident"], "needs": ["age", "residence"]}, True),
    ],
)
def test_what_gives_more_or_shows_something_else_is_looked_at(
    changed: dict[str, Any], looked_at: bool
) -> None:
    both = {"redirect_uris": [BACK, "https://shop.example/second"]}
    old = client(**both)
    new = change_client(old, asked(**(both | changed)), sector="shop.example", new_hash=None)
    assert needs_review(old, new) is looked_at


def test_another_sector_is_looked_at() -> None:
    old = client()
    assert needs_review(old, change_client(old, asked(), sector="other.example", new_hash=None))


def test_recognizing_people_more_is_looked_at_and_less_is_not() -> None:
    more = client(presets=["sign-in"], needs=["recognition"])
    less = next_version(more, subject_mode=SubjectMode.PER_PRESET)
    assert needs_review(less, more)
    assert not needs_review(more, less)


@pytest.mark.parametrize(
    "wrong",
    [
        {"redirect_uris": ()},
        {"sector": ""},
        {"require_pkce": False, "auth_method": AuthMethod.NONE, "secret_hash": None},
        {"secret_hash": None},
        {"auth_method": AuthMethod.NONE},
    ],
)
def test_a_client_that_cannot_be_is_not_made(wrong: dict[str, Any]) -> None:
    good: dict[str, Any] = {
        "client_id": ClientId("oc-shop"),
        "redirect_uris": (BACK,),
        "auth_method": AuthMethod.BASIC,
        "secret_hash": b"secret",
        "sector": "shop.example",
        "created_at": NOW,
    }
    assert OpenIdClient(**good).redirect_uris == (BACK,)
    with pytest.raises(ValueError, match=r"client|secret"):
        OpenIdClient(**(good | wrong))


@given(
    st.dictionaries(
        st.sampled_from([*members(), "subject_mode", "jwks"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=20),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=2)
            ),
            max_leaves=5,
        ),
    )
)
def test_whatever_is_sent_is_refused_in_words_or_taken(changed: dict[str, Any]) -> None:
    assert all(one.text.english and one.text.french for one in found(**changed))

"""What an authentication request may say, and who is told what when it is wrong (7.02, 7.03, 7.10, 7.14)."""

import re
from collections.abc import AsyncIterator, Mapping
from urllib.parse import urlencode

import orjson
import pytest

from specs.jose import Algorithm
from specs.token_status_list import StatusOutcome
from tests.verifier.openid.relying import CALLBACK, CHALLENGE, ISSUER, Library, Relying
from tests.verifier.openid.signing_in import AUTHORIZE, WHO, Person, asking, back_at, page_at
from tests.verifier.surroundings import Desk
from tests.verifier.web.page_visitors import browser_of, state_in
from verifier.domain.openid.client import Approval, AuthMethod

EVIL = "https://evil.example/"
ACR_IDENTITY = f"{ISSUER}/acr/identity"
LINK_AWAY = re.compile(r"""(href|action|src|url)=?["']?(https?:)?//""")


def texts_of(changed: Mapping[str, object]) -> dict[str, str]:
    """Parameters as they travel: what is no text is JSON."""
    return {
        name: one if isinstance(one, str) else orjson.dumps(one).decode() for name, one in changed.items()
    }


@pytest.fixture
async def person(library: Library) -> AsyncIterator[Person]:
    async with browser_of(library.counter) as browser:
        yield Person(library.counter, browser)


@pytest.fixture
async def relying(library: Library) -> Relying:
    return await library.client()


async def test_7_02_the_client_may_send_the_browser_with_a_form(person: Person, relying: Relying) -> None:
    """OpenID Connect Core section 3.1.2.1: GET and POST; unknown parameters are ignored."""
    answer = await person.browser.http.post(AUTHORIZE, data=asking(relying, colour="blue"))
    page = page_at(answer)
    await person.present(page)
    assert back_at(await person.go_on(page)).code


@pytest.mark.parametrize(
    "changed",
    [
        {"nonce": None},
        {"state": None},
        {"display": "popup", "login_hint": "maya@example.ca", "claims_locales": "fr", "ui_locales": "de"},
        {"scope": "phone openid email address profile sign-in"},
        {"acr_values": "urn:something-else"},
        {"scope": "openid offline_access sign-in words-of-others"},
        {"prompt": "consent"},
        {"prompt": "select_account"},
    ],
)
async def test_2_3_what_a_client_may_leave_out_or_add(
    person: Person, relying: Relying, changed: dict[str, str | None]
) -> None:
    back = await person.sign_in(asking(relying, **changed))
    assert back.code
    assert ("state" in back.parameters) == ("state" not in changed)


@pytest.mark.parametrize(
    "changed",
    [
        {"redirect_uri": EVIL},
        {"redirect_uri": CALLBACK + "/"},
        {"redirect_uri": CALLBACK + "?a=b"},
        {"redirect_uri": CALLBACK.upper()},
        {"redirect_uri": CALLBACK.replace("library", "library.example@evil")},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": None},
        {"client_id": None},
        {"client_id": "oc-nobody"},
        {"client_id": "Ünknown\u0000"},
    ],
)
async def test_7_02_an_unknown_client_or_address_never_redirects(
    person: Person, relying: Relying, changed: dict[str, str | None]
) -> None:
    """RFC 6749 section 4.1.2.1, RFC 9700 section 4.11: a page for the person, nothing for an attacker."""
    for prompt in (None, "none"):
        answer = await person.ask(asking(relying, prompt=prompt, **changed), **{"Accept-Language": "fr"})
        assert answer.status_code in (400, 404)
        assert "location" not in answer.headers
        assert "set-cookie" not in answer.headers
        assert answer.headers["content-type"].startswith("text/html")
        assert answer.headers["content-language"] == "fr-CA"
        assert not LINK_AWAY.search(answer.text)


async def test_the_page_of_a_bad_request_speaks_the_language_that_the_client_asked_for(
    person: Person, relying: Relying
) -> None:
    fields = asking(relying, redirect_uri=EVIL, ui_locales="de fr-CA en")
    for answer in (await person.ask(fields), await person.browser.http.post(AUTHORIZE, data=fields)):
        assert answer.headers["content-language"] == "fr-CA"
        assert "une adresse qui n’est pas inscrite" in answer.text


async def test_a_repeated_address_is_no_address(person: Person, relying: Relying) -> None:
    query = urlencode([*asking(relying).items(), ("redirect_uri", EVIL)])
    answer = await person.browser.http.get(f"{AUTHORIZE}?{query}")
    assert (answer.status_code, "location" in answer.headers) == (400, False)


@pytest.mark.parametrize("query", ["", "client_id=%ff", "&=&", "x=" + "&x=" * 99])
async def test_what_is_no_request_at_all_is_a_page(person: Person, query: str) -> None:
    answer = await person.browser.http.get(f"{AUTHORIZE}?{query}")
    assert (answer.status_code, "location" in answer.headers) == (400, False)
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("approval", [Approval.PENDING, Approval.REFUSED])
async def test_a_client_that_nobody_has_approved_is_unknown(
    library: Library, person: Person, approval: Approval
) -> None:
    relying = await library.client(approval=approval)
    answer = await person.ask(asking(relying))
    assert (answer.status_code, "location" in answer.headers) == (404, False)


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": "profile sign-in"}, "invalid_scope"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"request": "e30.e30."}, "request_not_supported"),
        ({"request_uri": "https://library.example/request.jwt"}, "request_uri_not_supported"),
        ({"registration": "{}"}, "registration_not_supported"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"claims": "[]"}, "invalid_request"),
        ({"id_token_hint": "not-a-token"}, "invalid_request"),
        ({"dpop_jkt": "short"}, "invalid_request"),
    ],
)
async def test_7_02_other_faults_are_told_to_the_client(
    person: Person, relying: Relying, changed: dict[str, str | None], error: str
) -> None:
    answer = await person.ask(asking(relying, **changed))
    back = back_at(answer)
    assert back.uri == CALLBACK
    assert (back.error, back.parameters["state"], back.parameters["iss"]) == (error, "af0ifjsldkj", ISSUER)
    assert "set-cookie" not in answer.headers


async def test_a_state_that_came_twice_is_not_repeated(person: Person, relying: Relying) -> None:
    query = urlencode([*asking(relying).items(), ("state", "another")])
    back = back_at(await person.browser.http.get(f"{AUTHORIZE}?{query}"))
    assert (back.error, "state" in back.parameters) == ("invalid_request", False)


async def test_a_redirect_uri_with_a_query_keeps_it(library: Library, person: Person) -> None:
    uri = "https://library.example/cb?tenant=1"
    relying = await library.client(redirect_uris=(uri,))
    answer = await person.ask(asking(relying, redirect_uri=uri, prompt="none"))
    assert answer.headers["location"].startswith(f"{uri}&error=login_required")


async def test_7_03_a_confidential_client_may_be_registered_without_pkce(
    library: Library, person: Person
) -> None:
    relying = await library.client(require_pkce=False)
    back = await person.sign_in(asking(relying, code_challenge=None, code_challenge_method=None))
    # A verifier where there was no challenge is an attack on the check (RFC 9700 section 4.8).
    assert (await relying.exchange(back.code)).json()["error"] == "invalid_grant"
    back = await person.sign_in(asking(relying, code_challenge=None, code_challenge_method=None))
    assert (await relying.exchange(back.code, code_verifier=None)).status_code == 200
    back = await person.sign_in(asking(relying))
    assert (await relying.exchange(back.code, code_verifier=None)).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("changed", "preset"),
    [
        ({"scope": "openid identity"}, "identity"),
        ({"scope": "openid"}, "sign-in"),
        ({"scope": "openid", "acr_values": f"urn:x {ISSUER}/acr/identity"}, "identity"),
        ({"scope": "openid sign-in", "acr_values": ACR_IDENTITY}, "sign-in"),
        (
            {"scope": "openid", "claims": {"id_token": {"acr": {"value": ACR_IDENTITY}}}},
            "identity",
        ),
        (
            {
                "scope": "openid",
                "claims": {"id_token": {"acr": {"essential": True, "values": ["urn:x", ACR_IDENTITY]}}},
            },
            "identity",
        ),
    ],
)
async def test_7_14_scope_or_acr_selects_the_preset(
    library: Library, person: Person, changed: dict[str, object], preset: str
) -> None:
    """7.16: and the ID token says which one it was."""
    relying = await library.client(default_preset="sign-in")
    fields = {
        name: one if isinstance(one, str) else orjson.dumps(one).decode() for name, one in changed.items()
    }
    paths = WHO if preset == "identity" else (("personal_administrative_number",),)
    back = await person.sign_in(asking(relying, **fields), paths=paths)
    claims = await relying.read((await relying.exchange(back.code)).json()["id_token"])
    assert (claims["preset"], claims["acr"]) == (preset, f"{ISSUER}/acr/{preset}")


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"scope": "openid"}, "invalid_scope"),
        ({"scope": "openid identity sign-in"}, "invalid_scope"),
        ({"scope": "openid ontario-resident"}, "invalid_scope"),
        (
            {"claims": {"id_token": {"acr": {"essential": True, "value": f"{ISSUER}/acr/ontario-resident"}}}},
            "unmet_authentication_requirements",
        ),
        (
            {"claims": {"id_token": {"acr": {"essential": True, "value": ACR_IDENTITY}}}},
            "unmet_authentication_requirements",
        ),
    ],
)
async def test_7_14_a_client_gets_none_but_its_own_presets(
    person: Person, relying: Relying, changed: dict[str, object], error: str
) -> None:
    fields = {
        name: one if isinstance(one, str) else orjson.dumps(one).decode() for name, one in changed.items()
    }
    assert back_at(await person.ask(asking(relying, **fields))).error == error


async def test_7_10_claims_that_are_asked_for_go_into_the_id_token(person: Person, relying: Relying) -> None:
    """Section 5.5: essential or not; what the preset does not ask for is not there, and that is no error."""
    wish = {"id_token": {"given_name": {"essential": True}, "email": None, "auth_time": {"essential": True}}}
    fields = asking(relying, scope="openid identity", claims=orjson.dumps(wish).decode())
    tokens = (await relying.exchange((await person.sign_in(fields, paths=WHO)).code)).json()
    claims = await relying.read(tokens["id_token"])
    assert claims["given_name"] == "Planted-Maya"
    assert claims["auth_time"] <= claims["iat"]
    assert {"family_name", "birthdate", "email"}.isdisjoint(claims)


async def test_7_10_nobody_but_the_person_whom_the_client_names_is_signed_in(
    person: Person, relying: Relying
) -> None:
    """Section 3.1.2.2: never a token about somebody else, whichever way the client says whom it means."""
    tokens = (await relying.exchange((await person.sign_in(asking(relying))).code)).json()
    sub = (await relying.read(tokens["id_token"]))["sub"]
    named = orjson.dumps({"id_token": {"sub": {"value": sub}}}).decode()
    for changed in ({"claims": named}, {"id_token_hint": tokens["id_token"]}):
        fields = asking(relying, **changed)
        assert (await person.sign_in(fields)).code
        assert (await person.sign_in(fields, number="Planted-another")).error == "login_required"
    both = asking(relying, id_token_hint=tokens["id_token"], claims=named.replace(sub, "x" * 43))
    assert back_at(await person.ask(both)).error == "login_required"


async def test_a_person_who_is_new_each_time_is_not_asked_in_vain(library: Library, person: Person) -> None:
    relying = await library.client()
    fields = asking(relying, scope="openid identity")
    tokens = (await relying.exchange((await person.sign_in(fields, paths=WHO)).code)).json()
    back = back_at(await person.ask({**fields, "id_token_hint": tokens["id_token"]}))
    assert back.error == "login_required"


async def test_the_hint_of_another_client_is_none(library: Library, person: Person, relying: Relying) -> None:
    other = await library.client()
    tokens = (await other.exchange((await person.sign_in(asking(other))).code)).json()
    back = back_at(await person.ask(asking(relying, id_token_hint=tokens["id_token"])))
    assert back.error == "invalid_request"


async def test_no_more_presentations_than_a_client_may_have_open(library: Library, person: Person) -> None:
    desk: Desk = library.counter.desk
    relying = await library.client()
    await person.begin(asking(relying))
    assert await desk.store.count_open(relying.client.client_id, desk.clock.now(), at_most=9) == 1


async def test_a_card_that_does_not_do_ends_with_the_reason(person: Person, relying: Relying) -> None:
    """``access_denied`` names the reason code; nothing else is told."""
    page = await person.begin(asking(relying))
    revoked = person.card()
    person.counter.desk.statuses.outcome = StatusOutcome.INVALID
    visit = await person.visit(page)
    shown = await visit.show(visit.card(("personal_administrative_number",), credential=revoked))
    assert state_in(await person.browser.open(shown.json()["redirect_uri"])) == "rejected"
    back = back_at(await person.go_on(page))
    assert (back.error, back.parameters["error_description"]) == (
        "access_denied",
        "The request was denied. (revoked)",
    )


async def test_whoever_cancels_goes_back_without_a_code(person: Person, relying: Relying) -> None:
    page = await person.begin(asking(relying))
    assert "Go back to Library" in (await person.browser.send(page, "cancel")).text
    back = back_at(await person.go_on(page))
    assert (back.error, back.parameters["error_description"]) == (
        "access_denied",
        "The request was denied. (visitor_cancelled)",
    )


async def test_a_public_client_signs_in_with_pkce_alone(library: Library, person: Person) -> None:
    relying = await library.client(AuthMethod.NONE, id_token_alg=Algorithm.ES256)
    back = await person.sign_in(asking(relying))
    assert (await relying.exchange(back.code)).status_code == 200
    assert CHALLENGE not in back.parameters.values()


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("access_denied", "access_denied"),
        ("vp_formats_not_supported", "access_denied"),
        ("wallet_unavailable", "temporarily_unavailable"),
        ("invalid_request", "server_error"),
        ("invalid_client", "server_error"),
        ("invalid_scope", "server_error"),
        ("invalid_request_uri_method", "server_error"),
        ("invalid_transaction_data", "server_error"),
        ("<script>x", "server_error"),
    ],
)
async def test_5_28_a_client_can_tell_a_no_from_a_wallet_that_fails(
    person: Person, relying: Relying, error: str, told: str
) -> None:
    page = await person.begin(asking(relying))
    visit = await person.visit(page)
    assert (await visit.post({"error": error})).status_code == 200
    assert state_in(await person.browser.open(page)) == "cancelled"
    back = back_at(await person.go_on(page))
    reason = "other_wallet_error" if error.startswith("<") else error
    assert back.error == told
    assert back.parameters["error_description"].endswith(f"({reason})")

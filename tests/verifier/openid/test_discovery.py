"""What the provider says about itself, its keys, and who may read them from a page (7.01, 7.07)."""

from datetime import timedelta
from typing import Any

import jwt
import pytest

from keys import KeyPurpose
from keys.purposes import JWKS_LEAD
from specs.jose import Algorithm
from tests.verifier.openid.relying import ISSUER, PRESETS, Library, opened_library
from verifier.app.openid.discovery import MAX_AGE
from verifier.domain.trust import Trust

DISCOVERY = f"{ISSUER}/.well-known/openid-configuration"
ENDPOINTS = (
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "jwks_uri",
    "pushed_authorization_request_endpoint",
    "end_session_endpoint",
    "registration_endpoint",
)


async def described(library: Library) -> dict[str, Any]:
    answer = await library.counter.http.get(DISCOVERY)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    found: dict[str, Any] = answer.json()
    return found


async def test_7_01_everything_a_client_configures_itself_with(library: Library) -> None:
    found = await described(library)
    assert found["issuer"] == ISSUER
    assert f"{found['issuer']}/.well-known/openid-configuration" == DISCOVERY
    assert found["response_types_supported"] == ["code"]
    assert found["subject_types_supported"] == ["pairwise"]
    assert found["id_token_signing_alg_values_supported"] == ["RS256", "ES256"]
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert found["claims_parameter_supported"] is True
    assert found["authorization_response_iss_parameter_supported"] is True
    assert found["request_parameter_supported"] is False
    assert found["request_uri_parameter_supported"] is False
    assert found["backchannel_logout_supported"] is True
    assert set(found["token_endpoint_auth_methods_supported"]) == {
        "client_secret_basic",
        "client_secret_post",
        "private_key_jwt",
        "none",
    }
    assert {"openid", "profile", *PRESETS} <= set(found["scopes_supported"])
    assert f"{ISSUER}/acr/age-19-or-over" in found["acr_values_supported"]


async def test_7_01_claims_are_those_of_the_presets_and_never_what_subjects_are_made_of(
    library: Library,
) -> None:
    found = set((await described(library))["claims_supported"])
    assert {"sub", "acr", "preset", "name", "given_name", "birthdate", "age_19_or_over"} <= found
    assert {"address", "ontario_resident"} <= found
    assert "personal_administrative_number" not in found


async def test_7_01_what_is_announced_is_there(library: Library) -> None:
    found = await described(library)
    for name in ENDPOINTS:
        assert found[name].startswith(f"{ISSUER}/")
        # Whatever it says to an empty request, it is not that there is nothing.
        answers = [await library.counter.http.request(method, found[name]) for method in ("GET", "POST")]
        assert any(answer.status_code not in (404, 405) for answer in answers), name


async def test_7_01_presets_are_announced_while_somebody_trusted_issues_for_them(tmp_path: Any) -> None:
    async with opened_library(tmp_path, trust=Trust(())) as library:
        found = await described(library)
    assert "acr_values_supported" not in found
    assert "age-19-or-over" not in found["scopes_supported"]


async def test_7_07_public_keys_only_each_with_a_name_of_its_own(library: Library) -> None:
    answer = await library.counter.http.get(f"{ISSUER}/jwks")
    assert answer.headers["cache-control"] == f"public, max-age={MAX_AGE}"
    keys = answer.json()["keys"]
    assert {key["alg"] for key in keys} == {"RS256", "ES256"}
    assert {key["use"] for key in keys} == {"sig"}
    assert len({key["kid"] for key in keys}) == len(keys) == 2
    for key in keys:
        assert {"d", "p", "q", "dp", "dq", "qi", "k"}.isdisjoint(key)
    others = (await library.counter.http.get("https://verifier.example/desk/jwks")).json()["keys"]
    assert {key["kid"] for key in keys}.isdisjoint(key["kid"] for key in others)


@pytest.mark.parametrize("algorithm", [Algorithm.RS256, Algorithm.ES256], ids=lambda one: one.value)
async def test_7_07_a_client_that_caches_our_keys_survives_a_rotation(
    library: Library, algorithm: Algorithm
) -> None:
    """It looks again after the time that we allow it, and never because of an unknown name."""
    relying = await library.client(id_token_alg=algorithm)
    ring, clock = library.counter.desk.verifier.ring, library.counter.desk.clock
    cached, cached_at = await relying.jwks(), clock.now()
    ring.prepare_next(KeyPurpose.ID_TOKEN, clock.now())
    signed_by = set()
    rotated = False
    for _ in range(30):
        clock.advance(minutes=1)
        if clock.now() - cached_at >= timedelta(seconds=MAX_AGE):
            cached, cached_at = await relying.jwks(), clock.now()
        if not rotated and clock.now() - cached_at < timedelta(minutes=5) and _can_rotate(library):
            rotated = True
        tokens = await relying.tokens()
        assert (await relying.read(tokens["id_token"], cached))["sub"]
        signed_by.add(jwt.get_unverified_header(tokens["id_token"])["kid"])
    assert rotated
    assert len(signed_by) == 2


def _can_rotate(library: Library) -> bool:
    """Once its time of publication is over, the next key signs."""
    ring, now = library.counter.desk.verifier.ring, library.counter.desk.clock.now()
    pending = [one for one in ring.state.of_purpose(KeyPurpose.ID_TOKEN) if one.state.value == "pending"]
    if not pending or any(now - one.created_at < JWKS_LEAD for one in pending):
        return False
    ring.rotate(KeyPurpose.ID_TOKEN, now)
    return True


async def test_7_07_an_old_token_can_be_checked_after_a_rotation(library: Library) -> None:
    relying = await library.client()
    ring, clock = library.counter.desk.verifier.ring, library.counter.desk.clock
    ring.prepare_next(KeyPurpose.ID_TOKEN, clock.now())
    clock.advance(minutes=10)
    tokens = await relying.tokens()
    ring.rotate(KeyPurpose.ID_TOKEN, clock.now())
    assert (await relying.read(tokens["id_token"]))["sub"]
    assert len((await relying.jwks())["keys"]) == 4


ORIGIN = {"Origin": "https://app.example"}


@pytest.mark.parametrize(
    ("path", "method", "headers"),
    [
        ("/.well-known/openid-configuration", "GET", ""),
        ("/jwks", "GET", ""),
        ("/token", "POST", "content-type,dpop"),
        ("/userinfo", "GET", "authorization,dpop"),
        ("/userinfo", "POST", "authorization"),
    ],
)
async def test_a_program_in_a_browser_may_ask_without_cookies(
    library: Library, path: str, method: str, headers: str
) -> None:
    asked = {**ORIGIN, "Access-Control-Request-Method": method}
    if headers:
        asked["Access-Control-Request-Headers"] = headers
    answer = await library.counter.http.options(f"{ISSUER}{path}", headers=asked)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert method in answer.headers["access-control-allow-methods"]
    allowed = answer.headers["access-control-allow-headers"].lower()
    assert all(one in allowed for one in headers.split(",") if one)
    assert "access-control-allow-credentials" not in answer.headers
    told = await library.counter.http.request(method, f"{ISSUER}{path}", headers=ORIGIN)
    assert told.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in told.headers


@pytest.mark.parametrize("path", ["/authorize", "/par", "/logout", "/register"])
async def test_nothing_else_may_be_asked_by_the_pages_of_others(library: Library, path: str) -> None:
    asked = {**ORIGIN, "Access-Control-Request-Method": "POST"}
    answer = await library.counter.http.options(f"{ISSUER}{path}", headers=asked)
    assert "access-control-allow-origin" not in answer.headers

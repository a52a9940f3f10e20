"""npm `openid-client` signs people in with our provider: the whole way, in a real browser."""

from typing import Any

import pytest
from playwright.async_api import Page

from tests.interop.openid_desk import OpenIdDesk, needs_of
from tests.interop.openid_services import NodeService
from tests.interop.openid_visit import Answering, shown_json, sign_in, to_request
from tests.interop.register import MAYA, claims_of

pytestmark = pytest.mark.asyncio(loop_scope="session")
MAYAS = claims_of(MAYA)
IDENTITY = {name: MAYAS[name] for name in ("given_name", "family_name", "birthdate")}


async def signed_in(page: Page, service: NodeService, wallet: Answering, **asked: str) -> dict[str, Any]:
    """What the service knows of its visitor."""
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    await sign_in(page, f"{service.url}/login?{query}", wallet)
    found = await shown_json(page)
    assert "failed" not in found, found
    return found


def home(found: dict[str, Any]) -> dict[str, str]:
    """The address without the form in which it would be printed."""
    address = dict(found["userinfo"]["address"])
    assert "Toronto" in address.pop("formatted")
    return address


METHODS = ("client_secret_basic", "client_secret_post", "private_key_jwt", "none")


@pytest.mark.parametrize("authentication", METHODS)
async def test_every_way_to_authenticate_at_the_token_endpoint(
    page: Page, openid: OpenIdDesk, maya: Answering, authentication: str
) -> None:
    """7.04, interop 2.3 line 2; RS256 unless something else was registered (line 3)."""
    service = openid.node_service("identity", authentication=authentication)
    found = await signed_in(page, service, maya, scope="openid identity")
    assert found["header"]["alg"] == "RS256"
    assert found["header"]["kid"]
    assert found["claims"]["iss"] == openid.issuer
    assert found["claims"]["preset"] == "identity"
    assert found["claims"]["amr"] == ["pop"]
    assert found["userinfo"].pop("sub") == found["claims"]["sub"]
    assert {name: found["userinfo"][name] for name in IDENTITY} == IDENTITY
    assert not IDENTITY.keys() & found["claims"].keys(), "claims come from UserInfo (line 7)"


@pytest.mark.parametrize(
    "options",
    [
        {"par": True},
        {"dpop": True},
        {"par": True, "dpop": True},
        {"metadata": {"id_token_signed_response_alg": "ES256"}},
        {"pkce": False, "metadata": {"require_pkce": False}},
        {"nonce": False},
    ],
    ids=["par", "dpop", "par-dpop", "es256", "without-pkce", "without-nonce"],
)
async def test_what_clients_may_choose(
    page: Page, openid: OpenIdDesk, maya: Answering, options: dict[str, Any]
) -> None:
    """7.02, 7.03, 7.06, interop 2.3 lines 3 and 4."""
    service = openid.node_service("age-19-or-over", **options)
    found = await signed_in(page, service, maya, scope="openid age-19-or-over")
    assert found["userinfo"]["age_19_or_over"] is True
    assert found["token_type"].lower() == ("dpop" if options.get("dpop") else "bearer")
    wanted = options.get("metadata", {}).get("id_token_signed_response_alg", "RS256")
    assert found["header"]["alg"] == wanted


async def test_a_client_that_registers_itself(page: Page, openid: OpenIdDesk, maya: Answering) -> None:
    """RFC 7591, by openid-client's own registration."""
    service = NodeService(openid.node_origin, "self-made")
    metadata = {
        # openid-client sends the secret of a client that it has registered in the form.
        "token_endpoint_auth_method": "client_secret_post",
        "client_name": "Library",
        "client_name#fr-CA": "Bibliothèque",
        "purpose": "To lend books in Ontario.",
        "purpose#fr-CA": "Prêter des livres en Ontario.",
        "presets": ["ontario-resident"],
        "needs": needs_of("ontario-resident"),
    }
    client = service.register(openid.issuer, metadata, scope="openid ontario-resident")
    assert client["client_secret"]
    found = await signed_in(page, service, maya)
    assert home(found) == {"region": "ON", "locality": "Toronto"}


async def test_journey_2_where_somebody_lives(page: Page, openid: OpenIdDesk, mayas_credo: Answering) -> None:
    """The city and not the street; nothing by which the service would know Maya again."""
    service = openid.node_service("ontario-resident")
    seen = []
    for _ in range(2):
        found = await signed_in(page, service, mayas_credo, scope="openid ontario-resident")
        assert found["userinfo"].pop("sub") == found["claims"]["sub"]
        assert found["userinfo"].pop("ontario_resident", True) is True
        assert home(found) == {"region": "ON", "locality": "Toronto"}
        assert found["userinfo"].keys() == {"address"}
        seen.append(found["claims"]["sub"])
    assert seen[0] != seen[1]


async def test_journey_3_the_same_person_again(
    page: Page, openid: OpenIdDesk, maya: Answering, mayas_credo: Answering
) -> None:
    """7.08, 5.33: one service knows a person again, whichever wallet and card; two services do not."""
    stable = {"metadata": {"subject_mode": "stable"}}
    one = openid.node_service("sign-in", **stable)
    first = await signed_in(page, one, maya, scope="openid sign-in")
    again = await signed_in(page, one, mayas_credo, scope="openid sign-in")
    assert first["claims"]["sub"] == again["claims"]["sub"]
    assert first["userinfo"] == {"sub": first["claims"]["sub"]}, "the number itself is never passed on"

    neighbour = openid.node_service("sign-in", **stable)
    found = await signed_in(page, neighbour, maya, scope="openid sign-in")
    assert found["claims"]["sub"] == first["claims"]["sub"], "of one host, so of one sector"
    elsewhere = openid.node_service("sign-in", host="127.0.0.1", **stable)
    found = await signed_in(page, elsewhere, maya, scope="openid sign-in")
    assert found["claims"]["sub"] != first["claims"]["sub"]


async def test_what_is_pressed_instead(page: Page, openid: OpenIdDesk) -> None:
    """A person who cancels goes back with `access_denied`; the service says so and knows nothing."""
    service = openid.node_service("identity")
    await to_request(page, f"{service.url}/login?scope=openid%20identity")
    await page.get_by_role("button", name="Cancel the request").click()
    back = page.get_by_role("button", name="Back to")
    async with page.expect_navigation():
        await back.click()
    failed = (await shown_json(page))["failed"]
    assert failed["error"] == "access_denied"

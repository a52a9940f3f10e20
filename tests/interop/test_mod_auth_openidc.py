"""Debian's mod_auth_openidc under Apache signs people in with our provider, set up as its manual says."""

from typing import Any
from urllib.parse import quote

import pytest
from playwright.async_api import Page, expect

from tests.interop.openid_desk import OpenIdDesk
from tests.interop.openid_services import ApacheService, apache_service, free_origin
from tests.interop.openid_visit import Answering, shown_json, sign_in

pytestmark = pytest.mark.asyncio(loop_scope="session")


def directives(openid: OpenIdDesk, client: dict[str, Any], scope: str, **others: str) -> dict[str, str]:
    """What an administrator of a web site writes down."""
    return {
        "OIDCProviderMetadataURL": f"{openid.issuer}/.well-known/openid-configuration",
        "OIDCClientID": client["client_id"],
        "OIDCClientSecret": client["client_secret"],
        "OIDCScope": f'"{scope}"',
        "OIDCRemoteUserClaim": "sub",
        "OIDCStateMaxNumberOfCookies": "7 true",
        **others,
    }


async def members(page: Page, site: ApacheService, wallet: Answering) -> dict[str, Any]:
    """Into the members' folder; what the module then knows of the visitor."""
    await sign_in(page, site.page, wallet)
    await expect(page.locator("body")).to_have_text("Welcome")
    await page.goto(site.about_me)
    return await shown_json(page)


@pytest.mark.parametrize("authentication", ["client_secret_basic", "client_secret_post"])
@pytest.mark.parametrize("pkce", ["S256", ""], ids=["pkce", "without-pkce"])
async def test_a_web_site_lets_its_members_in(
    page: Page, openid: OpenIdDesk, maya: Answering, authentication: str, pkce: str
) -> None:
    """Interop 2.3 lines 2 and 4: both ways to authenticate, with PKCE and without."""
    origin = free_origin()
    client = openid.register(
        "identity",
        redirect_uris=[f"{origin}/members/redirect_uri"],
        token_endpoint_auth_method=authentication,
        require_pkce=bool(pkce),
    )
    options = directives(openid, client, "openid identity", OIDCProviderTokenEndpointAuth=authentication)
    if pkce:
        options["OIDCPKCEMethod"] = pkce
    with apache_service(origin, **options) as site:
        known = await members(page, site, maya)
    assert known["id_token"]["iss"] == openid.issuer
    assert known["id_token"]["preset"] == "identity"
    assert known["userinfo"]["sub"] == known["id_token"]["sub"]
    assert known["userinfo"]["given_name"]


async def test_a_site_that_lets_in_whoever_is_old_enough(
    page: Page, openid: OpenIdDesk, mayas_credo: Answering
) -> None:
    """The module's own rule about a claim decides; the wallet is somebody else's too."""
    origin = free_origin()
    client = openid.register("age-19-or-over", redirect_uris=[f"{origin}/members/redirect_uri"])
    options = directives(openid, client, "openid age-19-or-over", OIDCPKCEMethod="S256")
    with apache_service(origin, rule="claim age_19_or_over:true", **options) as site:
        known = await members(page, site, mayas_credo)
    assert known["userinfo"].keys() == {"sub", "age_19_or_over"}


async def test_leaving(page: Page, openid: OpenIdDesk, maya: Answering) -> None:
    """7.11: the module sends its visitor to our end of session, and they come back to the site."""
    origin = free_origin()
    client = openid.register(
        "identity",
        redirect_uris=[f"{origin}/members/redirect_uri"],
        post_logout_redirect_uris=[f"{origin}/"],
    )
    options = directives(openid, client, "openid identity", OIDCPKCEMethod="S256")
    with apache_service(origin, **options) as site:
        await members(page, site, maya)
        await page.goto(site.logout(quote(f"{origin}/", safe="")))
        await page.wait_for_url(f"{origin}/**")
        await expect(page.locator("body")).to_have_text("Everybody")
        await page.goto(site.page)
        await expect(page.get_by_role("link", name="Open in my wallet")).to_be_visible()

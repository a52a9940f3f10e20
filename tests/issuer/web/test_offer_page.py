"""The resident's page of an offer over HTTP: what it shows, to whom, and when it is over."""

import re
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from issuer.domain.offer import OFFER_LIFETIME
from tests.issuer.web.running_issuer import ISSUER, RunningIssuer

pytestmark = pytest.mark.asyncio(loop_scope="module")

REFRESH = '<meta http-equiv="refresh" content="20">'
FRENCH = {"Accept-Language": "fr-CA"}


async def page(
    issuer: RunningIssuer, made: dict[str, Any], query: str = "", **headers: str
) -> httpx.Response:
    return await issuer.client.get(f"{made['page_url']}{query}", headers=headers)


def links(answer: httpx.Response) -> list[str]:
    found = re.findall(r'href="([a-z-]+://[^"]*)"', answer.text)
    return [unescape(link) for link in found]


async def test_an_open_offer_says_whom_it_is_for_what_and_until_when(issuer: RunningIssuer) -> None:
    made = await issuer.offer(("photo-card", "proof-of-age"), tx_code=True)
    answer = await page(issuer, made)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"
    assert answer.headers["content-language"] == "en-CA"
    for text in (
        "An offer for you",
        "Maya Tremblay",
        "Photo card",
        "Proof of age",
        "November 22, 2026 at 10:30",
    ):
        assert text in answer.text
    assert "six digits" in answer.text
    assert "<svg" in answer.text


async def test_in_french(issuer: RunningIssuer) -> None:
    made = await issuer.offer(tx_code=True)
    answer = await page(issuer, made, **FRENCH)
    assert answer.headers["content-language"] == "fr-CA"
    for text in (
        "Une offre pour vous",
        "Maya Tremblay",
        "Carte-photo",
        "22 novembre 2026 à 10 h 30",
        "six chiffres",
    ):
        assert text in answer.text


async def test_6_04_links_for_the_same_device_by_both_schemes_and_by_reference(issuer: RunningIssuer) -> None:
    made = await issuer.offer()
    found = links(await page(issuer, made))
    assert [urlsplit(link).scheme for link in found] == ["openid-credential-offer", "haip-vci"]
    for link in found:
        assert parse_qs(urlsplit(link).query) == {"credential_offer_uri": [made["credential_offer_uri"]]}
    assert found[0] == made["credential_offer_link"]


async def test_the_page_says_nothing_of_the_code_or_the_grant(issuer: RunningIssuer) -> None:
    """The link takes one way and the code another: they never meet."""
    made = await issuer.offer(tx_code=True)
    grant = next(iter(made["credential_offer"]["grants"].values()))
    for answer in (await page(issuer, made), await page(issuer, made, "/state")):
        assert made["tx_code"] not in re.sub(r'd="[^"]*"', "", answer.text)
        assert grant["pre-authorized_code"] not in answer.text
        assert made["offer_id"] not in answer.text


async def test_an_offer_with_a_sign_in_says_so(issuer: RunningIssuer) -> None:
    made = await issuer.offer(grant="authorization_code")
    answer = await page(issuer, made)
    assert "Your wallet will ask you to sign in." in answer.text
    assert "six digits" not in answer.text


async def test_without_script_the_page_renews_itself_and_can_be_told_not_to(issuer: RunningIssuer) -> None:
    """WCAG 2.2.1: what changes by itself can be stopped."""
    made = await issuer.offer()
    renewed, still = await page(issuer, made), await page(issuer, made, "?refresh=off")
    assert f"<noscript>{REFRESH}</noscript>" in renewed.text
    assert 'href="?refresh=off"' in renewed.text
    assert REFRESH not in still.text
    assert 'href="?"' in still.text


async def test_the_state_is_one_word(issuer: RunningIssuer) -> None:
    made = await issuer.offer(tx_code=True)
    withdrawn, expired, locked = [await issuer.offer(tx_code=True) for _ in range(3)]

    async def state(of: dict[str, Any]) -> str:
        answer = await page(issuer, of, "/state")
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
        assert set(answer.json()) == {"state"}
        return str(answer.json()["state"])

    assert await state(made) == "open"
    await issuer.client.get(made["credential_offer_uri"])
    assert await state(made) == "opened"
    assert (await issuer.redeem(made)).status_code == 200
    assert await state(made) == "redeemed"
    await issuer.manage("DELETE", f"/offers/{withdrawn['offer_id']}")
    assert await state(withdrawn) == "withdrawn"
    for _ in range(5):
        wrong = await issuer.redeem(locked, tx_code="12")
        assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_grant")
    assert await state(locked) == "locked"
    right = await issuer.redeem(locked)
    assert (right.status_code, right.json()["error"]) == (400, "invalid_grant")
    issuer.clock.moment += OFFER_LIFETIME
    assert await state(expired) == "expired"


ENDS = {
    "redeemed": ("A wallet has accepted the offer.", "Un portefeuille a accepté l’offre."),
    "withdrawn": ("The office has withdrawn this offer.", "Le bureau a retiré cette offre."),
    "expired": ("This offer has ended.", "Cette offre a pris fin."),
}


@pytest.mark.parametrize("end", ENDS)
async def test_an_offer_that_is_over_says_how_and_shows_no_way_to_use_it(
    issuer: RunningIssuer, end: str
) -> None:
    made = await issuer.offer()
    if end == "redeemed":
        await issuer.redeem(made)
    elif end == "withdrawn":
        await issuer.manage("DELETE", f"/offers/{made['offer_id']}")
    else:
        issuer.clock.moment += OFFER_LIFETIME
    for answer, text in zip(
        (await page(issuer, made), await page(issuer, made, **FRENCH)), ENDS[end], strict=True
    ):
        assert answer.status_code == 200
        assert text in answer.text
        assert not links(answer)
        assert "<svg" not in answer.text
        assert REFRESH not in answer.text
        assert "<script" not in answer.text


async def test_a_fetch_is_told_on_the_page(issuer: RunningIssuer) -> None:
    made = await issuer.offer()
    assert "Nobody has used it yet." in (await page(issuer, made)).text
    await issuer.client.get(made["credential_offer_uri"])
    answer = await page(issuer, made)
    assert "A wallet opened this offer on" in answer.text
    assert links(answer), "it can still be used: the same wallet may fetch it again"


@pytest.mark.parametrize("name", ["never-was", "%00", "A" * 5000, "%ff", "é", "a%2fb"])
@pytest.mark.parametrize("rest", ["", "/state"])
async def test_no_such_page(issuer: RunningIssuer, name: str, rest: str) -> None:
    answer = await issuer.client.get(f"{ISSUER}/offer/{name}{rest}", headers=FRENCH)
    assert answer.status_code == 404
    page = "text/html; charset=utf-8"
    assert answer.headers["content-type"] == ("application/problem+json" if rest else page)


async def test_a_missing_page_says_what_to_do_in_both_languages(issuer: RunningIssuer) -> None:
    english = await issuer.client.get(f"{ISSUER}/offer/never-was")
    french = await issuer.client.get(f"{ISSUER}/offer/never-was", headers=FRENCH)
    assert "There is no offer at this address." in english.text
    assert "Il n’y a pas d’offre à cette adresse." in french.text
    assert "unknown_offer_page" in english.text


async def test_who_has_seen_the_qr_code_does_not_find_the_page(issuer: RunningIssuer) -> None:
    made = await issuer.offer()
    reference = made["credential_offer_uri"].rpartition("/")[2]
    secret = made["page_url"].rpartition("/")[2]
    assert (await issuer.client.get(f"{ISSUER}/offer/{reference}")).status_code == 404
    assert (await issuer.client.get(f"{ISSUER}/offer/{made['offer_id']}")).status_code == 404
    assert (await issuer.client.get(f"{ISSUER}/offers/{secret}")).status_code == 404


async def test_looking_changes_nothing(issuer: RunningIssuer) -> None:
    made = await issuer.offer()
    before = issuer.rows()
    for query in ("", "/state", "?lang=fr", "?refresh=off"):
        assert (await page(issuer, made, query)).status_code == 200
        assert (await issuer.client.head(f"{made['page_url']}{query}")).status_code == 200
    for method in ("POST", "DELETE", "PUT"):
        assert (await issuer.client.request(method, made["page_url"])).status_code == 405
    assert issuer.rows() == before


async def test_the_secrets_of_an_offer_are_nowhere_in_the_database(issuer: RunningIssuer) -> None:
    for grant in ("pre-authorized_code", "authorization_code"):
        made = await issuer.offer(grant=grant)
        await page(issuer, made)
        secrets = [made["page_url"].rpartition("/")[2], made["credential_offer_uri"].rpartition("/")[2]]
        secrets += [
            str(value) for one in made["credential_offer"]["grants"].values() for value in one.values()
        ]
        kept = str(issuer.rows())
        assert len(secrets) == 3
        assert [secret for secret in secrets if secret in kept] == []
        assert "Tremblay" not in kept


async def test_an_offer_with_a_sign_in_as_a_wallet_gets_it(issuer: RunningIssuer) -> None:
    made = await issuer.offer(grant="authorization_code", expires_in=86_400)
    grants = made["credential_offer"]["grants"]
    assert set(grants) == {"authorization_code"}
    assert set(grants["authorization_code"]) == {"issuer_state"}
    fetched = await issuer.client.get(made["credential_offer_uri"])
    assert fetched.json() == made["credential_offer"]
    issuer.clock.moment += timedelta(hours=23)
    assert (await issuer.client.get(made["credential_offer_uri"])).status_code == 200
    issuer.clock.moment += timedelta(hours=1)
    assert (await issuer.client.get(made["credential_offer_uri"])).status_code == 404


async def test_issuer_state_is_not_taken_for_a_code(issuer: RunningIssuer) -> None:
    made = await issuer.offer(grant="authorization_code")
    state = made["credential_offer"]["grants"]["authorization_code"]["issuer_state"]
    form = {
        "grant_type": "urn:ietf:params:oauth:grant-type:pre-authorized_code",
        "pre-authorized_code": state,
    }
    answer = await issuer.client.post(f"{ISSUER}/token", data=form)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


async def test_the_offers_of_a_person_are_listed(issuer: RunningIssuer) -> None:
    made = await issuer.offer(tx_code=True)
    subject_ref = await issuer.subject_ref()
    answer = await issuer.manage("GET", f"/offers?subject_ref={subject_ref}")
    assert answer.status_code == 200
    listed = {one["offer_id"]: one for one in answer.json()["offers"]}
    mine = listed[made["offer_id"]]
    assert mine["subject_ref"] == subject_ref
    assert (mine["state"], mine["grant"], mine["tx_code"], mine["attempts_left"]) == (
        "open",
        "pre-authorized_code",
        True,
        5,
    )
    assert not (await issuer.manage("GET", "/offers?subject_ref=nobody")).json()["offers"]
    assert (await issuer.manage("GET", "/offers")).status_code == 400
    stranger = await issuer.client.get(f"{ISSUER}/management/offers?subject_ref={subject_ref}")
    assert stranger.status_code == 401

"""A person in a real browser signs in to a relying service, with a wallet on the same device."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Page, expect

from tests.flows.person import Person
from tests.interop.wallet_process import Wallet

Answering = Callable[[str], str]
"""What a wallet does with the address of a request, and the address to which it leads its holder."""
PATIENCE_MS = 120_000


def own_wallet(person: Person) -> Answering:
    """The wallet that comes with the product."""

    def answer(link: str) -> str:
        opened = person.open({"authorization_request": link})
        assert opened["can_answer"], opened
        return str(person.consent(opened)["redirect_uri"])

    return answer


def credo_wallet(wallet: Wallet) -> Answering:
    """credo-ts, on the command line."""

    def answer(link: str) -> str:
        answered = wallet.present(link)
        assert not answered.errors, answered.errors
        return str(json.loads(answered.exchanges[-1].answer)["redirect_uri"])

    return answer


@dataclass(frozen=True)
class Words:
    """What the pages of a login are looked at for."""

    open_wallet: str = "Open in my wallet"
    go_on: str = "Continue to"


ENGLISH = Words()


async def to_request(page: Page, start: str, words: Words = ENGLISH) -> str:
    """From the relying service to our page; the address that the wallet is to have."""
    await page.goto(start)
    link = page.get_by_role("link", name=words.open_wallet)
    await expect(link).to_be_visible(timeout=PATIENCE_MS)
    return str(await link.get_attribute("href"))


async def sign_in(page: Page, start: str, wallet: Answering, *, words: Words = ENGLISH) -> None:
    """The whole way, with a wallet on the same device; ends with whatever the relying service shows."""
    back = wallet(await to_request(page, start, words))
    await page.goto(back)
    button = page.get_by_role("button", name=words.go_on)
    await expect(button).to_be_visible(timeout=PATIENCE_MS)
    async with page.expect_navigation(timeout=PATIENCE_MS):
        await button.click()


async def shown_json(page: Page) -> dict[str, Any]:
    """What a service that answers in JSON has put on the page."""
    found: dict[str, Any] = json.loads(await page.locator("body").inner_text())
    return found

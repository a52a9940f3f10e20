"""The same page with the other look: as it is on a machine where `make assets` could not run."""

from playwright.async_api import Page

SWAP = """() => new Promise((done, failed) => {
    const sheet = document.querySelector("link[rel=stylesheet][href*='/ontario/']");
    if (sheet === null) { failed(new Error("the page has no sheet of the design system")); return; }
    sheet.addEventListener("load", () => done(null), { once: true });
    sheet.addEventListener("error", () => failed(new Error("no plain sheet")), { once: true });
    sheet.href = sheet.href.replace(/ontario\\/.*$/, "plain.css");
})"""


async def take_off_the_design_system(page: Page) -> None:
    """Puts our plain style sheet in the place of the Ontario Design System's."""
    await page.evaluate(SWAP)

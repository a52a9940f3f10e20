"""axe-core in a page: what of WCAG 2.2 AA a machine can check, and the rules' authors' best practices."""

from functools import cache
from pathlib import Path

import pytest
from playwright.async_api import Page

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
RUN = """async (tags) => {
    const options = {
        runOnly: { type: "tag", values: tags },
        rules: { "target-size": { enabled: true } },
        resultTypes: ["violations", "incomplete"],
        selectors: false,
    };
    const { violations, incomplete } = await axe.run(document, options);
    return [...violations, ...incomplete].flatMap((rule) =>
        rule.nodes.map((node) => `${rule.id}: ${rule.help}: ${node.html}`));
}"""


@cache
def _source() -> str:
    if not AXE.is_file():
        pytest.fail("axe-core is not installed: run `make test`, or `npm ci` in tests/browser")
    return AXE.read_text(encoding="utf-8")


async def accessibility_problems(page: Page) -> list[str]:
    """One line per rule and element that breaks it, or of which axe cannot tell."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(_source())
    found: list[str] = await page.evaluate(RUN, TAGS)
    return found

"""The cards of all credential types in a real browser: drawn whole, as pictures, and nothing is fetched."""

import base64
from typing import Any

import pytest
from playwright.async_api import Browser

from specs.sd_jwt_vc import IMAGES, parse_data_uri, render_svg, svg_values
from tests.issuer.domain.subjects import FULL
from tests.issuer.domain.test_credential_types import TYPES, processed
from tests.patience import PATIENCE_MS

pytestmark = pytest.mark.asyncio(loop_scope="session")

WIDTH, HEIGHT, MARGIN = 340, 214, 16

# Where every text ends, in the units of the card.
ENDS = """svg => [...svg.querySelectorAll('text')].map(text => {
  const box = text.getBBox(); return [text.textContent, box.x, box.x + box.width, box.y + box.height];
})"""


def cards(name: Any) -> list[str]:
    """Both languages, both contrasts, for somebody with everything on file."""
    configuration = TYPES[name]
    values = svg_values(configuration.metadata.claims, processed(configuration, FULL))
    return [
        render_svg(parse_data_uri(template.image.uri, accepted=IMAGES).data, values)
        for display in configuration.metadata.display
        for template in display.svg_templates
    ]


@pytest.mark.parametrize("name", TYPES)
async def test_2_26_a_card_is_drawn_whole_and_asks_nobody_for_anything(browser: Browser, name: Any) -> None:
    context = await browser.new_context(viewport={"width": 400, "height": 300})
    try:
        context.set_default_timeout(PATIENCE_MS)
        page = await context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        for svg in cards(name):
            picture = base64.b64encode(svg.encode()).decode()
            await page.set_content(f'<img id="card" src="data:image/svg+xml;base64,{picture}">{svg}')
            await page.wait_for_function("document.getElementById('card').complete")
            natural = await page.evaluate("document.getElementById('card').naturalWidth")
            assert natural > 0, "the browser could not draw it as a picture"
            for text, left, right, bottom in await page.eval_on_selector("body > svg", ENDS):
                assert left >= MARGIN, text
                assert right <= WIDTH - MARGIN, text
                assert bottom <= HEIGHT - 4, text
        assert [url for url in asked if not url.startswith("data:")] == []
    finally:
        await context.close()

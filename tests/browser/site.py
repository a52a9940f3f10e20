"""What there is to visit."""

from trillium.start_page.app import ROLES

PAGES = ("/", *(f"/roles/{role}" for role in ROLES), "/api")
MISSING = ("/roles/stranger", "/nowhere")
"""Addresses that answer 404 with a page."""
LANGUAGES = ("en", "fr")
PHONE, DESKTOP = 360, 1280
"""Widths in CSS pixels: a small phone, a usual desktop window."""

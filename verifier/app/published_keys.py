"""The verifier's public keys: what checks its webhooks, receipts and bundles (7.07)."""

from typing import Final

from trillium.runtime.live_document import LiveDocument
from trillium.runtime.openapi import Content, HotRoute
from verifier.app.outside import PUBLISHED
from verifier.app.services import Verifier

MAX_AGE: Final = 300
"""Seconds: half of what passes between the publication of a new key and its first signature."""


def key_routes(verifier: Verifier) -> tuple[HotRoute, ...]:
    """``GET /jwks``."""
    ring, clock = verifier.ring, verifier.outside.clock
    document = LiveDocument(lambda: ring.jwks(PUBLISHED, clock.now()), max_age=MAX_AGE)
    return (
        HotRoute(
            method="GET",
            path="/jwks",
            handler=document.respond,
            summary="Public keys of webhooks, receipts and bundles (RFC 7517 section 5)",
            public=True,
            responses={200: Content(description="A JWK Set.", media_type="application/json")},
            tags=["relying services"],
        ),
    )

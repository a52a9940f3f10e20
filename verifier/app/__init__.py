"""The verifier put together: the only place that knows all its parts, one module per capability."""

from verifier.app.application import create_app, create_part, opened_verifier
from verifier.app.outside import (
    SECRETS,
    Outside,
    Store,
    open_outside,
    open_pages,
    open_ring,
    open_store,
    open_webhooks,
)
from verifier.app.routes import assemble
from verifier.app.services import Verifier, build_verifier

__all__ = [
    "SECRETS",
    "Outside",
    "Store",
    "Verifier",
    "assemble",
    "build_verifier",
    "create_app",
    "create_part",
    "open_outside",
    "open_pages",
    "open_ring",
    "open_store",
    "open_webhooks",
    "opened_verifier",
]

"""The verifier put together: the only place that knows all its parts, one module per capability."""

from verifier.app.application import create_app, create_part, opened_verifier
from verifier.app.examine_presets import examine_presets
from verifier.app.outside import (
    SECRETS,
    OfflineSources,
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
    "OfflineSources",
    "Outside",
    "Store",
    "Verifier",
    "assemble",
    "build_verifier",
    "create_app",
    "create_part",
    "examine_presets",
    "open_outside",
    "open_pages",
    "open_ring",
    "open_store",
    "open_webhooks",
    "opened_verifier",
]

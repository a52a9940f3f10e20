"""The verifier put together: the only place that knows all its parts, one module per capability."""

from verifier.app.application import create_app, create_part, opened_verifier
from verifier.app.outside import SECRETS, Outside, Store, open_pages, open_ring, open_store
from verifier.app.routes import assemble
from verifier.app.services import Verifier, build_verifier
from verifier.app.trusting import check_trust

__all__ = [
    "SECRETS",
    "Outside",
    "Store",
    "Verifier",
    "assemble",
    "build_verifier",
    "check_trust",
    "create_app",
    "create_part",
    "open_pages",
    "open_ring",
    "open_store",
    "opened_verifier",
]

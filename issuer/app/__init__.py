"""The issuer put together: the only place that knows all its parts, one module per capability."""

from issuer.app.application import create_app, create_part, opened_issuer
from issuer.app.outside import Outside, Stores, open_ring, open_stores
from issuer.app.routes import assemble
from issuer.app.services import Issuer, build_issuer

__all__ = [
    "Issuer",
    "Outside",
    "Stores",
    "assemble",
    "build_issuer",
    "create_app",
    "create_part",
    "open_ring",
    "open_stores",
    "opened_issuer",
]

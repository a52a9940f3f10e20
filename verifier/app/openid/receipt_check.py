"""The page that checks receipts, wired."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from starlette.routing import Route

from keys import KeyPurpose
from specs.jose import PublicJwk
from trillium.runtime.pages import Pages
from verifier.web.openid.receipt_check import RECEIPT_CHECK, ReceiptCheckPage

if TYPE_CHECKING:
    from verifier.app.services import Verifier


def receipt_check_routes(verifier: "Verifier", pages: Pages) -> Sequence[Route]:
    """The page, for everybody."""
    ring = verifier.ring

    def keys(now: datetime) -> Sequence[PublicJwk]:
        entries = ring.signers_publishable(KeyPurpose.RECEIPT, now)
        return [one.public_jwk for one in entries if one.public_jwk is not None]

    page = ReceiptCheckPage(pages, keys, verifier.outside.clock, verifier.settings.public_url)
    return [
        Route(RECEIPT_CHECK, page.show, methods=["GET"]),
        Route(RECEIPT_CHECK, page.check, methods=["POST"]),
    ]

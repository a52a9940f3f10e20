"""The page that checks a receipt: whether we signed it, and what it says. Nothing of it is kept or logged."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from specs.jose import PublicJwk
from trillium.runtime.i18n import Language, language_of
from trillium.runtime.pages import Pages
from verifier.domain.claim_words import claim_word
from verifier.domain.receipt import MAX_RECEIPT_BYTES, Receipt, verify_receipt
from verifier.errors import BadReceipt
from verifier.ports import Clock

RECEIPT_CHECK: Final = "/receipt-check"
TEXT_FIELD: Final = "receipt"
FILE_FIELD: Final = "file"
MAX_BODY: Final = MAX_RECEIPT_BYTES + 16 * 1024
_HEADERS: Final = {"Cache-Control": "no-store"}


class ReceiptCheckPage:
    """``keys``: of receipts, replaced ones too. ``issuer``: the public URL of the verifier."""

    def __init__(
        self, pages: Pages, keys: Callable[[datetime], Sequence[PublicJwk]], clock: Clock, issuer: str
    ) -> None:
        self._pages = pages
        self._keys = keys
        self._clock = clock
        self._issuer = issuer

    async def show(self, request: Request) -> Response:
        """The empty page."""
        return self._page(request, {"outcome": "", "receipt": None})

    async def check(self, request: Request) -> Response:
        """What a pasted or uploaded receipt says, in words."""
        text = await _given(request)
        if not text:
            return self._page(request, {"outcome": "nothing", "receipt": None})
        try:
            receipt = verify_receipt(text, self._keys(self._clock.now()), issuer=self._issuer)
        except BadReceipt:
            return self._page(request, {"outcome": "bad", "receipt": None})
        told = describe(receipt, language_of(request.scope))
        return self._page(request, {"outcome": "genuine", "receipt": told})

    def _page(self, request: Request, context: dict[str, Any]) -> Response:
        keys = self._keys(self._clock.now())
        more = {
            "text_field": TEXT_FIELD,
            "file_field": FILE_FIELD,
            "issuer": self._issuer,
            "jwks": f"{self._issuer}/jwks",
            "key_ids": [key.thumbprint for key in keys],
        }
        return self._pages.response(
            request.scope, "openid/receipt-check.html", {**context, **more}, headers=_HEADERS
        )


def describe(receipt: Receipt, language: Language) -> dict[str, Any]:
    """A receipt that we signed, in the words of its reader."""
    tag, french = language.locale, language is Language.FRENCH
    claims = [claim_word(path, french=french) for paths in receipt.claims.values() for path in paths]
    return {
        "day": receipt.day,
        "service": _in_language(receipt.service_names, tag),
        "client_id": receipt.client_id,
        "purpose": _in_language(receipt.purposes, tag).replace("'", "’"),
        "preset": receipt.preset,
        "claims": list(dict.fromkeys(claims)),
        "receipt_id": receipt.receipt_id,
    }


def _in_language(texts: Any, tag: str) -> str:
    return str(texts.get(tag) or next(iter(texts.values()), ""))


async def _given(request: Request) -> str:
    """What was pasted, else the file; without the line breaks that mail programs put in."""
    async with request.form(max_files=1, max_fields=4, max_part_size=MAX_RECEIPT_BYTES) as form:
        text = form.get(TEXT_FIELD)
        given = text if isinstance(text, str) else ""
        file = form.get(FILE_FIELD)
        if not given.strip() and isinstance(file, UploadFile):
            given = (await file.read(MAX_RECEIPT_BYTES + 1)).decode("ascii", errors="replace")
    return "".join(given.split())

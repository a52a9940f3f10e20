"""Where a wallet fetches the receipt of what it has presented: once, with the code that came with the end."""

from starlette.requests import Request
from starlette.responses import Response

from trillium.runtime.bodies import read_form
from verifier.domain.receipt import RECEIPT_MEDIA_TYPE
from verifier.errors import ReceiptGone
from verifier.services.receipts import Receipts
from verifier.web.wallets import NO_STORE

FIELD = "response_code"


class ReceiptEndpoint:
    """``POST /receipts``: the code is in the body, so that it gets into no log of addresses."""

    def __init__(self, receipts: Receipts) -> None:
        self._receipts = receipts

    async def respond(self, request: Request) -> Response:
        """The receipt as a JWS. Whatever is wrong with a code, the answer is the same."""
        codes = [value for name, value in await read_form(request) if name == FIELD]
        if len(codes) != 1:
            raise ReceiptGone
        receipt = await self._receipts.take_with_code(codes[0])
        return Response(receipt, media_type=RECEIPT_MEDIA_TYPE, headers=NO_STORE)

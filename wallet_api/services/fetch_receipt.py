"""The verifier's receipt for what was shown, fetched once with the code that came with its answer.

Nothing depends on it: whoever gives none, or one that is not its own, has been shown the same.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from specs.encoding import parse_json
from specs.errors import ProtocolError
from specs.jose import Use, parse_jwks, parse_jws, verify_jws
from wallet_api.domain.registration import Registration
from wallet_api.errors import NoAnswer
from wallet_api.ports import Internet

RECEIPT_TYPE: Final = "trillium-receipt+jwt"
RECEIPT_MEDIA_TYPE: Final = f"application/{RECEIPT_TYPE}"
JWKS_MEDIA_TYPES: Final = ("application/jwk-set+json", "application/json")
MAX_RECEIPT_BYTES: Final = 65_536
_MAX_JWKS_BYTES: Final = 65_536
_MAX_KEYS: Final = 64
_MAX_CODE: Final = 256


@dataclass(frozen=True, slots=True)
class FetchReceipt:
    internet: Internet

    async def __call__(self, registration: Registration | None, redirect_uri: str | None) -> str | None:
        """The receipt as it was signed; None when there is none to be had, or none that is the verifier's.

        Only of a verifier that has named itself in a registration, and only with a code that it has sent to
        an address of its own.
        """
        if registration is None or redirect_uri is None:
            return None
        code = _code_in(redirect_uri, registration.issuer)
        if code is None:
            return None
        try:
            receipt = await self._fetch(registration.issuer, code)
            await self._verify(registration.issuer, receipt)
        except (NoAnswer, ProtocolError):
            return None
        return receipt

    async def _fetch(self, issuer: str, code: str) -> str:
        answer = await self.internet.post_form(
            f"{issuer}/receipts",
            [("response_code", code)],
            accept=RECEIPT_MEDIA_TYPE,
            max_bytes=MAX_RECEIPT_BYTES,
        )
        if answer.status != 200 or answer.media_type != RECEIPT_MEDIA_TYPE:
            raise NoAnswer("no receipt")
        try:
            return answer.body.decode("ascii")
        except UnicodeDecodeError as error:
            raise NoAnswer("not a receipt") from error

    async def _verify(self, issuer: str, receipt: str) -> None:
        """Raises when the receipt is not signed by a published key of the verifier, in its own name."""
        jws = parse_jws(receipt, max_bytes=MAX_RECEIPT_BYTES)
        answer = await self.internet.get(
            f"{issuer}/jwks", accept=", ".join(JWKS_MEDIA_TYPES), max_bytes=_MAX_JWKS_BYTES
        )
        if answer.status != 200 or answer.media_type not in JWKS_MEDIA_TYPES:
            raise NoAnswer("no keys")
        keys = parse_jwks(parse_json(answer.body, max_bytes=_MAX_JWKS_BYTES), max_keys=_MAX_KEYS)
        key_id = jws.header.get("kid")
        key = next((one for one in keys if key_id in (one.kid, one.thumbprint)), None)
        if key is None:
            raise NoAnswer("no such key")
        if verify_jws(jws, key, use=Use.RECEIPT, typ=RECEIPT_TYPE).claims().get("iss") != issuer:
            raise NoAnswer("another verifier's receipt")


def _code_in(redirect_uri: str, issuer: str) -> str | None:
    if not redirect_uri.startswith(f"{issuer}/"):
        return None
    try:
        found = [value for name, value in parse_qsl(urlsplit(redirect_uri).query) if name == "response_code"]
    except ValueError:
        return None
    return found[0] if len(found) == 1 and 0 < len(found[0]) <= _MAX_CODE else None

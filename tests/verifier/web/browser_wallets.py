"""A wallet behind the Digital Credentials API: reads what a page offers, answers as a browser hands it on."""

from datetime import timedelta
from typing import Any

from specs.openid4vp import BrowserRequest, verify_multisigned_browser_request, verify_signed_browser_request
from tests.verifier.holder import NINETEEN, present
from tests.verifier.surroundings import claims_of, encrypted_text
from tests.verifier.web.page_visitors import Paged

SIGNED, UNSIGNED, SEVERAL = "openid4vp-v1-signed", "openid4vp-v1-unsigned", "openid4vp-v1-multisigned"
_VERIFY = {SIGNED: verify_signed_browser_request, SEVERAL: verify_multisigned_browser_request}


def offered(requests: dict[str, Any], protocol: str) -> dict[str, Any]:
    """What the page offers by one protocol: the request's parameters."""
    [data] = [one["data"] for one in requests["requests"] if one["protocol"] == protocol]
    if protocol == SEVERAL:
        return claims_of(f".{data['request']['payload']}.")
    return claims_of(data["request"]) if protocol == SIGNED else dict(data)


def verified(paged: Paged, requests: dict[str, Any], origin: str, protocol: str = SIGNED) -> BrowserRequest:
    """The signed request as a wallet that trusts our anchors reads it."""
    [data] = [one["data"] for one in requests["requests"] if one["protocol"] == protocol]
    desk = paged.counter.desk
    return _VERIFY[protocol](
        data,
        origin=origin,
        anchors=desk.verifier.ring.anchors(),
        now=desk.clock.now(),
        leeway=timedelta(0),
        transaction_data_types={},
    )


def answer_of(
    paged: Paged, request: dict[str, Any], origin: str, *, credential: str | None = None, **binding: Any
) -> dict[str, Any]:
    """The ``data`` of a credential: a card, bound to the page's origin, encrypted for the request's key."""
    bound = paged.asked.binding(**{"nonce": request["nonce"], "audience": f"origin:{origin}", **binding})
    card = present(credential or paged.issuer.issue(), bound, NINETEEN)
    return {"response": encrypted_text(request, {"vp_token": {"photo_card": [card]}})}

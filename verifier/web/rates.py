"""How often one address may ask what costs something and needs no credentials.

Generous: a wallet provider's server or a whole town behind one address must never notice.
"""

from collections.abc import Mapping
from typing import Final

from trillium.runtime.rate_limit import Rate, classify_by_prefix

RATES: Final[Mapping[str, Rate]] = {
    "wallets": Rate(per_second=100, burst=600),
    "logins": Rate(per_second=10, burst=200),
    "registrations": Rate(per_second=0.5, burst=200),
}

LIMITED: Final = (
    "/request-objects/",
    "/responses",
    "/receipts",
    "/present/",
    "/return",
    "/jwks",
    "/openid/",
    "/receipt-check",
)
"""A signature for each request object, a dozen verifications for each response, a page's many looks."""

REGISTERING: Final = ("/openid/register", "/openid/services/")
"""Each makes a row that stays, and perhaps a call to somebody else's server."""

BEGINNING: Final = ("/openid/authorize", "/openid/par")
"""Each begins a presentation: one address alone must not fill up what a service may have open at once."""

route_class = classify_by_prefix(
    dict.fromkeys(LIMITED, "wallets")
    | dict.fromkeys(BEGINNING, "logins")
    | dict.fromkeys(REGISTERING, "registrations"),
    default=None,
)

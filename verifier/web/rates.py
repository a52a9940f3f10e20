"""How often one address may ask what costs something and needs no credentials.

Generous: a wallet provider's server or a whole town behind one address must never notice.
"""

from collections.abc import Mapping
from typing import Final

from trillium.runtime.rate_limit import Rate, classify_by_prefix

RATES: Final[Mapping[str, Rate]] = {"wallets": Rate(per_second=100, burst=600)}

LIMITED: Final = ("/request-objects/", "/responses", "/receipts", "/present/", "/return", "/jwks", "/openid/")
"""A signature for each request object, a dozen verifications for each response, a page's many looks."""

route_class = classify_by_prefix(dict.fromkeys(LIMITED, "wallets"), default=None)

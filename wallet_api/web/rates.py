"""How often one address may ask before it is known whether its token is anybody's.

Generous: an office or a town behind one address must never notice.
"""

from collections.abc import Mapping
from typing import Final

from trillium.runtime.rate_limit import Rate, classify_by_prefix

RATES: Final[Mapping[str, Rate]] = {"residents": Rate(per_second=50, burst=400)}

LIMITED: Final = ("/offers", "/credentials", "/presentations", "/accounts")
"""Each looks a token up, and then calls issuers and verifiers."""

route_class = classify_by_prefix(dict.fromkeys(LIMITED, "residents"), default=None)

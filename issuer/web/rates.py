"""How often one address may ask what costs something and needs no credentials.

Generous: a wallet provider's server or a whole town behind one address must never notice. What guards a
secret (transaction codes) is counted in the database by its own use case.
"""

from collections.abc import Mapping
from typing import Final

from trillium.runtime.rate_limit import Rate, classify_by_prefix

RATES: Final[Mapping[str, Rate]] = {
    "wallets": Rate(per_second=100, burst=600),
    "sign_in": Rate(per_second=20, burst=300),
}

FREE: Final = (
    "/status-lists/",
    "/types/",
    "/.well-known/",
    "/jwks",
    "/static/",
    "/openapi.json",
    "/health",
    "/readyz",
    "/metrics",
    "/management",
)
"""Answers from memory, and what needs the management token: a hash to compare."""

route_class = classify_by_prefix(
    {
        **dict.fromkeys(FREE, None),
        **dict.fromkeys(("/authorize", "/sign-in", "/consent"), "sign_in"),
    },
    default="wallets",
)
